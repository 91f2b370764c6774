import django.contrib.gis.db.models.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("delivery", "0001_initial"),
        ("records", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CannedText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40, unique=True)),
                ("title", models.CharField(max_length=80)),
                ("text", models.TextField()),
                ("title_en", models.CharField(blank=True, max_length=80)),
                ("text_en", models.TextField(blank=True)),
                ("order", models.PositiveSmallIntegerField(default=0)),
                ("is_active", models.BooleanField(default=True)),
            ],
            options={
                "verbose_name": "canned text",
                "verbose_name_plural": "canned texts",
                "ordering": ["order", "code"],
            },
        ),
        migrations.CreateModel(
            name="Conversation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("exercise", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "conversation",
                "verbose_name_plural": "conversations",
            },
        ),
        migrations.CreateModel(
            name="Participant",
            fields=[
                (
                    "reporter",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="participant",
                        serialize=False,
                        to="records.reporter",
                    ),
                ),
                (
                    "because",
                    models.CharField(
                        choices=[
                            ("first", "First message"),
                            ("same_phone", "Same phone number"),
                            ("person", "Put together by a person"),
                        ],
                        default="first",
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField()),
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
                    "conversation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="participants",
                        to="conversations.conversation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Rating",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("happy", models.BooleanField()),
                ("reopened", models.BooleanField(default=False)),
                ("at", models.DateTimeField()),
                ("exercise", models.PositiveIntegerField(default=0)),
                (
                    "report",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rating", to="records.report"
                    ),
                ),
            ],
            options={
                "verbose_name": "rating",
                "verbose_name_plural": "ratings",
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "direction",
                    models.CharField(choices=[("in", "From the citizen"), ("out", "To the citizen")], max_length=3),
                ),
                (
                    "door",
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
                ("source_id", models.CharField(blank=True, max_length=150)),
                ("opens", models.BooleanField(default=False)),
                ("text", models.TextField(blank=True)),
                ("erased_at", models.DateTimeField(blank=True, null=True)),
                ("point", django.contrib.gis.db.models.fields.PointField(blank=True, null=True, srid=4326)),
                ("because", models.CharField(blank=True, max_length=40)),
                ("at", models.DateTimeField()),
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
                    "conversation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="conversations.conversation",
                    ),
                ),
                (
                    "delivery",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="message",
                        to="delivery.delivery",
                    ),
                ),
                ("photos", models.ManyToManyField(blank=True, related_name="messages", to="records.photo")),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="messages", to="records.report"
                    ),
                ),
                (
                    "reporter",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="records.reporter",
                    ),
                ),
            ],
            options={
                "verbose_name": "message",
                "verbose_name_plural": "messages",
                "ordering": ["at", "id"],
                "indexes": [models.Index(fields=["reporter", "at"], name="message_of_reporter")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("source_id", ""), _negated=True),
                        fields=("door", "source_id"),
                        name="message_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("delivery__isnull", True), ("direction", "in")),
                            models.Q(("direction", "out"), ("opens", False)),
                            _connector="OR",
                        ),
                        name="message_direction",
                    ),
                ],
            },
        ),
    ]
