"""Opening and locking calls and desks inside a change; whoever changes one comes through here."""

from __future__ import annotations

import datetime as dt
from typing import Any

from incidents.calls.described import CALL, SEAT
from incidents.calls.lifecycle import OPEN_STATES, UNSERVED, CallState
from incidents.calls.models import Call, Callback, Seat, SeatStatus
from opscenter.accounts.models import Person
from realtime.change import current_change


def lock(pk: int) -> Call:
    """Locks a call until the change ends. Raises Call.DoesNotExist."""
    current_change()
    return Call.objects.select_for_update(of=("self",)).get(pk=pk)


def store(call: Call) -> Call:
    """Stores a locked call under its next version, and tells the stream."""
    call.version += 1
    call.is_live = _has_work(call)
    call.save()
    current_change().touch(CALL, call.pk)
    return call


def _has_work(call: Call) -> bool:
    """Whether the room still has to do something about it."""
    if call.state in OPEN_STATES:
        return call.state != CallState.ELSEWHERE or call.taken_by_id is not None
    if call.taken_by_id is not None and call.wrapped_at is None:
        return True
    return call.state in UNSERVED and call.callback in {Callback.DUE, Callback.CALLING}


def seat_of(person: Person) -> Seat:
    """The person's desk, locked; made when it is not there yet."""
    at = current_change().at
    Seat.objects.bulk_create([Seat(person=person, since=at)], ignore_conflicts=True)
    return Seat.objects.select_for_update(of=("self",)).get(person=person)


def store_seat(seat: Seat, **fields: Any) -> Seat:
    """Stores a locked desk with these fields under its next version, and tells the stream."""
    change = current_change()
    if "status" in fields and fields["status"] != seat.status:
        seat.since = change.at
    for name, value in fields.items():
        setattr(seat, name, value)
    seat.version += 1
    seat.save()
    change.touch(SEAT, seat.pk)
    return seat


def follow_calls(person: Person) -> Seat:
    """The desk's status as the person's calls make it: in a call, wrap-up, or free again. Off and pause stay."""
    seat = seat_of(person)
    mine = list(Call.objects.live().filter(taken_by=person))
    if any(call.state in OPEN_STATES or call.callback == Callback.CALLING for call in mine):
        status = SeatStatus.IN_CALL
    elif any(call.wrapped_at is None for call in mine):
        status = SeatStatus.WRAP_UP
    elif seat.status in {SeatStatus.IN_CALL, SeatStatus.WRAP_UP}:
        status = SeatStatus.FREE
    else:
        return seat
    return seat if seat.status == status else store_seat(seat, status=status)


def earliest(known: dt.datetime | None, reported: dt.datetime) -> dt.datetime:
    return reported if known is None else min(known, reported)
