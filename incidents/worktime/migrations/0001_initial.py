import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("records", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Day",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("date", models.DateField(unique=True, verbose_name="date")),
                (
                    "kind",
                    models.CharField(
                        choices=[("holiday", "Holiday"), ("worked", "Make-up working day")],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=150, verbose_name="name")),
                (
                    "state",
                    models.CharField(
                        choices=[("proposed", "Proposed"), ("confirmed", "Confirmed"), ("rejected", "Rejected")],
                        default="proposed",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                ("source", models.CharField(blank=True, max_length=200, verbose_name="source")),
            ],
            options={
                "verbose_name": "special day",
                "verbose_name_plural": "special days",
                "ordering": ["date"],
            },
        ),
        migrations.CreateModel(
            name="CalendarChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("done_up_to", models.PositiveBigIntegerField(default=0)),
                ("changed", models.PositiveIntegerField(default=0)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
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
                "verbose_name": "change of the calendar",
                "verbose_name_plural": "changes of the calendar",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="OfficeHours",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                        verbose_name="weekday",
                    ),
                ),
                ("opens", models.TimeField(verbose_name="opens")),
                ("closes", models.TimeField(verbose_name="closes")),
            ],
            options={
                "verbose_name": "office hours",
                "verbose_name_plural": "office hours",
                "ordering": ["weekday", "opens"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("closes__gt", models.F("opens"))), name="office_hours_in_order"
                    ),
                    models.UniqueConstraint(fields=("weekday", "opens"), name="office_hours_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Absence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts", models.DateField(verbose_name="first day")),
                ("ends", models.DateField(verbose_name="last day")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "deputy",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stands_in",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="deputy",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="absences",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "absence",
                "verbose_name_plural": "absences",
                "ordering": ["starts", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends__gte", models.F("starts"))), name="absence_dates_in_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("person", models.F("deputy")), _negated=True),
                        name="absence_deputy_is_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Clock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "group",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        choices=[(1, "Administrative procedures"), (2, "Emergency"), (3, "Field report")],
                        null=True,
                        unique=True,
                        verbose_name="group",
                    ),
                ),
                ("working_time", models.BooleanField(default=True, verbose_name="only working time counts")),
                ("seen_minutes", models.PositiveIntegerField(default=60, verbose_name="until seen, minutes")),
                ("accept_minutes", models.PositiveIntegerField(default=240, verbose_name="until accepted, minutes")),
                (
                    "result_percent",
                    models.PositiveSmallIntegerField(
                        default=80,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="until the result, percent of the time for the answer",
                    ),
                ),
                (
                    "step_minutes",
                    models.PositiveIntegerField(
                        default=240, verbose_name="between two steps of the escalation, minutes"
                    ),
                ),
                ("is_sample", models.BooleanField(default=True, verbose_name="a default that nobody has confirmed")),
                (
                    "category",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="clock",
                        to="records.category",
                        verbose_name="category",
                    ),
                ),
            ],
            options={
                "verbose_name": "clock",
                "verbose_name_plural": "clocks",
                "ordering": ["group", "category"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("category__isnull", False), ("group__isnull", True)),
                            models.Q(("category__isnull", True), ("group__isnull", False)),
                            _connector="OR",
                        ),
                        name="clock_category_or_group",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("result_percent__gte", 1), ("result_percent__lte", 100)),
                        name="clock_percent_is_a_share",
                    ),
                ],
            },
        ),
    ]
