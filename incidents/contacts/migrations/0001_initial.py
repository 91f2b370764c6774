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
            name="TaskLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                (
                    "purpose",
                    models.CharField(
                        choices=[("receive", "Accept or return"), ("report", "Hand on or give the result")],
                        max_length=8,
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "assignment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="task_links", to="records.assignment"
                    ),
                ),
                (
                    "contact_point",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="task_links",
                        to="accounts.contactpoint",
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
                "verbose_name": "task link",
                "verbose_name_plural": "task links",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Drill",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token_hash", models.CharField(blank=True, db_index=True, max_length=64)),
                ("started_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "how",
                    models.CharField(
                        blank=True,
                        choices=[("link", "Link"), ("sms", "SMS"), ("email", "E-mail"), ("call", "Phone call")],
                        max_length=5,
                    ),
                ),
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
                    "contact_point",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="drills", to="accounts.contactpoint"
                    ),
                ),
                (
                    "started_by",
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
                "verbose_name": "contact drill",
                "verbose_name_plural": "contact drills",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["contact_point", "-id"], name="contacts_dr_contact_dc58d1_idx")],
            },
        ),
        migrations.CreateModel(
            name="Instruction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "door",
                    models.CharField(choices=[("sms", "SMS"), ("email", "E-mail"), ("link", "Link")], max_length=5),
                ),
                ("source_id", models.CharField(max_length=150)),
                ("act", models.CharField(max_length=10)),
                ("refusal", models.CharField(blank=True, max_length=30)),
                ("at", models.DateTimeField()),
                (
                    "assignment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="instructions",
                        to="records.assignment",
                    ),
                ),
                (
                    "contact_point",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="instructions",
                        to="accounts.contactpoint",
                    ),
                ),
            ],
            options={
                "verbose_name": "instruction of a contact",
                "verbose_name_plural": "instructions of contacts",
                "ordering": ["-id"],
                "constraints": [models.UniqueConstraint(fields=("door", "source_id"), name="instruction_once")],
            },
        ),
    ]
