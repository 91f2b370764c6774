from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="WorkerBeat",
            fields=[
                ("name", models.CharField(max_length=100, primary_key=True, serialize=False)),
                ("started_at", models.DateTimeField()),
                ("beat_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Arrival",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("door", models.CharField(max_length=20)),
                ("source_id", models.CharField(max_length=150)),
                ("sender", models.CharField(max_length=64)),
                ("body", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("taken", "Taken"), ("failed", "Failed")],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("next_try_at", models.DateTimeField()),
                ("taken_at", models.DateTimeField(blank=True, null=True)),
                ("error", models.CharField(blank=True, max_length=60)),
            ],
            options={
                "verbose_name": "arrival",
                "verbose_name_plural": "arrivals",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["door", "sender", "id"],
                        name="arrival_in_order",
                    ),
                    models.Index(condition=models.Q(("state", "taken")), fields=["taken_at"], name="arrival_taken"),
                ],
                "constraints": [models.UniqueConstraint(fields=("door", "source_id"), name="arrival_once")],
            },
        ),
    ]
