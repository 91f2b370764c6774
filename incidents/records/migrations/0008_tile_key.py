from django.db import migrations, models

import incidents.records.models.tilekeys
from geo.tiles import key_of

BATCH = 5_000


def fill(apps, schema_editor):
    """The keys of incidents that were there before the column."""
    rows = apps.get_model("records", "Incident").objects
    last = 0
    while found := list(rows.filter(pk__gt=last, point__isnull=False).order_by("pk").only("point")[:BATCH]):
        for row in found:
            row.tile_key = key_of(row.point.x, row.point.y)
        rows.bulk_update(found, ["tile_key"], batch_size=500)
        last = found[-1].pk


class Migration(migrations.Migration):
    # PostgreSQL builds no index in the transaction that changed the rows.
    atomic = False

    dependencies = [
        ("records", "0007_redactions"),
    ]

    operations = [
        migrations.AddField(
            model_name="incident",
            name="tile_key",
            field=incidents.records.models.tilekeys.TileKeyField(editable=False, null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                condition=models.Q(("exercise", 0), ("tile_key__isnull", False)),
                fields=["tile_key", "received_at", "group"],
                name="incident_tile",
            ),
        ),
    ]
