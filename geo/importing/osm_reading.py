"""Reads an OpenStreetMap file (.osm, .osm.gz, .osm.bz2, .osm.pbf) with osmium; what its objects mean is elsewhere.

Two passes: the first gives ways of streets, named things, house numbers and kilometre posts with their positions;
the second counts how many roads leave each node that streets share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import osmium
import shapely
from shapely.geometry.base import BaseGeometry

SUFFIXES = (".osm", ".osm.pbf", ".pbf", ".osm.gz", ".osm.bz2")
# Footways cross everything and are no streets; construction and proposals are not there yet.
NOT_STREETS = frozenset(
    {"construction", "proposed", "platform", "bus_stop", "rest_area", "services", "elevator", "corridor", "steps"}
)
NAME_KEYS = ("name:vi", "alt_name", "old_name", "official_name", "short_name", "loc_name", "name:en", "alt_name:vi")


class UnreadableOsm(ValueError):
    """The file cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class RoadWay:
    """A way of a street: nodes with positions in degrees."""

    number: int
    name: str
    other_names: tuple[str, ...]
    ref: str
    kind: str
    is_roundabout: bool
    nodes: tuple[int, ...]
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Thing:
    """A node, way or area with tags, and its shape in degrees."""

    key: str
    tags: Mapping[str, str]
    shape: BaseGeometry


@dataclass(slots=True)
class OsmFile:
    """What was read. `left_out` counts by reason what could not be used."""

    ways: list[RoadWay] = field(default_factory=list)
    roundabouts: list[RoadWay] = field(default_factory=list)
    things: list[Thing] = field(default_factory=list)
    houses: list[Thing] = field(default_factory=list)
    posts: list[Thing] = field(default_factory=list)
    arms: dict[int, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)

    def leave_out(self, reason: str) -> None:
        self.left_out[reason] = self.left_out.get(reason, 0) + 1


def read_osm(path: Path, *, wanted: Callable[[BaseGeometry], bool] = lambda _shape: True) -> OsmFile:
    """Everything of use in a file whose shape is `wanted`. Raises UnreadableOsm."""
    if not path.is_file():
        raise UnreadableOsm(f"{path} does not exist")
    if not path.name.lower().endswith(SUFFIXES):
        raise UnreadableOsm(f"{path.name}: not an OpenStreetMap file; it should end in .osm.pbf or .osm")
    found = OsmFile()
    try:
        _first_pass(path, found, wanted)
        shared = _shared_nodes(found)
        _second_pass(path, found, shared)
    except (RuntimeError, ValueError) as error:
        # osmium names the line of XML and the block of PBF.
        raise UnreadableOsm(f"{path.name} cannot be read as OpenStreetMap data: {error}") from error
    return found


def _first_pass(path: Path, found: OsmFile, wanted: Callable[[BaseGeometry], bool]) -> None:
    processor = (
        osmium.FileProcessor(str(path))
        .with_locations()
        .with_areas(osmium.filter.KeyFilter("name", "addr:housenumber"))
        .with_filter(osmium.filter.KeyFilter("name", "ref", "addr:housenumber", "junction", "bridge:name", "highway"))
    )
    for thing in processor:
        tags = {tag.k: tag.v for tag in thing.tags}
        if isinstance(thing, osmium.osm.Way):
            _read_way(thing, tags, found, wanted)
        elif isinstance(thing, osmium.osm.Area):
            _read_area(thing, tags, found, wanted)
        elif isinstance(thing, osmium.osm.Node):
            point = shapely.Point(thing.location.lon, thing.location.lat)
            if wanted(point):
                _sort_in(Thing(f"n{thing.id}", tags, point), found)


def _read_way(way: Any, tags: Mapping[str, str], found: OsmFile, wanted: Callable[[BaseGeometry], bool]) -> None:
    highway = tags.get("highway", "")
    is_street = bool(highway) and highway not in NOT_STREETS and tags.get("area") != "yes"
    is_roundabout = is_street and tags.get("junction") in {"roundabout", "circular"}
    if not is_street and (way.is_closed() or not tags.get("name")):
        # Closed ways come again, as areas.
        return
    if is_street and not (tags.get("name") or tags.get("ref") or is_roundabout):
        return
    known = [(node.ref, (node.lon, node.lat)) for node in way.nodes if node.location.valid()]
    if len(known) < len(way.nodes):
        found.leave_out("nodes that the file does not hold")
    if len(known) < 2:
        return
    line = shapely.LineString([point for _ref, point in known])
    if not wanted(line):
        return
    if not is_street:
        _sort_in(Thing(f"w{way.id}", tags, line), found)
        return
    road = RoadWay(
        way.id,
        clean_name(tags.get("name", "")),
        other_names(tags),
        tags.get("ref", ""),
        highway,
        is_roundabout,
        tuple(ref for ref, _point in known),
        tuple(point for _ref, point in known),
    )
    if is_roundabout:
        found.roundabouts.append(road)
        if road.name:
            found.things.append(Thing(f"w{way.id}", tags, shapely.Polygon(line.coords) if len(known) > 3 else line))
    else:
        found.ways.append(road)
        if tags.get("bridge:name"):
            bridge = {**tags, "name": tags["bridge:name"], "man_made": "bridge"}
            found.things.append(Thing(f"w{way.id}", bridge, line))


def _read_area(area: Any, tags: Mapping[str, str], found: OsmFile, wanted: Callable[[BaseGeometry], bool]) -> None:
    if tags.get("highway") and tags.get("area") != "yes":
        return
    try:
        shape = shapely.from_wkb(osmium.geom.WKBFactory().create_multipolygon(area))
    except RuntimeError:
        found.leave_out("areas whose border is not closed")
        return
    if shape.is_empty or not wanted(shape):
        return
    key = f"{'w' if area.from_way() else 'r'}{area.orig_id()}"
    _sort_in(Thing(key, tags, shape), found)


def _sort_in(thing: Thing, found: OsmFile) -> None:
    if thing.tags.get("highway") == "milestone":
        found.posts.append(thing)
        return
    if thing.tags.get("addr:housenumber"):
        found.houses.append(thing)
    if thing.tags.get("name"):
        found.things.append(thing)


def clean_name(text: str) -> str:
    return " ".join(text.split())[:200]


def other_names(tags: Mapping[str, str]) -> tuple[str, ...]:
    """The other names an object goes by, each once; lists are separated by semicolons."""
    names = [clean_name(part) for key in NAME_KEYS for part in tags.get(key, "").split(";")]
    own = clean_name(tags.get("name", ""))
    return tuple(dict.fromkeys(name for name in names if name and name != own))


def _shared_nodes(found: OsmFile) -> set[int]:
    """Nodes that two ways of streets have in common, or a street and a roundabout."""
    seen: set[int] = set()
    shared: set[int] = set()
    for way in (*found.ways, *found.roundabouts):
        for node in set(way.nodes):
            (shared if node in seen else seen).add(node)
    return shared


def _second_pass(path: Path, found: OsmFile, shared: Iterable[int]) -> None:
    """How many roads, named or not, leave each shared node: a way that goes on counts twice."""
    arms = dict.fromkeys(shared, 0)
    if not arms:
        return
    ways = osmium.FileProcessor(str(path), osmium.osm.WAY).with_filter(osmium.filter.KeyFilter("highway"))
    for way in ways:
        if (
            not isinstance(way, osmium.osm.Way)
            or way.tags.get("highway") in NOT_STREETS
            or way.tags.get("highway") in {"footway", "path", "cycleway"}
        ):
            continue
        nodes = [node.ref for node in way.nodes]
        for place, node in enumerate(nodes):
            if node in arms:
                arms[node] += (place > 0) + (place < len(nodes) - 1)
    found.arms = arms
