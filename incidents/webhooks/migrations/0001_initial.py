import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import incidents.webhooks.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("accounts", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Webhook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.SlugField(max_length=40, unique=True, verbose_name="name")),
                ("topic", models.CharField(max_length=40, verbose_name="what it is told")),
                ("url", models.CharField(max_length=500, verbose_name="web address")),
                (
                    "secret",
                    models.CharField(
                        default=incidents.webhooks.models.new_secret, max_length=64, verbose_name="secret"
                    ),
                ),
                ("with_exercises", models.BooleanField(default=False, verbose_name="exercises too")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("epoch", models.CharField(blank=True, editable=False, max_length=32)),
                ("offset", models.BigIntegerField(default=0, editable=False)),
                ("failures", models.PositiveIntegerField(default=0, editable=False, verbose_name="failures in a row")),
                (
                    "paused_until",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="paused until"),
                ),
                (
                    "agency",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="webhooks",
                        to="accounts.agency",
                        verbose_name="agency",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="webhooks",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="partner's machine",
                    ),
                ),
            ],
            options={
                "verbose_name": "webhook",
                "verbose_name_plural": "webhooks",
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agency__isnull", False), ("partner__isnull", True)),
                            models.Q(("agency__isnull", True), ("partner__isnull", False)),
                            _connector="OR",
                        ),
                        name="webhook_has_one_owner",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("changed", "Changed"), ("removed", "Removed"), ("resync", "Fetch everything anew")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("entity", models.CharField(blank=True, max_length=40)),
                ("entity_id", models.BigIntegerField(default=0)),
                ("version", models.BigIntegerField(default=0)),
                ("body", models.TextField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("sending", "Being sent"),
                            ("sent", "Sent"),
                            ("given_up", "Given up"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("failure", models.CharField(blank=True, max_length=60, verbose_name="reason")),
                ("created_at", models.DateTimeField(verbose_name="created")),
                ("waiting_since", models.DateTimeField()),
                ("next_try_at", models.DateTimeField()),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
                (
                    "webhook",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="webhooks.webhook",
                        verbose_name="webhook",
                    ),
                ),
            ],
            options={
                "verbose_name": "message to a webhook",
                "verbose_name_plural": "messages to webhooks",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["waiting", "sending"])),
                        fields=["next_try_at"],
                        name="notice_to_be_sent",
                    ),
                    models.Index(fields=["webhook", "entity", "entity_id"], name="notice_of_entity"),
                    models.Index(fields=["ended_at"], name="notice_ended"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="at")),
                ("status", models.PositiveSmallIntegerField(null=True, verbose_name="status")),
                ("failure", models.CharField(blank=True, max_length=60, verbose_name="reason")),
                ("took_ms", models.PositiveIntegerField(verbose_name="took (ms)")),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tries", to="webhooks.notice"
                    ),
                ),
            ],
            options={
                "verbose_name": "attempt",
                "verbose_name_plural": "attempts",
                "ordering": ["pk"],
            },
        ),
    ]
