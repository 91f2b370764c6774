import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("records", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="DataAct",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("exported", "Exported"), ("erased", "Erased")], max_length=10)),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("requested", "The person asked for it"),
                            ("retention", "The time to keep it was over"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reports", models.PositiveIntegerField()),
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
                    "reporter",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.reporter"
                    ),
                ),
            ],
            options={
                "verbose_name": "act on personal data",
                "verbose_name_plural": "acts on personal data",
                "ordering": ["-pk"],
            },
        ),
    ]
