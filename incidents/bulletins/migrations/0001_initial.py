import datetime
import uuid

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("figures", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Schedule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "rhythm",
                    models.CharField(
                        choices=[
                            ("daily", "Every day, about the day before"),
                            ("weekly", "Every week, about the seven days before"),
                            ("monthly", "Every month, about the month before"),
                        ],
                        default="daily",
                        max_length=10,
                        verbose_name="rhythm",
                    ),
                ),
                ("at", models.TimeField(default=datetime.time(7, 0), verbose_name="time")),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Monday"),
                            (1, "Tuesday"),
                            (2, "Wednesday"),
                            (3, "Thursday"),
                            (4, "Friday"),
                            (5, "Saturday"),
                            (6, "Sunday"),
                        ],
                        default=0,
                        verbose_name="day of the week",
                    ),
                ),
                (
                    "day",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(28),
                        ],
                        verbose_name="day of the month",
                    ),
                ),
                ("kinds", models.JSONField(default=list, verbose_name="attached")),
                (
                    "to",
                    models.CharField(
                        choices=[
                            ("addresses", "To these addresses"),
                            ("agencies", "To each agency, about what it was given"),
                        ],
                        default="addresses",
                        max_length=10,
                        verbose_name="to whom",
                    ),
                ),
                ("addresses", models.TextField(blank=True, verbose_name="addresses")),
                ("language", models.CharField(default="vi", max_length=5, verbose_name="language")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("since", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "scheduled report",
                "verbose_name_plural": "scheduled reports",
                "ordering": ["name", "id"],
            },
        ),
        migrations.CreateModel(
            name="Issue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first", models.DateField()),
                ("last", models.DateField()),
                ("agency", models.PositiveBigIntegerField(default=0)),
                ("made_at", models.DateTimeField()),
                ("files", models.ManyToManyField(related_name="+", to="figures.file")),
                (
                    "schedule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="issues", to="bulletins.schedule"
                    ),
                ),
            ],
            options={
                "ordering": ["-first", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("schedule", "first", "last", "agency"), name="bulletin_once_a_period"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Mail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=200, unique=True)),
                ("address", models.CharField(max_length=254)),
                ("subject", models.CharField(max_length=200)),
                ("body", models.TextField()),
                ("message_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("sending", "Being sent"),
                            ("sent", "Sent"),
                            ("failed", "Could not be sent"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_try_at", models.DateTimeField()),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("failure", models.CharField(blank=True, max_length=40)),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "issue",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mails",
                        to="bulletins.issue",
                    ),
                ),
            ],
            options={
                "verbose_name": "mail with a report",
                "verbose_name_plural": "mails with reports",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["waiting", "sending"])),
                        fields=["next_try_at"],
                        name="bulletin_mail_to_do",
                    )
                ],
            },
        ),
    ]
