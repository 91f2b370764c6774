from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="BudgetUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("holder", models.CharField(blank=True, max_length=32)),
                ("full_at", models.FloatField(db_index=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("name", "holder"), name="budget_use_once")],
            },
        ),
    ]
