"""From named units to ground: which units of the set in force a name stands for, and a circle for each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Point
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points

from geo.index import SetIndex, Territory, Unit
from geo.steps.areanames import Meaning, area_names, unit_of

# A piece smaller than this share of an old unit comes from borders drawn differently, not from a split.
LEAST_SHARE = 0.03
WHOLE_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class Ground:
    """A piece of ground a name stands for: lon, lat inside it, radius in metres around it to cover it.

    `unit` belongs to the set in force; `named` is the unit the text named, `share` how much of that one this is.
    """

    unit: Unit
    named: Unit
    named_set: str
    share: float
    lon: float
    lat: float
    radius_m: float


def grounds(territory: Territory, index: SetIndex, meaning: Meaning) -> tuple[Ground, ...]:
    """The ground of a ward's name in the set in force, largest share first; several when the unit was split."""
    kept = area_names(territory).kept
    key = ("grounds", index.name, meaning.unit_key)
    known = kept.get(key)
    if known is None:
        known = kept[key] = _grounds(territory, index, meaning)
    return known  # type: ignore[return-value]


def _grounds(territory: Territory, index: SetIndex, meaning: Meaning) -> tuple[Ground, ...]:
    found = unit_of(territory, meaning)
    if found is None:
        return ()
    named_set, named = found
    if named_set is index:
        return (Ground(named, named, named_set.name, 1.0, *circle(index, named.polygon, named.flat)),)
    pieces = []
    for ward in index.wards_crossing(named.polygon):
        piece = ward.polygon.intersection(named.polygon)
        share = float(piece.area / named.polygon.area)
        if share >= LEAST_SHARE:
            pieces.append((share, ward, piece))
    pieces.sort(key=lambda piece: (-piece[0], piece[1].code))
    if pieces and pieces[0][0] >= WHOLE_SHARE:
        pieces = pieces[:1]
    return tuple(Ground(ward, named, named_set.name, share, *circle(index, piece)) for share, ward, piece in pieces)


def circle_of(territory: Territory, index: SetIndex, unit: Unit) -> tuple[float, float, float]:
    """The circle of a whole unit of a set."""
    kept = area_names(territory).kept
    key = ("circle", index.name, unit.code)
    known = kept.get(key)
    if known is None:
        known = kept[key] = circle(index, unit.polygon, unit.flat)
    return known  # type: ignore[return-value]


def circle(index: SetIndex, polygon: BaseGeometry, flat: BaseGeometry | None = None) -> tuple[float, float, float]:
    """(lon, lat, radius in metres): a point inside the polygon and how far its farthest corner lies from there.

    `flat` is the polygon on the set's plane, where it is known already.
    """
    middle = polygon.centroid
    if not polygon.covers(middle):
        middle = polygon.representative_point()
    here = index.plane.point(middle.x, middle.y)
    corners = shapely.get_coordinates((flat if flat is not None else index.plane.metres(polygon)).convex_hull)
    return float(middle.x), float(middle.y), float(np.hypot(*(corners - here).T).max())


def point_in(unit: Unit, lon: float, lat: float) -> tuple[float, float]:
    """The point itself when the unit covers it, else one just inside the unit's edge nearest to it."""
    here = Point(lon, lat)
    if unit.polygon.covers(here):
        return lon, lat
    edge = nearest_points(unit.polygon, here)[0]
    middle = unit.polygon.representative_point()
    # A few metres inside, so that the point is no neighbour's too.
    for share in (0.001, 0.01, 0.05):
        moved = Point(edge.x + share * (middle.x - edge.x), edge.y + share * (middle.y - edge.y))
        if unit.polygon.contains(moved):
            return float(moved.x), float(moved.y)
    return float(middle.x), float(middle.y)
