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
            name="Lesson",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="confirmed at")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="revoked at")),
                ("changed_at", models.DateTimeField(auto_now=True, db_index=True)),
                ("exercise", models.PositiveIntegerField(default=0)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="confirmed by",
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lessons",
                        to="records.category",
                        verbose_name="category",
                    ),
                ),
                (
                    "report",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lesson",
                        to="records.report",
                        verbose_name="report",
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
                "verbose_name": "lesson",
                "verbose_name_plural": "lessons",
                "ordering": ["-at"],
            },
        ),
        migrations.CreateModel(
            name="Surge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("proposed", "Proposed"), ("confirmed", "Confirmed"), ("dismissed", "Not one event")],
                        default="proposed",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("lon", models.FloatField()),
                ("lat", models.FloatField()),
                ("spread_m", models.FloatField(default=0.0)),
                ("count", models.PositiveIntegerField(default=0, verbose_name="reports")),
                ("first_at", models.DateTimeField(verbose_name="first report")),
                ("last_at", models.DateTimeField(db_index=True, verbose_name="last report")),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("exercise", models.PositiveIntegerField(default=0)),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "master",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.incident",
                        verbose_name="incident",
                    ),
                ),
            ],
            options={
                "verbose_name": "surge",
                "verbose_name_plural": "surges",
                "ordering": ["-last_at"],
            },
        ),
        migrations.CreateModel(
            name="SurgeMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("approved", models.BooleanField(default=False)),
                (
                    "incident",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="surge_member", to="records.incident"
                    ),
                ),
                (
                    "surge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="members", to="triage.surge"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Keyword",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("phrase", models.CharField(max_length=100)),
                ("weight", models.FloatField(default=1.0)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="keywords", to="records.category"
                    ),
                ),
            ],
            options={
                "verbose_name": "keyword",
                "verbose_name_plural": "keywords",
                "constraints": [
                    models.UniqueConstraint(fields=("category", "phrase"), name="keyword_once_a_category"),
                    models.CheckConstraint(condition=models.Q(("weight__gt", 0)), name="keyword_weight_positive"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Merge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("moved", models.JSONField(default=dict)),
                ("parted_at", models.DateTimeField(blank=True, null=True)),
                ("exercise", models.PositiveIntegerField(default=0)),
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
                (
                    "into",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="took_in",
                        to="records.incident",
                        verbose_name="into",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged_into",
                        to="records.incident",
                        verbose_name="merged",
                    ),
                ),
                (
                    "parted_by",
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
                "verbose_name": "merge",
                "verbose_name_plural": "merges",
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("parted_at__isnull", True)), fields=("other",), name="merge_one_at_a_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("into", models.F("other")), _negated=True), name="merge_of_two"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SurgeGuess",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("certainty", models.FloatField()),
                ("is_same", models.BooleanField(null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "incident",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="surge_guess", to="records.incident"
                    ),
                ),
                (
                    "surge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="guesses", to="triage.surge"
                    ),
                ),
            ],
            options={
                "ordering": ["-certainty", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("certainty__gte", 0), ("certainty__lte", 1)),
                        name="surge_guess_certainty_is_a_share",
                    )
                ],
            },
        ),
    ]
