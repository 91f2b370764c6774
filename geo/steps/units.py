"""From named units to ground: which units of the set in force a name stands for, and a circle for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shapely import Point
from shapely.geometry.base import BaseGeometry

from geo.index import SetIndex, Territory, Unit
from geo.models import Level
from geo.steps.areanames import Meaning, Mention, unit_of

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


def grounds(territory: Territory, index: SetIndex, meaning: Meaning) -> list[Ground]:
    """The ground of a ward's name in the set in force, largest share first; several when the unit was split."""
    found = unit_of(territory, meaning)
    if found is None:
        return []
    named_set, named = found
    if named_set is index:
        return [Ground(named, named, named_set.name, 1.0, *circle(index, named.polygon))]
    pieces = []
    for ward in index.wards_crossing(named.polygon):
        piece = ward.polygon.intersection(named.polygon)
        share = float(piece.area / named.polygon.area)
        if share >= LEAST_SHARE:
            pieces.append((share, ward, piece))
    pieces.sort(key=lambda piece: (-piece[0], piece[1].code))
    if pieces and pieces[0][0] >= WHOLE_SHARE:
        pieces = pieces[:1]
    return [Ground(ward, named, named_set.name, share, *circle(index, piece)) for share, ward, piece in pieces]


def circle(index: SetIndex, polygon: BaseGeometry) -> tuple[float, float, float]:
    """(lon, lat, radius in metres): a point inside the polygon and how far its farthest corner lies from there."""
    middle = polygon.centroid
    if not polygon.covers(middle):
        middle = polygon.representative_point()
    flat = index.plane.metres(polygon)
    here = Point(index.plane.point(middle.x, middle.y))
    return float(middle.x), float(middle.y), float(here.hausdorff_distance(flat.convex_hull.boundary))


def in_districts(
    territory: Territory, mention: Mention, districts: Sequence[Mention]
) -> tuple[tuple[Meaning, ...], bool]:
    """The meanings of a ward's name that lie in one of the districts named, and whether that left any.

    Without a district every meaning stays.
    """
    named = [
        pair
        for district in districts
        for meaning in district.meanings
        if meaning.level == Level.DISTRICT and (pair := unit_of(territory, meaning)) is not None
    ]
    if not named:
        return mention.meanings, True
    kept = tuple(
        meaning
        for meaning in mention.meanings
        if (found := unit_of(territory, meaning)) is not None
        and any(_lies_in(*found, district_set, district) for district_set, district in named)
    )
    return (kept, True) if kept else (mention.meanings, False)


def _lies_in(ward_set: SetIndex, ward: Unit, district_set: SetIndex, district: Unit) -> bool:
    if ward_set is district_set:
        return ward.parent_code == district.code
    return float(ward.polygon.intersection(district.polygon).area) >= 0.3 * float(ward.polygon.area)
