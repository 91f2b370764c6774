"""The figures that wards and districts can be coloured by: one list for every map, each as counting.py defines it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from geo.index import SetIndex
from incidents.figures.counting import Figures, figures_by
from incidents.figures.reading import Columns

Kind = Literal["count", "share", "span"]
Level = Literal["ward", "district"]
Value = int | float | None


@dataclass(frozen=True, slots=True)
class Mapped:
    """One of them: a count, a share from 0 to 1, or a span in seconds; null where nothing can be said."""

    name: str
    label: str | Promise
    kind: Kind
    value: Callable[[Figures], Value]


MAPPED = (
    Mapped("received", _("Received"), "count", lambda one: one.received),
    Mapped("reports", _("Reports, doubles included"), "count", lambda one: one.reports),
    Mapped("duplicates", _("Duplicates"), "count", lambda one: one.duplicates),
    Mapped("open", _("Open"), "count", lambda one: one.open),
    Mapped("overdue", _("Overdue"), "count", lambda one: one.overdue),
    Mapped("answered", _("Answered"), "count", lambda one: one.answered),
    Mapped("at_once", _("Share answered at once"), "share", lambda one: one.at_once_share),
    Mapped("on_time", _("Share in time"), "share", lambda one: one.on_time_share),
    Mapped("first_answer", _("Time to the first answer"), "span", lambda one: one.first_answer.median_s),
    Mapped("acceptance", _("Time until the agency accepts"), "span", lambda one: one.acceptance.median_s),
    Mapped("handling", _("Time until the agency's result"), "span", lambda one: one.handling.median_s),
    Mapped("reopened", _("Reopened"), "count", lambda one: one.reopened),
    Mapped("not_ours", _("Given back as not theirs"), "count", lambda one: one.not_ours),
    Mapped("content", _("Share of content citizens"), "share", lambda one: one.content_share),
)


def mapped_figures(columns: Columns, index: SetIndex, level: Level, at: dt.datetime) -> dict[str, dict[str, Value]]:
    """{code of a ward: {name: value}} of selected columns as of a set; with districts each ward has its district's.

    So a map paints both with the same areas, and a district's median is that of its incidents, not one of its wards'.
    """
    parents = {unit.code: unit.parent_code for unit in index.wards}
    if level == "district":
        columns = by_district(columns, parents)
    told = {code: _told(figures) for code, figures in figures_by(columns, "ward", at).items()}
    if level == "ward":
        return {str(code): values for code, values in told.items() if code}
    return {code: told[parent] for code, parent in parents.items() if parent and parent in told}


def by_district(columns: Columns, parents: dict[str, str]) -> Columns:
    """The same incidents with their district in the ward's place; what lies in none stays in none."""
    districts = ("", *sorted({parent for parent in parents.values() if parent}))
    place = [districts.index(parents.get(code, "")) for code in columns.ward_codes]
    return columns.moved(np.array(place, dtype=np.int16)[columns.wards], districts)


def _told(figures: Figures) -> dict[str, Value]:
    return {one.name: one.value(figures) for one in MAPPED}
