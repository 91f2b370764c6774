import django.contrib.gis.db.models.fields
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import incidents.partners.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("emergencies", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="WarningSource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.SlugField(max_length=40, unique=True, verbose_name="name")),
                ("label", models.CharField(max_length=100, verbose_name="shown as")),
                ("url", models.CharField(blank=True, max_length=500, verbose_name="web address")),
                ("every_s", models.PositiveIntegerField(default=120, verbose_name="asked every … seconds")),
                (
                    "secret",
                    models.CharField(
                        default=incidents.partners.models.new_secret, max_length=64, verbose_name="secret"
                    ),
                ),
                ("senders", models.TextField(blank=True, verbose_name="senders, one a line")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("next_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("asked_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="last asked")),
                ("failure", models.CharField(blank=True, editable=False, max_length=60, verbose_name="reason")),
                ("failures", models.PositiveIntegerField(default=0, editable=False, verbose_name="failures in a row")),
                ("read", models.JSONField(default=list, editable=False)),
            ],
            options={
                "verbose_name": "source of warnings",
                "verbose_name_plural": "sources of warnings",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="SystemKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.SlugField(max_length=40, unique=True, verbose_name="name")),
                ("prefix", models.CharField(editable=False, max_length=8, verbose_name="begins with")),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                ("with_exercises", models.BooleanField(default=False, verbose_name="exercises too")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="system_keys",
                        to="accounts.agency",
                        verbose_name="agency",
                    ),
                ),
            ],
            options={
                "verbose_name": "key of a partner's system",
                "verbose_name_plural": "keys of partners' systems",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="TakServer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.SlugField(max_length=40, unique=True, verbose_name="name")),
                ("host", models.CharField(max_length=200, verbose_name="host")),
                ("port", models.PositiveIntegerField(default=8089, verbose_name="port")),
                ("tls", models.BooleanField(default=True, verbose_name="encrypted (TLS)")),
                ("with_exercises", models.BooleanField(default=False, verbose_name="exercises too")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "connected_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="connected since"),
                ),
                ("failure", models.CharField(blank=True, editable=False, max_length=60, verbose_name="reason")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tak_servers",
                        to="accounts.agency",
                        verbose_name="agency",
                    ),
                ),
            ],
            options={
                "verbose_name": "TAK server",
                "verbose_name_plural": "TAK servers",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="CapMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("identifier", models.CharField(max_length=60, unique=True)),
                ("sent", models.DateTimeField()),
                ("msg_type", models.CharField(max_length=10)),
                ("digest", models.CharField(max_length=64)),
                ("incident_version", models.PositiveIntegerField()),
                ("is_last", models.BooleanField(default=True)),
                ("xml", models.TextField()),
                (
                    "shared",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cap_messages",
                        to="emergencies.sharedincident",
                    ),
                ),
            ],
            options={
                "verbose_name": "published alert (CAP)",
                "verbose_name_plural": "published alerts (CAP)",
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_last", True), models.Q(("msg_type", "Cancel"), _negated=True)),
                        fields=["shared"],
                        name="cap_message_going_on",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("shared", "number"), name="cap_message_numbered_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_last", True)), fields=("shared",), name="cap_message_one_last"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AreaWarning",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sender", models.CharField(max_length=200, verbose_name="sender")),
                ("identifier", models.CharField(max_length=200, verbose_name="identifier")),
                ("sent", models.DateTimeField(verbose_name="sent")),
                ("status", models.CharField(max_length=10, verbose_name="status")),
                ("msg_type", models.CharField(max_length=10, verbose_name="kind")),
                ("references", models.JSONField(default=list)),
                ("event", models.CharField(max_length=200, verbose_name="what")),
                ("headline", models.CharField(blank=True, max_length=300, verbose_name="headline")),
                ("instruction", models.TextField(blank=True, verbose_name="what to do")),
                ("area", models.CharField(blank=True, max_length=500, verbose_name="area")),
                ("severity", models.CharField(max_length=10, verbose_name="severity")),
                ("urgency", models.CharField(max_length=10, verbose_name="urgency")),
                ("certainty", models.CharField(max_length=10, verbose_name="certainty")),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("until", models.DateTimeField(verbose_name="until")),
                ("geometry", django.contrib.gis.db.models.fields.MultiPolygonField(blank=True, null=True, srid=4326)),
                ("is_shown", models.BooleanField(default=False, verbose_name="on the maps")),
                ("why_not", models.CharField(blank=True, max_length=20, verbose_name="reason")),
                ("version", models.PositiveIntegerField(default=1)),
                ("taken_at", models.DateTimeField(verbose_name="taken")),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="warnings",
                        to="partners.warningsource",
                        verbose_name="source",
                    ),
                ),
            ],
            options={
                "verbose_name": "warning",
                "verbose_name_plural": "warnings",
                "indexes": [
                    models.Index(condition=models.Q(("is_shown", True)), fields=["until"], name="area_warning_shown")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("source", "sender", "identifier"), name="area_warning_taken_once")
                ],
            },
        ),
    ]
