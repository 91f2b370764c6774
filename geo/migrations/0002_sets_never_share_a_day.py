"""Two area sets never share a day: the database itself refuses it.

PostGIS has exclusion constraints for this. SQLite has none, so two triggers do it there. Django rebuilds a
SQLite table when a later migration alters it, which drops its triggers: such a migration must add them again
(tests/geo/test_area_sets.py fails when it does not).
"""

from __future__ import annotations

from django.db import migrations

POSTGIS_ADD = """
ALTER TABLE geo_areaset ADD CONSTRAINT area_sets_never_share_a_day
EXCLUDE USING gist (daterange(valid_from, valid_until, '[)') WITH &&)
"""
POSTGIS_DROP = "ALTER TABLE geo_areaset DROP CONSTRAINT area_sets_never_share_a_day"

SQLITE_TRIGGER = """
CREATE TRIGGER area_sets_never_share_a_day_{event} BEFORE {event} ON geo_areaset
WHEN EXISTS (
    SELECT 1 FROM geo_areaset AS other
    WHERE other.id <> COALESCE(NEW.id, -1)
      AND (NEW.valid_until IS NULL OR other.valid_from < NEW.valid_until)
      AND (other.valid_until IS NULL OR NEW.valid_from < other.valid_until)
)
BEGIN SELECT RAISE(ABORT, 'area_sets_never_share_a_day'); END
"""


def add(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGIS_ADD)
    else:
        for event in ("INSERT", "UPDATE"):
            schema_editor.execute(SQLITE_TRIGGER.format(event=event))


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGIS_DROP)
    else:
        for event in ("INSERT", "UPDATE"):
            schema_editor.execute(f"DROP TRIGGER area_sets_never_share_a_day_{event}")


def first_edition(apps, schema_editor):
    apps.get_model("geo", "PlaceEdition").objects.get_or_create(id=1)


class Migration(migrations.Migration):
    dependencies = [("geo", "0001_initial")]

    operations = [
        migrations.RunPython(add, drop),
        migrations.RunPython(first_edition, migrations.RunPython.noop),
    ]
