"""What the exchange reports becomes a call: each report is one change, safe to repeat and in any order."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError

from incidents.calls.editing import earliest, follow_calls, lock, store
from incidents.calls.lifecycle import STEPS, UNSERVED, CallState, PhoneEvent
from incidents.calls.models import Call, Callback, Caller, Seat
from incidents.calls.numbers import normalised
from incidents.intake.take import storable
from realtime.change import change


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneReport:
    """One report of an exchange. `event_ts` is the exchange's time of what happened."""

    event: PhoneEvent
    call_id: str
    event_ts: dt.datetime
    caller_number: str = ""
    caller_name: str = ""
    called_number: str = ""
    # The telephone that answered, as the exchange names it.
    extension: str = ""
    recording: str = ""
    exercise: int = 0


def receive(report: PhoneReport) -> Call:
    """Takes one report in. Not to be called inside a change. The same report again changes nothing."""
    try:
        return _receive(report)
    except IntegrityError:
        # The first two reports of a call at the same moment, in two processes: now it is there.
        return _receive(report)


def _receive(report: PhoneReport) -> Call:
    with change():
        found = Call.objects.filter(call_id=report.call_id).values_list("pk", flat=True).first()
        if found is None:
            call = Call(call_id=report.call_id, began_at=report.event_ts, exercise=report.exercise)
            before = CallState.NEW
        else:
            call = lock(found)
            before = CallState(call.state)
        seen = _facts(call)
        call.state = STEPS[before][report.event]
        call.began_at = min(call.began_at, report.event_ts)
        _times(call, report)
        call.line = call.line or storable(report.called_number)[:30]
        call.extension = call.extension or storable(report.extension)[:40]
        call.recording = call.recording or storable(report.recording)[:300]
        _seat_of_telephone(call, report)
        if call.state in UNSERVED and before not in UNSERVED:
            # A desk that has written it up already has heard the caller, whatever the exchange noticed of it.
            owed = call.wrapped_at is None and _number(call, report)
            call.callback = Callback.DUE if owed else Callback.NONE
        elif call.state not in UNSERVED and call.callback == Callback.DUE:
            call.callback = Callback.NONE
        if found is None or _facts(call) != seen:
            store(call)
        _caller(call, report)
        if call.taken_by is not None and _facts(call) != seen:
            follow_calls(call.taken_by)
        return call


def _number(call: Call, report: PhoneReport) -> str:
    """The caller's number, from this report or an earlier one; "" for a withheld one."""
    known = Caller.objects.filter(call=call).values_list("number", flat=True).first() if call.pk else ""
    return known or normalised(report.caller_number)


def _facts(call: Call) -> tuple[object, ...]:
    """What a report can change."""
    return (
        call.state, call.began_at, call.rang_at, call.answered_at, call.ended_at, call.line, call.extension,
        call.recording, call.taken_by_id, call.callback,
    )  # fmt: skip


def _times(call: Call, report: PhoneReport) -> None:
    match report.event:
        case PhoneEvent.RINGING:
            call.rang_at = earliest(call.rang_at, report.event_ts)
        case PhoneEvent.ANSWERED:
            call.answered_at = earliest(call.answered_at, report.event_ts)
        case PhoneEvent.ENDED | PhoneEvent.ABANDONED:
            call.ended_at = earliest(call.ended_at, report.event_ts)
        case PhoneEvent.CLAIMED_EXTERNALLY:
            pass


def _seat_of_telephone(call: Call, report: PhoneReport) -> None:
    """A call that a desk's telephone answered is that person's, unless somebody has taken it by hand."""
    if report.event != PhoneEvent.ANSWERED or not call.extension or call.taken_by_id is not None:
        return
    seat = Seat.objects.select_related("person").filter(extension=call.extension, person__is_active=True).first()
    if seat is not None:
        call.taken_by, call.taken_at = seat.person, report.event_ts


def _caller(call: Call, report: PhoneReport) -> None:
    """Keeps who called, and finds whoever had waited for a call-back from us in vain."""
    number = normalised(report.caller_number)
    name = storable(report.caller_name).strip()[:150]
    # Some exchanges give the number as the name of whom they do not know.
    name = "" if normalised(name) else name
    known, made = Caller.objects.get_or_create(call=call, defaults={"number": number, "name": name})
    if not made and ((number and not known.number) or (name and not known.name)):
        known.number, known.name = known.number or number, known.name or name
        known.save()
    if known.number and call.state in {CallState.ANSWERED, CallState.ENDED}:
        settle_callbacks(known.number, by_call=call)


def settle_callbacks(number: str, *, by_call: Call) -> None:
    """Whoever is on the line now need not be called back for an earlier call that nobody answered."""
    waiting = Call.objects.filter(callback=Callback.DUE, caller__number=number, exercise=by_call.exercise)
    for pk in waiting.exclude(pk=by_call.pk).order_by("pk").values_list("pk", flat=True):
        missed = lock(pk)
        if missed.callback == Callback.DUE:
            missed.callback = Callback.CALLED_AGAIN
            store(missed)
