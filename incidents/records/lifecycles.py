"""Which state may follow which, for incidents and for assignments: two tables, and nothing else decides it."""

from __future__ import annotations

from enum import StrEnum


class IncidentState(StrEnum):
    RECEIVED = "received"  # đã nhận: nobody was given it yet
    PLANNED = "planned"  # đã hẹn: it goes to an agency on a later date
    ASSIGNED = "assigned"  # đã giao: at least one agency was given it
    IN_PROGRESS = "in_progress"  # đang xử lý: the lead agency works on it
    RESOLVED = "resolved"  # có kết quả: a result waits for the hotline's answer to the citizen
    CLOSED = "closed"  # đã trả lời
    CANCELLED = "cancelled"  # đã hủy: a test call, a joke, sent twice


class AssignmentState(StrEnum):
    PLANNED = "planned"  # hẹn ngày giao: not sent yet
    SENT = "sent"  # đã gửi
    SEEN = "seen"  # đã xem
    ACCEPTED = "accepted"  # đã nhận
    IN_PROGRESS = "in_progress"  # đang xử lý
    ASKED = "asked"  # hỏi thêm người dân: the clocks stand still
    POSTPONED = "postponed"  # hẹn ngày làm: the agency has planned the work, the clocks stand still
    REPORTED = "reported"  # bộ phận đã báo kết quả: the focal point reads it
    RESULT_GIVEN = "result_given"  # có kết quả: the agency answers for it
    APPROVED = "approved"  # the lead took a co-ordinating agency's result into its own
    ANSWERED = "answered"  # đã trả lời: the citizen has it
    REOPENED = "reopened"  # mở lại: answered, and it was not the end; a new assignment follows
    RETURNED = "returned"  # trả lại, with a reason
    TRANSFERRED = "transferred"  # chuyển: another agency has it instead
    CANCELLED = "cancelled"  # thu hồi


class NotAllowed(Exception):
    """A step that the lifecycle table does not hold; `now` and `wanted` are the two states."""

    def __init__(self, now: str, wanted: str) -> None:
        super().__init__(f"{now} → {wanted}")
        self.now = now
        self.wanted = wanted


_I = IncidentState
INCIDENT_STEPS: dict[IncidentState, frozenset[IncidentState]] = {
    _I.RECEIVED: frozenset({_I.PLANNED, _I.ASSIGNED, _I.CLOSED, _I.CANCELLED}),
    _I.PLANNED: frozenset({_I.RECEIVED, _I.ASSIGNED, _I.CLOSED, _I.CANCELLED}),
    # Back to received: the dispatch was withdrawn, or every agency returned it. To planned: what is left is for later.
    _I.ASSIGNED: frozenset({_I.RECEIVED, _I.PLANNED, _I.IN_PROGRESS, _I.RESOLVED, _I.CLOSED, _I.CANCELLED}),
    _I.IN_PROGRESS: frozenset({_I.RECEIVED, _I.PLANNED, _I.ASSIGNED, _I.RESOLVED, _I.CLOSED, _I.CANCELLED}),
    # Back to in progress: the hotline did not take the result; to received: it took the incident back.
    _I.RESOLVED: frozenset({_I.RECEIVED, _I.PLANNED, _I.IN_PROGRESS, _I.ASSIGNED, _I.CLOSED, _I.CANCELLED}),
    # Reopened: it goes out again from the beginning.
    _I.CLOSED: frozenset({_I.RECEIVED}),
    _I.CANCELLED: frozenset({_I.RECEIVED}),
}
LIVE_STATES = frozenset({_I.RECEIVED, _I.PLANNED, _I.ASSIGNED, _I.IN_PROGRESS, _I.RESOLVED})

_A = AssignmentState
# What an agency can always do with what it has not finished; the hotline can take back whatever is open.
_AWAY = frozenset({_A.RETURNED, _A.TRANSFERRED, _A.CANCELLED})
ASSIGNMENT_STEPS: dict[AssignmentState, frozenset[AssignmentState]] = {
    _A.PLANNED: frozenset({_A.SENT, _A.CANCELLED}),
    _A.SENT: frozenset({_A.SEEN, _A.ACCEPTED}) | _AWAY,
    _A.SEEN: frozenset({_A.ACCEPTED}) | _AWAY,
    _A.ACCEPTED: frozenset({_A.IN_PROGRESS, _A.ASKED, _A.POSTPONED, _A.REPORTED, _A.RESULT_GIVEN}) | _AWAY,
    _A.IN_PROGRESS: frozenset({_A.ASKED, _A.POSTPONED, _A.REPORTED, _A.RESULT_GIVEN}) | _AWAY,
    # The citizen answered, the day came, or the limit of the pause is over.
    _A.ASKED: frozenset({_A.IN_PROGRESS}) | _AWAY,
    _A.POSTPONED: frozenset({_A.IN_PROGRESS}) | _AWAY,
    # The focal point passes the unit's result on, or sends it back to the unit.
    _A.REPORTED: frozenset({_A.RESULT_GIVEN, _A.IN_PROGRESS, _A.CANCELLED}),
    # Back to in progress: the hotline, or the lead, did not take it.
    _A.RESULT_GIVEN: frozenset({_A.APPROVED, _A.ANSWERED, _A.IN_PROGRESS, _A.CANCELLED}),
    _A.APPROVED: frozenset({_A.ANSWERED, _A.IN_PROGRESS, _A.CANCELLED}),
    # What is reopened is given anew, so that the new decision has its own reasons and clocks.
    _A.ANSWERED: frozenset({_A.REOPENED}),
    _A.REOPENED: frozenset(),
    _A.RETURNED: frozenset(),
    _A.TRANSFERRED: frozenset(),
    _A.CANCELLED: frozenset(),
}
# 113, 114 and 115 work at once: a unit may be on its way before anybody pressed "taken", units that are called back
# lead to taken again, and whoever finished may have to go out once more.
SERVICE_STEPS: dict[AssignmentState, frozenset[AssignmentState]] = {
    **ASSIGNMENT_STEPS,
    _A.SENT: frozenset({_A.SEEN, _A.ACCEPTED, _A.IN_PROGRESS}) | _AWAY,
    _A.SEEN: frozenset({_A.ACCEPTED, _A.IN_PROGRESS}) | _AWAY,
    _A.ACCEPTED: frozenset({_A.IN_PROGRESS, _A.RESULT_GIVEN}) | _AWAY,
    _A.IN_PROGRESS: frozenset({_A.ACCEPTED, _A.RESULT_GIVEN}) | _AWAY,
    # Nobody waits for the citizen's answer, for a better day, or for a focal point.
    _A.ASKED: frozenset(),
    _A.POSTPONED: frozenset(),
    _A.REPORTED: frozenset(),
}
# The kinds of agencies (accounts.AgencyKind) that are emergency services.
SERVICE_KINDS = frozenset({"police", "fire", "ambulance"})
OPEN_ASSIGNMENTS = frozenset(
    {
        _A.PLANNED,
        _A.SENT,
        _A.SEEN,
        _A.ACCEPTED,
        _A.IN_PROGRESS,
        _A.ASKED,
        _A.POSTPONED,
        _A.REPORTED,
        _A.RESULT_GIVEN,
        _A.APPROVED,
    }
)
# The agency's part is done: it waits for the lead's or the hotline's word.
WITH_RESULT = frozenset({_A.RESULT_GIVEN, _A.APPROVED})
# The clocks stand still.
PAUSED = frozenset({_A.ASKED, _A.POSTPONED})
# Who gave it back, passed it on or had it taken away has no part in it any more; a planned one is not theirs yet.
NOT_THEIRS = frozenset({_A.PLANNED, _A.RETURNED, _A.TRANSFERRED, _A.CANCELLED})


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
