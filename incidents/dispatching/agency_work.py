"""What agencies do with an incident they were given: see, accept, give back, hand on, start, give the result.

Pauses are in pausing.py, what becomes of a result in results.py, disagreement in disagreeing.py.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q
from django.utils import timezone

from incidents.delivery.models import Kind
from incidents.delivery.queue import take_back
from incidents.dispatching import telling
from incidents.dispatching.following import follow, move_assignment
from incidents.dispatching.holding import TAKEN_AWAY, done, held
from incidents.dispatching.refusals import Refusal, Refused
from incidents.dispatching.results import RESULT_CONFLICTS, answer_for, report
from incidents.records import needs, photos
from incidents.records.history import HistoryKind, append
from incidents.records.lifecycles import AssignmentState, NotAllowed
from incidents.records.models import Assignment, Photo, ReturnReason, UnitWork
from incidents.worktime.absences import who_does_it
from opscenter.accounts.models import Agency, HandlingUnit, Person
from opscenter.accounts.roles import Role
from realtime.change import current_change

_CAN_BE_HANDED_ON = frozenset({AssignmentState.ACCEPTED, AssignmentState.IN_PROGRESS})


def see(*, assignment_id: int, by: Person) -> Assignment:
    """Notes that somebody of the agency has opened it; the second look changes nothing."""
    assignment = Assignment.objects.select_related("incident").get(pk=assignment_id)
    if assignment.state != AssignmentState.SENT:
        return assignment
    incident, assignment = held(assignment_id, None, frozenset())
    if assignment.state != AssignmentState.SENT:
        return assignment
    assignment.seen_at = current_change().at
    move_assignment(assignment, AssignmentState.SEEN, "seen_at")
    done(incident, assignment, HistoryKind.SEEN, by)
    return assignment


def accept(*, assignment_id: int, by: Person, base_version: int | None = None) -> Assignment:
    """The agency takes it. Raises Changed and NotAllowed."""
    incident, assignment = held(assignment_id, base_version, TAKEN_AWAY | {HistoryKind.ACCEPTED})
    at = current_change().at
    assignment.seen_at = assignment.seen_at or at
    assignment.accepted_at = at
    move_assignment(assignment, AssignmentState.ACCEPTED, "seen_at", "accepted_at")
    done(incident, assignment, HistoryKind.ACCEPTED, by)
    return assignment


def return_(
    *,
    assignment_id: int,
    by: Person,
    reason: str,
    code: ReturnReason = ReturnReason.OTHER,
    proposed: Agency | None = None,
    base_version: int | None = None,
) -> Assignment:
    """The agency gives it back with its reason, and perhaps names the right one; without another lead it needs a
    person again. Raises Changed, NotAllowed, and Refused when it proposes itself."""
    incident, assignment = held(assignment_id, base_version, TAKEN_AWAY | {HistoryKind.RESULT_GIVEN})
    if proposed is not None and proposed.pk == assignment.agency_id:
        raise Refused(Refusal.AGENCY_HAS_IT)
    assignment.return_reason = reason
    assignment.return_code = ReturnReason(code)
    assignment.proposed_agency = proposed
    move_assignment(assignment, AssignmentState.RETURNED, "return_reason", "return_code", "proposed_agency")
    take_back(incident, {Kind.ASSIGNMENT}, assignment=assignment)
    follow(incident)
    data = {"assignment": assignment.pk, "agency": assignment.agency_id}
    if proposed is not None:
        data["proposed"] = proposed.pk
    append(incident, HistoryKind.RETURNED, by=by, why=ReturnReason(code), data=data)
    needs.recompute(incident)
    return assignment


def hand_on(
    *,
    assignment_id: int,
    unit: HandlingUnit,
    by: Person,
    others: Sequence[HandlingUnit] = (),
    person: Person | None = None,
    base_version: int | None = None,
) -> Assignment:
    """Second hop: the focal point gives it to a handling unit of the same agency, or to several, or to others later.

    `person` is who in `unit` is to do it; whoever is away is stood in for. Raises Refused for another agency's unit
    or person, NotAllowed before it was accepted and after the result.
    """
    incident, assignment = held(assignment_id, base_version, TAKEN_AWAY | {HistoryKind.HANDED_ON})
    units = list({one.pk: one for one in (unit, *others)}.values())
    if any(one.agency_id != assignment.agency_id or not one.is_active for one in units):
        raise Refused(Refusal.OTHER_UNIT)
    if person is not None and (person.handling_unit_id != unit.pk or not person.is_active):
        raise Refused(Refusal.OTHER_UNIT)
    if assignment.state not in _CAN_BE_HANDED_ON:
        raise NotAllowed(assignment.state, "handed_on")
    at = current_change().at
    there = {work.unit_id: work for work in UnitWork.objects.filter(assignment=assignment, ended_at=None)}
    for unit_id, work in there.items():
        if unit_id not in {one.pk for one in units}:
            work.ended_at = at
            work.save(update_fields=["ended_at"])
    worker = who_does_it(person, timezone.localdate(at)) if person is not None else None
    for one in units:
        work = there.get(one.pk) or UnitWork(assignment=assignment, unit=one, handed_at=at)
        work.person = worker if one.pk == unit.pk else None
        work.by = by
        work.save()
    assignment.handling_unit = unit
    assignment.save(update_fields=["handling_unit"])
    to = {"unit": unit.pk, "units": len(units), "person": worker.pk if worker is not None else None}
    done(incident, assignment, HistoryKind.HANDED_ON, by, about=to)
    people = Person.objects.filter(handling_unit__in=units, is_active=True)
    if worker is not None:
        people = people.filter(Q(pk=worker.pk) | ~Q(handling_unit=unit))
    telling.tell_handed_on(assignment, people.exclude(pk=by.pk))
    return assignment


def start(*, assignment_id: int, by: Person, base_version: int | None = None) -> Assignment:
    """Work has begun. Raises Changed and NotAllowed."""
    incident, assignment = held(assignment_id, base_version, TAKEN_AWAY | {HistoryKind.STARTED})
    if assignment.state != AssignmentState.ACCEPTED:
        # From a pause it is resumed; from a result only who reads it sends it back.
        raise NotAllowed(assignment.state, AssignmentState.IN_PROGRESS)
    move_assignment(assignment, AssignmentState.IN_PROGRESS)
    done(incident, assignment, HistoryKind.STARTED, by)
    return assignment


def give_result(
    *,
    assignment_id: int,
    text: str,
    by: Person,
    base_version: int | None = None,
    pictures: Sequence[photos.Prepared] = (),
) -> Assignment:
    """Says what was done, with photos prepared before the change.

    From a handling unit it goes to the focal point, once each unit that has it has reported; from the focal point,
    the dispatcher or a crew it goes to the hotline. Raises Changed, NotAllowed and Refused (results.answer_for).
    """
    incident, assignment = held(assignment_id, base_version, RESULT_CONFLICTS)
    is_unit = by.role == Role.HANDLER
    if is_unit:
        report(assignment, text, by)
    else:
        answer_for(incident, assignment, text)
    photos.add(incident, pictures, phase=Photo.Phase.AFTER, assignment=assignment, by=by)
    if is_unit:
        done(incident, assignment, HistoryKind.REPORTED, by, about={"unit": by.handling_unit_id})
        if assignment.state == AssignmentState.REPORTED:
            telling.tell_reported(assignment)
    else:
        done(incident, assignment, HistoryKind.RESULT_GIVEN, by)
    return assignment


def add_photos(
    *, assignment_id: int, by: Person, phase: Photo.Phase, pictures: Sequence[photos.Prepared]
) -> Assignment:
    """Photos of the place before or after the work. They conflict with nothing."""
    incident, assignment = held(assignment_id, None, frozenset())
    photos.add(incident, pictures, phase=phase, assignment=assignment, by=by)
    return assignment
