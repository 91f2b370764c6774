"""Ringing a crew that has not acknowledged: the exchange dials their own numbers and plays what its dialplan says."""

from __future__ import annotations

from django.conf import settings

from incidents.calls.models import PhoneAction
from incidents.calls.numbers import normalised
from incidents.calls.telephone import is_connected
from incidents.emergencies.models import Sortie
from incidents.emergencies.telling import crew_of
from realtime.change import current_change


def ring_crew(sortie: Sortie) -> bool:
    """Beside the SMS, in the open change; False where no bridge is connected, no extension set, or no number known."""
    at = current_change().at
    if not settings.AMI_CALL_OUT or not is_connected(at):
        return False
    people = [person for person in crew_of(sortie.unit) if normalised(person.phone)]
    for person in people:
        PhoneAction.objects.create(kind=PhoneAction.Kind.CALL_OUT, person=person, by=sortie.sent_by, at=at)
    return bool(people)
