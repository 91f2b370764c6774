"""From ways to streets, numbered roads, crossroads, house numbers and kilometre posts. Pure: no file, no database."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import shapely
from shapely import LineString, MultiLineString, STRtree

from geo.folding import fold_name
from geo.gazetteer.roadnames import bare_street, road_number, road_numbers
from geo.importing.osm_reading import OsmFile, RoadWay, Thing
from geo.importing.rows import NewCrossroad, NewHouse, NewPost, NewStreet
from geo.plane import Plane

# Pieces of one name this close together are one street; farther apart they are two streets of that name.
SAME_STREET_M = 400.0
# Nodes that a pair of streets shares within this are one crossroads: the carriageways of a wide road.
SAME_CROSSROADS_M = 60.0
# A house stands this close to the street of its address, a kilometre post this close to its road.
HOUSE_TO_STREET_M = 500.0
POST_TO_ROAD_M = 60.0
LEAST_RADIUS_M = 15.0
HOUSE_NUMBER = re.compile(r"^\D{0,12}\d{1,5}\s?[A-Za-z]?(?:[/\-]\d{1,5}\s?[A-Za-z]?){0,5}$")
_KM = re.compile(r"(?:km|h)?\s*(\d{1,4})(?:\s*[+]\s*(\d{1,3})|[.,](\d{1,3}))?\s*(?:km)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Group:
    """A street being made: the ways it consists of."""

    street: NewStreet
    ways: tuple[RoadWay, ...]
    flat: MultiLineString


def group_streets(ways: Sequence[RoadWay], plane: Plane) -> list[Group]:
    """One street for each name and neighbourhood, and one numbered road for each number."""
    by_name: dict[str, list[RoadWay]] = {}
    by_road: dict[str, list[RoadWay]] = {}
    signs: dict[str, str] = {}
    for way in ways:
        numbers = {one.code: one.name for one in road_numbers(way.ref)}
        named = road_number(way.name) if way.name else None
        if named is not None:
            numbers.setdefault(named.code, named.name)
        elif way.name:
            by_name.setdefault(" ".join(bare_street(fold_name(way.name).split())), []).append(way)
        for code, sign in numbers.items():
            signs[code] = sign
            by_road.setdefault(code, []).append(way)
    groups = []
    for name, members in by_name.items():
        if name:
            groups += [_group(part, plane) for part in _neighbourhoods(members, plane)]
    groups += [_group(members, plane, code=code, sign=signs[code]) for code, members in by_road.items()]
    return sorted(groups, key=lambda group: group.street.key)


def _neighbourhoods(ways: Sequence[RoadWay], plane: Plane) -> list[list[RoadWay]]:
    """The ways in groups, each connected by steps of at most SAME_STREET_M."""
    lines = [plane.metres(LineString(way.points)) for way in ways]
    leader = list(range(len(ways)))

    def lead(number: int) -> int:
        while leader[number] != number:
            leader[number] = leader[leader[number]]
            number = leader[number]
        return number

    near = STRtree(lines).query(lines, predicate="dwithin", distance=SAME_STREET_M)
    for one, other in zip(*near.tolist(), strict=True):
        leader[lead(one)] = lead(other)
    groups: dict[int, list[RoadWay]] = {}
    for number, way in enumerate(ways):
        groups.setdefault(lead(number), []).append(way)
    return list(groups.values())


def _group(ways: Sequence[RoadWay], plane: Plane, *, code: str = "", sign: str = "") -> Group:
    # Joined at every node that pieces share, so that a piece goes on from one fork to the next.
    lines = shapely.line_merge(shapely.union_all([LineString(way.points) for way in ways]))
    lines = lines if lines.geom_type == "MultiLineString" else MultiLineString([lines])
    flat = plane.metres(lines)
    longest = max(ways, key=lambda way: (len(way.points), way.number))
    name = sign or longest.name
    others = [other for way in ways for other in ((way.name, *way.other_names) if sign else way.other_names)]
    # A road is found by its number only: the streets it passes through keep their names to themselves.
    known = () if sign else tuple(dict.fromkeys(other for other in others if other and other != name))
    refs = [one.name for way in ways for one in road_numbers(way.ref)]
    street = NewStreet(
        key=code or f"w{min(way.number for way in ways)}",
        name=name,
        lines=lines,
        length_m=float(flat.length),
        kind=longest.kind[:40],
        ref=sign or ";".join(dict.fromkeys(refs))[:60],
        is_road=bool(sign),
        other_names=known[:10],
    )
    return Group(street, tuple(ways), flat)


def find_crossroads(
    groups: Sequence[Group], roundabouts: Sequence[RoadWay], arms: Mapping[int, int], plane: Plane
) -> list[NewCrossroad]:
    """Where streets share a node or meet at a roundabout."""
    at_node: dict[int, set[int]] = {}
    points: dict[int, tuple[float, float]] = {}
    for number, group in enumerate(groups):
        for way in group.ways:
            for node, point in zip(way.nodes, way.points, strict=True):
                at_node.setdefault(node, set()).add(number)
                points[node] = point
    met: dict[tuple[int, int], list[tuple[float, float, int, float]]] = {}
    for node, streets in at_node.items():
        if len(streets) > 1:
            east, north = plane.point(*points[node])
            for pair in _pairs(streets, groups):
                met.setdefault(pair, []).append((east, north, arms.get(node, 0), 0.0))
    for ring in roundabouts:
        on_ring = set().union(*(at_node.get(node, set()) for node in ring.nodes))
        middle = plane.metres(LineString(ring.points)).centroid
        radius = max(math.dist(plane.point(*point), (middle.x, middle.y)) for point in ring.points)
        leaving = sum(max(arms.get(node, 0) - 2, 0) for node in set(ring.nodes))
        for pair in _pairs(on_ring, groups):
            met.setdefault(pair, []).append((middle.x, middle.y, leaving, radius))
    found = []
    for (one, other), nodes in sorted(met.items()):
        for cluster in _clusters(nodes):
            east = sum(node[0] for node in cluster) / len(cluster)
            north = sum(node[1] for node in cluster) / len(cluster)
            radius = max(max(math.dist((east, north), node[:2]), node[3]) for node in cluster)
            lon, lat = plane.degrees(east, north)
            found.append(
                NewCrossroad(
                    groups[one].street.key,
                    groups[other].street.key,
                    round(lon, 7),
                    round(lat, 7),
                    round(max(radius, LEAST_RADIUS_M), 1),
                    max(node[2] for node in cluster),
                )
            )
    return found


def _pairs(streets: Iterable[int], groups: Sequence[Group]) -> list[tuple[int, int]]:
    """Each two of the streets, but not a numbered road with a street that runs along it there."""
    ordered = sorted(streets)
    return [
        (one, other)
        for place, one in enumerate(ordered)
        for other in ordered[place + 1 :]
        if not (groups[one].street.is_road or groups[other].street.is_road)
        or not {way.number for way in groups[one].ways} & {way.number for way in groups[other].ways}
    ]


def _clusters(nodes: Sequence[tuple[float, float, int, float]]) -> list[list[tuple[float, float, int, float]]]:
    clusters: list[list[tuple[float, float, int, float]]] = []
    for node in nodes:
        near = [
            cluster
            for cluster in clusters
            if any(math.dist(node[:2], other[:2]) <= SAME_CROSSROADS_M + max(node[3], other[3]) for other in cluster)
        ]
        joined = [node, *(other for cluster in near for other in cluster)]
        clusters = [cluster for cluster in clusters if cluster not in near] + [joined]
    return clusters


def find_houses(things: Sequence[Thing], groups: Sequence[Group], plane: Plane, file: OsmFile) -> list[NewHouse]:
    """Each house number on the street its address names, the nearest of that name."""
    by_name: dict[str, list[Group]] = {}
    for group in groups:
        for name in {group.street.name, *group.street.other_names}:
            by_name.setdefault(_street_key(name), []).append(group)
    found: dict[tuple[str, str], NewHouse] = {}
    for thing in things:
        named = by_name.get(_street_key(thing.tags.get("addr:street", "")), [])
        point = thing.shape.representative_point()
        flat = plane.metres(point)
        near = min(((group.flat.distance(flat), group.street.key) for group in named), default=(math.inf, ""))
        if near[0] > HOUSE_TO_STREET_M:
            file.leave_out("house numbers without a street of theirs near by")
            continue
        for number in re.split(r"[;,]", thing.tags["addr:housenumber"]):
            number = " ".join(number.split())
            if not HOUSE_NUMBER.match(number):
                file.leave_out("house numbers that are none")
                continue
            house = NewHouse(near[1], number[:40], round(point.x, 7), round(point.y, 7))
            found.setdefault((house.street_key, fold_name(number)), house)
    return list(found.values())


def _street_key(name: str) -> str:
    number = road_number(name)
    return number.code if number is not None else " ".join(bare_street(fold_name(name).split()))


def find_posts(things: Sequence[Thing], groups: Sequence[Group], plane: Plane, file: OsmFile) -> list[NewPost]:
    """Each kilometre post on the numbered road its tags name, or else on the one it stands at."""
    roads = [group for group in groups if group.street.is_road]
    found: dict[tuple[str, float], NewPost] = {}
    for thing in things:
        km = kilometre_of(thing.tags)
        named = {
            one.code for one in road_numbers(";".join(thing.tags.get(key, "") for key in ("ref", "road:ref", "name")))
        }
        point = thing.shape.representative_point()
        flat = plane.metres(point)
        near = sorted(
            (group.flat.distance(flat), group.street.key) for group in roads if not named or group.street.key in named
        )
        if km is None or not near or near[0][0] > POST_TO_ROAD_M:
            file.leave_out("kilometre posts without a number or a road")
            continue
        post = NewPost(near[0][1], km, round(point.x, 7), round(point.y, 7))
        found.setdefault((post.street_key, post.km), post)
    return list(found.values())


def kilometre_of(tags: Mapping[str, str]) -> float | None:
    """The kilometre on a post: distance=12.3, pk=12+300, name="Km 12"."""
    for key in ("distance", "pk", "milestone", "railway:position", "name", "ref"):
        text = tags.get(key, "")
        # A road's own number stands in front on some posts: "QL13 Km12".
        text = re.sub(r"^.*?(?=km)", "", text, flags=re.IGNORECASE) if "km" in text.lower()[1:] else text
        match = _KM.fullmatch(text.strip())
        if match is not None:
            metres = match[2].ljust(3, "0") if match[2] else (match[3] or "").ljust(3, "0") or "0"
            return int(match[1]) + int(metres) / 1000
    return None
