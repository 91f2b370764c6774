"""The incident's state follows from its assignments; its marks (board, times) follow from its state."""

from __future__ import annotations

from collections.abc import Iterable

from incidents.dispatching.alarms import ALARM_FIELDS, set_alarm
from incidents.records.lifecycles import (
    LIVE_STATES,
    OPEN_ASSIGNMENTS,
    PAUSED,
    WITH_RESULT,
    AssignmentState,
    IncidentState,
    check_assignment_step,
    check_incident_step,
)
from incidents.records.models import Assignment, Incident, UnitWork
from realtime.change import current_change

_WORKED_ON = frozenset({AssignmentState.IN_PROGRESS, AssignmentState.REPORTED}) | PAUSED | WITH_RESULT


def state_of(assignments: Iterable[Assignment]) -> IncidentState:
    """The state that an incident on the board has with these assignments.

    Resolved means that every agency that has it has given its result: they are put together for one answer.
    """
    states = [AssignmentState(row.state) for row in assignments if row.state in OPEN_ASSIGNMENTS]
    if not states:
        return IncidentState.RECEIVED
    if all(state == AssignmentState.PLANNED for state in states):
        return IncidentState.PLANNED
    if all(state in WITH_RESULT for state in states):
        return IncidentState.RESOLVED
    return IncidentState.IN_PROGRESS if _WORKED_ON.intersection(states) else IncidentState.ASSIGNED


def follow(incident: Incident) -> None:
    """Puts an incident locked by the open change into the state that its assignments give it."""
    wanted = state_of(Assignment.objects.filter(incident=incident))
    if wanted != incident.state:
        move(incident, wanted)


def move(incident: Incident, wanted: IncidentState) -> None:
    """Puts a locked incident into a state, with the marks that go with it. Raises lifecycles.NotAllowed."""
    check_incident_step(incident.state, wanted)
    at = current_change().at
    incident.state = wanted.value
    incident.on_board = wanted in LIVE_STATES
    if wanted == IncidentState.RESOLVED:
        incident.resolved_at = at
    elif incident.on_board:
        incident.resolved_at = None
    incident.closed_at = None if incident.on_board else at
    if not incident.on_board:
        incident.waiting_since = None
    incident.save(update_fields=["state", "on_board", "resolved_at", "closed_at", "waiting_since"])


def move_assignment(assignment: Assignment, wanted: AssignmentState, *also: str) -> None:
    """Puts an assignment of a locked incident into a state and saves it with the fields `also`.

    Raises lifecycles.NotAllowed.
    """
    check_assignment_step(assignment.state, wanted, assignment.agency.kind)
    assignment.state = wanted.value
    at = current_change().at
    if wanted not in OPEN_ASSIGNMENTS:
        assignment.ended_at = at
        # What the citizen was answered stays where its unit finds it.
        if wanted != AssignmentState.ANSWERED:
            UnitWork.objects.filter(assignment=assignment, ended_at=None).update(ended_at=at)
    set_alarm(assignment)
    assignment.save(update_fields=["state", "ended_at", *ALARM_FIELDS, *also])
