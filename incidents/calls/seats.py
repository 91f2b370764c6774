"""Desks: going on and off duty, pausing, and saying at which telephone one sits."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from incidents.calls.editing import seat_of, store_seat
from incidents.calls.models import Call, Seat, SeatStatus
from incidents.calls.refusals import CallRefusal, CallRefused
from opscenter.accounts.models import Person
from realtime.change import change, current_change

# The page says every HEARD_EVERY_S seconds that it is there; after this long without, its desk is off duty.
HEARD_EVERY_S = 30
SILENT_AFTER = dt.timedelta(seconds=120)
# What a person says; the other two follow from the calls.
BY_HAND = frozenset({SeatStatus.OFF, SeatStatus.FREE, SeatStatus.PAUSE})


def set_status(*, by: Person, status: SeatStatus, extension: str | None = None) -> Seat:
    """On duty, pause or off duty, inside the open change. `extension` None leaves the telephone as it is.

    Raises CallRefused: IN_CALL while a call is open or not written up, EXTENSION_TAKEN.
    """
    seat = seat_of(by)
    if status not in BY_HAND:
        raise ValueError(f"{status} follows from calls")
    if Call.objects.live().filter(taken_by=by).exists():
        raise CallRefused(CallRefusal.IN_CALL)
    fields: dict[str, Any] = {"status": status, "heard_at": current_change().at}
    if extension is not None:
        if extension and Seat.objects.filter(extension=extension).exclude(person=by).exclude(status="off").exists():
            raise CallRefused(CallRefusal.EXTENSION_TAKEN)
        if extension:
            # Who left without saying so leaves the telephone behind.
            Seat.objects.filter(extension=extension).exclude(person=by).update(extension="")
        fields["extension"] = extension
    return store_seat(seat, **fields)


def heard(*, by: Person) -> str:
    """Notes, in the open change, that the desk's page is there; gives the desk's status. Tells nobody."""
    seat = Seat.objects.filter(person=by).first()
    if seat is None or seat.status == SeatStatus.OFF:
        return SeatStatus.OFF
    Seat.objects.filter(pk=seat.pk).update(heard_at=current_change().at)
    return seat.status


def leave_silent(at: dt.datetime | None = None) -> int:
    """Takes desks off duty whose page has said nothing for SILENT_AFTER; gives how many. For the worker's rounds.

    Not while a call is theirs: the telephone on the desk may talk on without the browser.
    """
    before = (at or timezone.now()) - SILENT_AFTER
    theirs = Call.objects.live().filter(taken_by=OuterRef("person"))
    gone = Q(heard_at__lt=before) | Q(heard_at=None, since__lt=before)
    silent = Seat.objects.exclude(status=SeatStatus.OFF).filter(gone, ~Exists(theirs))
    done = 0
    for pk in list(silent.order_by("pk").values_list("pk", flat=True)[:50]):
        with change():
            # Whoever spoke up meanwhile stays.
            seat = silent.select_for_update(of=("self",)).filter(pk=pk).first()
            if seat is not None:
                store_seat(seat, status=SeatStatus.OFF)
                done += 1
    return done
