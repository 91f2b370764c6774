"""The suggested agency of an incident, stored with its reasons; sent at once only where a rule allows it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from geo.confidence import ANSWER_FROM
from geo.folding import fold_name
from geo.models import Place
from geo.standing import kinds_at
from incidents.dispatching.assigning import assign_by_rule
from incidents.dispatching.competence import AgencySuggestion, AreaRefs, decision_date, suggest_agency
from incidents.dispatching.complaining import complained_of
from incidents.dispatching.roads import Road, road_in
from incidents.records import needs
from incidents.records.history import HistoryKind, append
from incidents.records.lifecycles import IncidentState
from incidents.records.models import Incident, ReportWords
from incidents.records.needs import PLACE_CONFLICTS, Need
from opscenter.accounts.models import Agency, ContactPoint, Person
from opscenter.accounts.roles import Role
from realtime.change import current_change

# A merged incident may have hundreds of reports: the road is looked for in the first ones.
_MOST_WORDS = 5
RECEIVING_ROLES = frozenset({Role.FOCAL_POINT, Role.DISPATCHER})


# Where a place stands whose circle is wider than this, nobody can say.
_STANDS_WITHIN_M = 150.0
_FIELDS = (
    "place_trace", "area_set", "ward_code", "district_code", "approximate", "point", "radius_m", "place_label",
)  # fmt: skip


def area_of(incident: Incident) -> AreaRefs:
    """Where a stored incident is, as competence asks for it. A person's pin is certain. Two queries at most."""
    words = ReportWords.objects.filter(report__incident=incident).order_by("report_id").values_list("address", "words")
    road = road_in(incident.place_label, *(text for pair in words[:_MOST_WORDS] for text in pair))
    return area_refs({name: getattr(incident, name) for name in _FIELDS}, road=road)


def area_refs(fields: Mapping[str, Any], road: Road | None = None) -> AreaRefs:
    """The same from the fields of a place (see records.places.place_fields). One query at most."""
    trace: Mapping[str, Any] = fields["place_trace"]
    area_set, approximate = fields["area_set"], fields["approximate"]
    ward_code, district_code = fields["ward_code"], fields["district_code"]
    kinds = _kinds_of(fields)
    if trace.get("by") == "person":
        certain = trace.get("outcome") == "located" and bool(ward_code)
        return AreaRefs(area_set, ward_code, district_code, certain, approximate, road=road, place_kinds=kinds)
    candidates: list[dict[str, Any]] = list(trace.get("candidates", ()))
    best = candidates[0] if candidates else {}
    # A ward named in the words is that ward, however wide; a point may lie on the other side of a border. What the
    # resolver could not answer (a vague position) is stored without a ward.
    certain = trace.get("outcome") == "area" or (trace.get("outcome") == "located" and not best.get("near"))
    certain = certain and not any(reason.get("code") in PLACE_CONFLICTS for reason in trace.get("reasons", ()))
    units = [(one.get("ward"), one.get("district")) for one in candidates]
    if trace.get("outcome") == "located" and ward_code:
        units = []
    units += [(near, None) for near in best.get("near", ())]
    others = dict.fromkeys(_codes(ward, district) for ward, district in units)
    others.pop((ward_code, district_code), None)
    return AreaRefs(
        area_set or _set_of(units),
        ward_code,
        district_code,
        certain and bool(ward_code),
        approximate,
        others=() if certain else tuple(pair for pair in others if any(pair)),
        is_guess=not trace.get("answer") and sum(one.get("confidence", 0.0) for one in candidates) < ANSWER_FROM,
        road=road,
        place_kinds=kinds,
    )


def _codes(ward: dict[str, Any] | None, district: dict[str, Any] | None) -> tuple[str, str]:
    above = district["code"] if district else ward["parent_code"] if ward else ""
    return (ward["code"] if ward else "", above)


def _set_of(units: list[tuple[dict[str, Any] | None, dict[str, Any] | None]]) -> str:
    return next((str(area["set_name"]) for pair in units for area in pair if area), "")


def _kinds_of(fields: Mapping[str, Any]) -> frozenset[str]:
    """What kinds of places it is at: of the known areas that hold its point, and of the place that the words, or
    whoever put the pin, name there."""
    trace, point, radius = fields["place_trace"], fields["point"], fields["radius_m"]
    near = point is not None and (radius or 0.0) <= _STANDS_WITHIN_M
    kinds = kinds_at(point.x, point.y) if near else frozenset[str]()
    best: Mapping[str, Any] = next(iter(trace.get("candidates", ())), {})
    named = {best.get("name", "")} if best.get("kind") in {"place", "point"} else set()
    if trace.get("by") == "person":
        named.add(fields["place_label"])
    for reason in trace.get("reasons", ()):
        params = reason.get("params") or {}
        if reason.get("code") == "place_agrees" and params.get("distance_m", math.inf) <= _STANDS_WITHIN_M:
            named.add(str(params.get("name", "")))
    folded = [fold_name(name)[:200] for name in named if name]
    if not folded:
        return kinds
    known = Place.objects.in_force().filter(folded__in=folded)
    return kinds | (set(known.values_list("kind", flat=True)) - {""})


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
        barred=complained_of(incident),
    )


def reach_of(agency: Agency | None) -> dict[str, Any]:
    """How an agency is reached now: its focal points with an account, and the kinds of its contact points."""
    if agency is None:
        return {}
    people = Person.objects.filter(agency=agency, is_active=True, role__in=sorted(RECEIVING_ROLES)).count()
    points = ContactPoint.objects.filter(agency=agency, is_active=True).order_by("order", "pk")
    return {"focal_points": people, "by": list(dict.fromkeys(points.values_list("kind", flat=True)))}


def suggest(incident: Incident) -> AgencySuggestion:
    """Works out and stores the agency for an incident locked by the open change, and its needs anew.

    If the rule sends by itself and nothing at all needs a person, it is given to the agency. What an agency already
    has is left alone: a reassignment is a person's decision.
    """
    suggestion = suggestion_for(incident)
    if incident.state != IncidentState.RECEIVED:
        return suggestion
    trace = {**suggestion.as_json(), "reach": reach_of(suggestion.agency)}
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
