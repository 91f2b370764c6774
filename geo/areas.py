"""Which areas cover a point on a date. Who is responsible there is not asked here."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

from django.conf import settings

from geo.index import SetIndex, Unit, territory
from geo.models import AreaSet


class NoAreaSet(LookupError):
    """No area set with loaded areas is in force on the date, or the pinned one does not exist."""


@dataclass(frozen=True, slots=True)
class AreaRef:
    """A unit of a set; `name` carries its label ("Phường Phú Hòa"), as it was called on the date asked for."""

    set_name: str
    code: str
    name: str
    kind: str
    parent_code: str


@dataclass(frozen=True, slots=True)
class Covering:
    """What covers a point. Without a set in force: set_id 0, empty name, nothing covered.

    `approximate`: the polygons are starter cells, not borders. `near`: other wards within the margin asked
    for, nearest first.
    """

    set_id: int
    set_name: str
    approximate: bool
    ward: AreaRef | None
    district: AreaRef | None
    near: tuple[AreaRef, ...]

    @property
    def is_outside(self) -> bool:
        return self.ward is None and self.district is None


def area_set_on(on: dt.date) -> AreaSet:
    """The area set in force on a date, or the pinned one (setting AREA_SET) whatever the date.

    Raises NoAreaSet when there is none.
    """
    sets = AreaSet.objects.filter(name=settings.AREA_SET) if settings.AREA_SET else AreaSet.objects.in_force(on)
    found = sets.first()
    if found is None:
        asked = f"named {settings.AREA_SET!r}" if settings.AREA_SET else f"in force on {on.isoformat()}"
        raise NoAreaSet(f"no area set {asked}")
    return found


def set_index_on(on: dt.date, *, pinned: bool = True) -> SetIndex | None:
    """The index of the set in force on a date (or the pinned one, unless `pinned` is false); None when no areas are
    loaded for it."""
    name = settings.AREA_SET if pinned else ""
    return territory().named(name) if name else territory().on(on)


def names_date(on: dt.date, *, pinned: bool = True) -> dt.date | None:
    """The date whose unit names are used: a pinned set shows its own names, whatever the date."""
    return None if pinned and settings.AREA_SET else on


def reference_to(index: SetIndex, unit: Unit, on: dt.date | None) -> AreaRef:
    """The unit as a reference, named as on the date (None: the set's own name)."""
    kind, name = unit.named(on)
    known: AreaRef | None = index.kept.get((unit.code, kind, name))
    if known is None:
        known = index.kept[unit.code, kind, name] = AreaRef(index.name, unit.code, name, kind, unit.parent_code)
    return known


def areas_at(lon: float, lat: float, on: dt.date, margin_m: float = 0.0) -> Covering:
    """The ward and district that cover a point (degrees, WGS 84) on a date.

    `margin_m` (metres) also names the wards the point is that close to, so that a point near a border says
    both. A point outside everything has neither ward nor district.
    """
    index = set_index_on(on)
    if index is None:
        return Covering(0, "", True, None, None, ())
    return covering_in(index, lon, lat, names_date(on), margin_m)


def covering_in(index: SetIndex, lon: float, lat: float, named_on: dt.date | None, margin_m: float = 0.0) -> Covering:
    """Like areas_at, in one given set."""
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return Covering(index.set_id, index.name, index.approximate, None, None, ())
    ward = index.ward_at(lon, lat)
    district = index.units.get(ward.parent_code) if ward is not None else index.district_at(lon, lat)
    near: tuple[AreaRef, ...] = ()
    if margin_m > 0:
        near = tuple(
            reference_to(index, unit, named_on)
            for _distance, unit in index.wards_near(lon, lat, margin_m)
            if unit is not ward
        )
    return Covering(
        index.set_id,
        index.name,
        index.approximate,
        reference_to(index, ward, named_on) if ward is not None else None,
        reference_to(index, district, named_on) if district is not None and district.level == "district" else None,
        near,
    )


def area_named(set_name: str, code: str, on: dt.date | None = None) -> AreaRef | None:
    """The unit with a code in a set, named as on the date; None when the set does not have it."""
    index = territory().named(set_name)
    unit = index.units.get(code) if index is not None else None
    return reference_to(index, unit, on) if index is not None and unit is not None else None


def point_of(set_name: str, code: str) -> tuple[float, float] | None:
    """A point (lon, lat) sure to lie inside the unit; None when the set does not have it."""
    index = territory().named(set_name)
    unit = index.units.get(code) if index is not None else None
    if unit is None:
        return None
    inside = unit.polygon.representative_point()
    return float(inside.x), float(inside.y)


def date_within_set(today: dt.date) -> dt.date:
    """The local date, moved into the dates of the area set in force: of a pinned one that is over, its last day."""
    area_set: SetIndex | AreaSet | None = set_index_on(today)
    if area_set is None:
        # Dates are known before the polygons are loaded.
        try:
            area_set = area_set_on(today)
        except NoAreaSet:
            return today
    if today < area_set.valid_from:
        return area_set.valid_from
    if area_set.valid_until is not None and today >= area_set.valid_until:
        return area_set.valid_until - dt.timedelta(days=1)
    return today
