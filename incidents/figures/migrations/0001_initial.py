import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="DayColumns",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("layout", models.PositiveSmallIntegerField()),
                ("made", models.UUIDField()),
                ("incidents", models.BinaryField()),
                ("assignments", models.BinaryField()),
                ("homes", models.BinaryField(default=bytes)),
                ("calls", models.BinaryField(default=bytes)),
            ],
            options={
                "verbose_name": "day of the figures",
                "verbose_name_plural": "days of the figures",
            },
        ),
        migrations.CreateModel(
            name="Followed",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("epoch", models.CharField(max_length=32)),
                ("offset", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="StaleDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("since", models.DateTimeField()),
                ("mark", models.UUIDField()),
            ],
        ),
        migrations.CreateModel(
            name="DayAreas",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("area_set", models.CharField(max_length=40)),
                ("generation", models.CharField(max_length=12)),
                ("made", models.UUIDField()),
                ("wards", models.BinaryField()),
                (
                    "day",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="areas", to="figures.daycolumns"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("day", "area_set"), name="figures_areas_once_a_day_and_set")
                ],
            },
        ),
        migrations.CreateModel(
            name="File",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("csv", "List, CSV"),
                            ("xlsx", "List, Excel"),
                            ("geojson", "List, GeoJSON"),
                            ("docx", "Report, Word"),
                            ("pdf", "Report, PDF"),
                            ("html", "Map, one file"),
                        ],
                        max_length=10,
                    ),
                ),
                ("question", models.TextField()),
                ("language", models.CharField(max_length=5)),
                ("asked_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("writing", "Being written"),
                            ("done", "Ready"),
                            ("failed", "Could not be written"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("rows", models.PositiveIntegerField(default=0)),
                ("bytes", models.PositiveBigIntegerField(default=0)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "file of figures",
                "verbose_name_plural": "files of figures",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["waiting", "writing"])),
                        fields=["id"],
                        name="figures_file_to_do",
                    )
                ],
            },
        ),
    ]
