import django.contrib.gis.db.models.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import incidents.emergencies.models.positions


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("accounts", "__first__"),
        ("records", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Feed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.SlugField(max_length=40, unique=True, verbose_name="name")),
                (
                    "secret",
                    models.CharField(
                        default=incidents.emergencies.models.positions.new_secret, max_length=64, verbose_name="secret"
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "verbose_name": "feed of positions",
                "verbose_name_plural": "feeds of positions",
            },
        ),
        migrations.CreateModel(
            name="SharedIncident",
            fields=[
                (
                    "incident",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="shared",
                        serialize=False,
                        to="records.incident",
                        verbose_name="incident",
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("kind", models.CharField(blank=True, max_length=40)),
                ("log_head", models.CharField(blank=True, max_length=64)),
                ("log_length", models.PositiveIntegerField(default=0)),
                ("sealed_length", models.PositiveIntegerField(default=0)),
                (
                    "opened_by",
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
                "verbose_name": "shared incident",
                "verbose_name_plural": "shared incidents",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("log_head", ""), ("log_length", 0)),
                            models.Q(("log_length__gt", 0), models.Q(("log_head", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="shared_log_has_head",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Unit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("call_sign", models.CharField(max_length=30, verbose_name="call sign")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("patrol_car", "Patrol car"),
                            ("patrol_bike", "Patrol motorcycle"),
                            ("engine", "Fire engine"),
                            ("ladder", "Ladder truck"),
                            ("rescue", "Rescue vehicle"),
                            ("boat", "Boat"),
                            ("ambulance", "Ambulance vehicle"),
                            ("intensive_care", "Intensive care ambulance"),
                            ("utility", "Utility vehicle"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("capabilities", models.JSONField(blank=True, default=list, verbose_name="capabilities")),
                (
                    "home",
                    django.contrib.gis.db.models.fields.PointField(
                        blank=True, null=True, srid=4326, verbose_name="home"
                    ),
                ),
                ("area_set", models.CharField(blank=True, max_length=40, verbose_name="area set")),
                ("area_codes", models.JSONField(blank=True, default=list, verbose_name="areas it is there for")),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="phone")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("available", "available"),
                            ("on_sortie", "on_sortie"),
                            ("out_of_service", "out_of_service"),
                        ],
                        default="available",
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                ("status_since", models.DateTimeField(verbose_name="status since")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("exercise", models.PositiveIntegerField(default=0, verbose_name="exercise")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="units",
                        to="accounts.agency",
                        verbose_name="agency",
                    ),
                ),
                (
                    "handling_unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="units",
                        to="accounts.handlingunit",
                        verbose_name="handling unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "unit",
                "verbose_name_plural": "units",
                "ordering": ["call_sign"],
                "constraints": [models.UniqueConstraint(fields=("agency", "call_sign"), name="unit_call_sign_once")],
            },
        ),
        migrations.CreateModel(
            name="Protocol",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=150, verbose_name="name")),
                ("name_en", models.CharField(blank=True, max_length=150, verbose_name="name in English")),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "verbose_name": "call protocol",
                "verbose_name_plural": "call protocols",
                "ordering": ["order", "code"],
            },
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("heads", models.TextField()),
                ("hash", models.CharField(max_length=64)),
            ],
            options={
                "verbose_name": "seal",
                "verbose_name_plural": "seals",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Target",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "measure",
                    models.CharField(
                        choices=[
                            ("answer", "Call answered"),
                            ("taken", "Emergency taken by the service"),
                            ("dispatch", "First unit sent"),
                            ("scene", "First unit on scene"),
                        ],
                        max_length=20,
                        unique=True,
                        verbose_name="what",
                    ),
                ),
                (
                    "percent",
                    models.PositiveSmallIntegerField(
                        default=90,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="percent",
                    ),
                ),
                (
                    "seconds",
                    models.PositiveIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)], verbose_name="within seconds"
                    ),
                ),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "verbose_name": "target of emergencies",
                "verbose_name_plural": "targets of emergencies",
                "ordering": ["order", "measure"],
            },
        ),
        migrations.CreateModel(
            name="Facility",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=150, verbose_name="name")),
                ("address", models.CharField(blank=True, max_length=200, verbose_name="address")),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="phone")),
                ("point", django.contrib.gis.db.models.fields.PointField(srid=4326, verbose_name="place")),
                ("capabilities", models.JSONField(blank=True, default=list, verbose_name="capabilities")),
                ("code", models.SlugField(max_length=60, unique=True, verbose_name="code")),
                ("is_sample", models.BooleanField(default=False, verbose_name="sample")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("beds", models.PositiveIntegerField(blank=True, null=True, verbose_name="free emergency beds")),
                (
                    "intensive_beds",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="free intensive care beds"),
                ),
                ("is_diverted", models.BooleanField(default=False, verbose_name="turns patients away")),
                ("diverted_why", models.CharField(blank=True, max_length=200, verbose_name="why")),
                ("declared_at", models.DateTimeField(blank=True, null=True, verbose_name="declared")),
                (
                    "agency",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="facilities",
                        to="accounts.agency",
                        verbose_name="agency",
                    ),
                ),
                (
                    "feed",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="facilities",
                        to="emergencies.feed",
                        verbose_name="feed",
                    ),
                ),
            ],
            options={
                "verbose_name": "hospital",
                "verbose_name_plural": "hospitals",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Declaration",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("beds", models.PositiveIntegerField(blank=True, null=True)),
                ("intensive_beds", models.PositiveIntegerField(blank=True, null=True)),
                ("is_diverted", models.BooleanField(default=False)),
                ("diverted_why", models.CharField(blank=True, max_length=200)),
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
                    "facility",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="declarations",
                        to="emergencies.facility",
                    ),
                ),
            ],
            options={
                "verbose_name": "declaration of a hospital",
                "verbose_name_plural": "declarations of hospitals",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="MajorIncident",
            fields=[
                (
                    "shared",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="major",
                        serialize=False,
                        to="emergencies.sharedincident",
                        verbose_name="incident",
                    ),
                ),
                ("declared_at", models.DateTimeField()),
                ("reason", models.TextField(max_length=500)),
                ("stood_down_at", models.DateTimeField(blank=True, null=True)),
                ("dangers", models.TextField(blank=True, max_length=1000)),
                ("access", models.TextField(blank=True, max_length=1000)),
                ("sitrep_every_min", models.PositiveSmallIntegerField(default=30)),
                ("sitrep_due_at", models.DateTimeField(blank=True, null=True)),
                ("sitrep_alarm_at", models.DateTimeField(blank=True, null=True)),
                (
                    "declared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "major incident",
                "verbose_name_plural": "major incidents",
                "indexes": [
                    models.Index(
                        condition=models.Q(("sitrep_alarm_at__isnull", False)),
                        fields=["sitrep_alarm_at"],
                        name="major_sitrep",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Sector",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("place", models.CharField(blank=True, max_length=200)),
                ("lead", models.CharField(blank=True, max_length=150)),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "major",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sectors",
                        to="emergencies.majorincident",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("major", "name"),
                        name="sector_name_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LogEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seq", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("kind", models.CharField(max_length=40)),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("common", "Everybody in it"),
                            ("services", "113, 114, 115 and 1022"),
                            ("own", "The service alone"),
                            ("medical", "115 alone"),
                        ],
                        default="common",
                        max_length=10,
                    ),
                ),
                ("record", models.TextField()),
                ("hash", models.CharField(max_length=64)),
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
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "shared",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="log", to="emergencies.sharedincident"
                    ),
                ),
            ],
            options={
                "verbose_name": "log entry",
                "verbose_name_plural": "log entries",
                "ordering": ["shared", "seq"],
                "constraints": [models.UniqueConstraint(fields=("shared", "seq"), name="log_entry_once")],
            },
        ),
        migrations.CreateModel(
            name="Position",
            fields=[
                (
                    "unit",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="position",
                        serialize=False,
                        to="emergencies.unit",
                    ),
                ),
                ("fix_at", models.DateTimeField()),
                ("written_at", models.DateTimeField(db_index=True)),
                ("lat", models.FloatField()),
                ("lon", models.FloatField()),
                ("speed", models.FloatField(null=True)),
                ("heading", models.FloatField(null=True)),
                ("altitude", models.FloatField(null=True)),
                ("accuracy", models.FloatField(null=True)),
                ("battery", models.FloatField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("lat__gte", -90), ("lat__lte", 90), ("lon__gte", -180), ("lon__lte", 180)),
                        name="position_on_earth",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Device",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    models.CharField(
                        default=incidents.emergencies.models.positions.new_device_code,
                        max_length=60,
                        unique=True,
                        verbose_name="id it sends",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "feed",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="emergencies.feed",
                        verbose_name="feed of positions",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="devices",
                        to="emergencies.unit",
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "tracking device",
                "verbose_name_plural": "tracking devices",
            },
        ),
        migrations.CreateModel(
            name="Aboard",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="aboard",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("since", models.DateTimeField()),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="crew", to="emergencies.unit"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ProtocolQuestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40, verbose_name="code")),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                ("text", models.CharField(max_length=250, verbose_name="question")),
                ("text_en", models.CharField(blank=True, max_length=250, verbose_name="question in English")),
                ("is_medical", models.BooleanField(default=False, verbose_name="medical")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "protocol",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="questions",
                        to="emergencies.protocol",
                        verbose_name="call protocol",
                    ),
                ),
            ],
            options={
                "verbose_name": "question",
                "verbose_name_plural": "questions",
                "ordering": ["order", "code"],
                "constraints": [models.UniqueConstraint(fields=("protocol", "code"), name="protocol_question_once")],
            },
        ),
        migrations.CreateModel(
            name="ProtocolAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40, verbose_name="code")),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                ("text", models.CharField(max_length=100, verbose_name="answer")),
                ("text_en", models.CharField(blank=True, max_length=100, verbose_name="answer in English")),
                ("priority", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="priority")),
                ("service", models.CharField(blank=True, max_length=20, verbose_name="service that comes as well")),
                ("advice", models.CharField(blank=True, max_length=400, verbose_name="what to tell the caller")),
                (
                    "advice_en",
                    models.CharField(blank=True, max_length=400, verbose_name="what to tell the caller, in English"),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answers",
                        to="emergencies.protocolquestion",
                        verbose_name="question",
                    ),
                ),
            ],
            options={
                "verbose_name": "answer",
                "verbose_name_plural": "answers",
                "ordering": ["order", "code"],
                "constraints": [models.UniqueConstraint(fields=("question", "code"), name="protocol_answer_once")],
            },
        ),
        migrations.CreateModel(
            name="RefusedFix",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hour", models.DateTimeField(db_index=True)),
                ("source", models.CharField(max_length=40)),
                ("device", models.CharField(max_length=60)),
                ("reason", models.CharField(max_length=30)),
                ("count", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "refused position",
                "verbose_name_plural": "refused positions",
                "ordering": ["-hour", "source"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("hour", "source", "device", "reason"), name="refused_fix_counted_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ServicePart",
            fields=[
                (
                    "assignment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="part",
                        serialize=False,
                        to="records.assignment",
                        verbose_name="assignment",
                    ),
                ),
                ("acknowledge_by", models.DateTimeField()),
                ("next_alarm_at", models.DateTimeField(blank=True, null=True)),
                ("alarms", models.PositiveSmallIntegerField(default=0)),
                ("is_aid", models.BooleanField(default=False)),
                ("until", models.DateTimeField(blank=True, null=True)),
                ("check_in_min", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("record", models.TextField(blank=True, max_length=8000)),
                (
                    "shared",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="emergencies.sharedincident",
                    ),
                ),
            ],
            options={
                "verbose_name": "service's part",
                "verbose_name_plural": "services' parts",
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_alarm_at__isnull", False)),
                        fields=["next_alarm_at"],
                        name="part_next_alarm",
                    ),
                    models.Index(condition=models.Q(("until__isnull", False)), fields=["until"], name="part_until"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Sortie",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("sent", "sent"),
                            ("acknowledged", "acknowledged"),
                            ("en_route", "en_route"),
                            ("on_scene", "on_scene"),
                            ("transporting", "transporting"),
                            ("at_hospital", "at_hospital"),
                            ("returning", "returning"),
                            ("done", "done"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="sent",
                        max_length=16,
                    ),
                ),
                ("since", models.DateTimeField()),
                ("sent_at", models.DateTimeField()),
                ("acknowledged_at", models.DateTimeField(blank=True, null=True)),
                ("on_scene_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("metres", models.PositiveIntegerField(blank=True, null=True)),
                ("seconds", models.PositiveIntegerField(blank=True, null=True)),
                ("calls", models.PositiveSmallIntegerField(default=0)),
                ("call_at", models.DateTimeField(blank=True, null=True)),
                (
                    "assignment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sorties", to="records.assignment"
                    ),
                ),
                (
                    "facility",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sorties",
                        to="emergencies.facility",
                        verbose_name="hospital",
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sorties", to="records.incident"
                    ),
                ),
                (
                    "sector",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sorties",
                        to="emergencies.sector",
                        verbose_name="sector",
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sorties", to="emergencies.unit"
                    ),
                ),
            ],
            options={
                "verbose_name": "sortie",
                "verbose_name_plural": "sorties",
                "indexes": [
                    models.Index(
                        condition=models.Q(("call_at__isnull", False)), fields=["call_at"], name="sortie_call"
                    ),
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)), fields=["incident"], name="sortie_open"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)), fields=("unit",), name="sortie_one_open_a_unit"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SafetyTimer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("every_min", models.PositiveSmallIntegerField()),
                ("due_at", models.DateTimeField()),
                ("alarm_at", models.DateTimeField(blank=True, null=True)),
                ("missed", models.PositiveSmallIntegerField(default=0)),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="safety_timers", to="emergencies.unit"
                    ),
                ),
                (
                    "sortie",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="safety_timers",
                        to="emergencies.sortie",
                    ),
                ),
            ],
            options={
                "verbose_name": "check-in timer",
                "verbose_name_plural": "check-in timers",
                "indexes": [
                    models.Index(
                        condition=models.Q(("alarm_at__isnull", False)), fields=["alarm_at"], name="safety_timer_alarm"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)), fields=("unit",), name="safety_timer_one_a_unit"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SafetyEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("check_in_started", "Check-ins begun"),
                            ("checked_in", "Checked in: well"),
                            ("check_in_missed", "Check-in missed"),
                            ("check_in_ended", "Check-ins ended"),
                        ],
                        max_length=20,
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
                    "timer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="emergencies.safetytimer"
                    ),
                ),
            ],
            options={
                "verbose_name": "check-in",
                "verbose_name_plural": "check-ins",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="TrackPoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fix_at", models.DateTimeField(db_index=True)),
                ("lat", models.FloatField()),
                ("lon", models.FloatField()),
                ("speed", models.FloatField(null=True)),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="track", to="emergencies.unit"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("unit", "fix_at"), name="track_point_once")],
            },
        ),
        migrations.CreateModel(
            name="UnitNeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("patrol_car", "Patrol car"),
                            ("patrol_bike", "Patrol motorcycle"),
                            ("engine", "Fire engine"),
                            ("ladder", "Ladder truck"),
                            ("rescue", "Rescue vehicle"),
                            ("boat", "Boat"),
                            ("ambulance", "Ambulance vehicle"),
                            ("intensive_care", "Intensive care ambulance"),
                            ("utility", "Utility vehicle"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "number",
                    models.PositiveSmallIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)], verbose_name="how many"
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="unit_needs",
                        to="records.category",
                        verbose_name="category",
                    ),
                ),
            ],
            options={
                "verbose_name": "needed units",
                "verbose_name_plural": "needed units",
                "ordering": ["category", "kind"],
                "constraints": [models.UniqueConstraint(fields=("category", "kind"), name="unit_need_once")],
            },
        ),
        migrations.CreateModel(
            name="LogText",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="text",
                        serialize=False,
                        to="emergencies.logentry",
                    ),
                ),
                ("salt", models.CharField(blank=True, max_length=32)),
                ("words", models.TextField(blank=True)),
                ("erased_at", models.DateTimeField(blank=True, null=True)),
                (
                    "erased_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Sitrep",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="sitrep",
                        serialize=False,
                        to="emergencies.logentry",
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "major",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sitreps",
                        to="emergencies.majorincident",
                    ),
                ),
            ],
            options={
                "ordering": ["major", "number"],
                "constraints": [models.UniqueConstraint(fields=("major", "number"), name="sitrep_number_once")],
            },
        ),
        migrations.CreateModel(
            name="ResourceRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=100)),
                ("number", models.PositiveIntegerField()),
                ("asked_of", models.CharField(max_length=150)),
                ("promised", models.PositiveIntegerField(default=0)),
                ("arrived", models.PositiveIntegerField(default=0)),
                ("asked_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
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
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "major",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="resources",
                        to="emergencies.majorincident",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Commander",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("position", models.CharField(blank=True, max_length=100)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(blank=True, null=True)),
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
                    "set_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "major",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="commanders",
                        to="emergencies.majorincident",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)),
                        fields=("major", "agency"),
                        name="commander_one_a_service",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("agency__isnull", True), ("until__isnull", True)),
                        fields=("major",),
                        name="commander_one_of_all",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Casualties",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("red", models.PositiveIntegerField(default=0)),
                ("yellow", models.PositiveIntegerField(default=0)),
                ("green", models.PositiveIntegerField(default=0)),
                ("black", models.PositiveIntegerField(default=0)),
                ("version", models.PositiveIntegerField(default=1)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "sector",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="casualties",
                        to="emergencies.sector",
                    ),
                ),
                (
                    "major",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="casualties",
                        to="emergencies.majorincident",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("major", "sector"), name="casualties_once_a_sector"),
                    models.UniqueConstraint(
                        condition=models.Q(("sector__isnull", True)),
                        fields=("major",),
                        name="casualties_once_without_sector",
                    ),
                ],
            },
        ),
    ]
