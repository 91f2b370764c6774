"""Không thống nhất: agencies that do not agree. First the department decides, and if that does not settle it, the
province's People's Committee (plan 5179/KH-UBND): each gets an assignment of its own, whose result is the decision.

A complaint never goes by itself to whom it complains of, or under it, nor past it: then a person in the room chooses.
"""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from incidents.delivery.queue import tell_agency
from incidents.dispatching import deadlines
from incidents.dispatching.alarms import set_alarm
from incidents.dispatching.competence import decision_date
from incidents.dispatching.complaining import complained_of, is_undecided
from incidents.dispatching.following import move_assignment
from incidents.dispatching.holding import TAKEN_AWAY, done, held
from incidents.dispatching.refusals import Refusal, Refused
from incidents.dispatching.results import others_of
from incidents.records.history import HistoryKind
from incidents.records.lifecycles import WITH_RESULT, AssignmentState, NotAllowed
from incidents.records.models import Assignment, History, Incident
from incidents.records.needs import Need
from incidents.records.notes import add_note
from opscenter.accounts.models import Agency, Person
from opscenter.accounts.roles import ROOM_ROLES
from realtime.change import current_change

_MAY = frozenset({AssignmentState.ACCEPTED, AssignmentState.IN_PROGRESS, AssignmentState.REPORTED}) | WITH_RESULT


def disagree(*, assignment_id: int, reason: str, by: Person, base_version: int | None = None) -> Assignment:
    """Puts what the agencies do not agree on before the next higher one; gives the assignment it gets.

    The lead's result, if it is given already, comes back to the lead. Where the next one is complained of, or nobody
    has said yet who is, the room is told with the reason as a note, and the assignment given is the agency's own: an
    agency that the room gives it to then decides. Raises Changed, NotAllowed, and Refused when
    nobody else works on it, when somebody is deciding already, or when the last one has decided.
    """
    incident, assignment = held(assignment_id, base_version, TAKEN_AWAY | {HistoryKind.DISAGREED})
    if assignment.state not in _MAY or assignment.role == Assignment.Role.ARBITER:
        raise NotAllowed(assignment.state, "disagreed")
    others = others_of(assignment)
    if not any(other.role != Assignment.Role.ARBITER for other in others):
        raise Refused(Refusal.NOBODY_ELSE_WORKS)
    deciding = [other for other in others if other.role == Assignment.Role.ARBITER]
    if any(other.state not in WITH_RESULT for other in deciding):
        raise Refused(Refusal.BEING_DECIDED)
    if Need.ARBITER_OPEN in incident.needs:
        raise Refused(Refusal.HOTLINE_CHOOSES)
    agency = _next(incident)
    for row in (assignment, *others):
        if row.role == Assignment.Role.LEAD and row.state in WITH_RESULT:
            row.incident = incident
            move_assignment(row, AssignmentState.IN_PROGRESS)
    if agency is None:
        incident.needs = [*incident.needs, Need.ARBITER_OPEN.value]
        incident.save(update_fields=["needs"])
        add_note(incident_id=incident.pk, text=reason, by=by)
        done(incident, assignment, HistoryKind.DISAGREED, by, why="hotline_chooses", about={"to": None})
        return assignment
    made = Assignment(
        incident=incident,
        agency=agency,
        role=Assignment.Role.ARBITER,
        by=by,
        trace={"by": "person", "reasons": [{"code": "dispatching.disagreed"}]},
        note=reason,
        sent_at=current_change().at,
    )
    deadlines.begin(made, incident)
    set_alarm(made)
    made.save()
    tell_agency(made)
    done(incident, assignment, HistoryKind.DISAGREED, by, about={"to": agency.pk})
    return made


def needs_of(incident: Incident) -> set[Need]:
    """For `needs.register`: the room has still to choose who decides, until it gives the incident to somebody else or
    takes it from one. One query, and none where nobody waits for that."""
    if Need.ARBITER_OPEN not in incident.needs:
        return set()
    by_room = History.objects.filter(incident=incident, kind__in=_CHOSEN, by__role__in=sorted(ROOM_ROLES))
    asked = History.objects.filter(incident=incident, kind=HistoryKind.DISAGREED).order_by("-pk").first()
    return set() if asked is not None and by_room.filter(pk__gt=asked.pk).exists() else {Need.ARBITER_OPEN}


_CHOSEN = sorted({HistoryKind.DISPATCHED, HistoryKind.TRANSFERRED, HistoryKind.ASSIGNMENT_CANCELLED})


def _next(incident: Incident) -> Agency | None:
    """The first in order that exists today and has nothing to do with this incident yet; None where a person has to
    choose, since it is complained of or nobody has said yet who is. Raises Refused when there is none left."""
    barred = complained_of(incident)
    if is_undecided(incident, barred):
        return None
    on = decision_date(timezone.localdate(current_change().at))
    known = set(Assignment.objects.filter(incident=incident).values_list("agency_id", flat=True))
    by_code = {row.code: row for row in Agency.objects.filter(code__in=settings.ARBITERS)}
    for code in settings.ARBITERS:
        agency = by_code.get(code)
        if agency is not None and agency.pk not in known and agency.is_in_force(on):
            return agency if agency.pk not in barred.agencies else None
    raise Refused(Refusal.NOBODY_HIGHER)
