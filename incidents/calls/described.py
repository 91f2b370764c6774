"""How the live stream learns of calls and desks: the control room alone, and never who called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from incidents.calls.models import Call, PhoneAction, Seat, SeatStatus
from incidents.records.keys import ROOM, Profile
from realtime.entities import Described, Row

CALL = "call"
SEAT = "seat"


def _action(action: PhoneAction) -> dict[str, Any]:
    """What the exchange was asked to do, and what became of it."""
    return {
        "id": action.pk,
        "kind": action.kind,
        "target": action.target,
        "state": action.state,
        "failure": action.failure,
        "by": action.by_id,
    }


def _last_actions(calls: Sequence[Call]) -> dict[int, PhoneAction]:
    """The newest thing asked of the exchange for each call. One query."""
    rows = PhoneAction.objects.filter(call__in=calls).order_by("pk")
    return {row.call_id: row for row in rows if row.call_id is not None}


def _call(call: Call, action: PhoneAction | None) -> dict[str, Any]:
    return {
        "id": call.pk,
        "version": call.version,
        "state": call.state,
        "line": call.line,
        "began_at": call.began_at.isoformat(),
        "answered_at": call.answered_at.isoformat() if call.answered_at else None,
        "ended_at": call.ended_at.isoformat() if call.ended_at else None,
        "by": call.taken_by_id,
        "wrapped": call.wrapped_at is not None,
        "callback": call.callback,
        "tries": call.callback_tries,
        "transferred_to": call.transferred_to,
        "action": _action(action) if action is not None else None,
        "exercise": call.exercise,
    }


def _seat(seat: Seat) -> dict[str, Any]:
    return {"id": seat.pk, "version": seat.version, "status": seat.status, "since": seat.since.isoformat()}


def describe_calls(ids: Sequence[int]) -> Iterator[Described]:
    """Two queries. A call with which nobody has anything to do any more is taken from the screens."""
    calls = list(Call.objects.filter(pk__in=ids).order_by("pk"))
    actions = _last_actions(calls)
    for call in calls:
        body = _call(call, actions.get(call.pk))
        yield _described(CALL, call.pk, call.version, body, shown=call.is_live, exercise=call.exercise)


def describe_seats(ids: Sequence[int]) -> Iterator[Described]:
    """One query. Nobody is shown a desk that is off duty."""
    for seat in Seat.objects.filter(pk__in=ids).order_by("pk"):
        yield _described(SEAT, seat.pk, seat.version, _seat(seat), shown=seat.status != SeatStatus.OFF, exercise=0)


def _described(entity: str, id: int, version: int, body: dict[str, Any], *, shown: bool, exercise: int) -> Described:
    return Described(
        entity=entity,
        id=id,
        version=version,
        audience={ROOM: Profile.ROOM.value} if shown else {},
        removed=frozenset() if shown else frozenset({ROOM}),
        bodies={Profile.ROOM.value: body} if shown else {},
        exercise=exercise,
    )


def rows(keys: frozenset[str]) -> Iterator[Row]:
    """The calls and desks a screen of the control room starts from. Three queries; none for anybody else."""
    if ROOM not in keys:
        return
    calls = list(Call.objects.live().order_by("pk"))
    actions = _last_actions(calls)
    for call in calls:
        yield Row(CALL, call.pk, call.version, _call(call, actions.get(call.pk)))
    for seat in Seat.objects.exclude(status=SeatStatus.OFF).order_by("pk"):
        yield Row(SEAT, seat.pk, seat.version, _seat(seat))
