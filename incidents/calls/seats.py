"""Desks: going on and off duty, pausing, and saying at which telephone one sits."""

from __future__ import annotations

from incidents.calls.editing import seat_of, store_seat
from incidents.calls.models import Call, Seat, SeatStatus
from incidents.calls.refusals import CallRefusal, CallRefused
from opscenter.accounts.models import Person

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
    fields: dict[str, str] = {"status": status}
    if extension is not None:
        if extension and Seat.objects.filter(extension=extension).exclude(person=by).exclude(status="off").exists():
            raise CallRefused(CallRefusal.EXTENSION_TAKEN)
        if extension:
            # Who left without saying so leaves the telephone behind.
            Seat.objects.filter(extension=extension).exclude(person=by).update(extension="")
        fields["extension"] = extension
    return store_seat(seat, **fields)
