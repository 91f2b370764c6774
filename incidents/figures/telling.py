"""What a page, a file or a report shows of a question: the figures with the names that belong to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from geo.index import territory
from incidents.figures.asking import Asked
from incidents.figures.counting import (
    AgencyFigures,
    Figures,
    Key,
    agencies_of,
    counts_by,
    figures_by,
    figures_of,
)
from incidents.figures.hops import Hop, hops_of
from incidents.figures.reading import Columns, columns_of
from incidents.figures.telephone import CallFigures, calls_by_hour, calls_of
from incidents.records.models import Category, Source
from incidents.records.models.categories import Group
from opscenter.accounts.models import Agency

# A longer period is drawn by months.
DAYS_DRAWN = 92


@dataclass(frozen=True, slots=True)
class Part:
    """One line of a table: the key as files name it, the name as people read it, its figures."""

    key: Key
    name: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class AgencyPart:
    key: int
    name: str
    figures: AgencyFigures


@dataclass(frozen=True, slots=True)
class Told:
    """All that one question gives; `columns` are the selected ones, for whoever tells more of it."""

    asked: Asked
    at: dt.datetime
    figures: Figures
    before: Figures
    by: dict[str, list[Part]]
    agencies: list[AgencyPart]
    # [(day or first of a month, {group: received})], without holes.
    course: list[tuple[dt.date, dict[int, int]]]
    hours: list[int]
    # One line a step with its clock: (name, figures).
    hops: list[tuple[str, Hop]]
    # None where calls cannot be told: a filter is set, or an agency asks.
    calls: CallFigures | None
    call_hours: list[CallFigures]
    columns: Columns


TABLES = ("group", "source", "category", "ward")


def tell(asked: Asked, at: dt.datetime) -> Told:
    """Counts all that a question asks; for three years of a million incidents in less than the
    two seconds that are asked (tests/bench/figures.py)."""
    columns = asked.selection.of(columns_of(asked.first, asked.last, asked.area_set))
    before = asked.selection.of(columns_of(*asked.before, asked.area_set if asked.selection.wards else ""))
    by = {name: _named(name, figures_by(columns, name, at), asked.area_set) for name in TABLES}
    hours = counts_by(columns, "hour")
    return Told(
        asked=asked,
        at=at,
        figures=figures_of(columns, at),
        before=figures_of(before, at),
        by=by,
        agencies=_agencies(agencies_of(columns, at, asked.selection.agencies)),
        course=course_of(columns, asked.first, asked.last),
        hours=[hours.get((hour,), 0) for hour in range(24)],
        hops=[(hop_names()[name], hop) for name, hop in hops_of(columns, at).items()],
        calls=calls_of(columns) if asked.selection.has_calls else None,
        call_hours=calls_by_hour(columns) if asked.selection.has_calls else [],
        columns=columns,
    )


def hop_names() -> dict[str, str]:
    """The steps with a clock, in their order, in the reader's language."""
    return {
        "seen": _("An agency has seen it"),
        "accepted": _("The agency has accepted it"),
        "result": _("The agency has given its result"),
        "answered": _("The citizen is answered"),
    }


def course_of(columns: Columns, first: dt.date, last: dt.date) -> list[tuple[dt.date, dict[int, int]]]:
    """What came in by group, day after day or month after month, from first to last without a hole."""
    step = "day" if (last - first).days < DAYS_DRAWN else "month"
    counts = counts_by(columns, step, "group")
    found: list[tuple[dt.date, dict[int, int]]] = []
    at = first if step == "day" else first.replace(day=1)
    while at <= last:
        found.append((at, {group: counts.get((at, group), 0) for group in (1, 2, 3, 0)}))
        at += dt.timedelta(days=1 if step == "day" else 32)
        if step == "month":
            at = at.replace(day=1)
    return found


def _named(by: str, parts: dict[Key, Figures], area_set: str) -> list[Part]:
    """The parts of a table by name, most received first."""
    names = names_of(by, parts, area_set)
    told = [Part(key, names[key], figures) for key, figures in parts.items()]
    return sorted(told, key=lambda part: (-part.figures.received, part.name))


def names_of(by: str, keys: Iterable[Key], area_set: str) -> dict[Key, str]:
    """The names of keys in the reader's language; a key without one says so."""
    known: dict[Any, str] = {}
    nameless = _("Not known")
    match by:
        case "group":
            known, nameless = {value: str(label) for value, label in Group.choices}, _("Not classified")
        case "source":
            known = {value: str(label) for value, label in Source.choices}
        case "category":
            known, nameless = {row.pk: row.label for row in Category.objects.all()}, _("Not classified")
        case "agency":
            known, nameless = _agency_names(), _("No agency")
        case "ward":
            index = territory().named(area_set)
            known, nameless = _ward_names(index.wards if index else ()), _("Outside, or place not known")
    return {key: known.get(key, nameless) for key in keys}


def _ward_names(wards: Iterable[Any]) -> dict[str, str]:
    """Names of wards; with their district where two have the same."""
    rows = list(wards)
    names = [unit.name for unit in rows]
    index = next((one for one in territory().sets if rows and rows[0] in one.wards), None)
    told = {}
    for unit in rows:
        district = index.units.get(unit.parent_code) if index else None
        told[unit.code] = f"{unit.name}, {district.name}" if names.count(unit.name) > 1 and district else unit.name
    return told


def _agency_names() -> dict[int, str]:
    english = (get_language() or "vi").startswith("en")
    return {row.pk: (row.name_en if english and row.name_en else row.name) for row in Agency.objects.all()}


def _agencies(told: dict[int, AgencyFigures]) -> list[AgencyPart]:
    """Most overdue first, then most given."""
    names = _agency_names()
    parts = [AgencyPart(key, names.get(key, f"#{key}"), figures) for key, figures in told.items()]
    return sorted(parts, key=lambda part: (-part.figures.overdue, -part.figures.given, part.name))
