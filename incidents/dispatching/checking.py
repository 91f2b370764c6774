"""What is wrong with the rules: each with itself, two with each other, and places that no rule covers.

Nothing here stops anything: a rule with an error is shown to whoever keeps the rules, and every other rule works on.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from geo.areas import area_named
from geo.index import SetIndex, Unit, territory
from geo.models import AreaSet, Level, Place
from incidents.dispatching.book import RuleBook
from incidents.dispatching.competence import AreaRefs, Barred, decide
from incidents.dispatching.models import CompetenceRule, CoOrdinating, RoadOwner
from incidents.dispatching.roads import Road
from incidents.records.models import Category

# Kinds that an extract of OpenStreetMap brings: a rule may name one before any place was imported.
COMMON_KINDS = frozenset(
    {
        "bus_station", "bus_stop", "cemetery", "clinic", "college", "hospital", "industrial", "kindergarten",
        "marketplace", "park", "police", "residential", "school", "townhall", "university",
    }
)  # fmt: skip
# A complaint is always about somebody; the map of coverage asks as if that were known.
_SOMEBODY = Barred(known=True)


class Problem(StrEnum):
    """An error in one rule."""

    NO_BASIS = "no_basis"
    SET_UNKNOWN = "set_unknown"
    AREA_UNKNOWN = "area_unknown"
    SET_ENDS = "set_ends"
    AGENCY_ENDS = "agency_ends"
    CO_ENDS = "co_ends"
    KIND_UNKNOWN = "kind_unknown"
    CATEGORY_INACTIVE = "category_inactive"
    CONTRADICTS = "contradicts"


@dataclass(frozen=True, slots=True)
class Found:
    """One error of a rule: `about` names what it is about (the other rule, the area)."""

    problem: Problem
    about: str = ""


class Coverage(StrEnum):
    """How one category stands in one area."""

    CLEAR = "clear"
    NONE = "none"
    CONTRADICTION = "contradiction"


@dataclass(frozen=True, slots=True)
class Covered:
    """One area of one category: who has it by which rule, or what is wrong."""

    code: str
    name: str
    state: Coverage
    agency: str
    rule: str
    why: tuple[dict[str, Any], ...]


def problems_of(rules: Iterable[CompetenceRule]) -> dict[int, list[Found]]:
    """The errors of these rules (fetched with category and agency), by the rule's number. Three queries."""
    everything = list(rules)
    sets = {row.name: row for row in AreaSet.objects.all()}
    kinds = COMMON_KINDS | set(Place.objects.exclude(kind="").values_list("kind", flat=True).distinct())
    found: dict[int, list[Found]] = defaultdict(list)
    for rule in everything:
        found[rule.pk] += _alone(rule, sets, kinds)
    rules_by_id = {rule.pk: rule for rule in everything}
    for row in CoOrdinating.objects.filter(rule__in=rules_by_id, agency__isnull=False).select_related("agency"):
        if row.agency is not None and not _lasts(
            row.agency.valid_from, row.agency.valid_until, rules_by_id[row.rule_id]
        ):
            found[row.rule_id].append(Found(Problem.CO_ENDS, row.agency.name))
    for one, other in _contradictions(everything):
        found[one.pk].append(Found(Problem.CONTRADICTS, other.code))
        found[other.pk].append(Found(Problem.CONTRADICTS, one.code))
    return {pk: problems for pk, problems in found.items() if problems}


def _alone(rule: CompetenceRule, sets: Mapping[str, AreaSet], kinds: frozenset[str]) -> list[Found]:
    problems = []
    if not rule.legal_basis.strip():
        problems.append(Found(Problem.NO_BASIS))
    if rule.area_code:
        area_set = sets.get(rule.area_set)
        if area_set is None:
            problems.append(Found(Problem.SET_UNKNOWN, rule.area_set))
        else:
            if area_named(rule.area_set, rule.area_code) is None:
                problems.append(Found(Problem.AREA_UNKNOWN, f"{rule.area_set}/{rule.area_code}"))
            if not _lasts(area_set.valid_from, area_set.valid_until, rule):
                problems.append(Found(Problem.SET_ENDS, rule.area_set))
    if rule.agency is not None and not _lasts(rule.agency.valid_from, rule.agency.valid_until, rule):
        problems.append(Found(Problem.AGENCY_ENDS, rule.agency.name))
    if rule.place_kind and rule.place_kind not in kinds:
        problems.append(Found(Problem.KIND_UNKNOWN, rule.place_kind))
    if rule.category is not None and not rule.category.is_active:
        problems.append(Found(Problem.CATEGORY_INACTIVE, rule.category.code))
    return problems


def _lasts(since: dt.date, until: dt.date | None, rule: CompetenceRule) -> bool:
    """Whether something is there for as long as the rule holds."""
    return since <= rule.valid_from and (until is None or (rule.valid_until is not None and rule.valid_until <= until))


def _contradictions(rules: Sequence[CompetenceRule]) -> Iterable[tuple[CompetenceRule, CompetenceRule]]:
    """Pairs about the same thing, of the same rank, on at least one same day, that name different agencies."""
    alike: dict[tuple[Any, ...], list[CompetenceRule]] = defaultdict(list)
    for rule in rules:
        where = (rule.area_set, rule.area_code, rule.road_owner, rule.place_kind)
        alike[(rule.category_id, rule.group, rule.priority, *where)].append(rule)
    for group in alike.values():
        for position, one in enumerate(group):
            for other in group[position + 1 :]:
                meet = (one.valid_until is None or other.valid_from < one.valid_until) and (
                    other.valid_until is None or one.valid_from < other.valid_until
                )
                if meet and (one.target, one.agency_id) != (other.target, other.agency_id):
                    yield one, other


@dataclass(frozen=True, slots=True)
class Case:
    """A place as rules tell places apart: on a road of this owner, at a place of this kind; neither: anywhere."""

    owner: RoadOwner | None = None
    kind: str = ""


def cases_of(book: RuleBook, category: Category) -> list[Case]:
    """The cases that the rules about a category tell apart, anywhere first."""
    about = [rule for _depth, rule in book.about(category, category.group)]
    owners = [None, *(owner for owner in RoadOwner if any(rule.road_owner == owner for rule in about))]
    kinds = ["", *sorted({rule.place_kind for rule in about if rule.place_kind})]
    return [Case(owner, kind) for owner in owners for kind in kinds]


def rules_by_case(
    book: RuleBook, category: Category, *, set_name: str, on: dt.date
) -> list[tuple[Case, list[CompetenceRule]]]:
    """Which rules decide in each case, over all wards of a set; those of most wards first. No query."""
    index = territory().named(set_name)
    if index is None:
        return []
    found = []
    for case in cases_of(book, category):
        if case.owner and case.kind:
            continue
        rules: dict[CompetenceRule, int] = defaultdict(int)
        for unit in index.wards:
            place = _place(index, unit, case)
            rule = decide(book, category=category, group=category.group, place=place, on=on, barred=_SOMEBODY).rule
            if rule is not None:
                rules[rule] += 1
        found.append((case, sorted(rules, key=lambda rule: -rules[rule])))
    return found


def _place(index: SetIndex, unit: Unit, case: Case) -> AreaRefs:
    district = index.units.get(unit.parent_code)
    above = district.code if district is not None and district.level == Level.DISTRICT else ""
    road = Road(str(case.owner.label), case.owner) if case.owner else None
    return AreaRefs(index.name, unit.code, above, True, road=road, place_kinds=frozenset({case.kind} - {""}))


def coverage(book: RuleBook, category: Category, *, set_name: str, on: dt.date) -> list[Covered]:
    """How a category stands in every ward of a set on a date. No query.

    Asked once without a road and a known place, and once for each road owner and kind that its rules name: the worst
    of the answers counts.
    """
    index = territory().named(set_name)
    if index is None:
        return []
    covered = []
    for unit in index.wards:
        places = [_place(index, unit, case) for case in cases_of(book, category)]
        answers = [_covered(book, category, unit.code, unit.named(on)[1], place, on) for place in places]
        covered.append(max(answers, key=lambda one: _WORSE.index(one.state)))
    return sorted(covered, key=lambda one: one.name)


_WORSE = (Coverage.CLEAR, Coverage.CONTRADICTION, Coverage.NONE)


def _covered(book: RuleBook, category: Category, code: str, name: str, place: AreaRefs, on: dt.date) -> Covered:
    found = decide(book, category=category, group=category.group, place=place, on=on, barred=_SOMEBODY)
    state = Coverage.CLEAR
    if found.agency is None:
        state = Coverage.NONE
    elif any(reason["code"] == "dispatching.rules_disagree" for reason in found.trace):
        state = Coverage.CONTRADICTION
    agency = found.agency.name if found.agency else ""
    return Covered(code, name, state, agency, found.rule.code if found.rule else "", found.trace)
