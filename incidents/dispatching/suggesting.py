"""The suggested agency of an incident, stored with its reasons; sent at once only where a rule allows it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from incidents.dispatching.assigning import assign_by_rule
from incidents.dispatching.competence import AgencySuggestion, AreaRefs, decision_date, suggest_agency
from incidents.records import needs
from incidents.records.history import HistoryKind, append
from incidents.records.lifecycles import IncidentState
from incidents.records.models import Incident
from incidents.records.needs import PLACE_CONFLICTS, Need
from realtime.change import current_change


def area_of(incident: Incident) -> AreaRefs:
    """Where a stored incident is, as competence asks for it. A person's pin is certain."""
    return area_refs(
        incident.place_trace, incident.area_set, incident.ward_code, incident.district_code, incident.approximate
    )


def area_refs(trace: dict[str, Any], area_set: str, ward_code: str, district_code: str, approximate: bool) -> AreaRefs:
    """The same from the fields of a place (see records.places.place_fields)."""
    if trace.get("by") == "person":
        certain = trace.get("outcome") == "located"
    else:
        best: dict[str, Any] = next(iter(trace.get("candidates", ())), {})
        # A ward named in the words is that ward, however wide; a point may lie on the other side of a border.
        certain = trace.get("outcome") == "area" or (trace.get("outcome") == "located" and not best.get("near"))
        certain = certain and not any(reason.get("code") in PLACE_CONFLICTS for reason in trace.get("reasons", ()))
    return AreaRefs(area_set, ward_code, district_code, certain and bool(ward_code), approximate)


def suggestion_for(incident: Incident) -> AgencySuggestion:
    """The suggestion for a stored incident on the decision's date; nothing is written."""
    trace = incident.category_trace
    confidence = 1.0 if trace.get("by") == "person" else float(trace.get("confidence", 0.0))
    return suggest_agency(
        category=incident.category,
        group=incident.group,
        place=area_of(incident),
        on=decision_date(timezone.localdate(current_change().at)),
        confidence=confidence,
    )


def suggest(incident: Incident) -> AgencySuggestion:
    """Works out and stores the agency for an incident locked by the open change, and its needs anew.

    If the rule sends by itself and nothing at all needs a person, it is given to the agency. What an agency already
    has is left alone: a reassignment is a person's decision.
    """
    suggestion = suggestion_for(incident)
    if incident.state != IncidentState.RECEIVED:
        return suggestion
    trace = suggestion.as_json()
    agency = suggestion.agency
    is_new = incident.suggested_agency_id != trace["agency"] or incident.agency_trace != trace
    incident.suggested_agency = agency
    incident.agency_trace = trace
    incident.save(update_fields=["suggested_agency", "agency_trace"])
    if is_new:
        append(
            incident,
            HistoryKind.AGENCY_SUGGESTED,
            by=None,
            why="certain" if suggestion.certain else "uncertain",
            data={key: trace[key] for key in ("agency", "rule", "certain", "on")},
        )
    open_questions = set(needs.recompute(incident)) - {Need.STEP_FAILED}
    if suggestion.auto and agency is not None and not open_questions:
        assign_by_rule(incident, suggestion)
    return suggestion
