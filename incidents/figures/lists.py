"""Lists with one line an incident, without personal data: CSV, Excel and GeoJSON, a month at a time in flat memory."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from django.utils import timezone
from django.utils.translation import gettext as _

from geo.credits import credits_due
from geo.index import territory
from incidents.figures.asking import Asked
from incidents.figures.counting import Selection
from incidents.figures.facts import OUTCOMES, SOURCES
from incidents.figures.reading import Columns, columns_of
from incidents.figures.telling import names_of
from incidents.records.models import Category
from opscenter.accounts.models import Person
from opscenter.accounts.roles import Role

# Of a sheet in Excel, with the line of headings.
SHEET_ROWS = 1_048_576
# About 110 m, as on the wall: leaders see what, where about and when.
COARSE_DECIMALS = 3
_CHUNK_DAYS = 31


def headings() -> list[str]:
    """The columns of a list, in the reader's language."""
    return [
        _("Code"), _("Received"), _("Group"), _("Category"), _("Channel"), _("Ward's code"), _("Ward"), _("Agency"),
        _("Outcome"), _("Deadline"), _("Answered at"), _("On time"), _("Minutes until the answer"), _("Reports"),
        _("Opened again"), _("Latitude"), _("Longitude"),
    ]  # fmt: skip


def lines(asked: Asked, reader: Person) -> Iterator[list[Any]]:
    """The lines of a list, by time. Leaders get coarse positions and no complaints about officials."""
    coarse = reader.role == Role.LEADER
    selection = asked.selection
    if coarse:
        selection = Selection(
            groups=selection.groups, categories=selection.categories, sources=selection.sources,
            agencies=selection.agencies, wards=selection.wards, complaints=False,
        )  # fmt: skip
    names = _Names(asked.area_set)
    first = asked.first
    while first <= asked.last:
        last = min(first + dt.timedelta(days=_CHUNK_DAYS - 1), asked.last)
        yield from _lines(selection.of(columns_of(first, last, asked.area_set, keep=False)), names, coarse)
        first = last + dt.timedelta(days=1)


class _Names:
    def __init__(self, area_set: str) -> None:
        categories = [0, *Category.objects.values_list("pk", flat=True)]
        self.categories = names_of("category", categories, area_set)
        self.groups = names_of("group", range(4), area_set)
        self.sources = names_of("source", SOURCES, area_set)
        from opscenter.accounts.models import Agency

        self.agencies = names_of("agency", [0, *Agency.objects.values_list("pk", flat=True)], area_set)
        index = territory().named(area_set)
        self.wards = names_of("ward", ["", *(unit.code for unit in (index.wards if index else ()))], area_set)
        self.outcomes = {
            "": _("Open"),
            "answered_at_once": _("Answered at once"),
            "handled": _("Answered"),
            "answered_by_itself": _("Answered by the system"),
            "cancelled": _("Cancelled"),
        }


def _lines(columns: Columns, names: _Names, coarse: bool) -> Iterator[list[Any]]:
    rows = columns.incidents
    order = np.argsort(rows["received"], kind="stable")
    decimals = COARSE_DECIMALS if coarse else 6
    for place in order.tolist():
        row, ward = rows[place], columns.ward_codes[columns.wards[place]]
        due, closed = int(row["due"]), int(row["closed"])
        placed = not np.isnan(row["lon"])
        yield [
            f"1022-{int(row['id']):06d}",
            local(int(row["received"])),
            names.groups[int(row["group"])],
            names.categories.get(int(row["category"]), ""),
            names.sources[SOURCES[int(row["source"])]],
            ward,
            names.wards.get(ward, ""),
            names.agencies.get(int(row["agency"]), ""),
            names.outcomes.get(OUTCOMES[int(row["outcome"])], ""),
            local(due),
            local(closed),
            "" if not closed or not due else _("yes") if closed <= due else _("no"),
            round(int(row["first_answer"]) / 60) if row["first_answer"] >= 0 else None,
            int(row["reports"]),
            int(row["reopened"]),
            round(float(row["lat"]), decimals) if placed else None,
            round(float(row["lon"]), decimals) if placed else None,
        ]


def local(at: int) -> dt.datetime | None:
    """Seconds since 1970 as local time without a zone, as spreadsheets hold it; None for never."""
    zone = timezone.get_current_timezone()
    return dt.datetime.fromtimestamp(at, zone).replace(tzinfo=None) if at else None


def write_csv(path: Path, asked: Asked, reader: Person) -> int:
    """With a byte order mark, so that Excel reads Vietnamese letters; times as YYYY-MM-DD HH:MM:SS."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(headings())
        for line in lines(asked, reader):
            writer.writerow(line)
            count += 1
    return count


def write_xlsx(path: Path, asked: Asked, reader: Person) -> int:
    """One sheet, and further ones where Excel's million lines do not do."""
    # Read where it is needed: a process that starts does not wait for it.
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet: Any = None
    count = 0
    for line in lines(asked, reader):
        if count % (SHEET_ROWS - 1) == 0:
            sheet = _sheet(book)
        sheet.append(line)
        count += 1
    if sheet is None:
        _sheet(book)
    book.save(path)
    return count


def _sheet(book: Any) -> Any:
    sheet: Any = book.create_sheet(_("Incidents"))
    sheet.freeze_panes = "B2"
    for letter, width in zip(
        "ABCDEFGHIJKLMNOPQ", (14, 18, 22, 34, 14, 12, 28, 40, 18, 18, 18, 10, 14, 10, 10, 12, 12), strict=True
    ):
        sheet.column_dimensions[letter].width = width
    sheet.append(headings())
    return sheet


def write_geojson(path: Path, asked: Asked, reader: Person) -> int:
    """RFC 7946: WGS 84, longitude first; incidents without a place have a null geometry. Whose places they were found
    by stands beside the features, as the licences ask."""
    names = [
        "code", "received", "group", "category", "channel", "ward_code", "ward", "agency", "outcome", "due",
        "answered", "on_time", "minutes", "reports", "reopened",
    ]  # fmt: skip
    count = 0
    with path.open("w", encoding="utf-8") as out:
        due = json.dumps("; ".join(credits_due()), ensure_ascii=False)
        out.write(f'{{"type":"FeatureCollection","attribution":{due},"features":[')
        for line in lines(asked, reader):
            *values, lat, lon = line
            geometry = {"type": "Point", "coordinates": [lon, lat]} if lat is not None else None
            feature = {
                "type": "Feature",
                "geometry": geometry,
                "properties": dict(zip(names, (_plain(value) for value in values), strict=True)),
            }
            out.write(("," if count else "") + "\n" + json.dumps(feature, ensure_ascii=False))
            count += 1
        out.write("\n]}\n")
    return count


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.datetime) else value
