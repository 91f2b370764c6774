"""Which agency is responsible? By dated rules of category and area; every answer says why, also when there is none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from geo.areas import date_within_set
from incidents.dispatching.book import RuleBook, book
from incidents.dispatching.models import CompetenceRule, CoOrdinating, Target
from incidents.dispatching.roads import Road
from incidents.records.models import Category
from opscenter.accounts.models import Agency, AgencyKind

Reason = dict[str, Any]
_MOST_REJECTED = 12


@dataclass(frozen=True)
class AreaRefs:
    """Where it is, as far as areas go: codes of one set, empty where not known.

    `certain` is False for a place that is a guess, or a circle that reaches into another ward; `others` are then the
    (ward, district) it may also lie in, and `is_guess` says that it may as well be in none of them. `approximate`: the
    borders are starter cells; never enough to send anything without a person. `road` is the numbered road,
    `place_kinds` the kinds of the known places it is at.
    """

    set: str
    ward_code: str
    district_code: str
    certain: bool
    approximate: bool = False
    others: tuple[tuple[str, str], ...] = ()
    is_guess: bool = False
    road: Road | None = None
    place_kinds: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Barred:
    """Whom a report complains of, with everybody under them: it never goes there.

    `known`: an agency was named, or a person said that none is complained of. `open`: an official was named, and
    nobody has said yet whose.
    """

    agencies: frozenset[int] = frozenset()
    known: bool = False
    open: bool = False

    def is_undecided(self, category: Category | None) -> bool:
        """Whether a person has still to say whom it complains of, before anybody gets it."""
        return self.open or (category is not None and category.is_complaint and not self.known)


NOBODY = Barred()


@dataclass(frozen=True)
class Choice:
    """One side of a border: the unit, and the agency that it would be there."""

    agency: Agency
    set: str
    area_code: str


@dataclass(frozen=True)
class AgencySuggestion:
    """`certain`: nothing is left open. `auto`: the rule also lets it be sent without a person. `trace`: why.

    `co` co-ordinate. `rejected`: the other rules about it, and why not they. `choices`: the agencies on both sides of
    a border, when the place may lie on either; a person chooses.
    """

    agency: Agency | None
    rule: CompetenceRule | None
    certain: bool
    auto: bool
    on: dt.date
    trace: tuple[Reason, ...]
    co: tuple[Agency, ...] = ()
    rejected: tuple[Reason, ...] = ()
    choices: tuple[Choice, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """For Incident.agency_trace: ids that are stored and never worked out again."""
        return {
            "by": "rule",
            "agency": self.agency.pk if self.agency else None,
            "rule": self.rule.pk if self.rule else None,
            "certain": self.certain,
            "on": self.on.isoformat(),
            "reasons": list(self.trace),
            "co": [agency.pk for agency in self.co],
            "rejected": list(self.rejected),
            "choices": [{"agency": one.agency.pk, "set": one.set, "area": one.area_code} for one in self.choices],
        }


def decision_date(today: dt.date) -> dt.date:
    """The date for which competence is asked: the local date, moved into the pinned set's dates if one is pinned.

    Pinning 2019 in a later year asks for the last day of that set: its agencies, its rules.
    """
    return date_within_set(today)


def barred_by(agency_ids: Collection[int]) -> Barred:
    """The agencies complained of with everybody under them, on any date. One query, none for nobody."""
    if not agency_ids:
        return NOBODY
    under = book().under
    barred: set[int] = set()
    left = list(agency_ids)
    while left:
        one = left.pop()
        if one not in barred:
            barred.add(one)
            left += under.get(one, ())
    return Barred(frozenset(barred), known=True)


def suggest_agency(
    *,
    category: Category | None,
    group: int | None,
    place: AreaRefs,
    on: dt.date,
    confidence: float = 1.0,
    barred: Barred = NOBODY,
) -> AgencySuggestion:
    """The agency responsible on a date (see decision_date), with the rule and the reasons.

    Rules for the category come before those of its parent, those before rules for its group; then the smaller
    `priority`, then the rule that says more exactly where. Two rules of the same rank that name different agencies
    make it uncertain. `confidence` (0 to 1) is how sure the category is; a rule sends by itself from its own least
    confidence on. `barred` are never named. One query.
    """
    if group is None and category is not None:
        group = category.group
    if group is None:
        return AgencySuggestion(None, None, False, False, on, (_reason("no_category"),))
    return decide(book(), category=category, group=group, place=place, on=on, confidence=confidence, barred=barred)


def decide(
    rules: RuleBook,
    *,
    category: Category | None,
    group: int,
    place: AreaRefs,
    on: dt.date,
    confidence: float = 1.0,
    barred: Barred = NOBODY,
) -> AgencySuggestion:
    """The same by a book of rules (see `book.book`); no query."""
    asked = _Asked(rules, category, place, on, barred)
    sides: tuple[Choice, ...] = ()
    if not place.certain and place.others:
        sides = _sides(rules, category, group, place, on, barred)
    choices = sides if len({side.agency.pk for side in sides}) > 1 else ()
    about = rules.about(category, group)
    misfits = [reason for _depth, rule in about if (reason := asked.misfit(rule)) is not None]
    fitting = sorted(
        ((_rank(depth, rule), rule) for depth, rule in about if asked.misfit(rule) is None),
        key=lambda pair: (pair[0], pair[1].pk),
    )
    if not fitting and not sides:
        nothing = _reason("no_rule", category=category.code if category else None, group=group)
        return AgencySuggestion(None, None, False, False, on, (nothing,), rejected=tuple(misfits[:_MOST_REJECTED]))

    trace: list[Reason] = []
    for position, (rank, rule) in enumerate(fitting):
        agency, reasons = asked.named_by(rule)
        if agency is None and sides and not place.ward_code:
            # Not known on which side it lies: the likeliest is suggested, and a person chooses.
            agency, reasons = sides[0].agency, []
        trace += [_reason("rule", rule=rule.code, basis=rule.legal_basis), *asked.because(rule), *reasons]
        if agency is None:
            continue
        equals = [other for other_rank, other in fitting if other is not rule and other_rank == rank]
        doubts = asked.doubts(rule, agency, equals, sides)
        auto = rule.auto and not doubts and not place.approximate and confidence >= rule.min_confidence
        if place.approximate and _needs_area(rule):
            trace.append(_reason("borders_approximate", set=place.set))
        outranked = [_reason("rule_outranked", rule=other.code) for _its_rank, other in fitting[position + 1 :]]
        co, left_out = asked.co_ordinating(rule, agency)
        return AgencySuggestion(
            agency,
            rule,
            not doubts,
            auto,
            on,
            (*trace, *doubts),
            co=co,
            rejected=tuple([*left_out, *outranked, *misfits][:_MOST_REJECTED]),
            choices=choices,
        )
    return AgencySuggestion(
        None, None, False, False, on, tuple(trace), rejected=tuple(misfits[:_MOST_REJECTED]), choices=choices
    )


def _sides(
    rules: RuleBook, category: Category | None, group: int, place: AreaRefs, on: dt.date, barred: Barred
) -> tuple[Choice, ...]:
    """Who would have it in each unit that the place may lie in, the likeliest first, each agency once."""
    found: dict[int, Choice] = {}
    for ward, district in ((place.ward_code, place.district_code), *place.others):
        if not (ward or district):
            continue
        there = replace(place, ward_code=ward, district_code=district, certain=True, others=())
        agency = decide(rules, category=category, group=group, place=there, on=on, barred=barred).agency
        if agency is not None:
            found.setdefault(agency.pk, Choice(agency, place.set, ward or district))
    return tuple(found.values())


@dataclass(frozen=True)
class _Asked:
    """One question, put to one rule after the other."""

    rules: RuleBook
    category: Category | None
    place: AreaRefs
    on: dt.date
    barred: Barred

    def misfit(self, rule: CompetenceRule) -> Reason | None:
        """Why a rule is not about this place or this date; None when it is."""
        place = self.place
        if not rule.is_in_force(self.on):
            until = rule.valid_until.isoformat() if rule.valid_until else ""
            return _reason("rule_not_in_force", rule=rule.code, since=rule.valid_from.isoformat(), until=until)
        if rule.area_code and (
            rule.area_set != place.set or rule.area_code not in {place.ward_code, place.district_code}
        ):
            return _reason("rule_elsewhere", rule=rule.code, set=rule.area_set, area=rule.area_code)
        if rule.road_owner and (place.road is None or place.road.owner != rule.road_owner):
            return _reason("rule_other_road", rule=rule.code, owner=rule.road_owner)
        if rule.place_kind and rule.place_kind not in place.place_kinds:
            return _reason("rule_other_kind", rule=rule.code, kind=rule.place_kind)
        return None

    def because(self, rule: CompetenceRule) -> list[Reason]:
        """What of the place made the rule fit."""
        reasons = []
        if rule.road_owner and self.place.road is not None:
            reasons.append(_reason("on_road", road=self.place.road.name, owner=rule.road_owner))
        if rule.place_kind:
            reasons.append(_reason("at_kind", kind=rule.place_kind))
        return reasons

    def named_by(self, rule: CompetenceRule | CoOrdinating) -> tuple[Agency | None, list[Reason]]:
        """The agency named for this place on this date; None with the reason when nobody is."""
        agency, reasons = self._named(Target(rule.target), rule.agency)
        if agency is not None and agency.pk in self.barred.agencies:
            return None, [_reason("complained_of", agency=agency.pk)]
        return agency, reasons

    def _named(self, target: Target, named: Agency | None) -> tuple[Agency | None, list[Reason]]:
        place = self.place
        if target == Target.AGENCY:
            assert named is not None  # the database holds it
            return (named, []) if named.is_in_force(self.on) else (None, [_reason("agency_ended", agency=named.pk)])
        reasons: list[Reason] = []
        is_complaint = self.category is not None and self.category.is_complaint
        wants_district = target == Target.DISTRICT_COMMITTEE
        if is_complaint and not wants_district:
            # A complaint about an official does not go to the official's own house.
            wants_district = True
            reasons.append(_reason("complaint_goes_higher"))
        if wants_district and not place.district_code and place.ward_code:
            if is_complaint:
                return None, [*reasons, _reason("no_district_level")]
            # Since 2025-07-01 there are no districts: the commune has their tasks.
            wants_district = False
            reasons.append(_reason("no_district_level"))
        code = place.district_code if wants_district else place.ward_code
        if not code:
            return None, [*reasons, _reason("area_unknown")]
        kind = AgencyKind.DISTRICT if wants_district else AgencyKind.COMMUNE
        agency = self.rules.committee(kind, place.set, code, self.on)
        if agency is None:
            return None, [*reasons, _reason("no_committee", set=place.set, area=code)]
        return agency, [*reasons, _reason("committee", set=place.set, area=code, agency=agency.pk)]

    def doubts(
        self, rule: CompetenceRule, agency: Agency, equals: Sequence[CompetenceRule], sides: Sequence[Choice]
    ) -> list[Reason]:
        """What keeps an answer from being certain."""
        doubts: list[Reason] = []
        if self.barred.is_undecided(self.category):
            doubts.append(_reason("complained_of_unknown"))
        elsewhere = [side for side in sides if side.agency.pk != agency.pk]
        # On whichever side it lies, the same agency has it: then the border does not matter.
        open_sides = bool(elsewhere) or not sides or self.place.is_guess
        if _needs_area(rule) and not self.place.certain and open_sides:
            doubts.append(_reason("area_uncertain"))
        for side in elsewhere:
            doubts.append(_reason("across_border", set=side.set, area=side.area_code, agency=side.agency.pk))
        for other in equals:
            named, _reasons = self.named_by(other)
            if named is not None and named.pk != agency.pk:
                doubts.append(_reason("rules_disagree", rule=other.code, agency=named.pk))
        return doubts

    def co_ordinating(self, rule: CompetenceRule, lead: Agency) -> tuple[tuple[Agency, ...], list[Reason]]:
        """Who co-ordinates here, nobody twice; and of those that cannot be named, why not."""
        found: dict[int, Agency] = {}
        left_out: list[Reason] = []
        for row in self.rules.beside.get(rule.pk, ()):
            agency, reasons = self.named_by(row)
            if agency is None:
                left_out += [_reason("co_left_out", rule=rule.code, why=reason) for reason in reasons[-1:]]
            elif agency.pk != lead.pk:
                found[agency.pk] = agency
        return tuple(found.values()), left_out


def _rank(depth: int, rule: CompetenceRule) -> tuple[int, int, int]:
    """Smaller comes first: how far up the category stands, the priority, how exactly it says where."""
    exactly = bool(rule.area_code) + bool(rule.road_owner) + bool(rule.place_kind)
    return (depth, rule.priority, -exactly)


def _needs_area(rule: CompetenceRule) -> bool:
    return rule.target != Target.AGENCY or bool(rule.area_code)


def _reason(code: str, **params: Any) -> Reason:
    return {"code": f"dispatching.{code}", "params": params}
