"""Which agency is responsible? By dated rules of category and area; every answer says why, also when there is none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from geo.areas import NoAreaSet, area_set_on
from incidents.dispatching.models import CompetenceRule, Target
from incidents.records.models import Category
from opscenter.accounts.models import Agency, AgencyKind

Reason = dict[str, Any]


@dataclass(frozen=True)
class AreaRefs:
    """Where it is, as far as areas go: codes of one set, empty where not known.

    `certain` is False for a place that is a guess, or a circle that reaches into another ward. `approximate`: the
    borders are starter cells; never enough to send anything without a person.
    """

    set: str
    ward_code: str
    district_code: str
    certain: bool
    approximate: bool = False


@dataclass(frozen=True)
class AgencySuggestion:
    """`certain`: nothing is left open. `auto`: the rule also lets it be sent without a person. `trace`: why."""

    agency: Agency | None
    rule: CompetenceRule | None
    certain: bool
    auto: bool
    on: dt.date
    trace: tuple[Reason, ...]

    def as_json(self) -> dict[str, Any]:
        """For Incident.agency_trace: ids that are stored and never worked out again."""
        return {
            "by": "rule",
            "agency": self.agency.pk if self.agency else None,
            "rule": self.rule.pk if self.rule else None,
            "certain": self.certain,
            "on": self.on.isoformat(),
            "reasons": list(self.trace),
        }


def decision_date(today: dt.date) -> dt.date:
    """The date for which competence is asked: the local date, moved into the pinned set's dates if one is pinned.

    Pinning 2019 in a later year asks for the last day of that set: its agencies, its rules.
    """
    try:
        area_set = area_set_on(today)
    except NoAreaSet:
        return today
    if today < area_set.valid_from:
        return area_set.valid_from
    if area_set.valid_until is not None and today >= area_set.valid_until:
        return area_set.valid_until - dt.timedelta(days=1)
    return today


def suggest_agency(
    *,
    category: Category | None,
    group: int | None,
    place: AreaRefs,
    on: dt.date,
    confidence: float = 1.0,
) -> AgencySuggestion:
    """The agency responsible on a date (see decision_date), with the rule and the reasons.

    Rules for the category come before rules for its group; then the smaller `priority`, then a rule for one area
    before one for everywhere. Two rules of the same rank that name different agencies make it uncertain. `confidence`
    (0 to 1) is how sure the category is; a rule sends by itself from its own least confidence on. Two queries, three
    for a committee.
    """
    if group is None and category is not None:
        group = category.group
    if group is None:
        return _nobody(on, [_reason("no_category")])
    rules = _fitting(category, group, place, on)
    if not rules:
        return _nobody(on, [_reason("no_rule", category=category.code if category else None, group=group)])

    trace: list[Reason] = []
    for rule in rules:
        agency, reasons = _named_by(rule, category, place, on)
        trace += [_reason("rule", rule=rule.code, basis=rule.legal_basis), *reasons]
        if agency is not None:
            equals = [other for other in rules if other is not rule and _rank(other) == _rank(rule)]
            doubts = _doubts(rule, agency, equals, category, place, on)
            auto = rule.auto and not doubts and not place.approximate and confidence >= rule.min_confidence
            if place.approximate and _needs_area(rule):
                trace.append(_reason("borders_approximate", set=place.set))
            return AgencySuggestion(agency, rule, not doubts, auto, on, (*trace, *doubts))
    return _nobody(on, trace)


def _needs_area(rule: CompetenceRule) -> bool:
    return rule.target != Target.AGENCY or bool(rule.area_code)


def _fitting(category: Category | None, group: int, place: AreaRefs, on: dt.date) -> list[CompetenceRule]:
    """The rules in force that fit, the best first."""
    about = Q(group=group) if category is None else Q(category=category) | Q(group=group)
    here = Q(area_code="")
    for code in (place.ward_code, place.district_code):
        if code:
            here |= Q(area_set=place.set, area_code=code)
    found = CompetenceRule.objects.in_force(on).filter(about, here).select_related("agency", "category")
    return sorted(found, key=lambda rule: (*_rank(rule), rule.pk))


def _rank(rule: CompetenceRule) -> tuple[bool, int, bool]:
    return (rule.category_id is None, rule.priority, not rule.area_code)


def _named_by(
    rule: CompetenceRule, category: Category | None, place: AreaRefs, on: dt.date
) -> tuple[Agency | None, list[Reason]]:
    """The agency that a rule names for this place on this date; None with the reason when it names nobody."""
    if rule.target == Target.AGENCY:
        assert rule.agency is not None  # the database holds it
        if rule.agency.is_in_force(on):
            return rule.agency, []
        return None, [_reason("agency_ended", agency=rule.agency_id)]
    reasons: list[Reason] = []
    wants_district = rule.target == Target.DISTRICT_COMMITTEE
    if category is not None and category.is_complaint and not wants_district:
        # A complaint about an official does not go to the official's own house.
        wants_district = True
        reasons.append(_reason("complaint_goes_higher"))
    if wants_district and not place.district_code and place.ward_code:
        if category is not None and category.is_complaint:
            return None, [*reasons, _reason("no_district_level")]
        # Since 2025-07-01 there are no districts: the commune has their tasks.
        wants_district = False
        reasons.append(_reason("no_district_level"))
    code = place.district_code if wants_district else place.ward_code
    if not code:
        return None, [*reasons, _reason("area_unknown")]
    kind = AgencyKind.DISTRICT if wants_district else AgencyKind.COMMUNE
    agencies = Agency.objects.in_force(on).filter(kind=kind, area_set=place.set, area_code=code).order_by("pk")
    agency = agencies.first()
    if agency is None:
        return None, [*reasons, _reason("no_committee", set=place.set, area=code)]
    return agency, [*reasons, _reason("committee", set=place.set, area=code, agency=agency.pk)]


def _doubts(
    rule: CompetenceRule,
    agency: Agency,
    equals: Sequence[CompetenceRule],
    category: Category | None,
    place: AreaRefs,
    on: dt.date,
) -> list[Reason]:
    """What keeps an answer from being certain."""
    doubts: list[Reason] = []
    if _needs_area(rule) and not place.certain:
        doubts.append(_reason("area_uncertain"))
    for other in equals:
        named, _reasons = _named_by(other, category, place, on)
        if named is not None and named.pk != agency.pk:
            doubts.append(_reason("rules_disagree", rule=other.code, agency=named.pk))
    return doubts


def _nobody(on: dt.date, trace: list[Reason]) -> AgencySuggestion:
    return AgencySuggestion(None, None, False, False, on, tuple(trace))


def _reason(code: str, **params: Any) -> Reason:
    return {"code": f"dispatching.{code}", "params": params}
