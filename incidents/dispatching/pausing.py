"""The clocks stand still: the citizen was asked for more, or the agency has planned the work for a later day."""

from __future__ import annotations

import datetime as dt

from incidents.delivery.queue import ask_reporters
from incidents.dispatching import deadlines
from incidents.dispatching.following import move_assignment
from incidents.dispatching.holding import TAKEN_AWAY, done, held
from incidents.dispatching.refusals import Refusal, Refused
from incidents.records.history import HistoryKind
from incidents.records.lifecycles import PAUSED, AssignmentState, NotAllowed
from incidents.records.models import Assignment, Incident, Pause
from opscenter.accounts.models import Person
from realtime.change import current_change

# At most so long, however often an agency asks or postpones: after that the clocks run on.
ASK_AT_MOST = dt.timedelta(days=7)
POSTPONE_AT_MOST = dt.timedelta(days=60)
_CONFLICTS = TAKEN_AWAY | {HistoryKind.ASKED, HistoryKind.POSTPONED, HistoryKind.RESULT_GIVEN, HistoryKind.REPORTED}


def ask(*, assignment_id: int, question: str, by: Person, base_version: int | None = None) -> Assignment:
    """Asks everybody who reported it for more, each in their own channel; a week at most without an answer.

    Raises Changed, NotAllowed, and Refused when there is nobody to ask.
    """
    incident, assignment = held(assignment_id, base_version, _CONFLICTS)
    if not ask_reporters(incident, question):
        raise Refused(Refusal.NOBODY_TO_ASK)
    until = current_change().at + ASK_AT_MOST
    return _pause(incident, assignment, Pause.Why.ASKED, question, until, by)


def postpone(
    *, assignment_id: int, until: dt.datetime, reason: str, by: Person, base_version: int | None = None
) -> Assignment:
    """Plans the work for a later day, with the reason. Raises Changed, NotAllowed, Refused (past, or too far)."""
    incident, assignment = held(assignment_id, base_version, _CONFLICTS)
    at = current_change().at
    if not at < until <= at + POSTPONE_AT_MOST:
        raise Refused(Refusal.NOT_A_DAY_TO_POSTPONE)
    return _pause(incident, assignment, Pause.Why.POSTPONED, reason, until, by)


def resume(*, assignment_id: int, by: Person, base_version: int | None = None) -> Assignment:
    """The citizen answered, or the work begins earlier. Raises Changed and NotAllowed."""
    incident, assignment = held(assignment_id, base_version, TAKEN_AWAY | {HistoryKind.RESUMED})
    if assignment.state not in PAUSED:
        raise NotAllowed(assignment.state, AssignmentState.IN_PROGRESS)
    end_pause(incident, assignment, by=by)
    return assignment


def citizen_answered(incident: Incident) -> int:
    """What the citizens were asked for may be in a message that has just come in: the clocks of every agency of the
    locked incident that asked run on. Gives how many did."""
    asked = Assignment.objects.filter(incident=incident, state=AssignmentState.ASKED).select_related("agency")
    rows = list(asked.order_by("pk"))
    for assignment in rows:
        assignment.incident = incident
        end_pause(incident, assignment, by=None, why="answered")
    return len(rows)


def _pause(
    incident: Incident, assignment: Assignment, why: Pause.Why, text: str, until: dt.datetime, by: Person
) -> Assignment:
    is_asked = why == Pause.Why.ASKED
    assignment.paused_until = until
    move_assignment(assignment, AssignmentState.ASKED if is_asked else AssignmentState.POSTPONED, "paused_until")
    Pause.objects.create(assignment=assignment, why=why, text=text, since=current_change().at, until=until, by=by)
    deadlines.refresh(incident)
    done(incident, assignment, HistoryKind.ASKED if is_asked else HistoryKind.POSTPONED, by)
    return assignment


def end_pause(incident: Incident, assignment: Assignment, *, by: Person | None, why: str = "") -> None:
    """Lets the clocks of a locked incident's assignment run on. `by` is None when no person decided it; then `why`
    is "limit" (the time is over) or "answered"."""
    Pause.objects.filter(assignment=assignment, ended_at=None).update(ended_at=current_change().at)
    deadlines.refresh(incident)
    assignment.refresh_from_db(fields=["seen_due_at", "accept_due_at", "due_at"])
    assignment.paused_until = None
    move_assignment(assignment, AssignmentState.IN_PROGRESS, "paused_until")
    done(incident, assignment, HistoryKind.RESUMED, by, why=why)
