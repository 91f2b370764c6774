"""Emptying the database between tests, quickly: only tables that hold something, and not what migrations put there.

Django's own flush deletes from every table and then makes content types and permissions anew for every application:
with forty of them that costs more than most tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# Made by migrations, referred to by nothing a test makes, and the same for all tests; or written by the database itself
# when other tables are (dispatching 0002), as it also is while they are emptied.
KEPT = frozenset({"django_content_type", "auth_permission", "django_migrations", "dispatching_ruleedition"})


def empty_quickly(connection: Any) -> None:
    """Makes Django's flush command on this connection do only what is needed; for the whole run."""
    from django.core.management.commands import flush

    def sql_flush(style: Any, tables: list[str], *, reset_sequences: bool = False, **_: Any) -> list[str]:
        del style, reset_sequences
        quoted = {table: connection.ops.quote_name(table) for table in tables if table not in KEPT}
        return [f"DELETE FROM {quoted[table]}" for table in holding(connection, quoted)]

    def execute(statements: list[str]) -> None:
        from django.db import transaction

        with transaction.atomic(), connection.cursor() as cursor, without_triggers(connection, cursor, statements):
            for statement in statements:
                cursor.execute(statement)

    connection.ops.sql_flush = sql_flush
    connection.ops.execute_sql_flush = execute
    # What it would make anew is kept.
    flush.emit_post_migrate_signal = lambda *_: None


def holding(connection: Any, quoted: dict[str, str]) -> list[str]:
    """The tables that hold a row, in one query."""
    if not quoted:
        return []
    names = list(quoted)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Most tables were never written to, and have no page: asking each takes longer than the test.
            cursor.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
                " AND pg_relation_size(oid) > 0"
            )
            paged = {row[0] for row in cursor.fetchall()}
            names = [name for name in names if name in paged]
        found: list[Any] = []
        # SQLite joins at most 500 selects.
        for start in range(0, len(names), 400):
            part = names[start : start + 400]
            cursor.execute(
                " UNION ALL ".join(
                    f"SELECT {number} WHERE EXISTS (SELECT 1 FROM {quoted[name]})" for number, name in enumerate(part)
                )
            )
            found += [part[row[0]] for row in cursor.fetchall()]
    return found


@contextmanager
def without_triggers(connection: Any, cursor: Any, statements: list[str]) -> Iterator[None]:
    """Tables that are only appended to may be emptied here, and nowhere else: their triggers stand aside."""
    if connection.vendor == "postgresql":
        # Of this transaction alone; the order of the tables does not matter then either.
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        return
    cursor.execute("SELECT name, sql, tbl_name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%append-only%'")
    emptied = " ".join(statements)
    triggers = [(name, sql) for name, sql, table in cursor.fetchall() if f'"{table}"' in emptied]
    for name, _sql in triggers:
        cursor.execute(f"DROP TRIGGER {name}")
    yield
    for _name, sql in triggers:
        cursor.execute(sql)
