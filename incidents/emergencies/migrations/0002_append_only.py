"""Entries of the log and seals are appended, never changed nor deleted: the database itself refuses it.

Django rebuilds a SQLite table when a later migration alters it, which drops its triggers: such a migration must add
them again (tests/emergencies/test_log.py fails when it does not).
"""

from __future__ import annotations

from django.db import migrations

TABLES = ("emergencies_logentry", "emergencies_seal")
POSTGRES_FUNCTION = """
CREATE FUNCTION emergencies_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the log is append-only' USING ERRCODE = 'restrict_violation'; END $$;
"""
POSTGRES_ADD = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION emergencies_append_only();
"""
SQLITE_ADD = """
CREATE TRIGGER {table}_no_{event} BEFORE {event} ON {table}
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END
"""


def add(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRES_FUNCTION, params=None)
        for table in TABLES:
            schema_editor.execute(POSTGRES_ADD.format(table=table), params=None)
    else:
        for table in TABLES:
            for event in ("UPDATE", "DELETE"):
                schema_editor.execute(SQLITE_ADD.format(table=table, event=event))


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(f"DROP TRIGGER {table}_append_only ON {table}")
        schema_editor.execute("DROP FUNCTION emergencies_append_only()")
    else:
        for table in TABLES:
            for event in ("UPDATE", "DELETE"):
                schema_editor.execute(f"DROP TRIGGER {table}_no_{event}")


class Migration(migrations.Migration):
    dependencies = [("emergencies", "0001_initial")]

    operations = [migrations.RunPython(add, drop)]
