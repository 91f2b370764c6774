"""The event log: append at the end of a change, read a range, prune what nobody needs, begin a new epoch."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from realtime.entities import Described, canonical
from realtime.models import LOG_ID, Event, Log

# How far behind a reader may be and still be sent the events it missed instead of a snapshot.
REPLAY_LIMIT = 5_000
_PRUNE_BATCH = 5_000
_TABLE = Log._meta.db_table


class LogState(NamedTuple):
    """Where the log stands: its epoch, the newest offset, and the offset up to which events may be gone."""

    epoch: str
    top: int
    floor: int


class Logged(NamedTuple):
    """One event as read from the log; `bodies` maps a profile to the stored JSON text."""

    offset: int
    entity: str
    id: int
    version: int
    audience: dict[str, str]
    removed: frozenset[str]
    bodies: dict[str, str]


def append(described: Sequence[Described], at: dt.datetime) -> None:
    """Numbers and stores events; inside an open transaction, as its last statements.

    A counter row instead of a sequence: with a sequence a slow transaction commits 1 after a reader has seen 2, and
    that reader never gets 1.
    """
    if not described:
        return
    top = _take(len(described))
    if top is None:
        _begin()
        top = _take(len(described)) or 0
    first = top - len(described) + 1
    Event.objects.bulk_create(
        [
            Event(
                offset=offset,
                at=at,
                entity=one.entity,
                entity_id=one.id,
                version=one.version,
                exercise=one.exercise,
                audience=canonical(dict(one.audience)),
                removed=canonical(sorted(one.removed)),
                bodies=canonical({profile: canonical(body) for profile, body in one.bodies.items()}),
            )
            for offset, one in enumerate(described, first)
        ]
    )


def _take(count: int) -> int | None:
    """Moves the counter up by `count` and gives the new top; None when there is no counter row yet."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {_TABLE} SET top = top + %s WHERE id = %s RETURNING top", [count, LOG_ID])
        row = cursor.fetchone()
    return int(row[0]) if row else None


def _begin() -> None:
    """Makes the counter row, with an epoch of its own, unless somebody just did."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_TABLE} (id, epoch, top, floor) VALUES (%s, %s, 0, 0) ON CONFLICT (id) DO NOTHING",
            [LOG_ID, uuid.uuid4().hex],
        )


def state() -> LogState:
    """Where the log stands, in one cheap query."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT epoch, top, floor FROM {_TABLE} WHERE id = %s", [LOG_ID])
        row = cursor.fetchone()
    if row is None:
        _begin()
        return state()
    return LogState(*row)


def read(after: int, upto: int) -> list[Logged]:
    """The events of (after, upto], in order. Offsets that were pruned are simply missing: compare with the floor."""
    rows = Event.objects.filter(offset__gt=after, offset__lte=upto).order_by("offset")
    columns = ("offset", "entity", "entity_id", "version", "audience", "removed", "bodies")
    return [
        Logged(offset, entity, id, version, json.loads(audience), frozenset(json.loads(removed)), json.loads(bodies))
        for offset, entity, id, version, audience, removed, bodies in rows.values_list(*columns)
    ]


def prune(keep: dt.timedelta = dt.timedelta(days=2), *, now: dt.datetime | None = None) -> int:
    """Deletes events older than `keep` and moves the floor; gives how many went. For the worker, once an hour or so.

    The newest REPLAY_LIMIT events stay whatever their age, so that a quiet night costs nobody a snapshot. The floor is
    moved in the transaction that deletes: a reader either still finds the events, or learns that they are gone. Each
    transaction is short, because SQLite has one writer at a time. Not to be called inside a change.
    """
    before = (now or timezone.now()) - keep
    # Neighbouring offsets may have times out of order, so the boundary is an offset, not a time.
    kept = Event.objects.filter(at__gte=before).order_by("offset").values_list("offset", flat=True).first()
    now_at = state()
    last = now_at.top - REPLAY_LIMIT if kept is None else min(now_at.top - REPLAY_LIMIT, kept - 1)
    gone = 0
    for floor in (*range(now_at.floor + _PRUNE_BATCH, last, _PRUNE_BATCH), last):
        if floor <= now_at.floor:
            break
        with transaction.atomic(durable=True):
            count, _ = Event.objects.filter(offset__lte=floor).delete()
            Log.objects.filter(id=LOG_ID, floor__lt=floor).update(floor=floor)
        gone += count
    return gone


def new_epoch() -> str:
    """Begins a new epoch: every reader takes a snapshot. To be called after each restore of the database."""
    epoch = uuid.uuid4().hex
    _begin()
    Log.objects.filter(id=LOG_ID).update(epoch=epoch)
    return epoch
