import django.core.validators
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
            name="Scene",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(default=1, verbose_name="position")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("map", "Map of what is open"),
                            ("figures", "Figures of today"),
                            ("agencies", "On time by agency"),
                            ("emergencies", "Emergencies (left out while there are none)"),
                            ("sources", "Channels: when the last report came"),
                            ("launch", "Title over the whole screen"),
                        ],
                        max_length=12,
                        verbose_name="what it shows",
                    ),
                ),
                (
                    "seconds",
                    models.PositiveSmallIntegerField(
                        default=20,
                        validators=[
                            django.core.validators.MinValueValidator(5),
                            django.core.validators.MaxValueValidator(3600),
                        ],
                        verbose_name="seconds",
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=300, verbose_name="title")),
                ("subtitle", models.CharField(blank=True, max_length=300, verbose_name="line below the title")),
                ("is_shown", models.BooleanField(default=True, verbose_name="is shown")),
            ],
            options={
                "verbose_name": "scene of the wall",
                "verbose_name_plural": "scenes of the wall",
                "ordering": ["position", "id"],
            },
        ),
        migrations.CreateModel(
            name="WallLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("name", models.CharField(max_length=100)),
                ("created_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "revoked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "wall link",
                "verbose_name_plural": "wall links",
                "ordering": ["-created_at", "-id"],
            },
        ),
    ]
