"""The units of every area set as features, for everybody: borders are no secret."""

from __future__ import annotations

from collections.abc import Iterator

import shapely
from django.utils.translation import gettext as _

from geo.credits import border_credit
from geo.index import SetIndex, Unit, territory
from incidents.features.asking import Asked, meets
from incidents.features.offering import Feature, Offer, Page, number, text

PREFIX = "areas-"
# About 10 cm; what a polygon was loaded with beyond that says nothing.
_GRID_DEG = 0.000001
FIELDS = {
    "set": text(),
    "code": text(),
    "level": text(enum=["ward", "district"]),
    "kind": text(),
    "name": text(),
    "parent": text(),
    "area_km2": number("number"),
    "approximate": {"type": "boolean"},
}


def offers() -> Iterator[Offer]:
    """A collection for each area set there is, the oldest first."""
    for index in territory().sets:
        yield _offer(index)


def _offer(index: SetIndex) -> Offer:
    until = index.valid_until.isoformat() if index.valid_until else "…"
    dates = {"set": index.name, "first": index.valid_from.isoformat(), "until": until}
    described = _("Wards and districts of the area set %(set)s, valid from %(first)s until before %(until)s.") % dates
    if index.approximate:
        described += " " + _("Approximate borders: not for decisions.")
    bounds = shapely.total_bounds([unit.polygon for unit in index.units.values()]) if index.units else None
    return Offer(
        name=PREFIX + index.name,
        title=_("Areas as of %(set)s") % {"set": index.name},
        description=described,
        fields=FIELDS,
        page=lambda asked: _page(index, asked),
        one=lambda code: _feature(index, index.units[code]) if code in index.units else None,
        box=(float(bounds[0]), float(bounds[1]), float(bounds[2]), float(bounds[3])) if bounds is not None else None,
        filters=("level",),
        licence=index.licence,
        attribution=border_credit(index),
    )


def _page(index: SetIndex, asked: Asked) -> Page:
    units = [
        unit
        for code, unit in sorted(index.units.items())
        if asked.filters.get("level") in {None, unit.level} and (asked.box is None or meets(asked.box, _bounds(unit)))
    ]
    rest = [unit for unit in units if unit.code > asked.after]
    shown = rest[: asked.limit]
    after = shown[-1].code if len(rest) > len(shown) else ""
    return Page([_feature(index, unit) for unit in shown], after, len(units))


def _bounds(unit: Unit) -> tuple[float, float, float, float]:
    west, south, east, north = unit.polygon.bounds
    return west, south, east, north


def _feature(index: SetIndex, unit: Unit) -> Feature:
    # Right-handed, as RFC 7946 wants its rings.
    shape = shapely.orient_polygons(shapely.set_precision(unit.polygon, _GRID_DEG))
    return {
        "type": "Feature",
        "id": unit.code,
        "geometry": shapely.geometry.mapping(shape),
        "properties": {
            "set": index.name,
            "code": unit.code,
            "level": unit.level,
            "kind": unit.kind,
            "name": unit.name,
            "parent": unit.parent_code,
            "area_km2": round(unit.area_km2, 4),
            "approximate": index.approximate,
        },
    }
