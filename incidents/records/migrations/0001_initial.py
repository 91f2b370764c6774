import django.contrib.gis.db.models.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import incidents.records.models.exercises
import incidents.records.models.reports
import incidents.records.models.tilekeys


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("accounts", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Exercise",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=150)),
                (
                    "token",
                    models.CharField(default=incidents.records.models.exercises.new_token, max_length=64, unique=True),
                ),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "exercise",
                "verbose_name_plural": "exercises",
            },
        ),
        migrations.CreateModel(
            name="ActionRecord",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=60)),
                ("status", models.PositiveSmallIntegerField()),
                ("answer", models.JSONField()),
                ("at", models.DateTimeField(db_index=True)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Category",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=60, unique=True)),
                (
                    "group",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Administrative procedures"), (2, "Emergency"), (3, "Field report")]
                    ),
                ),
                ("name", models.CharField(max_length=150)),
                ("name_en", models.CharField(max_length=150)),
                ("description", models.CharField(blank=True, max_length=500)),
                ("description_en", models.CharField(blank=True, max_length=500)),
                ("priority", models.PositiveSmallIntegerField(default=3)),
                ("hours", models.PositiveIntegerField(default=72)),
                ("is_complaint", models.BooleanField(default=False)),
                ("is_public", models.BooleanField(default=True)),
                ("is_active", models.BooleanField(default=True)),
                ("order", models.PositiveSmallIntegerField(default=0)),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="records.category",
                        verbose_name="part of",
                    ),
                ),
            ],
            options={
                "verbose_name": "category",
                "verbose_name_plural": "categories",
                "ordering": ["group", "order", "code"],
            },
        ),
        migrations.CreateModel(
            name="Incident",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "received"),
                            ("planned", "planned"),
                            ("assigned", "assigned"),
                            ("in_progress", "in_progress"),
                            ("resolved", "resolved"),
                            ("closed", "closed"),
                            ("cancelled", "cancelled"),
                        ],
                        default="received",
                        max_length=12,
                    ),
                ),
                (
                    "group",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        choices=[(1, "Administrative procedures"), (2, "Emergency"), (3, "Field report")],
                        null=True,
                    ),
                ),
                ("priority", models.PositiveSmallIntegerField(default=3)),
                ("summary", models.CharField(blank=True, max_length=200)),
                ("source", models.CharField(max_length=12)),
                ("point", django.contrib.gis.db.models.fields.PointField(blank=True, null=True, srid=4326)),
                ("radius_m", models.FloatField(blank=True, null=True)),
                ("tile_key", incidents.records.models.tilekeys.TileKeyField(editable=False, null=True)),
                ("approximate", models.BooleanField(default=False)),
                ("place_label", models.CharField(blank=True, max_length=250)),
                ("area_set", models.CharField(blank=True, max_length=40)),
                ("area_generation", models.CharField(blank=True, max_length=12)),
                ("ward_code", models.CharField(blank=True, max_length=20)),
                ("district_code", models.CharField(blank=True, max_length=20)),
                ("place_trace", models.JSONField(blank=True, default=dict)),
                ("category_trace", models.JSONField(blank=True, default=dict)),
                ("agency_trace", models.JSONField(blank=True, default=dict)),
                ("needs", models.JSONField(blank=True, default=list)),
                ("received_at", models.DateTimeField(db_index=True)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("resolved_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("outcome", models.CharField(blank=True, max_length=30)),
                ("answer", models.TextField(blank=True)),
                ("on_board", models.BooleanField(default=True)),
                ("waiting_since", models.DateTimeField(blank=True, null=True)),
                ("exercise", models.PositiveIntegerField(default=0)),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="incidents",
                        to="records.category",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="records.incident",
                    ),
                ),
                (
                    "suggested_agency",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="suggested_incidents",
                        to="accounts.agency",
                    ),
                ),
            ],
            options={
                "verbose_name": "incident",
                "verbose_name_plural": "incidents",
                "indexes": [
                    models.Index(condition=models.Q(("on_board", True)), fields=["received_at"], name="incident_board"),
                    models.Index(condition=models.Q(("on_board", True)), fields=["due_at"], name="incident_due"),
                    models.Index(
                        condition=models.Q(("resolved_at__isnull", False)),
                        fields=["resolved_at"],
                        name="incident_resolved",
                    ),
                    models.Index(
                        condition=models.Q(("exercise", 0), ("tile_key__isnull", False)),
                        fields=["tile_key", "received_at", "group"],
                        name="incident_tile",
                    ),
                    models.Index(
                        condition=models.Q(("closed_at__isnull", False)), fields=["closed_at"], name="incident_closed"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("point__isnull", True), ("radius_m__isnull", True)),
                            models.Q(("point__isnull", False), ("radius_m__gte", 0), ("radius_m__isnull", False)),
                            _connector="OR",
                        ),
                        name="incident_point_has_radius",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("on_board", True),
                                ("state__in", ["assigned", "in_progress", "planned", "received", "resolved"]),
                            ),
                            models.Q(
                                ("on_board", False),
                                models.Q(
                                    ("state__in", ["assigned", "in_progress", "planned", "received", "resolved"]),
                                    _negated=True,
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="incident_on_board_is_live",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("area_set", ""), ("district_code", ""), ("ward_code", "")),
                            models.Q(("area_set", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="incident_area_code_has_set",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="History",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("kind", models.CharField(max_length=40)),
                ("why", models.CharField(blank=True, max_length=60)),
                ("data", models.JSONField(blank=True, default=dict)),
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
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="history", to="records.incident"
                    ),
                ),
            ],
            options={
                "verbose_name": "history",
                "verbose_name_plural": "history",
                "ordering": ["id"],
                "indexes": [models.Index(fields=["at"], name="records_his_at_e3f6fb_idx")],
            },
        ),
        migrations.CreateModel(
            name="Assignment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[("lead", "Lead"), ("co", "Co-ordinating"), ("arb", "Deciding")],
                        default="lead",
                        max_length=4,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "planned"),
                            ("sent", "sent"),
                            ("seen", "seen"),
                            ("accepted", "accepted"),
                            ("in_progress", "in_progress"),
                            ("asked", "asked"),
                            ("postponed", "postponed"),
                            ("reported", "reported"),
                            ("result_given", "result_given"),
                            ("approved", "approved"),
                            ("answered", "answered"),
                            ("reopened", "reopened"),
                            ("returned", "returned"),
                            ("transferred", "transferred"),
                            ("cancelled", "cancelled"),
                        ],
                        default="sent",
                        max_length=12,
                    ),
                ),
                ("trace", models.JSONField(blank=True, default=dict)),
                ("note", models.TextField(blank=True)),
                ("planned_for", models.DateTimeField(blank=True, null=True)),
                ("sent_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField(blank=True, null=True)),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                ("result_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("seen_due_at", models.DateTimeField(blank=True, null=True)),
                ("accept_due_at", models.DateTimeField(blank=True, null=True)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("alarm_at", models.DateTimeField(blank=True, null=True)),
                ("alarm_clock", models.CharField(blank=True, max_length=10)),
                ("alarm_step", models.PositiveSmallIntegerField(default=0)),
                ("alarm_told", models.CharField(blank=True, max_length=12)),
                ("paused_until", models.DateTimeField(blank=True, null=True)),
                (
                    "return_code",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("not_competent", "Not within our competence"),
                            ("other_area", "Not in our area"),
                            ("not_clear", "Not clear enough to act on"),
                            ("already_done", "Dealt with already"),
                            ("other", "Another reason"),
                        ],
                        max_length=20,
                    ),
                ),
                ("return_reason", models.TextField(blank=True)),
                ("result", models.TextField(blank=True)),
                ("rejection", models.TextField(blank=True)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="assignments", to="accounts.agency"
                    ),
                ),
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
                    "follows",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="followed_by",
                        to="records.assignment",
                    ),
                ),
                (
                    "handling_unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="accounts.handlingunit",
                    ),
                ),
                (
                    "proposed_agency",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.agency",
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="assignments", to="records.incident"
                    ),
                ),
            ],
            options={
                "verbose_name": "assignment",
                "verbose_name_plural": "assignments",
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "accepted",
                                    "approved",
                                    "asked",
                                    "in_progress",
                                    "planned",
                                    "postponed",
                                    "reported",
                                    "result_given",
                                    "seen",
                                    "sent",
                                ],
                            )
                        ),
                        fields=["agency", "due_at"],
                        name="assignment_open_agency",
                    ),
                    models.Index(
                        condition=models.Q(("alarm_at__isnull", False)), fields=["alarm_at"], name="assignment_alarm"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "accepted",
                                    "approved",
                                    "asked",
                                    "in_progress",
                                    "planned",
                                    "postponed",
                                    "reported",
                                    "result_given",
                                    "seen",
                                    "sent",
                                ],
                            )
                        ),
                        fields=("incident", "agency"),
                        name="assignment_open_once_an_agency",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("role", "lead"),
                            (
                                "state__in",
                                [
                                    "accepted",
                                    "approved",
                                    "asked",
                                    "in_progress",
                                    "planned",
                                    "postponed",
                                    "reported",
                                    "result_given",
                                    "seen",
                                    "sent",
                                ],
                            ),
                        ),
                        fields=("incident",),
                        name="assignment_one_open_lead",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IncidentAudience",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=40)),
                (
                    "profile",
                    models.CharField(
                        choices=[
                            ("room", "room"),
                            ("agency", "agency"),
                            ("unit", "unit"),
                            ("wall", "wall"),
                            ("public", "public"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="audience", to="records.incident"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("key", "incident"), name="incident_audience_once")],
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("text", models.TextField(max_length=4000)),
                ("shared", models.BooleanField(default=False)),
                (
                    "agency",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.agency",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="records.incident"
                    ),
                ),
            ],
            options={
                "verbose_name": "note",
                "verbose_name_plural": "notes",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Pause",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("asked", "The citizen was asked for more"),
                            ("postponed", "The work is planned for a later date"),
                        ],
                        max_length=10,
                    ),
                ),
                ("text", models.TextField()),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "assignment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="pauses", to="records.assignment"
                    ),
                ),
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
                "verbose_name": "pause",
                "verbose_name_plural": "pauses",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("assignment",),
                        name="pause_one_open_an_assignment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until__gt", models.F("since"))), name="pause_ends_after_it_begins"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PersonalLook",
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
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.incident"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Reporter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("person", "Person"), ("organisation", "Organisation")],
                        default="person",
                        max_length=12,
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=150)),
                ("organisation", models.CharField(blank=True, max_length=200)),
                ("on_behalf_of", models.CharField(blank=True, max_length=200)),
                ("phone", models.CharField(blank=True, db_index=True, max_length=20)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("door", models.CharField(blank=True, max_length=20)),
                ("door_id", models.CharField(blank=True, max_length=100)),
                ("created_at", models.DateTimeField()),
                ("erased_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "reporter",
                "verbose_name_plural": "reporters",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("door_id", ""), _negated=True),
                        fields=("door", "door_id"),
                        name="reporter_door_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("phone", "Phone"),
                            ("sms", "SMS"),
                            ("email", "E-mail"),
                            ("web", "Web portal"),
                            ("chat", "Web chat"),
                            ("zalo", "Zalo"),
                            ("viber", "Viber"),
                            ("facebook", "Facebook"),
                            ("app", "App 1022"),
                            ("open311", "Open311"),
                        ],
                        max_length=12,
                    ),
                ),
                ("source_id", models.CharField(max_length=150)),
                ("language", models.CharField(default="vi", max_length=5)),
                ("received_at", models.DateTimeField(db_index=True)),
                ("given_point", django.contrib.gis.db.models.fields.PointField(blank=True, null=True, srid=4326)),
                ("given_accuracy_m", models.FloatField(blank=True, null=True)),
                (
                    "tracking_code",
                    models.CharField(
                        default=incidents.records.models.reports.new_tracking_code, max_length=20, unique=True
                    ),
                ),
                ("door_data", models.JSONField(blank=True, default=dict)),
                (
                    "next_step",
                    models.CharField(
                        blank=True,
                        choices=[("triage", "Triage"), ("dispatch", "Suggest an agency"), ("", "Done")],
                        default="triage",
                        max_length=10,
                    ),
                ),
                ("next_step_at", models.DateTimeField()),
                ("next_step_failures", models.PositiveSmallIntegerField(default=0)),
                ("exercise", models.PositiveIntegerField(default=0)),
                (
                    "given_category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.category",
                    ),
                ),
                (
                    "taken_by",
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
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reports", to="records.incident"
                    ),
                ),
                (
                    "reporter",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="records.reporter",
                    ),
                ),
            ],
            options={
                "verbose_name": "report",
                "verbose_name_plural": "reports",
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_step", ""), _negated=True),
                        fields=["next_step_at"],
                        name="report_next_step",
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("source", "source_id"), name="report_source_once")],
            },
        ),
        migrations.CreateModel(
            name="ReportWords",
            fields=[
                (
                    "report",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="text",
                        serialize=False,
                        to="records.report",
                    ),
                ),
                ("words", models.TextField(blank=True)),
                ("address", models.TextField(blank=True)),
                ("erased_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Photo",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "phase",
                    models.CharField(
                        choices=[("report", "From the reporter"), ("before", "Before"), ("after", "After")],
                        default="report",
                        max_length=6,
                    ),
                ),
                ("original", models.CharField(max_length=200)),
                ("shown", models.CharField(max_length=200)),
                ("thumbnail", models.CharField(max_length=200)),
                ("sha256", models.CharField(max_length=64)),
                ("width", models.PositiveIntegerField()),
                ("height", models.PositiveIntegerField()),
                ("taken_at", models.DateTimeField(blank=True, null=True)),
                ("taken_point", django.contrib.gis.db.models.fields.PointField(blank=True, null=True, srid=4326)),
                ("added_at", models.DateTimeField()),
                ("exercise", models.PositiveIntegerField(default=0)),
                (
                    "assignment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="records.assignment",
                    ),
                ),
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
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="photos", to="records.incident"
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="records.report",
                    ),
                ),
            ],
            options={
                "verbose_name": "photo",
                "verbose_name_plural": "photos",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("sha256", ""), _negated=True),
                        fields=("incident", "sha256", "phase"),
                        name="photo_once_an_incident",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Redaction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("boxes", models.JSONField(default=list)),
                ("is_public", models.BooleanField(default=False)),
                ("key", models.CharField(max_length=32, unique=True)),
                ("shown", models.CharField(max_length=200)),
                ("thumbnail", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "photo",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="redactions", to="records.photo"
                    ),
                ),
            ],
            options={
                "verbose_name": "redaction",
                "verbose_name_plural": "redactions",
                "constraints": [models.UniqueConstraint(fields=("photo", "number"), name="redaction_number_once")],
            },
        ),
        migrations.CreateModel(
            name="UnitWork",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("handed_at", models.DateTimeField()),
                ("result", models.TextField(blank=True)),
                ("result_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "assignment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="unit_works", to="records.assignment"
                    ),
                ),
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
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="works", to="accounts.handlingunit"
                    ),
                ),
            ],
            options={
                "verbose_name": "unit's part",
                "verbose_name_plural": "units' parts",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("assignment", "unit"),
                        name="unit_work_open_once_a_unit",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Complaint",
            fields=[
                (
                    "report",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="complaint",
                        serialize=False,
                        to="records.report",
                    ),
                ),
                ("official", models.CharField(blank=True, max_length=200, verbose_name="official complained of")),
                ("procedure", models.CharField(blank=True, max_length=200, verbose_name="procedure complained of")),
                ("erased_at", models.DateTimeField(blank=True, null=True)),
                (
                    "agency",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="complaints",
                        to="accounts.agency",
                        verbose_name="agency complained of",
                    ),
                ),
            ],
            options={
                "verbose_name": "complaint",
                "verbose_name_plural": "complaints",
            },
        ),
    ]
