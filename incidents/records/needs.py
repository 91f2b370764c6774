"""What a person has to decide about an incident: codes of a closed list, worked out from the incident itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any

from incidents.records.lifecycles import OPEN_ASSIGNMENTS, AssignmentState, IncidentState
from incidents.records.models import Assignment, Incident, NextStep, Report


class Need(StrEnum):
    """Why an incident waits in the "needs a person" queue."""

    PLACE_UNKNOWN = "place_unknown"
    PLACE_UNCERTAIN = "place_uncertain"
    PLACE_OUTSIDE = "place_outside"
    PLACE_CONFLICT = "place_conflict"
    CATEGORY_UNSURE = "category_unsure"
    COMPLAINT_OPEN = "complaint_open"
    AGENCY_UNKNOWN = "agency_unknown"
    AGENCY_UNSURE = "agency_unsure"
    AGENCY_RETURNED = "agency_returned"
    ARBITER_OPEN = "arbiter_open"
    SERVICE_SILENT = "service_silent"
    CREW_SILENT = "crew_silent"
    STEP_FAILED = "step_failed"


# What rooms above know to be open about a locked incident.
_more: list[Callable[[Incident], set[Need]]] = []


def register(more: Callable[[Incident], set[Need]]) -> None:
    """Adds needs that only another room can tell; its function is asked for incidents on the board."""
    if more not in _more:
        _more.append(more)


# The resolver's outcome → what it leaves open. "area": the ward is known, the exact point is not; enough to send it.
_PLACE_NEEDS = {
    "unknown": Need.PLACE_UNKNOWN,
    "ambiguous": Need.PLACE_UNCERTAIN,
    "outside": Need.PLACE_OUTSIDE,
}
# The resolver's reasons that say: the words and the position, or two positions, name different places.
PLACE_CONFLICTS = frozenset({"words_disagree", "place_disagrees", "points_differ"})


def place_needs(trace: dict[str, Any], ward_code: str) -> set[Need]:
    """What the stored place leaves open: nothing once a person has put the pin (`{"by": "person"}`)."""
    if trace.get("by") == "person":
        return set()
    outcome = trace.get("outcome", "unknown")
    needs = {_PLACE_NEEDS[outcome]} if outcome in _PLACE_NEEDS else set()
    if any(reason.get("code") in PLACE_CONFLICTS for reason in trace.get("reasons", ())):
        needs.add(Need.PLACE_CONFLICT)
    if outcome in {"area", "located"} and not ward_code:
        needs.add(Need.PLACE_UNCERTAIN)
    return needs


def category_needs(incident: Incident) -> set[Need]:
    """A person's choice is sure; a guess is sure when its trace says so."""
    if incident.category_trace.get("by") == "person":
        return set() if incident.group is not None else {Need.CATEGORY_UNSURE}
    sure = incident.category_id is not None and incident.category_trace.get("sure") is True
    return set() if sure else {Need.CATEGORY_UNSURE}


def agency_needs(incident: Incident) -> set[Need]:
    """Nothing before an agency was looked for; then whether one was found, and surely."""
    if not incident.agency_trace:
        return set()
    if incident.suggested_agency_id is None:
        return {Need.AGENCY_UNKNOWN}
    return set() if incident.agency_trace.get("certain") is True else {Need.AGENCY_UNSURE}


def needs_of(incident: Incident, assignments: Iterable[Assignment], a_step_failed: bool) -> list[Need]:
    """The codes in the order of the list above.

    A dispatch is a person's decision (or a rule's that allows it), so place, category and agency are asked about
    only while nobody has the incident. An agency that returned it asks for another one, until there is a lead again.
    """
    needs: set[Need] = set()
    if incident.state == IncidentState.RECEIVED:
        needs |= place_needs(incident.place_trace, incident.ward_code)
        needs |= category_needs(incident) | agency_needs(incident)
    if incident.on_board:
        rows = list(assignments)
        has_lead = any(row.role == Assignment.Role.LEAD and row.state in OPEN_ASSIGNMENTS for row in rows)
        leads = sorted((row for row in rows if row.role == Assignment.Role.LEAD), key=lambda row: row.pk)
        if not has_lead and leads and leads[-1].state == AssignmentState.RETURNED:
            needs.add(Need.AGENCY_RETURNED)
        if a_step_failed:
            needs.add(Need.STEP_FAILED)
    return [need for need in Need if need in needs]


def recompute(incident: Incident) -> list[Need]:
    """Works the needs out anew for an incident locked by the open change and stores them with it."""
    failed = Report.objects.filter(incident=incident, next_step_failures__gt=0).exclude(next_step=NextStep.DONE)
    found = set(needs_of(incident, Assignment.objects.filter(incident=incident), failed.exists()))
    if incident.on_board:
        found = found.union(*(more(incident) for more in _more))
    needs = [need for need in Need if need in found]
    if needs != incident.needs:
        incident.needs = [need.value for need in needs]
        incident.save(update_fields=["needs"])
    return needs
