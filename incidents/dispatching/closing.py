"""The end of an incident: the answer to the citizen, a result that is not taken, a mistake; and opening it again."""

from __future__ import annotations

from enum import StrEnum

from incidents.delivery.models import Kind
from incidents.delivery.queue import take_back, tell_reporters
from incidents.dispatching import deadlines
from incidents.dispatching.assigning import ENDINGS, assign
from incidents.dispatching.following import follow, move, move_assignment
from incidents.dispatching.refusals import Refusal, Refused
from incidents.dispatching.telling import tell_rejected, tell_taken_back
from incidents.knowledge.quoting import given_by_itself
from incidents.records import needs
from incidents.records.editing import lock
from incidents.records.history import HistoryKind, append
from incidents.records.lifecycles import (
    OPEN_ASSIGNMENTS,
    WITH_RESULT,
    AssignmentState,
    IncidentState,
    NotAllowed,
)
from incidents.records.models import Assignment, Incident
from incidents.records.models.categories import Group
from opscenter.accounts.models import Person

_NEW_WORK = frozenset(
    {
        HistoryKind.DISPATCHED,
        HistoryKind.PLANNED,
        HistoryKind.TRANSFERRED,
        HistoryKind.RESULT_GIVEN,
        HistoryKind.RETURNED,
        HistoryKind.DISAGREED,
        HistoryKind.CHILD_OPENED,
    }
)


class Outcome(StrEnum):
    """How an incident ended."""

    ANSWERED_AT_ONCE = "answered_at_once"
    HANDLED = "handled"
    CANCELLED = "cancelled"
    MERGED = "merged"
    ANSWERED_BY_ITSELF = "answered_by_itself"


class CancelReason(StrEnum):
    """Why there was nothing to handle."""

    TEST = "test"
    PRANK = "prank"
    SENT_TWICE = "sent_twice"
    MISTAKE = "mistake"
    WITHDRAWN_BY_REPORTER = "withdrawn_by_reporter"


def answer_at_once(*, incident_id: int, answer: str, by: Person, base_version: int | None = None) -> Incident:
    """The call-taker answers from rules in force; nobody else is asked. Raises Changed, Refused, NotAllowed."""
    incident = lock(incident_id, base_version=base_version, against=ENDINGS | _NEW_WORK)
    if incident.state != IncidentState.RECEIVED and incident.on_board:
        raise Refused(Refusal.ALREADY_ASSIGNED)
    move(incident, IncidentState.CLOSED)
    _answer(incident, answer, Outcome.ANSWERED_AT_ONCE)
    append(incident, HistoryKind.ANSWERED_AT_ONCE, by=by)
    needs.recompute(incident)
    tell_reporters(incident, Kind.ANSWERED)
    return incident


def let_stand(*, incident_id: int, by: Person, base_version: int | None = None) -> Incident:
    """What the system answered by itself fits, says a person: that is the answer, and nothing more is sent.

    Only where every report was answered so. Raises Changed, Refused, NotAllowed.
    """
    incident = lock(incident_id, base_version=base_version, against=ENDINGS | _NEW_WORK)
    if incident.state != IncidentState.RECEIVED and incident.on_board:
        raise Refused(Refusal.ALREADY_ASSIGNED)
    version = given_by_itself(incident)
    if version is None:
        raise Refused(Refusal.NOT_ANSWERED_BY_ITSELF)
    move(incident, IncidentState.CLOSED)
    _answer(incident, version.text, Outcome.ANSWERED_BY_ITSELF)
    append(incident, HistoryKind.ANSWERED_AT_ONCE, by=by, why="by_itself")
    needs.recompute(incident)
    return incident


def close(*, incident_id: int, answer: str, by: Person, base_version: int | None = None) -> Incident:
    """The hotline answers the citizen, everybody who reported it: results that were given are answered, what is still
    open is taken back.

    Raises Changed (a result that came meanwhile, for instance), Refused when nobody has it or when a task of it is
    still open, NotAllowed when closed.
    """
    incident = lock(incident_id, base_version=base_version, against=ENDINGS | _NEW_WORK | {HistoryKind.RESULT_REJECTED})
    if incident.state == IncidentState.RECEIVED:
        raise Refused(Refusal.NOT_ASSIGNED)
    # A fire is over while its road is still to be mended: an emergency's field task goes on alone.
    has_tasks = Incident.objects.filter(parent=incident, on_board=True).exists()
    if has_tasks and incident.group != Group.EMERGENCY:
        raise Refused(Refusal.CHILDREN_OPEN)
    move(incident, IncidentState.CLOSED)
    answered, taken_back = _end_assignments(incident)
    _answer(incident, answer, Outcome.HANDLED)
    append(incident, HistoryKind.CLOSED, by=by, data={"answered": answered, "taken_back": taken_back})
    needs.recompute(incident)
    tell_reporters(incident, Kind.ANSWERED)
    return incident


def reject_result(*, incident_id: int, reason: str, by: Person, base_version: int | None = None) -> Incident:
    """The hotline does not take the results: they go back to the agencies with the reason in words."""
    incident = lock(incident_id, base_version=base_version, against=ENDINGS | {HistoryKind.RESULT_REJECTED})
    given = [row for row in _open(incident) if row.state in WITH_RESULT]
    if not incident.on_board:
        raise NotAllowed(incident.state, IncidentState.IN_PROGRESS)
    if not given:
        raise Refused(Refusal.NO_RESULT)
    for row in given:
        row.rejection = reason
        row.incident = incident
        move_assignment(row, AssignmentState.IN_PROGRESS, "rejection")
    follow(incident)
    append(incident, HistoryKind.RESULT_REJECTED, by=by, data={"assignments": [row.pk for row in given]})
    needs.recompute(incident)
    for row in given:
        tell_rejected(row)
    return incident


def cancel(*, incident_id: int, reason: CancelReason, by: Person, base_version: int | None = None) -> Incident:
    """A test call, a joke, sent twice: it leaves the board without an answer, and the agencies lose it."""
    incident = lock(incident_id, base_version=base_version, against=ENDINGS | _NEW_WORK)
    move(incident, IncidentState.CANCELLED)
    for row in _open(incident):
        row.incident = incident
        move_assignment(row, AssignmentState.CANCELLED)
        tell_taken_back(row)
    take_back(incident, {Kind.FORWARDED})
    incident.outcome = Outcome.CANCELLED
    incident.save(update_fields=["outcome"])
    append(incident, HistoryKind.CANCELLED, by=by, why=CancelReason(reason))
    needs.recompute(incident)
    return incident


def reopen(
    *, incident_id: int, by: Person | None, why: str = "", again: bool = False, base_version: int | None = None
) -> Incident:
    """Opens it again; the answers sent stay sent, and the citizen's clock begins anew.

    With `again`, a person's act, it goes out at once to the agencies that had it, as new assignments that follow
    the old ones; otherwise it is as received, and who is to handle it now is decided anew. `why` is a code of at
    most 60 characters. Raises Changed, NotAllowed, and Refused for what was merged away.
    """
    incident = lock(incident_id, base_version=base_version, against=ENDINGS)
    if incident.outcome == Outcome.MERGED:
        raise Refused(Refusal.MERGED_AWAY)
    move(incident, IncidentState.RECEIVED)
    # The text itself stays with the message that brought it to the citizen.
    incident.answer = ""
    incident.outcome = ""
    incident.save(update_fields=["answer", "outcome"])
    append(incident, HistoryKind.REOPENED, by=by, why=why)
    ended = Assignment.objects.filter(incident=incident, state=AssignmentState.ANSWERED).order_by("pk")
    answered = list(ended.select_related("agency"))
    for row in answered:
        row.incident = incident
        move_assignment(row, AssignmentState.REOPENED)
    deadlines.refresh(incident)
    needs.recompute(incident)
    lead = next((row.agency for row in answered if row.role == Assignment.Role.LEAD), None)
    if again and by is not None and lead is not None:
        others = [row.agency for row in answered if row.role == Assignment.Role.CO_ORDINATING]
        assign(incident_id=incident.pk, lead=lead, co_ordinating=others, by=by)
    return incident


def _answer(incident: Incident, answer: str, outcome: Outcome) -> None:
    incident.answer = answer
    incident.outcome = outcome
    incident.save(update_fields=["answer", "outcome"])


def _open(incident: Incident) -> list[Assignment]:
    states = sorted(state.value for state in OPEN_ASSIGNMENTS)
    return list(Assignment.objects.filter(incident=incident, state__in=states).order_by("pk"))


def _end_assignments(incident: Incident) -> tuple[list[int], list[int]]:
    """The citizen has the results that were given; the rest is taken back. Gives the ids of both."""
    answered, taken_back = [], []
    for row in _open(incident):
        row.incident = incident
        if row.state in WITH_RESULT:
            move_assignment(row, AssignmentState.ANSWERED)
            answered.append(row.pk)
        else:
            move_assignment(row, AssignmentState.CANCELLED)
            tell_taken_back(row)
            taken_back.append(row.pk)
    return answered, taken_back
