"""Which state may follow which, for incidents and for assignments: two tables, and nothing else decides it."""

from __future__ import annotations

from enum import StrEnum


class IncidentState(StrEnum):
    RECEIVED = "received"  # đã nhận: nobody was given it yet
    ASSIGNED = "assigned"  # đã giao: at least one agency was given it
    IN_PROGRESS = "in_progress"  # đang xử lý: the lead agency works on it
    RESOLVED = "resolved"  # có kết quả: a result waits for the hotline's answer to the citizen
    CLOSED = "closed"  # đã trả lời
    CANCELLED = "cancelled"  # đã hủy: a test call, a joke, sent twice


class AssignmentState(StrEnum):
    SENT = "sent"  # đã gửi
    SEEN = "seen"  # đã xem
    ACCEPTED = "accepted"  # đã nhận
    IN_PROGRESS = "in_progress"  # đang xử lý
    RETURNED = "returned"  # trả lại, with a reason
    RESULT_GIVEN = "result_given"  # có kết quả
    APPROVED = "approved"  # hotline took the result
    CANCELLED = "cancelled"  # thu hồi


class NotAllowed(Exception):
    """A step that the lifecycle table does not hold; `now` and `wanted` are the two states."""

    def __init__(self, now: str, wanted: str) -> None:
        super().__init__(f"{now} → {wanted}")
        self.now = now
        self.wanted = wanted


_I = IncidentState
INCIDENT_STEPS: dict[IncidentState, frozenset[IncidentState]] = {
    _I.RECEIVED: frozenset({_I.ASSIGNED, _I.CLOSED, _I.CANCELLED}),
    # Back to received: the dispatch was withdrawn, or every agency returned it.
    _I.ASSIGNED: frozenset({_I.RECEIVED, _I.IN_PROGRESS, _I.RESOLVED, _I.CLOSED, _I.CANCELLED}),
    _I.IN_PROGRESS: frozenset({_I.RECEIVED, _I.ASSIGNED, _I.RESOLVED, _I.CLOSED, _I.CANCELLED}),
    # Back to in progress: the hotline did not take the result; to received: it took the incident back.
    _I.RESOLVED: frozenset({_I.RECEIVED, _I.IN_PROGRESS, _I.ASSIGNED, _I.CLOSED, _I.CANCELLED}),
    # Reopened: it goes out again from the beginning.
    _I.CLOSED: frozenset({_I.RECEIVED}),
    _I.CANCELLED: frozenset({_I.RECEIVED}),
}
LIVE_STATES = frozenset({_I.RECEIVED, _I.ASSIGNED, _I.IN_PROGRESS, _I.RESOLVED})

_A = AssignmentState
ASSIGNMENT_STEPS: dict[AssignmentState, frozenset[AssignmentState]] = {
    _A.SENT: frozenset({_A.SEEN, _A.ACCEPTED, _A.RETURNED, _A.CANCELLED}),
    _A.SEEN: frozenset({_A.ACCEPTED, _A.RETURNED, _A.CANCELLED}),
    _A.ACCEPTED: frozenset({_A.IN_PROGRESS, _A.RESULT_GIVEN, _A.RETURNED, _A.CANCELLED}),
    _A.IN_PROGRESS: frozenset({_A.RESULT_GIVEN, _A.RETURNED, _A.CANCELLED}),
    _A.RESULT_GIVEN: frozenset({_A.APPROVED, _A.IN_PROGRESS, _A.CANCELLED}),
    _A.RETURNED: frozenset(),
    # What is reopened is given anew, so that the new decision has its own reasons and clocks.
    _A.APPROVED: frozenset(),
    _A.CANCELLED: frozenset(),
}
OPEN_ASSIGNMENTS = frozenset({_A.SENT, _A.SEEN, _A.ACCEPTED, _A.IN_PROGRESS, _A.RESULT_GIVEN})


def check_incident_step(now: str, wanted: str) -> None:
    """Raises NotAllowed unless the table lets an incident go from `now` to `wanted`."""
    if IncidentState(wanted) not in INCIDENT_STEPS[IncidentState(now)]:
        raise NotAllowed(now, wanted)


def check_assignment_step(now: str, wanted: str) -> None:
    """Raises NotAllowed unless the table lets an assignment go from `now` to `wanted`."""
    if AssignmentState(wanted) not in ASSIGNMENT_STEPS[AssignmentState(now)]:
        raise NotAllowed(now, wanted)
