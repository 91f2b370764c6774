"""What the exchange is asked to do: a row in the change of its cause, done once by the bridge.

Never done twice: a bridge that dies between claiming a row and hearing the exchange's answer leaves it to a person,
because an ambulance called twice or a caller transferred into nothing is worse than a button pressed again.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils import timezone

from incidents.calls.editing import follow_calls, lock, store
from incidents.calls.lifecycle import OPEN_STATES
from incidents.calls.models import BridgeBeat, Call, Callback, Caller, PhoneAction, Seat
from incidents.calls.refusals import CallRefusal, CallRefused
from incidents.calls.taking import own
from incidents.emergencies.telling import note_ring
from opscenter.accounts.models import Person
from realtime.change import change, current_change

SERVICES = ("113", "114", "115")
# A bridge that is silent for so long is dead or hangs.
SILENT_AFTER = dt.timedelta(seconds=20)
# Nobody still waits for what nobody did within this time.
TOO_OLD = dt.timedelta(seconds=30)
# A claimed action is answered long before: ringing a desk takes half a minute.
UNANSWERED = dt.timedelta(minutes=2)


def is_connected(at: dt.datetime | None = None) -> bool:
    """Whether a bridge to an exchange has shown itself lately."""
    return BridgeBeat.objects.filter(beat_at__gt=(at or timezone.now()) - SILENT_AFTER).exists()


def transfer(*, call_id: int, service: str, by: Person) -> Call:
    """Passes the caller on to 113, 114 or 115, inside the open change: first this, then the form.

    Without a bridge the call only notes where it went, and the call-taker dials. Raises CallRefused (NOT_YOURS, OVER).
    """
    if service not in SERVICES:
        raise ValueError(service)
    call = own(call_id, by)
    if call.state not in OPEN_STATES:
        raise CallRefused(CallRefusal.OVER)
    at = current_change().at
    call.transferred_to, call.transferred_at = service, at
    store(call)
    if is_connected(at):
        PhoneAction.objects.create(call=call, kind=PhoneAction.Kind.TRANSFER, target=service, by=by, at=at)
    return call


def call_back(*, call_id: int, by: Person) -> tuple[Call, bool]:
    """Takes somebody off the call-back list and has the exchange ring this desk, then the caller; inside the change.

    Gives the call, and whether the exchange dials (otherwise the call-taker does). Raises CallRefused (NOT_DUE, TAKEN,
    NO_NUMBER).
    """
    call = lock(call_id)
    if call.callback == Callback.CALLING and call.taken_by_id not in {None, by.pk}:
        raise CallRefused(CallRefusal.TAKEN, name=str(call.taken_by))
    if call.callback not in {Callback.DUE, Callback.CALLING}:
        raise CallRefused(CallRefusal.NOT_DUE)
    if not Caller.objects.filter(call=call).exclude(number="").exists():
        raise CallRefused(CallRefusal.NO_NUMBER)
    at = current_change().at
    call.callback = Callback.CALLING
    call.callback_tries += 1
    call.taken_by, call.taken_at = by, at
    store(call)
    follow_calls(by)
    dials = is_connected(at) and Seat.objects.filter(person=by).exclude(extension="").exists()
    if dials:
        PhoneAction.objects.create(call=call, kind=PhoneAction.Kind.CALL_BACK, by=by, at=at)
    return call, dials


def not_reached(*, call_id: int, by: Person, again: bool) -> Call:
    """Nobody answered the call-back: it goes `again` to the list, or is dropped for good.

    What still waits in the list can be dropped by anybody. Raises CallRefused (NOT_YOURS, NOT_DUE).
    """
    call = lock(call_id)
    if call.callback == Callback.CALLING:
        call = own(call_id, by)
    elif call.callback != Callback.DUE or again:
        raise CallRefused(CallRefusal.NOT_DUE)
    call.callback = Callback.DUE if again else Callback.DROPPED
    call.taken_by = call.taken_at = None
    store(call)
    follow_calls(by)
    return call


# --- for the bridge ---------------------------------------------------------------------------------------------


def claim(at: dt.datetime | None = None) -> PhoneAction | None:
    """Takes the oldest waiting action; None when there is none. What waited too long fails instead."""
    fail_late(at)
    waiting = PhoneAction.objects.filter(state=PhoneAction.State.WAITING)
    for pk in waiting.order_by("at", "pk").values_list("pk", flat=True)[:5]:
        with change():
            if PhoneAction.objects.filter(pk=pk, state=PhoneAction.State.WAITING).update(state=PhoneAction.State.DOING):
                return PhoneAction.objects.select_related("call__caller", "by__seat", "person").get(pk=pk)
    return None


def answer(action: PhoneAction, failure: str = "") -> None:
    """What the exchange said to a claimed action; "" when it did it. A second answer changes nothing."""
    _end(action.pk, PhoneAction.State.DOING, failure)


def abandon_claimed() -> int:
    """At the bridge's start: what an earlier bridge had claimed and not answered is left to people. Gives how many."""
    doing = list(PhoneAction.objects.filter(state=PhoneAction.State.DOING).values_list("pk", flat=True))
    return sum(_end(pk, PhoneAction.State.DOING, "bridge_died") for pk in doing)


def fail_late(at: dt.datetime | None = None) -> int:
    """What no bridge claimed, or a dead one never answered, in time: it failed, and is said. For the worker's rounds.

    Gives how many.
    """
    now = at or timezone.now()
    waiting = Q(state=PhoneAction.State.WAITING, at__lt=now - TOO_OLD)
    doing = Q(state=PhoneAction.State.DOING, at__lt=now - UNANSWERED)
    late = list(PhoneAction.objects.filter(waiting | doing).values_list("pk", "state"))
    return sum(_end(pk, PhoneAction.State(state), "not_in_time") for pk, state in late)


def _end(pk: int, before: PhoneAction.State, failure: str) -> bool:
    """Ends an action that is still in the state `before`; whoever pressed the button sees it on their screen."""
    with change() as c:
        action = PhoneAction.objects.select_for_update(of=("self",)).select_related("person", "by").get(pk=pk)
        if action.state != before:
            return False
        action.state = PhoneAction.State.FAILED if failure else PhoneAction.State.DONE
        action.failure, action.done_at = failure[:60], c.at
        action.save(update_fields=["state", "failure", "done_at"])
        if action.call_id is not None:
            call = lock(action.call_id)
            if failure and action.kind == PhoneAction.Kind.TRANSFER:
                _not_passed_on(call, action)
            store(call)
            if call.taken_by is not None:
                follow_calls(call.taken_by)
        elif action.person is not None:
            # Whoever sent the crew out sees it in the incident's log.
            note_ring(person=action.person, by=action.by, reached=not failure)
        return True


def _not_passed_on(call: Call, action: PhoneAction) -> None:
    """The caller was never passed on: the call says so, and one that was written up already comes back to its desk."""
    if call.transferred_to == action.target:
        call.transferred_to, call.transferred_at = "", None
    if call.taken_by_id is not None:
        call.wrapped_at = None


def beat(name: str) -> None:
    BridgeBeat.objects.update_or_create(name=name, defaults={"beat_at": timezone.now()})
