import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("conversations", "0001_initial"),
        ("records", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ZaloToken",
            fields=[
                ("app_id", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("given", models.CharField(max_length=64)),
                ("access_token", models.TextField(blank=True)),
                ("refresh_token", models.TextField()),
                ("expires_at", models.DateTimeField()),
                ("renewed_at", models.DateTimeField(blank=True, null=True)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("next_try_at", models.DateTimeField()),
                ("failures", models.PositiveSmallIntegerField(default=0)),
                ("lost", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "Zalo token",
                "verbose_name_plural": "Zalo tokens",
            },
        ),
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(blank=True, max_length=100)),
                ("prefix", models.CharField(max_length=8)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("exercise", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="api_keys",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "API key",
                "verbose_name_plural": "API keys",
            },
        ),
        migrations.CreateModel(
            name="SmsPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sender", models.CharField(max_length=40)),
                ("ref", models.CharField(max_length=40)),
                ("parts", models.PositiveSmallIntegerField()),
                ("part", models.PositiveSmallIntegerField()),
                ("source_id", models.CharField(max_length=150)),
                ("text", models.TextField()),
                ("whole", models.BooleanField(default=True)),
                ("at", models.DateTimeField(db_index=True)),
            ],
            options={
                "verbose_name": "part of an SMS",
                "verbose_name_plural": "parts of SMS",
                "constraints": [
                    models.UniqueConstraint(fields=("sender", "ref", "parts", "part"), name="sms_part_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="KeptFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("path", models.CharField(max_length=200)),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="files", to="conversations.message"
                    ),
                ),
            ],
            options={
                "verbose_name": "kept file",
                "verbose_name_plural": "kept files",
                "constraints": [models.UniqueConstraint(fields=("message", "sha256"), name="kept_file_once_a_message")],
            },
        ),
        migrations.CreateModel(
            name="Media",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("url", models.CharField(max_length=1000)),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("taken", "Fetched"), ("failed", "Could not be fetched")],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("failure", models.CharField(blank=True, max_length=40)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_try_at", models.DateTimeField()),
                ("created_at", models.DateTimeField()),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="media", to="conversations.message"
                    ),
                ),
            ],
            options={
                "verbose_name": "picture of a platform",
                "verbose_name_plural": "pictures of platforms",
                "indexes": [
                    models.Index(condition=models.Q(("state", "waiting")), fields=["next_try_at"], name="media_to_do")
                ],
                "constraints": [models.UniqueConstraint(fields=("message", "number"), name="media_once")],
            },
        ),
        migrations.CreateModel(
            name="ServiceAttribute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40)),
                (
                    "datatype",
                    models.CharField(
                        choices=[
                            ("string", "a few words"),
                            ("number", "a number"),
                            ("datetime", "date and time"),
                            ("text", "several lines"),
                            ("singlevaluelist", "one of a list"),
                            ("multivaluelist", "several of a list"),
                        ],
                        max_length=20,
                        verbose_name="kind of answer",
                    ),
                ),
                ("required", models.BooleanField(default=False, verbose_name="must be answered")),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                ("description", models.CharField(max_length=200, verbose_name="question")),
                ("description_en", models.CharField(blank=True, max_length=200, verbose_name="question in English")),
                ("values", models.JSONField(blank=True, default=list)),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attributes",
                        to="records.category",
                        verbose_name="category",
                    ),
                ),
            ],
            options={
                "verbose_name": "extra question",
                "verbose_name_plural": "extra questions",
                "ordering": ["order", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("category", "code"), name="service_attribute_once_a_category")
                ],
            },
        ),
    ]
