"""All areas in force in memory: point in polygon in microseconds, with SQL as the truth it is built from.

Once a second, when somebody asks, the rows that say which generation is in force are read again (two small
queries); where they changed, a new index is built and swapped in at once. Nothing needs a restart, and a
reader always sees one whole generation.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import shapely
from shapely import Point, STRtree
from shapely.geometry.base import BaseGeometry

from geo.models import Area, AreaName, AreaSet, Level, PlaceEdition
from geo.plane import Plane

REREAD_AFTER_S = 1.0


@dataclass(frozen=True, slots=True)
class DatedName:
    """A name with its dates [from, until)."""

    kind: str
    name: str
    valid_from: dt.date
    valid_until: dt.date | None
    is_official: bool

    def holds(self, on: dt.date) -> bool:
        return self.valid_from <= on and (self.valid_until is None or on < self.valid_until)


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """One area of a set, with its polygon in degrees and on the set's plane in metres."""

    code: str
    level: str
    kind: str
    name: str
    parent_code: str
    area_km2: float
    polygon: BaseGeometry
    flat: BaseGeometry
    names: tuple[DatedName, ...]

    def named(self, on: dt.date | None) -> tuple[str, str]:
        """(kind, name) on a date; the set's own when no date is given or no dated name holds."""
        if on is not None:
            for name in self.names:
                if name.is_official and name.holds(on):
                    return name.kind, name.name
        return self.kind, self.name


@dataclass(frozen=True, eq=False)
class SetIndex:
    """One area set's generation in force."""

    set_id: int
    name: str
    valid_from: dt.date
    valid_until: dt.date | None
    token: str
    approximate: bool
    source: str
    licence: str
    plane: Plane
    units: Mapping[str, Unit]
    wards: tuple[Unit, ...] = field(repr=False)
    districts: tuple[Unit, ...] = field(repr=False)
    _ward_tree: STRtree = field(repr=False)
    _flat_ward_tree: STRtree = field(repr=False)
    _district_tree: STRtree = field(repr=False)
    # What was worked out from this set once: it never changes.
    kept: dict[object, Any] = field(default_factory=dict, repr=False)

    def holds(self, on: dt.date) -> bool:
        return self.valid_from <= on and (self.valid_until is None or on < self.valid_until)

    def ward_at(self, lon: float, lat: float) -> Unit | None:
        """The ward whose polygon covers the point; on a common border the one with the lower code."""
        return _lowest(self.wards, self._ward_tree.query(Point(lon, lat), predicate="intersects"))

    def covers(self, lon: float, lat: float) -> bool:
        """Whether the point lies in the set's territory."""
        tree = self._ward_tree if self.wards else self._district_tree
        return len(tree.query(Point(lon, lat), predicate="intersects")) > 0

    def wards_covering(self, points: Any) -> tuple[Any, Any]:
        """For an array of points: the pairs (place among the points, place among the wards) that cover each other."""
        at, ward = self._ward_tree.query(points, predicate="intersects")
        return at, ward

    def district_at(self, lon: float, lat: float) -> Unit | None:
        """The district whose polygon covers the point, for sets loaded without wards."""
        return _lowest(self.districts, self._district_tree.query(Point(lon, lat), predicate="intersects"))

    def wards_near(self, lon: float, lat: float, within_m: float) -> list[tuple[float, Unit]]:
        """(distance in metres, ward) of each ward not farther than `within_m`, nearest first; 0 inside."""
        here = Point(self.plane.point(lon, lat))
        found = self._flat_ward_tree.query(here, predicate="dwithin", distance=max(within_m, 0.0))
        near = [(float(self.wards[i].flat.distance(here)), self.wards[i]) for i in found]
        return sorted(near, key=lambda pair: (pair[0], pair[1].code))

    def wards_crossing(self, polygon: BaseGeometry) -> list[Unit]:
        """The wards that share area with a polygon in degrees."""
        found = self._ward_tree.query(polygon, predicate="intersects")
        return [self.wards[i] for i in sorted(found) if self.wards[i].polygon.intersection(polygon).area > 0]

    def distance_to(self, unit: Unit, lon: float, lat: float) -> float:
        """Metres from a point in degrees to one of the set's units; 0 inside it."""
        return float(unit.flat.distance(Point(self.plane.point(lon, lat))))

    def wards_of(self, district_code: str) -> list[Unit]:
        return [ward for ward in self.wards if ward.parent_code == district_code]

    @cached_property
    def flat_territory(self) -> BaseGeometry:
        """Everything the set covers, on the plane, in metres."""
        return shapely.union_all([unit.flat for unit in self.wards or self.districts])


@dataclass(frozen=True, eq=False)
class Territory:
    """Every set with a complete generation in force, as read at one moment."""

    sets: tuple[SetIndex, ...]
    fingerprint: tuple[Any, ...]

    @property
    def edition(self) -> int:
        """Number of the names and places this was read with."""
        return int(self.fingerprint[0])

    def on(self, date: dt.date) -> SetIndex | None:
        for area_set in self.sets:
            if area_set.holds(date):
                return area_set
        return None

    def named(self, name: str) -> SetIndex | None:
        for area_set in self.sets:
            if area_set.name == name:
                return area_set
        return None


_lock = threading.Lock()
_held: Territory | None = None
_looked_at = 0.0
_looks = 0


def territory() -> Territory:
    """The index in force, at most a second old. Costs two small queries once a second, none in between."""
    global _held, _looked_at
    held = _held
    if held is not None and time.monotonic() - _looked_at < REREAD_AFTER_S:
        return held
    # While one thread rereads, the others go on with what they have.
    if not _lock.acquire(blocking=held is None):
        assert held is not None
        return held
    try:
        if _held is not None and time.monotonic() - _looked_at < REREAD_AFTER_S:
            return _held
        fingerprint = _fingerprint()
        if _held is None or _held.fingerprint != fingerprint:
            _held = _read(fingerprint, _held)
        _looked_at = time.monotonic()
        return _held
    finally:
        _lock.release()


def look_again() -> None:
    """Makes the next question reread at once: for whoever has just changed areas or places in this process."""
    global _looked_at, _looks
    _looked_at = float("-inf")
    _looks += 1


def looks() -> int:
    """How often somebody in this process has asked to look again: other indexes built from SQL compare it."""
    return _looks


def _fingerprint() -> tuple[Any, ...]:
    edition = PlaceEdition.objects.filter(id=1).values_list("number", flat=True).first() or 0
    sets = AreaSet.objects.filter(current__complete=True).order_by("valid_from")
    return (
        edition,
        *sets.values_list(
            "id",
            "name",
            "valid_from",
            "valid_until",
            "current__token",
            "current_id",
            "current__is_approximate",
            "current__source",
            "current__licence",
        ),
    )


def _read(fingerprint: tuple[Any, ...], before: Territory | None) -> Territory:
    known: dict[tuple[Any, ...], SetIndex] = {}
    if before is not None and before.fingerprint[0] == fingerprint[0]:
        known = dict(zip(before.fingerprint[1:], before.sets, strict=True))
    return Territory(tuple(known.get(row) or _read_set(row) for row in fingerprint[1:]), fingerprint)


def _read_set(row: tuple[Any, ...]) -> SetIndex:
    set_id, name, valid_from, valid_until, token, generation_id, approximate, source, licence = row
    names: dict[str, list[DatedName]] = {}
    for dated in AreaName.objects.filter(area_set_id=set_id).order_by("valid_from", "id"):
        names.setdefault(dated.code, []).append(
            DatedName(dated.kind, dated.name, dated.valid_from, dated.valid_until, dated.is_official)
        )
    rows = list(Area.objects.filter(generation_id=generation_id).order_by("code"))
    polygons = [shapely.from_wkb(bytes(area.geometry.wkb)) for area in rows]
    plane = Plane(*_middle(polygons))
    units = {
        area.code: Unit(
            code=area.code,
            level=area.level,
            kind=area.kind,
            name=area.name,
            parent_code=area.parent_code,
            area_km2=area.area_km2,
            polygon=polygon,
            flat=plane.metres(polygon),
            names=tuple(names.get(area.code, ())),
        )
        for area, polygon in zip(rows, polygons, strict=True)
    }
    wards = tuple(unit for unit in units.values() if unit.level == Level.WARD)
    districts = tuple(unit for unit in units.values() if unit.level == Level.DISTRICT)
    # Prepared polygons answer "does it hold this point" many times faster.
    shapely.prepare([unit.polygon for unit in (*wards, *districts)])
    return SetIndex(
        set_id=set_id,
        name=name,
        valid_from=valid_from,
        valid_until=valid_until,
        token=token,
        approximate=approximate,
        source=source,
        licence=licence,
        plane=plane,
        units=units,
        wards=wards,
        districts=districts,
        _ward_tree=STRtree([unit.polygon for unit in wards]),
        _flat_ward_tree=STRtree([unit.flat for unit in wards]),
        _district_tree=STRtree([unit.polygon for unit in districts]),
    )


def _middle(polygons: Iterable[BaseGeometry]) -> tuple[float, float]:
    west, south, east, north = shapely.total_bounds(list(polygons))
    if not west <= east:
        return 0.0, 0.0
    return (west + east) / 2, (south + north) / 2


def _lowest(units: tuple[Unit, ...], found: Iterable[int]) -> Unit | None:
    return min((units[i] for i in found), key=lambda unit: unit.code, default=None)
