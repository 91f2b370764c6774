"""A shared incident becomes a major one and is stood down: every act of it stands in the log."""

from __future__ import annotations

import datetime as dt

from incidents.emergencies.log import chain
from incidents.emergencies.models import MajorIncident
from incidents.emergencies.refusals import Refusal, Refused
from incidents.emergencies.services.parts import part_of, shared_of
from incidents.records.editing import lock
from incidents.records.models import Incident
from opscenter.accounts.models import Person
from realtime.change import current_change

# The first report of the situation is due soon, the next ones as often as the one before said.
FIRST_SITREP = dt.timedelta(minutes=15)


def locked(incident_id: int, by: Person) -> Incident:
    """The locked incident, which the person's service is in; the room is in all. Raises Refused."""
    incident = lock(incident_id)
    shared_of(incident)
    if not by.works_in_room:
        part_of(incident, by)
    return incident


def major_of(incident: Incident) -> MajorIncident:
    """Raises Refused for what is no major incident now."""
    major = MajorIncident.objects.filter(pk=incident.pk, stood_down_at=None).first()
    if major is None:
        raise Refused(Refusal.NOT_MAJOR)
    return major


def declare(*, incident_id: int, reason: str, by: Person) -> MajorIncident:
    """From now on it is a major incident, on the screens of all its services. Raises Refused."""
    incident = locked(incident_id, by)
    if MajorIncident.objects.filter(pk=incident.pk, stood_down_at=None).exists():
        raise Refused(Refusal.ALREADY_MAJOR)
    at = current_change().at
    due = at + FIRST_SITREP
    start = {
        "declared_at": at,
        "declared_by": by,
        "reason": reason,
        "stood_down_at": None,
        "sitrep_due_at": due,
        "sitrep_alarm_at": due,
    }
    major, _new = MajorIncident.objects.update_or_create(shared_id=incident.pk, defaults=start)
    chain.write(incident, "major_declared", by=by, agency_id=by.agency_id, words=reason)
    return major


def stand_down(*, incident_id: int, reason: str, by: Person) -> None:
    """It is an ordinary shared incident again; what was counted and asked for stays to be read."""
    incident = locked(incident_id, by)
    major = major_of(incident)
    major.stood_down_at = current_change().at
    major.sitrep_due_at = major.sitrep_alarm_at = None
    major.save(update_fields=["stood_down_at", "sitrep_due_at", "sitrep_alarm_at"])
    chain.write(incident, "major_stood_down", by=by, agency_id=by.agency_id, words=reason)
