import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("records", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CourseFollowed",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("epoch", models.CharField(max_length=32)),
                ("offset", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Course",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField()),
                ("at", models.DateTimeField(db_index=True)),
                ("until", models.DateTimeField(null=True)),
                ("received_at", models.DateTimeField()),
                ("state", models.CharField(max_length=12)),
                ("on_board", models.BooleanField()),
                ("group", models.PositiveSmallIntegerField(null=True)),
                ("category", models.CharField(blank=True, max_length=60)),
                ("lon", models.FloatField(null=True)),
                ("lat", models.FloatField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("for_walls", models.BooleanField()),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="records.incident"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("on_board", True)), fields=["until"], name="course_on_board_until")
                ],
                "constraints": [models.UniqueConstraint(fields=("incident", "version"), name="course_once_a_version")],
            },
        ),
    ]
