from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="LoadedFile",
            fields=[
                ("name", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("sha256", models.CharField(max_length=64)),
                ("loaded_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="LoadedRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("file", models.CharField(max_length=60)),
                ("key", models.CharField(max_length=300)),
                ("digest", models.CharField(max_length=64)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("file", "key"), name="loaded_row_once")],
            },
        ),
    ]
