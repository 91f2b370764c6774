"""What a call-taker does with a call: take it, see who calls, keep what is typed, write it up."""

from __future__ import annotations

from typing import Any

from incidents.calls.editing import follow_calls, lock, store
from incidents.calls.lifecycle import OPEN_STATES, CallState
from incidents.calls.models import Call, Callback, CallDraft, Caller, CallerLook
from incidents.calls.receiving import settle_callbacks
from incidents.calls.refusals import CallRefusal, CallRefused
from incidents.records.models import Report
from opscenter.accounts.models import Person
from opscenter.accounts.roles import Role
from realtime.change import current_change

# Who may help out with somebody else's call.
_OVERSEE = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})


def take(*, call_id: int, by: Person) -> Call:
    """The call is this person's, inside the open change; of two at once one gets it, the other is told who.

    Again by the same person it changes nothing. Raises CallRefused (TAKEN, OVER) and Call.DoesNotExist.
    """
    call = lock(call_id)
    if call.taken_by_id == by.pk:
        return call
    if call.taken_by is not None:
        raise CallRefused(CallRefusal.TAKEN, name=str(call.taken_by))
    if call.state not in {CallState.RINGING, CallState.ANSWERED, CallState.ELSEWHERE}:
        raise CallRefused(CallRefusal.OVER)
    call.taken_by, call.taken_at = by, current_change().at
    store(call)
    follow_calls(by)
    number = Caller.objects.filter(call=call).values_list("number", flat=True).first()
    if number:
        settle_callbacks(number, by_call=call)
    return call


def own(call_id: int, by: Person) -> Call:
    """The locked call of this person, or anybody's for who oversees the shift. Raises CallRefused (NOT_YOURS)."""
    call = lock(call_id)
    if call.taken_by_id != by.pk and by.role not in _OVERSEE:
        raise CallRefused(CallRefusal.NOT_YOURS)
    return call


def look(*, call_id: int, by: Person) -> Caller | None:
    """Who calls, for whoever has the call; the look is written down first. None: the exchange did not say.

    Raises CallRefused (NOT_YOURS) and Call.DoesNotExist.
    """
    call = own(call_id, by)
    CallerLook.objects.create(call=call, by=by, at=current_change().at)
    return Caller.objects.filter(call=call).first()


def keep_draft(*, call_id: int, by: Person, fields: dict[str, Any]) -> CallDraft:
    """Keeps what is typed, so that a browser that dies loses nothing. Raises CallRefused (NOT_YOURS, OVER)."""
    call = own(call_id, by)
    if call.wrapped_at is not None:
        raise CallRefused(CallRefusal.OVER)
    draft, _made = CallDraft.objects.update_or_create(
        call=call, defaults={"fields": fields, "by": by, "at": current_change().at}
    )
    return draft


def wrap_up(*, call_id: int, by: Person, report: Report | None = None) -> Call:
    """The call is written up, with its report or without one: the desk is free again once the line is closed.

    A call whose line is still open stays on the screen until the exchange says that it ended. Raises CallRefused.
    """
    call = own(call_id, by)
    if report is None and call.state in OPEN_STATES:
        raise CallRefused(CallRefusal.NOT_OVER)
    if call.report_id is None:
        call.report = report
    if call.wrapped_at is None:
        call.wrapped_at = current_change().at
    if call.callback == Callback.CALLING or (call.callback == Callback.DUE and report is not None):
        call.callback = Callback.REACHED
    CallDraft.objects.filter(call=call).delete()
    store(call)
    if call.taken_by is not None:
        follow_calls(call.taken_by)
    return call
