"""What a service does with its part in a shared incident: take it, call for others, help for a time, leave.

To see, accept, return and finish are acts on an assignment like any agency's (dispatching/agency_work.py), with the
services' own lifecycle table.
"""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from incidents.dispatching import agency_work, assigning
from incidents.dispatching.deadlines import due_at
from incidents.dispatching.following import follow, move_assignment
from incidents.dispatching.suggesting import suggest
from incidents.emergencies.log import chain
from incidents.emergencies.models import LogEntry, ServicePart, SharedIncident, Sortie
from incidents.emergencies.models.log import LogScope
from incidents.emergencies.refusals import Refusal, Refused
from incidents.emergencies.services.opening import open_services
from incidents.records import needs
from incidents.records.editing import lock
from incidents.records.history import HistoryKind, append
from incidents.records.lifecycles import OPEN_ASSIGNMENTS, AssignmentState
from incidents.records.models import Assignment, Category, History, Incident
from incidents.records.models.categories import Group
from opscenter.accounts.models import Agency, Person
from realtime.change import current_change

_OPEN = sorted(state.value for state in OPEN_ASSIGNMENTS)
_USUAL_PRIORITY = 3


def part_of(incident: Incident, person: Person) -> ServicePart:
    """The open part of the person's agency. Raises Refused when it has none."""
    part = (
        ServicePart.objects.select_related("assignment__agency")
        .filter(shared=incident.pk, assignment__agency=person.agency_id, assignment__state__in=_OPEN)
        .first()
    )
    if part is None:
        raise Refused(Refusal.NOT_SHARED)
    return part


def shared_of(incident: Incident) -> SharedIncident:
    """Raises Refused for an incident that no service has."""
    shared = SharedIncident.objects.filter(pk=incident.pk).first()
    if shared is None:
        raise Refused(Refusal.NOT_SHARED)
    return shared


def acknowledge(*, incident_id: int, by: Person) -> Assignment:
    """The service has taken it: the clock stops. A second press changes nothing."""
    incident = lock(incident_id)
    part = part_of(incident, by)
    if part.assignment.state not in {AssignmentState.SENT, AssignmentState.SEEN}:
        return part.assignment
    ServicePart.objects.filter(pk=part.pk).update(next_alarm_at=None)
    return agency_work.accept(assignment_id=part.pk, by=by)


def call_for(
    *, incident_id: int, agency: Agency, by: Person, minutes: int | None = None, is_aid: bool = False
) -> Assignment:
    """One more service (or a utility) is called to a shared incident, by the room or by who has a part in it; as mutual
    aid perhaps only for `minutes`. Raises Refused."""
    incident = lock(incident_id)
    shared_of(incident)
    if not by.works_in_room:
        part_of(incident, by)
    has_lead = Assignment.objects.filter(incident=incident, role=Assignment.Role.LEAD, state__in=_OPEN).exists()
    lead, others = (None, [agency]) if has_lead else (agency, [])
    (made,) = assigning.assign(incident_id=incident.pk, lead=lead, co_ordinating=others, by=by)
    until = current_change().at + dt.timedelta(minutes=minutes) if minutes else None
    ServicePart.objects.filter(pk=made.pk).update(is_aid=is_aid, until=until)
    if is_aid:
        own = by.agency_id
        data = {"assignment": made.pk, "agency": agency.pk, "minutes": minutes}
        chain.write(incident, "aid_asked", by=by, agency_id=own, data=data)
    return made


def finish(*, incident_id: int, by: Person, words: str = "") -> Assignment:
    """The service's work is done; `words` are for the hotline's answer. Raises Refused (units out)."""
    incident = lock(incident_id)
    part = part_of(incident, by)
    if Sortie.objects.filter(assignment=part.pk, ended_at=None).exists():
        raise Refused(Refusal.UNITS_OUT)
    if part.assignment.state in {AssignmentState.SENT, AssignmentState.SEEN}:
        agency_work.accept(assignment_id=part.pk, by=by)
    _quiet(part)
    return agency_work.give_result(assignment_id=part.pk, text=words, by=by)


def leave(*, incident_id: int, by: Person) -> Assignment:
    """The service is no longer needed and goes; another one takes the lead if it had it. Raises Refused (units out)."""
    incident = lock(incident_id)
    return end_part(incident, part_of(incident, by), by=by, why="left")


def end_part(incident: Incident, part: ServicePart, *, by: Person | None, why: str) -> Assignment:
    """Ends one part of a locked incident without a result; the lead goes on to whoever has been there longest."""
    assignment = part.assignment
    assignment.incident = incident
    if Sortie.objects.filter(assignment=assignment, ended_at=None).exists():
        raise Refused(Refusal.UNITS_OUT)
    was_lead = assignment.role == Assignment.Role.LEAD
    move_assignment(assignment, AssignmentState.CANCELLED)
    _quiet(part)
    if was_lead:
        _pass_lead_on(incident)
    follow(incident)
    data = {"assignment": assignment.pk, "agency": assignment.agency_id}
    append(incident, HistoryKind.ASSIGNMENT_CANCELLED, by=by, why=why, data=data)
    needs.recompute(incident)
    return assignment


def hand_back(*, incident_id: int, by: Person, reason: str = "") -> Incident:
    """One key: this is no emergency. The service gives it back to 1022; when nobody else has it, it is an ordinary
    report again, as it was before E, and waits for a call-taker. Raises Refused (units out).
    """
    incident = lock(incident_id)
    part = part_of(incident, by)
    if Sortie.objects.filter(assignment=part.pk, ended_at=None).exists():
        raise Refused(Refusal.UNITS_OUT)
    was_lead = part.assignment.role == Assignment.Role.LEAD
    agency_work.return_(assignment_id=part.pk, by=by, reason=reason or _("Handed back: no emergency"))
    _quiet(part)
    if open_services(incident):
        if was_lead:
            _pass_lead_on(incident)
            needs.recompute(incident)
        return incident
    before = History.objects.filter(incident=incident, kind=HistoryKind.EMERGENCY_SET).order_by("-pk").first()
    was = before.data["before"] if before is not None else {"category": None}
    category = Category.objects.filter(pk=was["category"] or 0).exclude(group=Group.EMERGENCY).first()
    incident.category = category
    incident.group = category.group if category else None
    incident.category_trace = was["trace"] if category else {}
    incident.priority = category.priority if category else _USUAL_PRIORITY
    incident.due_at = due_at(category, incident.received_at)
    incident.save(update_fields=["category", "group", "category_trace", "priority", "due_at"])
    data = {"category": incident.category_id, "group": incident.group}
    append(incident, HistoryKind.CATEGORY_SET, by=by, why="no_emergency", data=data)
    suggest(incident)
    needs.recompute(incident)
    return incident


def note(*, incident_id: int, words: str, by: Person, scope: LogScope = LogScope.COMMON, kind: str = "note") -> None:
    """Something said, or heard by radio or telephone: for everybody in it, the own service, or 115 alone."""
    incident = lock(incident_id)
    shared_of(incident)
    chain.write(incident, kind, by=by, agency_id=by.agency_id, words=words, scope=scope)


class RecordChanged(Exception):
    """A colleague wrote the service's own record meanwhile; `words` are theirs, `version` is that of them."""

    def __init__(self, words: str, version: int) -> None:
        super().__init__(f"the record is at {version}")
        self.words, self.version = words, version


def record_version(incident_id: int, agency_id: int | None) -> int:
    """Which entry of the log holds the service's own record as it is now; 0 before the first. One query."""
    rows = LogEntry.objects.filter(shared=incident_id, kind="record", agency=agency_id).order_by("-seq")
    return rows.values_list("seq", flat=True).first() or 0


def write_record(*, incident_id: int, words: str, by: Person, base_version: int | None = None) -> None:
    """The service's own record; nobody else reads it. Earlier versions stay in its own log.

    Raises RecordChanged when it is not at `base_version` any more (record_version).
    """
    incident = lock(incident_id)
    part = part_of(incident, by)
    version = record_version(incident_id, by.agency_id)
    if base_version is not None and version != base_version:
        raise RecordChanged(part.record, version)
    ServicePart.objects.filter(pk=part.pk).update(record=words)
    chain.write(incident, "record", by=by, agency_id=by.agency_id, words=words, scope=LogScope.OWN)


def _quiet(part: ServicePart) -> None:
    ServicePart.objects.filter(pk=part.pk).update(next_alarm_at=None, until=None)


def _pass_lead_on(incident: Incident) -> None:
    heir = Assignment.objects.filter(incident=incident, state__in=_OPEN).order_by("pk").first()
    if heir is not None:
        Assignment.objects.filter(pk=heir.pk).update(role=Assignment.Role.LEAD)
        chain.write(incident, "lead", by=None, agency_id=heir.agency_id, data={"assignment": heir.pk})
