"""Places in the history that were written before it kept them only as coarse as walls show (places.py).

The one time that history is rewritten: what was done, by whom and when stays, and no log's hash is over these rows.
"""

from __future__ import annotations

from django.db import migrations

# As _KEPT_DECIMALS of places.py was when the history began to keep coarse places.
DECIMALS = 3
SQLITE_ADD = """
CREATE TRIGGER records_history_no_update BEFORE UPDATE ON records_history
BEGIN SELECT RAISE(ABORT, 'history is append-only'); END
"""


def coarsen(apps, schema_editor):
    history = apps.get_model("records", "History").objects.using(schema_editor.connection.alias)
    finer = []
    for row in history.filter(data__has_key="lon").only("data").iterator(chunk_size=2_000):
        coarse = {name: round(row.data[name], DECIMALS) for name in ("lon", "lat") if row.data.get(name) is not None}
        if any(row.data[name] != value for name, value in coarse.items()):
            row.data = {**row.data, **coarse}
            finer.append(row)
    if not finer:
        return
    postgresql = schema_editor.connection.vendor == "postgresql"
    if postgresql:
        schema_editor.execute("ALTER TABLE records_history DISABLE TRIGGER records_history_append_only")
    else:
        schema_editor.execute("DROP TRIGGER records_history_no_update")
    history.bulk_update(finer, ["data"], batch_size=500)
    if postgresql:
        schema_editor.execute("ALTER TABLE records_history ENABLE TRIGGER records_history_append_only")
    else:
        schema_editor.execute(SQLITE_ADD)


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0005_cover_names_in_lines"),
    ]

    operations = [
        migrations.RunPython(coarsen, migrations.RunPython.noop),
    ]
