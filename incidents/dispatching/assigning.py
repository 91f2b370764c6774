"""Giving an incident to agencies, and taking it back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from django.utils import timezone

from incidents.delivery.models import Kind
from incidents.delivery.queue import UNDO, take_back, tell_agency, tell_reporters
from incidents.dispatching import deadlines
from incidents.dispatching.alarms import set_alarm
from incidents.dispatching.competence import AgencySuggestion, decision_date
from incidents.dispatching.complaining import complained_of, is_undecided
from incidents.dispatching.following import follow, move_assignment
from incidents.dispatching.refusals import Refusal, Refused
from incidents.dispatching.telling import tell_taken_back
from incidents.records import needs
from incidents.records.editing import lock
from incidents.records.history import HistoryKind, append
from incidents.records.lifecycles import (
    LIVE_STATES,
    OPEN_ASSIGNMENTS,
    AssignmentState,
    IncidentState,
    NotAllowed,
    check_assignment_step,
)
from incidents.records.models import Assignment, Category, History, Incident
from opscenter.accounts.models import Agency, Person
from opscenter.accounts.tree import above
from realtime.change import current_change

# The bar on the screen counts ten seconds; a slow network is not the person's fault.
WITHDRAW_WITHIN = UNDO + dt.timedelta(seconds=2)
# Work for later is at most so far away.
PLAN_AT_MOST = dt.timedelta(days=365)
ENDINGS = frozenset({HistoryKind.ANSWERED_AT_ONCE, HistoryKind.CLOSED, HistoryKind.CANCELLED, HistoryKind.REOPENED})
DISPATCH_CONFLICTS = ENDINGS | {
    HistoryKind.DISPATCHED,
    HistoryKind.PLANNED,
    HistoryKind.TRANSFERRED,
    HistoryKind.DISPATCH_WITHDRAWN,
    HistoryKind.ASSIGNMENT_CANCELLED,
    HistoryKind.RETURNED,
    HistoryKind.PLACE_SET,
    HistoryKind.CATEGORY_SET,
    HistoryKind.COMPLAINT_SET,
    HistoryKind.EMERGENCY_SET,
    HistoryKind.EMERGENCY_WITHDRAWN,
}

# Rooms above that have something of their own to do when agencies were given an incident.
Assigned = Callable[[Incident, Sequence[Assignment], "Person | None"], None]
_watchers: list[Assigned] = []


def register_assigned(watcher: Assigned) -> None:
    """Adds a function that is called inside the change, after a locked incident was given to agencies."""
    if watcher not in _watchers:
        _watchers.append(watcher)


def assign(
    *,
    incident_id: int,
    lead: Agency | None,
    by: Person,
    co_ordinating: Sequence[Agency] = (),
    base_version: int | None = None,
    note: str = "",
    planned_for: dt.datetime | None = None,
) -> list[Assignment]:
    """Gives an incident to the agency that leads and to those that co-ordinate, at once. Needs an open change.

    `lead` is None to add agencies to an incident that has a lead. `note` is for the agencies. Messages to the
    agencies and to the citizens are queued and leave when it can no longer be withdrawn. With `planned_for` it is
    work for later: nobody is told before, its clocks begin then, and the worker sends it. Raises Changed, NotAllowed
    when it is closed, and Refused (agency ended, agency has it already, a second lead, no lead, not a day to plan,
    complained of, or a complaint of which nobody has said yet whom it is about).
    """
    incident = lock(incident_id, base_version=base_version, against=DISPATCH_CONFLICTS)
    trace: dict[str, Any] = {"by": "person", "reasons": [{"code": "dispatching.by_person"}]}
    if lead is not None and lead.pk == incident.suggested_agency_id:
        trace = {**incident.agency_trace, "confirmed": True}
    if planned_for is not None and not current_change().at < planned_for <= current_change().at + PLAN_AT_MOST:
        raise Refused(Refusal.NOT_A_DAY_TO_PLAN)
    return _assign(incident, lead, co_ordinating, by, note, trace, planned_for)


def _why(role: Assignment.Role) -> dict[str, Any]:
    return {"reasons": [{"code": "dispatching.disagreed"}]} if role == Assignment.Role.ARBITER else {}


def assign_by_rule(incident: Incident, suggestion: AgencySuggestion) -> list[Assignment]:
    """Gives a locked incident to the suggested agency because its rule lets it be sent without a person."""
    return _assign(incident, suggestion.agency, suggestion.co, None, "", suggestion.as_json())


def _assign(
    incident: Incident,
    lead: Agency | None,
    co_ordinating: Sequence[Agency],
    by: Person | None,
    note: str,
    trace: dict[str, Any],
    planned_for: dt.datetime | None = None,
) -> list[Assignment]:
    at = current_change().at
    if incident.state not in LIVE_STATES:
        raise NotAllowed(incident.state, IncidentState.ASSIGNED)
    wanted = [(lead, Assignment.Role.LEAD)] if lead is not None else []
    # Agencies that could not agree about a complaint: whom a person adds now is to decide (disagreeing.py).
    decides = lead is None and needs.Need.ARBITER_OPEN in incident.needs
    wanted += [
        (agency, Assignment.Role.ARBITER if decides else Assignment.Role.CO_ORDINATING) for agency in co_ordinating
    ]
    open_rows = list(
        Assignment.objects.filter(incident=incident, state__in=sorted(state.value for state in OPEN_ASSIGNMENTS))
    )
    has_lead = any(row.role == Assignment.Role.LEAD for row in open_rows)
    if lead is not None and has_lead:
        raise Refused(Refusal.HAS_LEAD)
    if lead is None and not has_lead:
        raise Refused(Refusal.NO_LEAD)
    taken = {row.agency_id for row in open_rows}
    on = decision_date(timezone.localdate(at))
    barred = complained_of(incident)
    if is_undecided(incident, barred):
        raise Refused(Refusal.COMPLAINT_UNDECIDED)
    made: list[Assignment] = []
    before = _before(incident) if lead is not None else None
    for agency, role in wanted:
        if agency.pk in taken:
            raise Refused(Refusal.AGENCY_HAS_IT)
        if agency.pk in barred.agencies:
            raise Refused(Refusal.COMPLAINED_OF)
        if not agency.is_in_force(on):
            raise Refused(Refusal.AGENCY_NOT_IN_FORCE)
        taken.add(agency.pk)
        row = Assignment(
            incident=incident,
            agency=agency,
            role=role,
            state=(AssignmentState.PLANNED if planned_for is not None else AssignmentState.SENT).value,
            by=by,
            trace=trace if role == Assignment.Role.LEAD else {"by": "person", **_why(role)},
            note=note,
            sent_at=planned_for or at,
            planned_for=planned_for,
            follows=before if role == Assignment.Role.LEAD else None,
        )
        deadlines.begin(row, incident)
        set_alarm(row)
        row.save()
        made.append(row)
    if planned_for is not None and lead is not None:
        deadlines.refresh(incident)
    follow(incident)
    append(
        incident,
        HistoryKind.DISPATCHED if planned_for is None else HistoryKind.PLANNED,
        by=by,
        why="by_person" if by else "by_rule",
        data={
            "assignments": [row.pk for row in made],
            "agencies": [row.agency_id for row in made],
            "lead": lead.pk if lead else None,
            "rule": trace.get("rule"),
        },
    )
    needs.recompute(incident)
    if planned_for is not None:
        return made
    for row in made:
        tell_agency(row)
    if lead is not None:
        tell_reporters(incident, Kind.FORWARDED)
    for watcher in _watchers:
        watcher(incident, made, by)
    return made


def _before(incident: Incident) -> Assignment | None:
    """The last lead that gave it back or was answered: the new one takes its place, and its story stays with it."""
    states = [AssignmentState.RETURNED, AssignmentState.REOPENED]
    rows = Assignment.objects.filter(incident=incident, role=Assignment.Role.LEAD, state__in=states)
    return rows.order_by("-pk").first()


def transfer(*, assignment_id: int, to: Agency, by: Person, reason: str, base_version: int | None = None) -> Assignment:
    """Another agency has it instead, in the same role: by the hotline, or by an agency to one below its own.

    Gives the new assignment, which has clocks of its own. Raises Changed, NotAllowed and Refused.
    """
    incident_id = Assignment.objects.values_list("incident_id", flat=True).get(pk=assignment_id)
    incident = lock(incident_id, base_version=base_version, against=DISPATCH_CONFLICTS | {HistoryKind.RESULT_GIVEN})
    old = Assignment.objects.select_related("agency").get(pk=assignment_id)
    old.incident = incident
    at = current_change().at
    check_assignment_step(old.state, AssignmentState.TRANSFERRED, old.agency.kind)
    if not by.works_in_room and old.agency_id not in above(to.pk):
        raise Refused(Refusal.NOT_BELOW)
    if not to.is_in_force(decision_date(timezone.localdate(at))):
        raise Refused(Refusal.AGENCY_NOT_IN_FORCE)
    barred = complained_of(incident)
    if is_undecided(incident, barred):
        raise Refused(Refusal.COMPLAINT_UNDECIDED)
    if to.pk in barred.agencies:
        raise Refused(Refusal.COMPLAINED_OF)
    states = sorted(state.value for state in OPEN_ASSIGNMENTS)
    if Assignment.objects.filter(incident=incident, agency=to, state__in=states).exists():
        raise Refused(Refusal.AGENCY_HAS_IT)
    move_assignment(old, AssignmentState.TRANSFERRED)
    if by.agency_id == old.agency_id:
        # They passed it on themselves.
        take_back(incident, {Kind.ASSIGNMENT}, assignment=old)
    else:
        tell_taken_back(old)
    new = Assignment(
        incident=incident,
        agency=to,
        role=old.role,
        by=by,
        trace={"by": "person", "reasons": [{"code": "dispatching.transferred"}]},
        note=reason,
        sent_at=at,
        follows=old,
    )
    deadlines.begin(new, incident)
    set_alarm(new)
    new.save()
    follow(incident)
    append(
        incident,
        HistoryKind.TRANSFERRED,
        by=by,
        data={"assignment": old.pk, "new": new.pk, "agencies": [old.agency_id, to.pk]},
    )
    needs.recompute(incident)
    tell_agency(new)
    return new


def cancel_assignment(*, assignment_id: int, by: Person, why: str, base_version: int | None = None) -> Assignment:
    """Takes an incident back from one agency, with a reason of at most 60 characters (a code, no personal data).

    Raises Assignment.DoesNotExist, Changed and NotAllowed.
    """
    incident_id = Assignment.objects.values_list("incident_id", flat=True).get(pk=assignment_id)
    incident = lock(incident_id, base_version=base_version, against=ENDINGS | {HistoryKind.ASSIGNMENT_CANCELLED})
    assignment = Assignment.objects.select_related("agency").get(pk=assignment_id)
    assignment.incident = incident
    was_planned = assignment.state == AssignmentState.PLANNED
    move_assignment(assignment, AssignmentState.CANCELLED)
    tell_taken_back(assignment)
    follow(incident)
    if was_planned:
        deadlines.refresh(incident)
    append(
        incident,
        HistoryKind.ASSIGNMENT_CANCELLED,
        by=by,
        why=why,
        data={"assignment": assignment.pk, "agency": assignment.agency_id},
    )
    needs.recompute(incident)
    return assignment


def withdraw(*, incident_id: int, by: Person, what: HistoryKind | None = None) -> History:
    """Undoes this person's newest dispatch or emergency of the last ten seconds; gives the row it undid.

    `what` is DISPATCHED or EMERGENCY_SET; without it the newest of both. Nobody outside has heard of it yet: the
    messages are cancelled. Raises Refused when there is nothing of theirs, when the time is over, or when an agency
    accepted in between.
    """
    incident = lock(incident_id)
    undone = {
        HistoryKind.DISPATCHED: HistoryKind.DISPATCH_WITHDRAWN,
        HistoryKind.EMERGENCY_SET: HistoryKind.EMERGENCY_WITHDRAWN,
    }
    rows = History.objects.filter(
        incident=incident, by=by, kind__in=sorted([*undone.keys(), *undone.values()])
    ).order_by("-pk")
    done_before: set[int] = set()
    for row in rows[:20]:
        if row.kind in undone.values():
            done_before.add(int(row.data["of"]))
        elif row.pk not in done_before and what in {None, row.kind}:
            break
    else:
        raise Refused(Refusal.NOTHING_TO_WITHDRAW)
    if current_change().at - row.at > WITHDRAW_WITHIN:
        raise Refused(Refusal.TOO_LATE)
    kind = HistoryKind(row.kind)
    data = _take_back_dispatch(incident, row) if kind == HistoryKind.DISPATCHED else _calm_down(incident, row)
    append(incident, undone[kind], by=by, data={"of": row.pk, **data})
    needs.recompute(incident)
    return row


def _take_back_dispatch(incident: Incident, row: History) -> dict[str, Any]:
    assignments = list(Assignment.objects.filter(incident=incident, pk__in=row.data["assignments"]))
    if len(assignments) != len(row.data["assignments"]):
        # They went on with a child.
        raise Refused(Refusal.TOO_LATE)
    if any(one.state not in {AssignmentState.SENT, AssignmentState.SEEN} for one in assignments):
        raise Refused(Refusal.ALREADY_ACCEPTED)
    for one in assignments:
        one.incident = incident
        move_assignment(one, AssignmentState.CANCELLED)
        take_back(incident, {Kind.ASSIGNMENT}, assignment=one)
    if row.data["lead"] is not None:
        take_back(incident, {Kind.FORWARDED})
    follow(incident)
    return {"assignments": [one.pk for one in assignments]}


def _calm_down(incident: Incident, row: History) -> dict[str, Any]:
    """Puts category, group, priority and deadline back to what they were before the emergency key."""
    later = History.objects.filter(
        incident=incident, pk__gt=row.pk, kind__in=[HistoryKind.CATEGORY_SET, HistoryKind.EMERGENCY_SET]
    )
    if later.exists():
        raise Refused(Refusal.TOO_LATE)
    before = row.data["before"]
    incident.category = Category.objects.filter(pk=before["category"]).first() if before["category"] else None
    incident.group = before["group"]
    incident.priority = before["priority"]
    incident.category_trace = before["trace"]
    incident.due_at = dt.datetime.fromisoformat(before["due_at"]) if before["due_at"] else None
    incident.save(update_fields=["category", "group", "priority", "category_trace", "due_at"])
    deadlines.pass_on(incident)
    return {}
