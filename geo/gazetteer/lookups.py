"""The gazetteer: names, places, streets and what lies along them, held together and asked.

Built once from the sources' rows and never changed, so that threads can share it; what people add and teach is laid
over it (`people`). Points are kept on one plane in metres, shapes as Shapely's, everything else in flat arrays.
"""

from __future__ import annotations

import hashlib
import math
from array import array
from bisect import bisect_left
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from shapely import LineString, Point, STRtree
from shapely.geometry.base import BaseGeometry

from geo.folding import fold_name
from geo.gazetteer import linear
from geo.gazetteer.answers import Crossing, Entry, EntryKind, Hit, LearntAlias, Near, Place, Spot, Street
from geo.gazetteer.grid import Grid
from geo.gazetteer.houses import Houses
from geo.gazetteer.names import LEAST_LIKENESS, NameRows, Names
from geo.gazetteer.roadnames import road_number, spellings_of, street_spellings
from geo.gazetteer.rows import CrossroadRow, HouseRow, PlaceRow, PostRow, StreetRow
from geo.gazetteer.shortforms import written_out
from geo.gazetteer.texts import Texts
from geo.plane import Plane

KINDS: tuple[EntryKind, ...] = ("place", "street", "road", "alias")
# Two streets without a common node are still taken to cross where their lines come this close.
CROSSING_M = 40.0
LEAST_RADIUS_M = 15.0
MOST_POLYGONS_KEPT = 600

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, eq=False)
class LookupNames:
    """The names of places and streets in one index, with what each stands for; beside them those that people added."""

    names: Names
    owners: array[int]
    added: LookupNames | None = None

    def _entries(self, names: Sequence[int]) -> tuple[Entry, ...]:
        owners = self.owners
        found = dict.fromkeys([owners[name] for name in names])
        return tuple([Entry(KINDS[owner & 3], owner >> 2) for owner in found])

    def scan(self, words: Sequence[str], alone: Container[int] | None = None) -> list[Hit]:
        """The longest exact name at every word that begins one, also written in one word. Hits may overlap.

        `alone`: the places where one word may be a name by itself (None: everywhere).
        """
        hits = [Hit(start, end, self._entries(names)) for start, end, names in self.names.scan(words, alone)]
        if self.added is None:
            return hits
        # One name of both is one hit, with everything it stands for.
        found = {(hit.start, hit.end): hit for hit in hits}
        for hit in self.added.scan(words, alone):
            known = found.get((hit.start, hit.end))
            found[hit.start, hit.end] = hit if known is None else hit._replace(entries=known.entries + hit.entries)
        return list(found.values())

    def near(
        self, words: Sequence[str], start: int, longest: int = 8, least: int = 1, likeness: float = LEAST_LIKENESS
    ) -> list[Near]:
        """Names like the words from `start` on, `least` to `longest` of them; best first, bounded work."""
        best: dict[int, Near] = {}
        for found in self.names.near(words, start, longest, least, likeness):
            owner = self.owners[found.name]
            best.setdefault(owner, Near(found.start, found.end, Entry(KINDS[owner & 3], owner >> 2), found.likeness))
        if self.added is None:
            return list(best.values())
        both = [*best.values(), *self.added.near(words, start, longest, least, likeness)]
        return sorted(both, key=lambda one: (-one.likeness, one.start - one.end))

    def beginning(self, words: Sequence[str], most: int = 8) -> list[Entry]:
        """What may be meant by words still being typed: each begins a word of the name, in any order."""
        found = list(self._entries(self.names.beginning(words, 4 * most)))[:most]
        # What people added goes first, and never fills the list.
        added = self.added.beginning(words, max(1, most // 4)) if self.added is not None else []
        return [*added, *found][:most]


@dataclass(frozen=True, eq=False)
class Gazetteer:
    """Everything known by name at one moment. `versions` names what it was read from, source by source."""

    versions: Mapping[str, str]
    attribution: tuple[str, ...]
    plane: Plane
    names: LookupNames
    aliases: Mapping[int, LookupNames]
    alias_rows: tuple[LearntAlias, ...]
    # Places, by number; from `source_places` on those that people added.
    source_places: int
    place_ids: array[int]
    place_names: Texts
    place_kinds: tuple[str, ...]
    place_kind_numbers: Array
    place_sources: tuple[str, ...]
    place_source_numbers: Array
    place_lonlat: Array
    place_radii: Array
    place_shapes: Mapping[int, BaseGeometry]
    place_grid: Grid
    shape_tree: STRtree
    shape_numbers: Array
    # Streets, by number; the lines of street n are [line_starts[n], line_starts[n + 1]).
    streets: tuple[Street, ...]
    street_middles: Array  # lon, lat, metres to the farther end
    lines: Array
    line_starts: array[int]
    line_tree: STRtree
    houses: Houses
    posts: Mapping[int, tuple[tuple[float, float, float], ...]]
    crossing_keys: array[int]
    crossing_rows: Array
    _flat_polygons: dict[int, tuple[BaseGeometry, BaseGeometry]]

    @cached_property
    def version(self) -> str:
        """Twelve digits that change when anything it was read from does."""
        text = " ".join(f"{name}:{token}" for name, token in sorted(self.versions.items()))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    # --- names -----------------------------------------------------------------------------------------------------

    def scan(self, words: Sequence[str], exercise: int = 0, alone: Container[int] | None = None) -> list[Hit]:
        """`names.scan` with the aliases learnt in this exercise (0: live) beside the names, those wherever they are."""
        hits = self.names.scan(words, alone)
        learnt = self.aliases.get(exercise)
        return hits + learnt.scan(words) if learnt is not None else hits

    def alias(self, number: int) -> LearntAlias:
        return self.alias_rows[number]

    def label(self, entry: Entry) -> str:
        """The name to be shown."""
        if entry.kind == "place":
            return self.place_names[entry.number]
        return self.alias_rows[entry.number].phrase if entry.kind == "alias" else self.streets[entry.number].name

    # --- places ----------------------------------------------------------------------------------------------------

    def place(self, number: int) -> Place:
        lon, lat = self.place_lonlat[number].tolist()
        shape = self.place_shapes.get(number)
        extent = "point" if shape is None else "line" if "Line" in shape.geom_type else "area"
        return Place(
            number,
            self.place_ids[number],
            self.place_names[number],
            self.place_kinds[self.place_kind_numbers[number]],
            lon,
            lat,
            float(self.place_radii[number]),
            extent,
            self.place_sources[self.place_source_numbers[number]],
        )

    def place_distance(self, number: int, lon: float, lat: float) -> float:
        """Metres from a point to the place's point, line or area; 0 inside an area."""
        here = self._point(lon, lat)
        shape = self.place_shapes.get(number)
        return float((shape if shape is not None else self._point(*self.place_lonlat[number].tolist())).distance(here))

    def place_holds(self, number: int, lon: float, lat: float) -> bool:
        """Whether the point lies in the place's area; False for points and lines."""
        shape = self.place_shapes.get(number)
        return shape is not None and shape.area > 0 and bool(shape.covers(self._point(lon, lat)))

    def nearest_places(self, lon: float, lat: float, within_m: float, most: int) -> list[tuple[float, int]]:
        """(metres, number) of the nearest places, those whose area holds the point first."""
        here = self._point(lon, lat)
        found = {
            number: distance
            for distance, number in self.place_grid.near(here.x, here.y, within_m)
            if number not in self.place_shapes
        }
        for position in self.shape_tree.query(here, predicate="dwithin", distance=within_m).tolist():
            number = int(self.shape_numbers[position])
            found[number] = float(self.place_shapes[number].distance(here))
        return sorted((distance, number) for number, distance in found.items())[:most]

    # --- streets ---------------------------------------------------------------------------------------------------

    def street(self, number: int) -> Street:
        return self.streets[number]

    def lines_of(self, street: int) -> list[LineString]:
        """The street's pieces on the plane."""
        return list(self.lines[self.line_starts[street] : self.line_starts[street + 1]])

    def whole(self, street: int) -> Spot:
        """The street's middle; its radius reaches both ends."""
        lon, lat, radius = self.street_middles[street].tolist()
        return Spot(lon, lat, radius, "street")

    def stretch(self, street: int, polygon: BaseGeometry) -> Spot | None:
        """The part of a street inside a polygon in degrees; None when there is none."""
        flat = self._flat(polygon)
        inside = [flat.intersection(line) for line in self.lines_of(street) if flat.intersects(line)]
        parts = [part for part in shapely.get_parts(inside) if part.geom_type == "LineString" and part.length > 0]
        return Spot(*_middle(self.plane, parts), "street_in_area") if parts else None

    def along(self, street: int, lon: float, lat: float) -> float:
        """Metres from a point to the street."""
        here = self._point(lon, lat)
        return float(min(line.distance(here) for line in self.lines_of(street)))

    def nearest_street(self, lon: float, lat: float, within_m: float = 150.0) -> tuple[int, float] | None:
        """(number, metres) of the nearest street; where a numbered road runs along it, the street goes first."""
        here = self._point(lon, lat)
        found = self.line_tree.query(here, predicate="dwithin", distance=within_m).tolist()
        near = []
        for position in found:
            number = int(np.searchsorted(self.line_starts, position, side="right")) - 1
            near.append((round(float(self.lines[position].distance(here)), 1), self.streets[number].is_road, number))
        best = min(near, default=None)
        return (best[2], best[0]) if best is not None else None

    def house(self, street: int, number: str) -> Spot | None:
        """Where a house number is: known, at its alley, between its neighbours, or a little beyond the last."""
        known = self.houses.of(self.streets[street].id)
        wanted = linear.split_number(number)
        if not known or wanted is None:
            return None
        return self._spot(linear.house(known, wanted, self.lines_of(street)))

    def kilometre(self, street: int, km: float) -> Spot | None:
        """Where a kilometre of a numbered road is, from its posts."""
        posts = self.posts.get(street)
        return self._spot(linear.kilometre(posts, km, self.lines_of(street))) if posts and math.isfinite(km) else None

    def crossings(self, one: int, other: int) -> list[Crossing]:
        """Where two streets meet: at common nodes, or else where their lines come close. Empty when they do not."""
        low, high = min(one, other), max(one, other)
        key = low * len(self.streets) + high
        place = bisect_left(self.crossing_keys, key)
        found = []
        while place < len(self.crossing_keys) and self.crossing_keys[place] == key:
            lon, lat, radius, arms = self.crossing_rows[place].tolist()
            found.append(Crossing(lon, lat, radius, int(arms), True))
            place += 1
        return found or self._close_crossings(low, high)

    def _close_crossings(self, one: int, other: int) -> list[Crossing]:
        if one == other:
            return []
        first, second = shapely.MultiLineString(self.lines_of(one)), shapely.MultiLineString(self.lines_of(other))
        if first.distance(second) > CROSSING_M:
            return []
        # Streets that run beside each other are not told to cross somewhere along the way.
        close = first.intersection(second.buffer(CROSSING_M))
        if close.length > 10 * CROSSING_M:
            return []
        point = first.interpolate(first.project(close.centroid)) if not close.is_empty else close.centroid
        lon, lat = self.plane.degrees(point.x, point.y)
        return [Crossing(lon, lat, CROSSING_M, 0, False)]

    def between(self, one: tuple[float, float], other: tuple[float, float]) -> Spot:
        """The middle between two points (lon, lat), reaching a little less than to either."""
        first, second = self._point(*one), self._point(*other)
        lon, lat = self.plane.degrees((first.x + second.x) / 2, (first.y + second.y) / 2)
        return Spot(lon, lat, max(0.45 * float(first.distance(second)), LEAST_RADIUS_M), "between")

    def between_on(self, street: int, one: tuple[float, float], other: tuple[float, float]) -> Spot | None:
        """The middle of the way along a street between two points by it; None when the street does not join them."""
        way = linear.path_between(self.lines_of(street), self._point(*one), self._point(*other))
        if way is None or way.geom_type != "LineString":
            return None
        point = way.interpolate(0.5, normalized=True)
        lon, lat = self.plane.degrees(point.x, point.y)
        return Spot(lon, lat, max(way.length / 2, LEAST_RADIUS_M), "between")

    # --- plane -----------------------------------------------------------------------------------------------------

    def _point(self, lon: float, lat: float) -> Point:
        return Point(self.plane.point(lon, lat))

    def _flat(self, polygon: BaseGeometry) -> BaseGeometry:
        # The same few hundred wards are asked for again and again; the polygon is kept, so its id stays its own.
        kept = self._flat_polygons.get(id(polygon))
        if kept is None:
            if len(self._flat_polygons) >= MOST_POLYGONS_KEPT:
                self._flat_polygons.clear()
            flat = self.plane.metres(polygon)
            shapely.prepare(flat)
            kept = self._flat_polygons[id(polygon)] = (polygon, flat)
        return kept[1]

    def _spot(self, found: linear.OnLine | None) -> Spot | None:
        if found is None:
            return None
        lon, lat = self.plane.degrees(found.east, found.north)
        return Spot(lon, lat, round(found.radius_m, 1), found.how)


def build(
    *,
    places: Iterable[PlaceRow] = (),
    streets: Iterable[StreetRow] = (),
    houses: Iterable[HouseRow] = (),
    crossroads: Iterable[CrossroadRow] = (),
    posts: Iterable[PostRow] = (),
    versions: Mapping[str, str] | None = None,
    attribution: Sequence[str] = (),
    middle: tuple[float, float],
) -> Gazetteer:
    """A gazetteer from rows; `middle` (lon, lat) is where its plane touches the ground."""
    plane = Plane(*middle)
    rows = NameRows()
    owners = array("i")

    def name(kind: int, number: int, words: tuple[str, ...]) -> None:
        if words:
            rows.add(words)
            owners.append(number << 2 | kind)

    ids, names, lonlat, radii = array("q"), Texts(), array("d"), array("f")
    kinds: dict[str, int] = {}
    sources: dict[str, int] = {}
    kind_numbers, source_numbers = array("H"), array("H")
    shapes: dict[int, BaseGeometry] = {}
    for number, place in enumerate(places):
        ids.append(place.id)
        names.add(place.name)
        lonlat.extend((place.lon, place.lat))
        radii.append(place.radius_m)
        kind_numbers.append(kinds.setdefault(place.kind, len(kinds)))
        source_numbers.append(sources.setdefault(place.source, len(sources)))
        if place.shape is not None:
            shapes[number] = place.shape
        for words in dict.fromkeys(
            [written_out(place.folded.split()), *(written_out(fold_name(other).split()) for other in place.other_names)]
        ):
            name(0, number, words)
    points = np.frombuffer(lonlat, dtype=np.float64).reshape(-1, 2) if lonlat else np.empty((0, 2))
    flat_points = plane.metres(shapely.points(points)) if len(points) else np.empty(0, object)
    flat = shapely.get_coordinates(flat_points).astype(np.float32).reshape(-1, 2)
    del flat_points
    shape_numbers = np.fromiter(shapes, np.int32, len(shapes))
    flat_shapes = _flattened(plane, list(shapes.values()))

    street_list, middles, line_parts, line_starts = [], array("d"), [], array("i", [0])
    known_houses, post_rows = Houses(houses, plane), _by_street(posts)
    numbers: dict[int, int] = {}
    for number, street in enumerate(streets):
        numbers[street.id] = number
        lines = _flattened(plane, list(shapely.get_parts(street.lines)))
        line_parts += lines
        line_starts.append(len(line_parts))
        middles.extend(_middle(plane, lines))
        point = max(lines, key=lambda line: line.length).interpolate(0.5, normalized=True)
        street_list.append(
            Street(
                number,
                street.id,
                street.name,
                street.ref,
                street.kind,
                float(sum(line.length for line in lines)),
                *plane.degrees(point.x, point.y),
                street.is_road,
                street.id in known_houses,
                street.id in post_rows,
            )
        )
        road = road_number(street.name) if street.is_road else None
        spellings = spellings_of(road) if road is not None else street_spellings((street.name, *street.other_names))
        for words in spellings:
            name(2 if street.is_road else 1, number, words)
    line_array = np.empty(len(line_parts), dtype=object)
    line_array[:] = line_parts
    keys, crossing_rows = _crossings(crossroads, numbers)
    return Gazetteer(
        versions=dict(versions or {}),
        attribution=tuple(attribution),
        plane=plane,
        names=LookupNames(Names(rows), owners),
        aliases={},
        alias_rows=(),
        source_places=len(ids),
        place_ids=ids,
        place_names=names,
        place_kinds=tuple(kinds),
        place_kind_numbers=np.frombuffer(kind_numbers, np.uint16) if kind_numbers else np.empty(0, np.uint16),
        place_sources=tuple(sources),
        place_source_numbers=np.frombuffer(source_numbers, np.uint16) if source_numbers else np.empty(0, np.uint16),
        place_lonlat=points,
        place_radii=np.frombuffer(radii, np.float32) if radii else np.empty(0, np.float32),
        place_shapes=dict(zip(shapes, flat_shapes, strict=True)),
        place_grid=Grid(flat[:, 0], flat[:, 1]),
        shape_tree=STRtree(flat_shapes),
        shape_numbers=shape_numbers,
        streets=tuple(street_list),
        street_middles=np.frombuffer(middles, np.float64).reshape(-1, 3) if middles else np.empty((0, 3)),
        lines=line_array,
        line_starts=line_starts,
        line_tree=STRtree(line_array),
        houses=known_houses,
        posts={
            numbers[street_id]: tuple(sorted((row.km, *plane.point(row.lon, row.lat)) for row in found))
            for street_id, found in post_rows.items()
            if street_id in numbers
        },
        crossing_keys=keys,
        crossing_rows=crossing_rows,
        _flat_polygons={},
    )


def _flattened(plane: Plane, shapes: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    return [plane.metres(shape) for shape in shapes]


def _middle(plane: Plane, lines: Sequence[LineString]) -> tuple[float, float, float]:
    """(lon, lat, metres to the farthest end) of the point of lines that lies nearest to their middle."""
    if len(lines) == 1:
        point = lines[0].interpolate(0.5, normalized=True)
    else:
        middle = shapely.MultiLineString(lines).centroid
        nearest = min(lines, key=lambda line: line.distance(middle))
        point = nearest.interpolate(nearest.project(middle))
    radius = max(float(shapely.hausdorff_distance(point, line)) for line in lines)
    lon, lat = plane.degrees(point.x, point.y)
    return lon, lat, round(max(radius, LEAST_RADIUS_M), 1)


def _by_street(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.street_id, []).append(row)
    return found


def _crossings(rows: Iterable[CrossroadRow], numbers: Mapping[int, int]) -> tuple[array[int], Array]:
    found = []
    for row in rows:
        one, other = numbers.get(row.first_id), numbers.get(row.second_id)
        if one is not None and other is not None:
            key = min(one, other) * len(numbers) + max(one, other)
            found.append((key, (row.lon, row.lat, row.radius_m, row.arms)))
    found.sort()
    return array("q", [key for key, _row in found]), np.array([row for _key, row in found]).reshape(-1, 4)
