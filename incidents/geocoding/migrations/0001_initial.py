import django.contrib.gis.db.models.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("records", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("no_address", "No address to ask for"),
                            ("asking", "Being asked"),
                            ("waiting", "Waiting to be asked again"),
                            ("proposed", "Proposed"),
                            ("nothing", "Nothing found"),
                            ("outside", "Only outside the province"),
                            ("failed", "No answer"),
                        ],
                        default="no_address",
                        max_length=10,
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        blank=True, choices=[("nominatim", "Nominatim"), ("photon", "Photon")], max_length=10
                    ),
                ),
                ("point", django.contrib.gis.db.models.fields.PointField(blank=True, null=True, srid=4326)),
                ("radius_m", models.FloatField(blank=True, null=True)),
                ("label", models.CharField(blank=True, max_length=250)),
                ("seen_version", models.PositiveIntegerField(default=0)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("asked_at", models.DateTimeField(blank=True, null=True)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                (
                    "incident",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="proposal", to="records.incident"
                    ),
                ),
            ],
            options={
                "verbose_name": "proposal of the outside geocoder",
                "verbose_name_plural": "proposals of the outside geocoder",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("point__isnull", False), ("radius_m__isnull", False), ("state", "proposed")),
                            models.Q(
                                models.Q(("state", "proposed"), _negated=True),
                                ("point__isnull", True),
                                ("radius_m__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="proposal_has_point",
                    )
                ],
            },
        ),
    ]
