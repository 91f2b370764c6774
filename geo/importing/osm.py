"""An OpenStreetMap file to rows of the gazetteer, with a report for a person."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import shapely

from geo.folding import fold_name
from geo.importing.around import around_territory
from geo.importing.osm_kinds import kind_of, radius_of
from geo.importing.osm_reading import OsmFile, Thing, UnreadableOsm, clean_name, other_names, read_osm
from geo.importing.osm_streets import find_crossroads, find_houses, find_posts, group_streets
from geo.importing.rows import Difference, NewPlace, Rows, differences
from geo.importing.shapes import point_on, reach_m
from geo.importing.sourceloading import load_source, sha256_of
from geo.models import Loading
from geo.plane import Plane

SOURCE = "osm"
LICENCE = "ODbL 1.0"
ATTRIBUTION = "© OpenStreetMap contributors (ODbL 1.0)"
SHAPE_TOLERANCE_M = 3.0

__all__ = ["OsmPlan", "UnreadableOsm", "plan_osm"]


@dataclass(frozen=True, slots=True)
class OsmPlan:
    """What importing a file would do."""

    path: Path
    rows: Rows
    left_out: dict[str, int]
    changes: list[Difference]

    @property
    def changes_nothing(self) -> bool:
        return not any(one.new or one.changed or one.gone for one in self.changes)

    def report(self) -> list[str]:
        """Lines for a person."""
        roads = sum(street.is_road for street in self.rows.streets)
        return [
            f"{self.path.name}: {len(self.rows.streets) - roads} streets, {roads} numbered roads, "
            f"{len(self.rows.crossroads)} crossroads, {len(self.rows.houses)} house numbers, "
            f"{len(self.rows.posts)} kilometre posts, {len(self.rows.places)} places",
            *(str(one) for one in self.changes),
            *(f"left out: {number} {reason}" for reason, number in sorted(self.left_out.items())),
        ]

    def load(self) -> Loading:
        return load_source(
            SOURCE,
            self.rows,
            licence=LICENCE,
            attribution=ATTRIBUTION,
            file_name=self.path.name,
            file_sha256=sha256_of(self.path),
        )


def plan_osm(path: Path) -> OsmPlan:
    """Reads a file and compares it with what is in force. Keeps what lies in the territory of any area set.

    Writes nothing. Raises UnreadableOsm.
    """
    wanted, plane = around_territory()
    file = read_osm(path, wanted=wanted)
    if not (file.ways or file.things or file.houses):
        raise UnreadableOsm(f"{path.name} holds no street and no named place inside the territory")
    plane = plane or _plane_of(file)
    groups = group_streets(file.ways, plane)
    rows = Rows(
        places=_places(file.things, plane),
        streets=[group.street for group in groups],
        houses=find_houses(file.houses, groups, plane, file),
        crossroads=find_crossroads(groups, file.roundabouts, file.arms, plane),
        posts=find_posts(file.posts, groups, plane, file),
    )
    return OsmPlan(path, rows, file.left_out, differences(SOURCE, rows))


def _plane_of(file: OsmFile) -> Plane:
    shapes = [shapely.LineString(way.points) for way in file.ways] + [thing.shape for thing in file.things]
    west, south, east, north = shapely.total_bounds(shapes)
    return Plane((west + east) / 2, (south + north) / 2)


def _places(things: list[Thing], plane: Plane) -> list[NewPlace]:
    places: dict[str, NewPlace] = {}
    for thing in things:
        kind = kind_of(thing.tags)
        name = clean_name(thing.tags.get("name", ""))
        if kind and fold_name(name):
            places.setdefault(thing.key, _place(thing, kind, name, plane))
    return sorted(places.values(), key=lambda place: place.key)


def _place(thing: Thing, kind: str, name: str, plane: Plane) -> NewPlace:
    point = point_on(thing.shape)
    is_point = point is thing.shape
    return NewPlace(
        thing.key,
        name,
        kind,
        round(point.x, 7),
        round(point.y, 7),
        radius_of(thing.tags, kind) if is_point else reach_m(thing.shape, point),
        LICENCE,
        other_names(thing.tags)[:10],
        None if is_point else plane.lonlat(plane.metres(thing.shape).simplify(SHAPE_TOLERANCE_M)),
    )
