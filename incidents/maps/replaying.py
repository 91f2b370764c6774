"""A day again: the rows of it, and the one fold that makes a map and figures of them.

`fold` here and `fold` in frontend/src/replay/fold.ts are the same function; tests/maps/pairs holds both to it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import Any, TypedDict

from django.db.models import Q
from django.utils import timezone

from incidents.maps.models import Course
from incidents.records.lifecycles import IncidentState
from opscenter.accounts.models import Person
from opscenter.accounts.roles import ROOM_ROLES


class Row(TypedDict):
    """One look of an incident from `at` on. Seconds since 1970; `due` 0: no deadline; `group` 0: not known."""

    id: int
    at: int
    received: int
    state: str
    on_board: bool
    group: int
    category: str
    lon: float | None
    lat: float | None
    due: int


class Picture(TypedDict):
    """What stands at a moment: the incidents on the board by id, and the day's figures as of then."""

    board: dict[str, Row]
    received: int
    open: int
    overdue: int
    closed: int
    by_group: dict[str, int]


def fold(rows: Iterable[Row], start: int, at: int) -> Picture:
    """The picture at a moment of the day that began at `start`, from the rows in their order up to and with `at`.

    The figures are those of records.figures: received on the day (by_group: of these), open and overdue now, answered
    on the day.
    """
    latest: dict[int, Row] = {}
    for row in rows:
        if row["at"] > at:
            break
        latest[row["id"]] = row
    board = {str(row["id"]): row for row in latest.values() if row["on_board"]}
    of_day = [row for row in latest.values() if row["received"] >= start]
    groups = Counter(str(row["group"]) for row in of_day)
    return {
        "board": board,
        "received": len(of_day),
        "open": len(board),
        "overdue": sum(0 < row["due"] < at for row in board.values()),
        "closed": sum(row["state"] == IncidentState.CLOSED and row["at"] >= start for row in latest.values()),
        "by_group": dict(sorted(groups.items())),
    }


def rows_of(person: Person, day: dt.date) -> tuple[int, int, list[Row]]:
    """The day's first second, its end, and its rows in order: first how it began, then what changed. Two queries.

    The room sees every incident, others what leaders' walls show.
    """
    start = timezone.make_aware(dt.datetime.combine(day, dt.time()))
    end = timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time()))
    rows = Course.objects.all() if person.role in ROOM_ROLES else Course.objects.filter(for_walls=True)
    began = rows.filter(Q(until=None) | Q(until__gt=start), on_board=True, at__lt=start).order_by("at", "incident")
    changed = rows.filter(at__gte=start, at__lt=end).order_by("at", "incident", "version")
    return _seconds(start), _seconds(end), [_row(row) for part in (began, changed) for row in part]


def _row(row: Course) -> Row:
    return {
        "id": row.incident_id,
        "at": _seconds(row.at),
        "received": _seconds(row.received_at),
        "state": row.state,
        "on_board": row.on_board,
        "group": row.group or 0,
        "category": row.category,
        "lon": row.lon,
        "lat": row.lat,
        "due": _seconds(row.due_at) if row.due_at else 0,
    }


def _seconds(at: dt.datetime) -> int:
    return int(at.timestamp())


def as_json(person: Person, day: dt.date) -> dict[str, Any]:
    """What the page asks for a day: {day, start, end, rows}."""
    start, end, rows = rows_of(person, day)
    return {"day": day.isoformat(), "start": start, "end": end, "rows": rows}
