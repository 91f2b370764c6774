"""What agencies do with an incident they were given: see, accept, give back, hand on, start, give the result."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from incidents.delivery.models import Kind
from incidents.delivery.queue import take_back
from incidents.dispatching.assigning import ENDINGS
from incidents.dispatching.following import follow, move_assignment
from incidents.dispatching.refusals import Refusal, Refused
from incidents.records import needs, photos
from incidents.records.editing import lock
from incidents.records.history import HistoryKind, append
from incidents.records.lifecycles import AssignmentState, NotAllowed
from incidents.records.models import Assignment, Incident, Photo
from opscenter.accounts.models import HandlingUnit, Person
from realtime.change import current_change

# What somebody else may have done to it meanwhile, whatever one wanted to do oneself.
_TAKEN_AWAY = ENDINGS | {HistoryKind.DISPATCH_WITHDRAWN, HistoryKind.ASSIGNMENT_CANCELLED, HistoryKind.RETURNED}


def see(*, assignment_id: int, by: Person) -> Assignment:
    """Notes that somebody of the agency has opened it; the second look changes nothing."""
    assignment = Assignment.objects.select_related("incident").get(pk=assignment_id)
    if assignment.state != AssignmentState.SENT:
        return assignment
    incident, assignment = _held(assignment_id, None, frozenset())
    if assignment.state != AssignmentState.SENT:
        return assignment
    assignment.seen_at = current_change().at
    move_assignment(assignment, AssignmentState.SEEN, "seen_at")
    _done(incident, assignment, HistoryKind.SEEN, by)
    return assignment


def accept(*, assignment_id: int, by: Person, base_version: int | None = None) -> Assignment:
    """The agency takes it. Raises Changed and NotAllowed."""
    incident, assignment = _held(assignment_id, base_version, _TAKEN_AWAY | {HistoryKind.ACCEPTED})
    at = current_change().at
    assignment.seen_at = assignment.seen_at or at
    assignment.accepted_at = at
    move_assignment(assignment, AssignmentState.ACCEPTED, "seen_at", "accepted_at")
    _done(incident, assignment, HistoryKind.ACCEPTED, by)
    return assignment


def return_(*, assignment_id: int, by: Person, reason: str, base_version: int | None = None) -> Assignment:
    """The agency gives it back with its reason in words; without another lead it needs a person again."""
    incident, assignment = _held(assignment_id, base_version, _TAKEN_AWAY | {HistoryKind.RESULT_GIVEN})
    assignment.return_reason = reason
    move_assignment(assignment, AssignmentState.RETURNED, "return_reason")
    take_back(incident, {Kind.ASSIGNMENT}, assignment=assignment)
    _done(incident, assignment, HistoryKind.RETURNED, by)
    return assignment


def hand_on(*, assignment_id: int, unit: HandlingUnit, by: Person, base_version: int | None = None) -> Assignment:
    """Second hop: the focal point gives it to a handling unit of the same agency, or to another one later.

    Raises Refused for another agency's unit, NotAllowed before it was accepted and after the result.
    """
    incident, assignment = _held(assignment_id, base_version, _TAKEN_AWAY | {HistoryKind.HANDED_ON})
    if unit.agency_id != assignment.agency_id or not unit.is_active:
        raise Refused(Refusal.OTHER_UNIT)
    if assignment.state not in {AssignmentState.ACCEPTED, AssignmentState.IN_PROGRESS}:
        raise NotAllowed(assignment.state, "handed_on")
    assignment.handling_unit = unit
    assignment.save(update_fields=["handling_unit"])
    _done(incident, assignment, HistoryKind.HANDED_ON, by, unit=unit.pk)
    return assignment


def start(*, assignment_id: int, by: Person, base_version: int | None = None) -> Assignment:
    """Work has begun. Raises Changed and NotAllowed."""
    incident, assignment = _held(assignment_id, base_version, _TAKEN_AWAY | {HistoryKind.STARTED})
    if assignment.state == AssignmentState.RESULT_GIVEN:
        # From there only the hotline sends it back.
        raise NotAllowed(assignment.state, AssignmentState.IN_PROGRESS)
    move_assignment(assignment, AssignmentState.IN_PROGRESS)
    _done(incident, assignment, HistoryKind.STARTED, by)
    return assignment


def give_result(
    *,
    assignment_id: int,
    text: str,
    by: Person,
    base_version: int | None = None,
    pictures: Sequence[photos.Prepared] = (),
) -> Assignment:
    """The agency says what was done, with photos prepared before the change. Raises Changed and NotAllowed."""
    incident, assignment = _held(assignment_id, base_version, _TAKEN_AWAY | {HistoryKind.RESULT_GIVEN})
    assignment.result = text
    assignment.result_at = current_change().at
    move_assignment(assignment, AssignmentState.RESULT_GIVEN, "result", "result_at")
    photos.add(incident, pictures, phase=Photo.Phase.AFTER, assignment=assignment, by=by)
    _done(incident, assignment, HistoryKind.RESULT_GIVEN, by)
    return assignment


def _held(assignment_id: int, base_version: int | None, against: Collection[str]) -> tuple[Incident, Assignment]:
    """The incident, locked, and then its assignment as it is now. Raises Assignment.DoesNotExist and Changed."""
    incident_id = Assignment.objects.values_list("incident_id", flat=True).get(pk=assignment_id)
    incident = lock(incident_id, base_version=base_version, against=against)
    assignment = Assignment.objects.select_related("agency", "handling_unit").get(pk=assignment_id)
    assignment.incident = incident
    return incident, assignment


def _done(incident: Incident, assignment: Assignment, kind: HistoryKind, by: Person, **data: int) -> None:
    follow(incident)
    append(incident, kind, by=by, data={"assignment": assignment.pk, "agency": assignment.agency_id, **data})
    needs.recompute(incident)
