"""What a major incident asks for: kind, number, of whom, how many are promised and how many have come."""

from __future__ import annotations

from incidents.emergencies.log import chain
from incidents.emergencies.major.declaring import locked, major_of
from incidents.emergencies.models import ResourceRequest
from incidents.emergencies.refusals import Refusal, Refused
from opscenter.accounts.models import Person
from realtime.change import current_change


def ask(*, incident_id: int, kind: str, number: int, asked_of: str, by: Person) -> ResourceRequest:
    """Writes down that so many of something were asked of somebody. Raises Refused."""
    incident = locked(incident_id, by)
    row = ResourceRequest.objects.create(
        major=major_of(incident),
        kind=kind,
        number=number,
        asked_of=asked_of,
        asked_at=current_change().at,
        asked_by=by,
        agency_id=by.agency_id,
    )
    data = {"request": row.pk, "number": number}
    chain.write(incident, "resource_asked", by=by, agency_id=by.agency_id, data=data, words=f"{kind} ← {asked_of}")
    return row


def answer(
    *, incident_id: int, request_id: int, promised: int, arrived: int, seen: int, is_closed: bool, by: Person
) -> ResourceRequest:
    """How many are promised and how many have come; `is_closed`: it is not needed any more. Raises Refused when
    somebody else has written other numbers since `seen`, the request's version."""
    incident = locked(incident_id, by)
    row = ResourceRequest.objects.filter(pk=request_id, major=major_of(incident)).first()
    if row is None or row.version != seen:
        raise Refused(Refusal.COUNTED_MEANWHILE)
    # Who has come was promised, said or not.
    row.promised, row.arrived = max(promised, arrived), arrived
    row.closed_at = current_change().at if is_closed else None
    row.version += 1
    row.save(update_fields=["promised", "arrived", "closed_at", "version"])
    data = {"request": row.pk, "number": row.number, "promised": row.promised, "arrived": arrived, "closed": is_closed}
    chain.write(incident, "resource_moved", by=by, agency_id=by.agency_id, data=data, words=row.kind)
    return row
