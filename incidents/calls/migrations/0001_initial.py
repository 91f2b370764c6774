import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("accounts", "__first__"),
        ("records", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="BridgeBeat",
            fields=[
                ("name", models.CharField(max_length=100, primary_key=True, serialize=False)),
                ("beat_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Call",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("call_id", models.CharField(max_length=100, unique=True)),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "new"),
                            ("ringing", "ringing"),
                            ("elsewhere", "elsewhere"),
                            ("answered", "answered"),
                            ("missed", "missed"),
                            ("abandoned", "abandoned"),
                            ("ended", "ended"),
                        ],
                        default="ringing",
                        max_length=10,
                    ),
                ),
                ("line", models.CharField(blank=True, max_length=30)),
                ("began_at", models.DateTimeField(db_index=True)),
                ("rang_at", models.DateTimeField(blank=True, null=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("taken_at", models.DateTimeField(blank=True, null=True)),
                ("wrapped_at", models.DateTimeField(blank=True, null=True)),
                ("extension", models.CharField(blank=True, max_length=40)),
                ("transferred_to", models.CharField(blank=True, max_length=10)),
                ("transferred_at", models.DateTimeField(blank=True, null=True)),
                ("recording", models.CharField(blank=True, max_length=300)),
                (
                    "callback",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not to be called back"),
                            ("due", "To be called back"),
                            ("calling", "Being called back"),
                            ("reached", "Reached"),
                            ("called_again", "The caller called again"),
                            ("dropped", "Not called back"),
                        ],
                        default="",
                        max_length=12,
                    ),
                ),
                ("callback_tries", models.PositiveSmallIntegerField(default=0)),
                ("is_live", models.BooleanField(default=True)),
                ("exercise", models.PositiveIntegerField(default=0)),
                (
                    "report",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calls",
                        to="records.report",
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calls",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "call",
                "verbose_name_plural": "calls",
                "indexes": [models.Index(condition=models.Q(("is_live", True)), fields=["began_at"], name="call_live")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("taken_at__isnull", True), ("taken_by__isnull", True)),
                            models.Q(("taken_at__isnull", False), ("taken_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="call_taken_by_has_time",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Caller",
            fields=[
                (
                    "call",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="caller",
                        serialize=False,
                        to="calls.call",
                    ),
                ),
                ("number", models.CharField(blank=True, db_index=True, max_length=20)),
                ("name", models.CharField(blank=True, max_length=150)),
            ],
            options={
                "verbose_name": "caller",
                "verbose_name_plural": "callers",
            },
        ),
        migrations.CreateModel(
            name="CallerLook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="looks", to="calls.call"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PhoneAction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("transfer", "Transfer"), ("call_back", "Call back"), ("call_out", "Call a crew out")],
                        max_length=10,
                    ),
                ),
                ("target", models.CharField(blank=True, max_length=10)),
                ("at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("doing", "Being done"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("failure", models.CharField(blank=True, max_length=60)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "call",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="actions",
                        to="calls.call",
                    ),
                ),
                (
                    "person",
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
                "verbose_name": "telephone action",
                "verbose_name_plural": "telephone actions",
                "indexes": [
                    models.Index(condition=models.Q(("state", "waiting")), fields=["at"], name="phone_action_waiting")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("call__isnull", False), ("person__isnull", False), _connector="OR"),
                        name="phone_action_is_about_somebody",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Seat",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="seat",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("off", "Off duty"),
                            ("free", "Free"),
                            ("in_call", "In a call"),
                            ("wrap_up", "Wrap-up"),
                            ("pause", "Pause"),
                        ],
                        default="off",
                        max_length=10,
                    ),
                ),
                ("since", models.DateTimeField()),
                ("heard_at", models.DateTimeField(blank=True, null=True)),
                ("extension", models.CharField(blank=True, max_length=40)),
            ],
            options={
                "verbose_name": "desk",
                "verbose_name_plural": "desks",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("extension", ""), _negated=True),
                        fields=("extension",),
                        name="seat_extension_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CallDraft",
            fields=[
                (
                    "call",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="draft",
                        serialize=False,
                        to="calls.call",
                    ),
                ),
                ("fields", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
    ]
