"""What the pages of the rules read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from geo.areas import area_named, set_index_on
from geo.folding import fold
from geo.resolver import resolve
from incidents.dispatching import checking
from incidents.dispatching.book import RuleBook, book
from incidents.dispatching.checking import Coverage, Covered, Problem
from incidents.dispatching.competence import barred_by, decision_date, suggest_agency
from incidents.dispatching.explaining import Explanation, explain
from incidents.dispatching.models import CompetenceRule
from incidents.dispatching.roads import road_in
from incidents.dispatching.suggesting import area_refs, reach_of
from incidents.records.models import Category
from incidents.records.models.categories import Group
from incidents.records.places import place_fields
from incidents.records.reasons import sentence
from incidents.rulebook.editing import co_of
from incidents.triage.categorise import suggest as suggest_category
from opscenter.accounts.models import Agency

_PROBLEMS: dict[Problem, str | Promise] = {
    Problem.NO_BASIS: _("It names no legal basis."),
    Problem.SET_UNKNOWN: _("There is no area set %(about)s."),
    Problem.AREA_UNKNOWN: _("There is no area %(about)s on the map."),
    Problem.SET_ENDS: _("The area set %(about)s is not in force all the time that the rule holds."),
    Problem.AGENCY_ENDS: _("%(about)s does not exist all the time that the rule holds."),
    Problem.CO_ENDS: _("%(about)s, which co-ordinates, does not exist all the time that the rule holds."),
    Problem.KIND_UNKNOWN: _("No known place is of the kind “%(about)s”."),
    Problem.CATEGORY_INACTIVE: _("The category %(about)s is not in use."),
    Problem.CONTRADICTS: _("It contradicts %(about)s: same case, same rank, another agency."),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A rule as the list shows it."""

    rule: CompetenceRule
    about: str
    who: str
    where: str
    co: str
    state: str
    problems: tuple[str, ...]


def all_rules() -> QuerySet[CompetenceRule]:
    """Every rule with all that is shown of it. Two queries."""
    rows = CompetenceRule.objects.select_related("category", "agency", "entered_by")
    return rows.prefetch_related("co_ordinating__agency").order_by("group", "category__order", "priority", "code")


def listed(*, on: dt.date, text: str = "", category: str = "", state: str = "") -> tuple[list[Shown], int]:
    """The rules that a search finds, and how many of all have errors. `state`: now, ended, wrong, sample, all."""
    rules = list(all_rules())
    problems = checking.problems_of(rules)
    wanted = fold(text).strip()
    found = []
    for rule in rules:
        shown = _shown(rule, problems.get(rule.pk, ()), on)
        if category and (rule.category is None or rule.category.code != category):
            continue
        if state == "wrong" and not shown.problems:
            continue
        if state == "sample" and not rule.is_sample:
            continue
        if state in {"now", "ended", "later"} and shown.state != state:
            continue
        texts = " ".join([rule.code, shown.about, shown.who, shown.where, shown.co, rule.legal_basis])
        if wanted and wanted not in fold(texts):
            continue
        found.append(shown)
    return found, len(problems)


def _shown(rule: CompetenceRule, problems: Sequence[checking.Found], on: dt.date) -> Shown:
    where = []
    if rule.area_code:
        area = area_named(rule.area_set, rule.area_code)
        where.append(f"{area.name if area else rule.area_code} ({rule.area_set})")
    if rule.road_owner:
        where.append(str(rule.get_road_owner_display()))
    if rule.place_kind:
        where.append(rule.place_kind)
    state = "later" if rule.valid_from > on else "now" if rule.is_in_force(on) else "ended"
    return Shown(
        rule,
        rule.category.label if rule.category else str(Group(rule.group or 1).label),
        rule.agency.name if rule.agency else str(rule.get_target_display()),
        ", ".join(where),
        ", ".join(str(one.agency or row_name(one.target)) for one in co_of(rule)),
        state,
        problem_texts(problems),
    )


def row_name(target: str) -> str:
    return str(dict(CompetenceRule._meta.get_field("target").choices or ())[target])


def problem_texts(problems: Sequence[checking.Found]) -> tuple[str, ...]:
    return tuple(str(_PROBLEMS[one.problem]) % {"about": one.about} for one in problems)


def problems_of_one(rule: CompetenceRule) -> tuple[str, ...]:
    """The errors of one rule among all the others."""
    return problem_texts(checking.problems_of(all_rules()).get(rule.pk, ()))


# --- what would happen --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trial:
    """What would happen to a report: the way in words, and the machine form of every trace."""

    way: Explanation
    agency: Agency | None
    certain: bool
    auto: bool
    on: dt.date
    why_category: tuple[str, ...]
    why_place: tuple[str, ...]
    why_agency: tuple[str, ...]
    machine: dict[str, Any]


def try_out(
    *,
    words: str,
    address: str,
    point: tuple[float, float] | None,
    category: Category | None,
    complained_of: Agency | None,
    on: dt.date,
) -> Trial:
    """The whole path of a report on a date; nothing is written."""
    guess = suggest_category(words, category)
    fields = place_fields(resolve(words, on=on, point=point, address=address), on=on)
    place = area_refs(
        fields,
        road=road_in(address, words),
    )
    found = suggest_agency(
        category=guess.category,
        group=guess.group,
        place=place,
        on=decision_date(on),
        confidence=guess.confidence,
        barred=barred_by([complained_of.pk] if complained_of else ()),
    )
    agency_trace = {**found.as_json(), "reach": reach_of(found.agency)}
    way = explain(
        category=guess.category,
        group=str(Group(guess.group).label) if guess.group else "",
        category_trace=guess.as_json(),
        place=fields["place_label"],
        area=(place.set, place.ward_code or place.district_code),
        place_trace=fields["place_trace"],
        agency_trace=agency_trace,
        agency=found.agency,
    )
    return Trial(
        way,
        found.agency,
        found.certain,
        found.auto,
        found.on,
        tuple(sentence(reason) for reason in guess.reasons),
        tuple(sentence(reason) for reason in fields["place_trace"].get("reasons", ())),
        tuple(sentence(reason) for reason in found.trace),
        {"category": guess.as_json(), "place": fields["place_trace"], "agency": agency_trace},
    )


# --- coverage -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Summary:
    """How one category stands: in how many wards it is clear, has no rule, has two that contradict each other."""

    category: Category
    clear: int
    none: int
    contradiction: int


@dataclass(frozen=True, slots=True)
class Apart:
    """One case of a category: `where` a road or kind of place (empty: anywhere else), and who has it by which rule."""

    where: str
    rules: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Map:
    """Coverage on a date: every category in figures, one of them ward by ward, and where its borders are."""

    on: dt.date
    set_name: str
    approximate: bool
    borders: str
    summaries: tuple[Summary, ...]
    chosen: Category | None
    wards: tuple[Covered, ...]
    apart: tuple[Apart, ...] = ()


def coverage_on(on: dt.date, code: str = "") -> Map | None:
    """Coverage in the set in force on a date; None without areas. A handful of queries whatever the number of wards."""
    index = set_index_on(on)
    if index is None:
        return None
    rules, asked = book(), decision_date(on)
    categories = list(Category.objects.filter(is_active=True).select_related("parent"))
    wards = {row.pk: checking.coverage(rules, row, set_name=index.name, on=asked) for row in categories}
    chosen = next((row for row in categories if row.code == code), None)
    summaries = tuple(_summary(row, wards[row.pk]) for row in categories)
    if chosen is None and categories:
        # The first that needs a look.
        worst = max(summaries, key=lambda one: (one.none + one.contradiction > 0, one.none, one.contradiction))
        chosen = worst.category
    return Map(
        asked,
        index.name,
        index.approximate,
        f"/geo/areas/{index.name}.{index.token}.geojson",
        summaries,
        chosen,
        tuple(wards[chosen.pk]) if chosen else (),
        tuple(_apart(rules, chosen, index.name, asked)) if chosen else (),
    )


def _apart(held: RuleBook, category: Category, set_name: str, on: dt.date) -> Iterator[Apart]:
    """Who has it on each kind of road and at each kind of place; nothing when the rules tell none apart."""
    cases = checking.rules_by_case(held, category, set_name=set_name, on=on)
    for case, rules in cases if len(cases) > 1 else ():
        where = str(case.owner.label) if case.owner else case.kind
        yield Apart(where, tuple((str(rule.agency or rule.get_target_display()), rule.code) for rule in rules))


def _summary(category: Category, wards: Sequence[Covered]) -> Summary:
    counts: Mapping[Coverage, int] = {state: sum(one.state == state for one in wards) for state in Coverage}
    return Summary(category, counts[Coverage.CLEAR], counts[Coverage.NONE], counts[Coverage.CONTRADICTION])
