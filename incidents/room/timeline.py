"""The history of an incident as sentences in the reader's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from incidents.records.history import HistoryKind
from incidents.records.history_names import HISTORY_NAMES
from incidents.records.models import Category, History
from opscenter.accounts.models import Agency, HandlingUnit


@dataclass(frozen=True, slots=True)
class Moment:
    """One line: when, what, of whom or to whom, and who did it."""

    at: dt.datetime
    what: str
    about: str
    by: str


def timeline(rows: Sequence[History]) -> list[Moment]:
    """The rows (fetched with `by`) as sentences, newest first. Three queries at most, for names."""
    agency_ids = {pk for row in rows for pk in _agencies(row.data)}
    unit_ids = {pk for row in rows if (pk := row.data.get("unit"))}
    category_ids = {pk for row in rows if (pk := row.data.get("category"))}
    agencies = dict(Agency.objects.filter(pk__in=agency_ids).values_list("pk", "name")) if agency_ids else {}
    units = dict(HandlingUnit.objects.filter(pk__in=unit_ids).values_list("pk", "name")) if unit_ids else {}
    categories = {row.pk: row.label for row in Category.objects.filter(pk__in=category_ids)} if category_ids else {}
    moments = []
    for row in rows:
        names = [agencies.get(pk, "") for pk in _agencies(row.data)]
        names += [f"1022-{other:06d}" for other in (row.data.get("into"), row.data.get("other")) if other]
        names += [units.get(row.data.get("unit"), ""), categories.get(row.data.get("category"), "")]
        moments.append(
            Moment(
                at=row.at,
                what=_what(row),
                about=", ".join(name for name in names if name),
                by=str(row.by) if row.by else _("the system"),
            )
        )
    return moments[::-1]


def _what(row: History) -> str:
    if (row.kind, row.why) == (HistoryKind.ANSWERED_AT_ONCE, "by_itself"):
        return _("What the system answered was left to stand")
    return str(HISTORY_NAMES.get(row.kind, row.kind))


def _agencies(data: Mapping[str, Any]) -> list[int]:
    """The agencies a row names: one, or the list of a dispatch."""
    if data.get("agency"):
        return [data["agency"]]
    return list(data.get("agencies") or ())
