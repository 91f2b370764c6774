"""Where the exchange keeps the recordings of an incident's calls, for those who may hear them."""

from __future__ import annotations

from typing import Any

from incidents.calls.models import Call
from incidents.records.models import Incident
from opscenter.accounts.models import Person
from opscenter.accounts.roles import Role

_MAY_HEAR = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})


def recordings_of(incident: Incident, person: Person) -> list[dict[str, Any]]:
    """[{began_at, talk_s, reference}], the oldest first: all of them for supervisors and administrators, for a
    call-taker those of their own calls, for anybody else none. A reference may name the caller's number: write the
    look down first. One query."""
    calls = Call.objects.filter(report__incident=incident).exclude(recording="").order_by("began_at", "pk")
    if person.role not in _MAY_HEAR:
        calls = calls.filter(taken_by=person) if person.role == Role.CALL_TAKER else calls.none()
    found = []
    for call in calls:
        talked = call.talk()
        found.append(
            {
                "began_at": call.began_at.isoformat(),
                "talk_s": int(talked.total_seconds()) if talked is not None else None,
                "reference": call.recording,
            }
        )
    return found
