"""How the live stream learns of calls and desks: the control room alone, and never who called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from incidents.calls.models import Call, Seat, SeatStatus
from incidents.records.keys import ROOM, Profile
from realtime.entities import Described, Row

CALL = "call"
SEAT = "seat"


def _call(call: Call) -> dict[str, Any]:
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
        "exercise": call.exercise,
    }


def _seat(seat: Seat) -> dict[str, Any]:
    return {"id": seat.pk, "version": seat.version, "status": seat.status, "since": seat.since.isoformat()}


def describe_calls(ids: Sequence[int]) -> Iterator[Described]:
    """One query. A call with which nobody has anything to do any more is taken from the screens."""
    for call in Call.objects.filter(pk__in=ids).order_by("pk"):
        yield _described(CALL, call.pk, call.version, _call(call), shown=call.is_live, exercise=call.exercise)


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
    """The calls and desks a screen of the control room starts from. Two queries; none for anybody else."""
    if ROOM not in keys:
        return
    for call in Call.objects.live().order_by("pk"):
        yield Row(CALL, call.pk, call.version, _call(call))
    for seat in Seat.objects.exclude(status=SeatStatus.OFF).order_by("pk"):
        yield Row(SEAT, seat.pk, seat.version, _seat(seat))
