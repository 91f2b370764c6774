"""Where a call and an emergency meet: E passes the caller on first, and a call that was passed on is an emergency."""

from __future__ import annotations

from collections.abc import Sequence

from incidents.calls.lifecycle import OPEN_STATES
from incidents.calls.models import Call, PhoneAction
from incidents.calls.telephone import transfer
from incidents.emergencies.refusals import Refused
from incidents.emergencies.services.opening import raise_emergency
from incidents.records.models import Incident
from opscenter.accounts.models import Agency, Person

_NUMBERS = {"police": "113", "fire": "114", "ambulance": "115"}
_KINDS = {number: kind for kind, number in _NUMBERS.items()}


def pass_caller_on(incident: Incident, agencies: Sequence[Agency], by: Person) -> None:
    """Called by the emergency key, inside its change: who has the caller of this incident on the line is connected with
    the service that leads. A call that was passed on before stays where it is."""
    number = next((_NUMBERS[agency.kind] for agency in agencies if agency.kind in _NUMBERS), None)
    states = sorted(state.value for state in OPEN_STATES)
    calls = Call.objects.filter(taken_by=by, state__in=states, report__incident=incident, transferred_to="")
    call = calls.order_by("-pk").first()
    if number is not None and call is not None:
        transfer(call_id=call.pk, service=number, by=by)


def make_emergency(*, call: Call, incident_id: int, by: Person) -> None:
    """The form comes after the transfer: what was passed on to 113, 114 or 115 is shared with that service, in the open
    change; what the exchange failed to pass on all the more. A second time changes nothing."""
    service = call.transferred_to or _last_tried(call)
    if service not in _KINDS:
        return
    try:
        raise_emergency(incident_id=incident_id, services=[_KINDS[service]], by=by)
    except Refused:
        # The service has it already: an older report of the same, or the same request once more.
        return


def _last_tried(call: Call) -> str:
    """Where the exchange was last asked to pass the caller on, whether it did or not; "" for nowhere."""
    tried = PhoneAction.objects.filter(call=call, kind=PhoneAction.Kind.TRANSFER)
    return tried.order_by("-pk").values_list("target", flat=True).first() or ""
