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
# 113, 114 and 115 work at once: a unit may be on its way before anybody pressed "taken", units that are called back
# lead to taken again, and whoever finished may have to go out once more.
_SERVICE_WAYS_OUT = frozenset({_A.RESULT_GIVEN, _A.RETURNED, _A.CANCELLED})
SERVICE_STEPS: dict[AssignmentState, frozenset[AssignmentState]] = {
    _A.SENT: frozenset({_A.SEEN, _A.ACCEPTED, _A.IN_PROGRESS, _A.RETURNED, _A.CANCELLED}),
    _A.SEEN: frozenset({_A.ACCEPTED, _A.IN_PROGRESS, _A.RETURNED, _A.CANCELLED}),
    _A.ACCEPTED: frozenset({_A.IN_PROGRESS}) | _SERVICE_WAYS_OUT,
    _A.IN_PROGRESS: frozenset({_A.ACCEPTED}) | _SERVICE_WAYS_OUT,
    _A.RESULT_GIVEN: frozenset({_A.APPROVED, _A.IN_PROGRESS, _A.CANCELLED}),
    _A.RETURNED: frozenset(),
    _A.APPROVED: frozenset(),
    _A.CANCELLED: frozenset(),
}
# The kinds of agencies (accounts.AgencyKind) that are emergency services.
SERVICE_KINDS = frozenset({"police", "fire", "ambulance"})
OPEN_ASSIGNMENTS = frozenset({_A.SENT, _A.SEEN, _A.ACCEPTED, _A.IN_PROGRESS, _A.RESULT_GIVEN})


def check_incident_step(now: str, wanted: str) -> None:
    """Raises NotAllowed unless the table lets an incident go from `now` to `wanted`."""
    if IncidentState(wanted) not in INCIDENT_STEPS[IncidentState(now)]:
        raise NotAllowed(now, wanted)


def assignment_steps(kind: str) -> dict[AssignmentState, frozenset[AssignmentState]]:
    """The table by which an agency of this kind works."""
    return SERVICE_STEPS if kind in SERVICE_KINDS else ASSIGNMENT_STEPS


def check_assignment_step(now: str, wanted: str, kind: str = "") -> None:
    """Raises NotAllowed unless the table of this kind of agency lets an assignment go from `now` to `wanted`."""
    if AssignmentState(wanted) not in assignment_steps(kind)[AssignmentState(now)]:
        raise NotAllowed(now, wanted)
