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
            name="ShiftKind",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, unique=True, verbose_name="name")),
                ("begins", models.TimeField(verbose_name="begins")),
                ("ends", models.TimeField(verbose_name="ends")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "verbose_name": "kind of shift",
                "verbose_name_plural": "kinds of shifts",
                "ordering": ["begins", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("begins", models.F("ends")), _negated=True), name="shift_kind_has_hours"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Shift",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("begins_at", models.DateTimeField(db_index=True)),
                ("ends_at", models.DateTimeField()),
                ("version", models.PositiveIntegerField(default=0)),
                ("changed_at", models.DateTimeField()),
                ("people", models.ManyToManyField(related_name="shifts", to=settings.AUTH_USER_MODEL)),
                (
                    "kind",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="shifts", to="roster.shiftkind"
                    ),
                ),
            ],
            options={
                "verbose_name": "shift",
                "verbose_name_plural": "shifts",
                "ordering": ["begins_at", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "day"), name="shift_once_a_day"),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("begins_at"))), name="shift_ends_after_it_begins"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Handover",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(blank=True)),
                ("matters", models.JSONField(default=list)),
                ("written_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("remark", models.TextField(blank=True)),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "shift",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="handover", to="roster.shift"
                    ),
                ),
            ],
            options={
                "verbose_name": "hand-over note",
                "verbose_name_plural": "hand-over notes",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at__isnull", True), ("confirmed_by__isnull", True)),
                            models.Q(
                                ("confirmed_at__isnull", False),
                                ("confirmed_by__isnull", False),
                                models.Q(("confirmed_by", models.F("written_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="handover_confirmed_by_somebody_else",
                    )
                ],
            },
        ),
    ]
