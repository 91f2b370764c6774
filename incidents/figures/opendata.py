"""What everybody may know: counts by month, group, field of work and ward, none of which points at a person.

Complaints about officials and exercises are left out. A cell under LEAST is not shown: it goes into one line "others"
together with the next smallest, so that no difference between a total and what is shown gives it away.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import shapely
from django.utils.translation import gettext as _

from geo.credits import border_credit
from geo.index import SetIndex, territory
from incidents.figures.counting import Figures, Key, Selection, counts_by, figures_of
from incidents.figures.reading import Columns, columns_of
from incidents.figures.telling import names_of
from incidents.records.models import Category

LEAST = 5
# Of what is not shown alone there are at least two, and LEAST together.
_OTHERS_AT_LEAST = 2
STEPS = 5
# About 200 m: a shape on a page, not a border.
_TOLERANCE_DEG = 0.002
_WIDTH = 600


@dataclass(frozen=True, slots=True)
class Shown:
    """One table: its lines by size, and what the line "others" holds (None: there is none)."""

    by: str
    lines: list[tuple[Key, str, int]]
    others: int | None


@dataclass(frozen=True, slots=True)
class Public:
    first: dt.date
    last: dt.date
    area_set: str
    figures: Figures
    tables: list[Shown]


def pooled(counts: Mapping[Key, int], never: Collection[Key] = ()) -> tuple[dict[Key, int], int | None]:
    """(the counts that may be shown, the sum of the others); the sum of both is the sum of all.

    What is in `never` goes into the others however many it is: left out, another table's total would give it away.
    When even all of them together are fewer than LEAST, nothing is shown but that sum.
    """
    shown = dict(sorted(counts.items(), key=lambda pair: (-pair[1], str(pair[0]))))
    hidden = {key: count for key, count in shown.items() if count < LEAST or key in never}
    if not hidden:
        return shown, None
    rest = [key for key in shown if key not in hidden]
    while rest and (len(hidden) < _OTHERS_AT_LEAST or sum(hidden.values()) < LEAST):
        smallest = rest.pop()
        hidden[smallest] = shown[smallest]
    return {key: shown[key] for key in rest}, sum(hidden.values())


def public(first: dt.date, last: dt.date, area_set: str, at: dt.datetime) -> Public:
    """The public figures of the local days first to last."""
    columns = Selection(complaints=False).of(columns_of(first, last, area_set))
    return Public(
        first, last, area_set, figures_of(columns, at), [_shown(columns, by, area_set) for by in TABLES]
    )  # fmt: skip


TABLES = ("month", "group", "category", "ward")


def _shown(columns: Columns, by: str, area_set: str) -> Shown:
    counts = {key: count for (key,), count in counts_by(columns, by).items()}
    never: set[Key] = set()
    if by == "category":
        # What the citizens' form does not offer is nobody's concern outside.
        never = set(counts) - set(Category.objects.filter(is_public=True).values_list("pk", flat=True))
    shown, others = pooled(counts, never)
    if by == "month":
        shown = dict(sorted(shown.items(), key=lambda pair: str(pair[0])))
        names: dict[Key, str] = {key: f"{key:%m/%Y}" for key in shown if isinstance(key, dt.date)}
    else:
        names = names_of(by, shown, area_set)
    return Shown(by, [(key, names[key], count) for key, count in shown.items()], others)


def as_csv(told: Public) -> str:
    """table, key, name, count; the line of the others has the key "others"."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["table", "key", "name", "received"])
    codes: dict[Key, Key] = dict(Category.objects.values_list("pk", "code"))
    for table in told.tables:
        for key, name, count in table.lines:
            shown = codes.get(key, key) if table.by == "category" else key
            writer.writerow([table.by, f"{told.area_set}/{shown}" if table.by == "ward" else shown, name, count])
        if table.others is not None:
            writer.writerow([table.by, "others", _("Others"), table.others])
    return out.getvalue()


def as_geojson(told: Public) -> str:
    """The wards with their counts; `received` is null where it is not shown alone. `attribution`: whose borders they
    are, "" when nobody has to be named."""
    index = territory().named(told.area_set)
    counts = _wards(told)
    features = [
        {
            "type": "Feature",
            "id": f"{told.area_set}/{unit.code}",
            "properties": {
                "set": told.area_set,
                "code": unit.code,
                "name": unit.name,
                "received": counts.get(unit.code),
            },
            "geometry": json.loads(shapely.to_geojson(_shape(unit))),
        }
        for unit in (index.wards if index else ())
    ]
    credit = border_credit(index) if index else ""
    return json.dumps({"type": "FeatureCollection", "attribution": credit, "features": features}, ensure_ascii=False)


def _wards(told: Public) -> dict[str, int]:
    table = next(table for table in told.tables if table.by == "ward")
    return {str(key): count for key, _name, count in table.lines if key}


def _shape(unit: Any) -> Any:
    return shapely.set_precision(shapely.simplify(unit.polygon, _TOLERANCE_DEG), 1e-5)


def drawn(told: Public) -> dict[str, Any] | None:
    """The wards as an SVG: its box, and for each ward {path, step, name, count}; step 0 is not shown alone."""
    index = territory().named(told.area_set)
    if index is None or not index.wards:
        return None
    counts = _wards(told)
    ordered = sorted(counts.values())
    ends = [ordered[min(len(ordered) - 1, len(ordered) * n // STEPS)] for n in range(1, STEPS + 1)] if ordered else []
    west, south, east, north = shapely.total_bounds([unit.polygon for unit in index.wards])
    scale = _WIDTH / (index.plane.point(east, south)[0] - index.plane.point(west, south)[0])
    left, top = index.plane.point(west, north)
    height = (top - index.plane.point(west, south)[1]) * scale
    return {
        "box": f"-4 -4 {_WIDTH + 8} {height + 8:.0f}",
        "wards": [
            {
                "path": _path(index, unit, left, top, scale),
                "step": next((n for n, end in enumerate(ends, 1) if counts[unit.code] <= end), STEPS)
                if unit.code in counts
                else 0,
                "name": unit.name,
                "count": counts.get(unit.code),
            }
            for unit in index.wards
        ],
    }


def _path(index: SetIndex, unit: Any, left: float, top: float, scale: float) -> str:
    shape = _shape(unit)
    parts = shape.geoms if hasattr(shape, "geoms") else [shape]
    lines = []
    for part in parts:
        points = [index.plane.point(x, y) for x, y in part.exterior.coords]
        lines.append("M" + "L".join(f"{(x - left) * scale:.0f} {(top - y) * scale:.0f}" for x, y in points) + "Z")
    return "".join(lines)
