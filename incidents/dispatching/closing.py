"""The end of an incident: the answer to the citizen, a result that is not taken, a mistake; and opening it again."""

from __future__ import annotations

from enum import StrEnum

from incidents.delivery.models import Kind
from incidents.delivery.queue import take_back, tell_reporters
from incidents.dispatching.assigning import ENDINGS
from incidents.dispatching.following import follow, move, move_assignment
from incidents.dispatching.refusals import Refusal, Refused
from incidents.records import needs
from incidents.records.editing import lock
from incidents.records.history import HistoryKind, append
from incidents.records.lifecycles import OPEN_ASSIGNMENTS, AssignmentState, IncidentState, NotAllowed
from incidents.records.models import Assignment, Incident
from opscenter.accounts.models import Person

_NEW_WORK = frozenset({HistoryKind.DISPATCHED, HistoryKind.RESULT_GIVEN, HistoryKind.RETURNED})


class Outcome(StrEnum):
    """How an incident ended."""

    ANSWERED_AT_ONCE = "answered_at_once"
    HANDLED = "handled"
    CANCELLED = "cancelled"
    MERGED = "merged"


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
    if incident.state in {IncidentState.ASSIGNED, IncidentState.IN_PROGRESS, IncidentState.RESOLVED}:
        raise Refused(Refusal.ALREADY_ASSIGNED)
    move(incident, IncidentState.CLOSED)
    _answer(incident, answer, Outcome.ANSWERED_AT_ONCE)
    append(incident, HistoryKind.ANSWERED_AT_ONCE, by=by)
    needs.recompute(incident)
    tell_reporters(incident, Kind.ANSWERED)
    return incident


def close(*, incident_id: int, answer: str, by: Person, base_version: int | None = None) -> Incident:
    """The hotline answers the citizen: results that were given are approved, what is still open is taken back.

    Raises Changed (a result that came meanwhile, for instance), Refused when nobody has it, NotAllowed when closed.
    """
    incident = lock(incident_id, base_version=base_version, against=ENDINGS | _NEW_WORK | {HistoryKind.RESULT_REJECTED})
    if incident.state == IncidentState.RECEIVED:
        raise Refused(Refusal.NOT_ASSIGNED)
    move(incident, IncidentState.CLOSED)
    approved, taken_back = _end_assignments(incident)
    _answer(incident, answer, Outcome.HANDLED)
    append(incident, HistoryKind.CLOSED, by=by, data={"approved": approved, "taken_back": taken_back})
    needs.recompute(incident)
    tell_reporters(incident, Kind.ANSWERED)
    return incident


def reject_result(*, incident_id: int, reason: str, by: Person, base_version: int | None = None) -> Incident:
    """The hotline does not take the results: they go back to the agencies with the reason in words."""
    incident = lock(incident_id, base_version=base_version, against=ENDINGS | {HistoryKind.RESULT_REJECTED})
    given = list(Assignment.objects.filter(incident=incident, state=AssignmentState.RESULT_GIVEN).order_by("pk"))
    if not incident.on_board:
        raise NotAllowed(incident.state, IncidentState.IN_PROGRESS)
    if not given:
        raise Refused(Refusal.NO_RESULT)
    for row in given:
        row.rejection = reason
        move_assignment(row, AssignmentState.IN_PROGRESS, "rejection")
    follow(incident)
    append(incident, HistoryKind.RESULT_REJECTED, by=by, data={"assignments": [row.pk for row in given]})
    needs.recompute(incident)
    return incident


def cancel(*, incident_id: int, reason: CancelReason, by: Person, base_version: int | None = None) -> Incident:
    """A test call, a joke, sent twice: it leaves the board without an answer, and the agencies lose it."""
    incident = lock(incident_id, base_version=base_version, against=ENDINGS | _NEW_WORK)
    move(incident, IncidentState.CANCELLED)
    for row in _open(incident):
        move_assignment(row, AssignmentState.CANCELLED)
    take_back(incident, {Kind.ASSIGNMENT, Kind.FORWARDED})
    incident.outcome = Outcome.CANCELLED
    incident.save(update_fields=["outcome"])
    append(incident, HistoryKind.CANCELLED, by=by, why=CancelReason(reason))
    needs.recompute(incident)
    return incident


def reopen(*, incident_id: int, by: Person, why: str = "", base_version: int | None = None) -> Incident:
    """Opens it again, as received: whoever is to handle it now is decided anew. The answers sent stay sent.

    `why` is a code of at most 60 characters. Raises Changed, NotAllowed, and Refused for what was merged away.
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
    needs.recompute(incident)
    return incident


def _answer(incident: Incident, answer: str, outcome: Outcome) -> None:
    incident.answer = answer
    incident.outcome = outcome
    incident.save(update_fields=["answer", "outcome"])


def _open(incident: Incident) -> list[Assignment]:
    states = sorted(state.value for state in OPEN_ASSIGNMENTS)
    return list(Assignment.objects.filter(incident=incident, state__in=states).order_by("pk"))


def _end_assignments(incident: Incident) -> tuple[list[int], list[int]]:
    """Approves the results that were given and takes the rest back; gives the ids of both."""
    approved, taken_back = [], []
    for row in _open(incident):
        if row.state == AssignmentState.RESULT_GIVEN:
            move_assignment(row, AssignmentState.APPROVED)
            approved.append(row.pk)
        else:
            move_assignment(row, AssignmentState.CANCELLED)
            take_back(incident, {Kind.ASSIGNMENT}, assignment=row)
            taken_back.append(row.pk)
    return approved, taken_back
