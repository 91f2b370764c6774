"""When the worker has to look at an assignment next, and who hears of it then: the ladder of escalation.

Which clock runs follows from the state alone. A warning comes when a quarter of the time is left; when it is over,
one step after the other is told, each a fixed time after the one before.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from incidents.records.lifecycles import SERVICE_KINDS, AssignmentState
from incidents.records.models import Assignment
from incidents.worktime.clocks import Clocks, clocks
from realtime.change import current_change


class Running(StrEnum):
    """The clock that runs in a state."""

    PLAN = "plan"  # until the planned day
    SEEN = "seen"
    ACCEPTED = "accepted"
    RESULT = "result"
    PAUSE = "pause"  # until the pause's limit
    ANSWER = "answer"  # the hotline's own: until the citizen is answered


class Step(StrEnum):
    """Who is told, in this order."""

    WARNING = "warning"
    FOCAL_POINT = "focal_point"
    HEAD = "head"
    SUPERVISOR = "supervisor"
    LEADER = "leader"


_S = AssignmentState
RUNS: dict[AssignmentState, Running] = {
    _S.PLANNED: Running.PLAN,
    _S.SENT: Running.SEEN,
    _S.SEEN: Running.ACCEPTED,
    _S.ACCEPTED: Running.RESULT,
    _S.IN_PROGRESS: Running.RESULT,
    _S.REPORTED: Running.RESULT,
    _S.ASKED: Running.PAUSE,
    _S.POSTPONED: Running.PAUSE,
    _S.RESULT_GIVEN: Running.ANSWER,
}
LADDER: tuple[Step, ...] = tuple(Step)
# The result is there: what is late now is the hotline, not the agency.
HOTLINE_LADDER: tuple[Step, ...] = (Step.WARNING, Step.SUPERVISOR, Step.LEADER)
_WARN_AFTER = 0.75
ALARM_FIELDS = ("alarm_at", "alarm_clock", "alarm_step", "alarm_told")


def ladder_of(clock: Running) -> tuple[Step, ...]:
    """The steps of a clock; a planned day and the end of a pause have none: what they wait for simply happens."""
    if clock in {Running.PLAN, Running.PAUSE}:
        return ()
    return HOTLINE_LADDER if clock == Running.ANSWER else LADDER


def set_alarm(assignment: Assignment) -> None:
    """Sets when this assignment is to be looked at next, from its state and clocks; it is not saved.

    Its `incident` is the locked one. Another clock begins its ladder anew.
    """
    clock = RUNS.get(AssignmentState(assignment.state))
    if clock != Running.PLAN and assignment.agency.kind in SERVICE_KINDS:
        # 113, 114 and 115 have alarms of their own, by the second (emergencies/).
        clock = None
    if clock == Running.ANSWER and assignment.role != Assignment.Role.LEAD:
        clock = None
    if clock is None:
        assignment.alarm_at, assignment.alarm_clock, assignment.alarm_step = None, "", 0
        assignment.alarm_told = ""
        return
    if clock != assignment.alarm_clock:
        assignment.alarm_clock, assignment.alarm_step = clock.value, 0
        assignment.alarm_told = ""
    if clock == Running.PLAN:
        assignment.alarm_at = assignment.planned_for
    elif clock == Running.PAUSE:
        assignment.alarm_at = assignment.paused_until
    else:
        incident = assignment.incident
        assignment.alarm_at = _next(assignment, clock, clocks(incident.category, incident.group))


def runs_out(assignment: Assignment, clock: Running) -> dt.datetime | None:
    """When a clock of this assignment runs out."""
    match clock:
        case Running.SEEN:
            return assignment.seen_due_at
        case Running.ACCEPTED:
            return assignment.accept_due_at
        case Running.ANSWER:
            return assignment.incident.due_at
        case Running.RESULT:
            return assignment.due_at
    return None


def _next(assignment: Assignment, clock: Running, own: Clocks) -> dt.datetime | None:
    out = runs_out(assignment, clock)
    step = assignment.alarm_step
    if out is None or step >= len(ladder_of(clock)):
        return None
    if step == 0:
        start = assignment.result_at if clock == Running.ANSWER else assignment.sent_at
        start = start or current_change().at
        return min(out, own.calendar.add(start, own.calendar.between(start, out) * _WARN_AFTER)) if start < out else out
    return own.due(out, own.step * (step - 1))
