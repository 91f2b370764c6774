"""Rows that many tests begin with: made once a process, and put back for each further test.

Making an invented province, its people or a scene with photos costs more than most tests do with it; putting the rows
back costs a few milliseconds. What is put back is the whole database as it was, so a test can rely on nothing else.
"""

from __future__ import annotations

import copy
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings

from tests.harness.emptying import KEPT, holding, without_triggers

Made = TypeVar("Made")
# Of each table that holds something: on PostGIS what COPY gives, on SpatiaLite its rows.
Rows = dict[str, Any]


def rows_now(connection: Any) -> Rows:
    """Everything in the database but what migrations put there."""
    rows: Rows = {}
    with connection.cursor() as cursor:
        for table in _holding(connection):
            name = connection.ops.quote_name(table)
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {name} TO STDOUT (FORMAT binary)") as out:
                    rows[table] = b"".join(bytes(part) for part in out)
            else:
                columns = [column[1] for column in cursor.execute(f"PRAGMA table_info({name})").fetchall()]
                # An expression has no declared type: the values come as they are stored.
                wanted = ", ".join("+" + connection.ops.quote_name(column) for column in columns)
                rows[table] = cursor.execute(f"SELECT {wanted} FROM {name}").fetchall()
    return rows


def put_back(connection: Any, rows: Rows) -> None:
    """Makes the database what it was at `rows_now`, in one transaction."""
    from django.db import transaction

    quote = connection.ops.quote_name
    emptied = [f"DELETE FROM {quote(table)}" for table in _holding(connection)]
    with transaction.atomic(), connection.cursor() as cursor, without_triggers(connection, cursor, emptied):
        for statement in emptied:
            cursor.execute(statement)
        for table, kept in rows.items():
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {quote(table)} FROM STDIN (FORMAT binary)") as into:
                    into.write(kept)
            else:
                # Past Django's own cursor, which would write each statement down.
                marks = ",".join("?" * len(kept[0]))
                cursor.connection.executemany(f"INSERT INTO {quote(table)} VALUES ({marks})", kept)


_tables: dict[str, str] = {}


def _holding(connection: Any) -> list[str]:
    if not _tables:
        names = connection.introspection.django_table_names(only_existing=True, include_views=False)
        _tables.update({name: connection.ops.quote_name(name) for name in names if name not in KEPT})
    return holding(connection, _tables)


def _counts(connection: Any) -> dict[str, int]:
    """How many rows each table holds that holds any."""
    quote = connection.ops.quote_name
    tables = _holding(connection)
    if not tables:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(f"SELECT {number}, count(*) FROM {quote(name)}" for number, name in enumerate(tables))
        )
        return {tables[number]: count for number, count in cursor.fetchall()}


@dataclass(frozen=True)
class _Kept:
    made: Any
    # What was there before: on anything else it is made anew.
    before: dict[str, int]
    rows: Rows
    # A copy of the media folder, where anything was in it.
    files: Path | None


class Remembering:
    """What was made so far, by name; one for a process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[str, _Kept] = {}
        # What was put into this test's database last, if it was what is kept.
        self._last = ""

    def __call__(self, name: str, make: Callable[[], Made], *, on: str = "") -> Made:
        """What `make` makes on an empty database, or on top of what is named; the first time by calling it. Each test
        is given a copy of its own."""
        from django.db import connection

        kept = self._kept.get(name)
        before = _counts(connection)
        usual = self._last == on if on else not before
        if not usual or (kept is not None and kept.before != before):
            self._last = ""
            return make()
        self._last = name
        media = Path(settings.MEDIA_ROOT)
        if kept is None:
            made = make()
            files = None
            if media.is_dir():
                files = Path(tempfile.mkdtemp(dir=self._folder)) / "media"
                shutil.copytree(media, files)
            self._kept[name] = _Kept(copy.deepcopy(made), before, rows_now(connection), files)
            return made
        put_back(connection, kept.rows)
        if kept.files is not None:
            shutil.copytree(kept.files, media, dirs_exist_ok=True)
        return copy.deepcopy(kept.made)  # type: ignore[no-any-return]
