"""The result on its way back: the handling unit reports, the focal point passes it on, the lead puts them together."""

from __future__ import annotations

from incidents.dispatching.following import move_assignment
from incidents.dispatching.holding import TAKEN_AWAY, done, held
from incidents.dispatching.refusals import Refusal, Refused
from incidents.dispatching.telling import tell_sent_back
from incidents.records.history import HistoryKind, append
from incidents.records.lifecycles import (
    OPEN_ASSIGNMENTS,
    SERVICE_KINDS,
    WITH_RESULT,
    AssignmentState,
    NotAllowed,
    check_assignment_step,
)
from incidents.records.models import Assignment, Incident, UnitWork
from opscenter.accounts.models import Person
from realtime.change import current_change

RESULT_CONFLICTS = TAKEN_AWAY | {HistoryKind.RESULT_GIVEN, HistoryKind.ASKED, HistoryKind.POSTPONED}


def pass_on_result(*, assignment_id: int, by: Person, text: str = "", base_version: int | None = None) -> Assignment:
    """The focal point takes the units' result, perhaps in other words, and the agency answers for it.

    Raises Changed, NotAllowed and Refused.
    """
    incident, assignment = held(
        assignment_id, base_version, RESULT_CONFLICTS | {HistoryKind.REPORTED, HistoryKind.SENT_BACK_TO_UNIT}
    )
    _must_be_reported(assignment, AssignmentState.RESULT_GIVEN)
    answer_for(incident, assignment, text or assignment.result)
    done(incident, assignment, HistoryKind.RESULT_GIVEN, by)
    return assignment


def send_back_to_unit(*, assignment_id: int, by: Person, reason: str, base_version: int | None = None) -> Assignment:
    """The focal point does not take what the units reported: they go on, with the reason. Nothing written is lost."""
    incident, assignment = held(assignment_id, base_version, RESULT_CONFLICTS | {HistoryKind.SENT_BACK_TO_UNIT})
    _must_be_reported(assignment, AssignmentState.IN_PROGRESS)
    assignment.rejection = reason
    move_assignment(assignment, AssignmentState.IN_PROGRESS, "rejection")
    UnitWork.objects.filter(assignment=assignment, ended_at=None).update(result_at=None)
    done(incident, assignment, HistoryKind.SENT_BACK_TO_UNIT, by)
    tell_sent_back(assignment, but=by)
    return assignment


def _must_be_reported(assignment: Assignment, wanted: AssignmentState) -> None:
    if assignment.state != AssignmentState.REPORTED:
        raise NotAllowed(assignment.state, wanted)


def others_of(assignment: Assignment) -> list[Assignment]:
    """The open assignments of the other agencies that work on the same incident."""
    states = sorted(state.value for state in OPEN_ASSIGNMENTS)
    rows = Assignment.objects.filter(incident_id=assignment.incident_id, state__in=states).exclude(pk=assignment.pk)
    return list(rows.select_related("agency", "incident").order_by("pk"))


def report(assignment: Assignment, text: str, by: Person) -> None:
    """One handling unit's part; when it is the last one's, the focal point has them all. Raises NotAllowed."""
    check_assignment_step(assignment.state, AssignmentState.REPORTED)
    works = list(UnitWork.objects.filter(assignment=assignment, ended_at=None).select_related("unit").order_by("pk"))
    for work in works:
        if work.unit_id == by.handling_unit_id:
            work.result, work.result_at = text, current_change().at
            work.save(update_fields=["result", "result_at"])
    if all(work.result_at is not None for work in works):
        several = len(works) > 1
        assignment.result = "\n".join(f"{work.unit}: {work.result}" for work in works) if several else text
        move_assignment(assignment, AssignmentState.REPORTED, "result")
    elif assignment.state == AssignmentState.ACCEPTED:
        move_assignment(assignment, AssignmentState.IN_PROGRESS)


def answer_for(incident: Incident, assignment: Assignment, text: str) -> None:
    """The agency's own result. The lead's comes last and takes in the others'.

    Raises NotAllowed, and Refused while another agency still works on it: the hotline can take it back from that one.
    113, 114 and 115 each finish in their own time.
    """
    assignment.result = text
    assignment.result_at = current_change().at
    if assignment.role == Assignment.Role.LEAD and assignment.agency.kind not in SERVICE_KINDS:
        others = others_of(assignment)
        if any(other.state not in WITH_RESULT for other in others):
            raise Refused(Refusal.OTHERS_STILL_WORK)
        taken = [other for other in others if other.state == AssignmentState.RESULT_GIVEN]
        for other in taken:
            other.incident = incident
            move_assignment(other, AssignmentState.APPROVED)
        if taken:
            append(
                incident,
                HistoryKind.RESULTS_PUT_TOGETHER,
                by=None,
                data={"assignment": assignment.pk, "agencies": [other.agency_id for other in taken]},
            )
    move_assignment(assignment, AssignmentState.RESULT_GIVEN, "result", "result_at")
