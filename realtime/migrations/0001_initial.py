from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Event",
            fields=[
                ("offset", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_index=True)),
                ("entity", models.CharField(max_length=40)),
                ("entity_id", models.BigIntegerField()),
                ("version", models.BigIntegerField()),
                ("exercise", models.BigIntegerField()),
                ("audience", models.TextField()),
                ("removed", models.TextField()),
                ("bodies", models.TextField()),
            ],
            options={
                "ordering": ["offset"],
            },
        ),
        migrations.CreateModel(
            name="Log",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("epoch", models.CharField(max_length=32)),
                ("top", models.BigIntegerField(default=0)),
                ("floor", models.BigIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="realtime_log_one_row"),
                    models.CheckConstraint(
                        condition=models.Q(("floor__gte", 0), ("floor__lte", models.F("top"))),
                        name="realtime_log_floor_below_top",
                    ),
                ],
            },
        ),
    ]
