import uuid

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
            name="PushDevice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("endpoint", models.TextField()),
                ("endpoint_digest", models.CharField(max_length=64, unique=True)),
                ("p256dh", models.CharField(max_length=100)),
                ("auth", models.CharField(max_length=32)),
                ("language", models.CharField(default="vi", max_length=5)),
                ("seen_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="push_devices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("reports", models.ManyToManyField(blank=True, related_name="push_devices", to="records.report")),
            ],
            options={
                "verbose_name": "device with notifications",
                "verbose_name_plural": "devices with notifications",
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("link", models.CharField(blank=True, max_length=200)),
                ("kind", models.CharField(max_length=20)),
                (
                    "door",
                    models.CharField(
                        choices=[
                            ("email", "E-mail"),
                            ("page", "Tracking page"),
                            ("sms", "SMS"),
                            ("zalo", "Zalo"),
                            ("viber", "Viber"),
                            ("facebook", "Facebook"),
                            ("chat", "Web chat"),
                            ("push", "Notification of the app"),
                            ("call", "Phone call"),
                        ],
                        max_length=10,
                    ),
                ),
                ("language", models.CharField(default="vi", max_length=5)),
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
                            ("cancelled", "Not sent"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_try_at", models.DateTimeField()),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("failure", models.CharField(blank=True, max_length=40)),
                ("provider_id", models.CharField(blank=True, max_length=150)),
                (
                    "receipt",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "None"),
                            ("delivered", "Delivered"),
                            ("read", "Read"),
                            ("failed", "Not delivered"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("receipt_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("exercise", models.PositiveIntegerField(default=0)),
                (
                    "assignment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="records.assignment",
                    ),
                ),
                (
                    "contact_point",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="accounts.contactpoint",
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="records.incident",
                    ),
                ),
                (
                    "instead_of",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="again",
                        to="delivery.delivery",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="records.report",
                    ),
                ),
                (
                    "reporter",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="records.reporter",
                    ),
                ),
                (
                    "device",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="deliveries",
                        to="delivery.pushdevice",
                    ),
                ),
            ],
            options={
                "verbose_name": "outgoing message",
                "verbose_name_plural": "outgoing messages",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["sending", "waiting"])),
                        fields=["next_try_at"],
                        name="delivery_to_do",
                    ),
                    models.Index(
                        condition=models.Q(("provider_id", ""), _negated=True),
                        fields=["provider_id"],
                        name="delivery_provider_id",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("report__isnull", False),
                            ("assignment__isnull", False),
                            ("reporter__isnull", False),
                            ("contact_point__isnull", False),
                            ("person__isnull", False),
                            _connector="OR",
                        ),
                        name="delivery_is_to_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "sending"), _negated=True),
                            ("lease_until__isnull", False),
                            _connector="OR",
                        ),
                        name="delivery_sending_has_lease",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("outcome", models.CharField(max_length=10)),
                ("code", models.CharField(blank=True, max_length=40)),
                ("detail", models.CharField(blank=True, max_length=300)),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="attempt_rows", to="delivery.delivery"
                    ),
                ),
            ],
            options={
                "verbose_name": "attempt",
                "verbose_name_plural": "attempts",
                "ordering": ["id"],
            },
        ),
    ]
