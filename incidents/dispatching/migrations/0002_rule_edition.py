"""Every write to what rules depend on gives the edition a new token, in the same transaction, whoever writes.

On PostGIS before each statement: two people who import rules at once then wait for each other at this row first, and
never in a ring. Always, also while other triggers stand aside. Django rebuilds a SQLite table when a later migration
alters it, which drops its triggers: such a migration must add them again (tests/dispatching/test_book.py fails when it
does not).
"""

from __future__ import annotations

from django.db import migrations, models

TABLES = ("dispatching_competencerule", "dispatching_coordinating", "accounts_agency", "records_category")
POSTGRES_FUNCTION = """
CREATE FUNCTION dispatching_new_rule_edition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO dispatching_ruleedition (id, token) VALUES (1, gen_random_uuid()::text)
    ON CONFLICT (id) DO UPDATE SET token = excluded.token;
    RETURN NULL;
END $$;
"""
POSTGRES_ADD = """
CREATE TRIGGER {table}_new_rule_edition BEFORE INSERT OR UPDATE OR DELETE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION dispatching_new_rule_edition();
CREATE TRIGGER {table}_emptied_rule_edition AFTER TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION dispatching_new_rule_edition();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_new_rule_edition;
"""
# Not OR REPLACE: what the writing statement says of conflicts (OR IGNORE) would hold in here too.
SQLITE_ADD = """
CREATE TRIGGER {table}_{event}_new_rule_edition AFTER {event} ON {table}
BEGIN
    DELETE FROM dispatching_ruleedition;
    INSERT INTO dispatching_ruleedition (id, token) VALUES (1, hex(randomblob(16)));
END
"""
EVENTS = ("INSERT", "UPDATE", "DELETE")


def add(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRES_FUNCTION, params=None)
        for table in TABLES:
            schema_editor.execute(POSTGRES_ADD.format(table=table), params=None)
    else:
        for table in TABLES:
            for event in EVENTS:
                schema_editor.execute(SQLITE_ADD.format(table=table, event=event))


def drop(apps, schema_editor):
    for table in TABLES:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {table}_new_rule_edition ON {table}")
            schema_editor.execute(f"DROP TRIGGER {table}_emptied_rule_edition ON {table}")
        else:
            for event in EVENTS:
                schema_editor.execute(f"DROP TRIGGER {table}_{event}_new_rule_edition")
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION dispatching_new_rule_edition()")


def first_edition(apps, schema_editor):
    apps.get_model("dispatching", "RuleEdition").objects.get_or_create(id=1, defaults={"token": "first"})


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("dispatching", "0001_initial"),
        ("records", "0005_cover_names_in_lines"),
    ]

    operations = [
        migrations.CreateModel(
            name="RuleEdition",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("token", models.CharField(max_length=36)),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="rule_edition_is_one_row")],
            },
        ),
        migrations.RunPython(add, drop),
        migrations.RunPython(first_edition, migrations.RunPython.noop),
    ]
