"""History is appended, never changed nor deleted: the database itself refuses it, whoever asks.

Django rebuilds a SQLite table when a later migration alters it, which drops its triggers: such a migration must add
them again (tests/records/test_history.py fails when it does not).
"""

from __future__ import annotations

from django.db import migrations

POSTGRES_ADD = """
CREATE FUNCTION records_history_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'history is append-only' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER records_history_append_only BEFORE UPDATE OR DELETE ON records_history
FOR EACH ROW EXECUTE FUNCTION records_history_append_only();
"""
POSTGRES_DROP = """
DROP TRIGGER records_history_append_only ON records_history;
DROP FUNCTION records_history_append_only();
"""
SQLITE_ADD = """
CREATE TRIGGER records_history_no_{event} BEFORE {event} ON records_history
BEGIN SELECT RAISE(ABORT, 'history is append-only'); END
"""


def add(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRES_ADD, params=None)
    else:
        for event in ("UPDATE", "DELETE"):
            schema_editor.execute(SQLITE_ADD.format(event=event))


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRES_DROP, params=None)
    else:
        for event in ("UPDATE", "DELETE"):
            schema_editor.execute(f"DROP TRIGGER records_history_no_{event}")


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]

    operations = [migrations.RunPython(add, drop)]
