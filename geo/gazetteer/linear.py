"""Where on a line: house numbers and kilometre posts, between known ones and a little beyond. Pure, in metres."""

from __future__ import annotations

import heapq
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import shapely
from shapely import LineString, Point
from shapely.ops import substring

from geo.folding import fold_name

# Houses and posts stand this close to the line they belong to.
BESIDE_M = 80.0
# Ends of pieces this close together are joined: a bridge, a junction drawn in two parts.
JOIN_M = 40.0
KNOWN_RADIUS_M = 20.0
ALLEY_RADIUS_M = 120.0
POST_RADIUS_M = 50.0
LEAST_RADIUS_M = 15.0
# Numbers this far beyond the last known one are still placed; kilometres likewise.
MOST_BEYOND_NUMBERS = 40
MOST_BEYOND_KM = 3.0
_NUMBER = re.compile(r"(\d{1,5})([a-z]?)")


@dataclass(frozen=True, slots=True)
class OnLine:
    """A point east and north on the plane, how far off it may be, and how it was found."""

    east: float
    north: float
    radius_m: float
    how: str


@dataclass(frozen=True, slots=True)
class HouseAt:
    """A known house: number 12/5 is main 12 and rest ("5",); 12A is main 12 and rest ("a",)."""

    main: int
    rest: tuple[str, ...]
    east: float
    north: float


@lru_cache(maxsize=1_000)
def split_number(text: str) -> tuple[int, tuple[str, ...]] | None:
    """A house number as main number and the rest: "số 12A/5" is (12, ("a", "5")); None when it has no number."""
    words = fold_name(text).split()
    while words and not _NUMBER.fullmatch(words[0]):
        # "A12" and "so 12" are told by their number; letters before it name a row of houses.
        glued = re.fullmatch(r"[a-z]{1,3}(\d{1,5}[a-z]?)", words[0])
        if glued:
            words[0] = glued[1]
            break
        words = words[1:]
    if not words:
        return None
    first = _NUMBER.fullmatch(words[0])
    assert first is not None
    return int(first[1]), tuple(word for word in (first[2], *words[1:]) if word)


def house(known: Sequence[HouseAt], wanted: tuple[int, tuple[str, ...]], lines: Sequence[LineString]) -> OnLine | None:
    """Where a number is: itself, its alley's mouth, between its neighbours on its side, or a little beyond the last."""
    main, rest = wanted
    exact = [one for one in known if one.main == main and one.rest == rest]
    if exact:
        return _middle(exact, KNOWN_RADIUS_M, "house_known")
    if rest:
        # 12/5/3 is in the alley 12/5, that in the alley at 12; 12A stands beside 12.
        for length in range(len(rest) - 1, -1, -1):
            parents = [one for one in known if one.main == main and one.rest[:length] == rest[:length]]
            if parents:
                is_letter = len(rest) == 1 and rest[0].isalpha()
                return _middle(parents, 2 * KNOWN_RADIUS_M if is_letter else ALLEY_RADIUS_M, "house_parent")
    found = _between_houses(known, main, lines)
    if found is not None and rest:
        return OnLine(found.east, found.north, max(found.radius_m, ALLEY_RADIUS_M), found.how)
    return found


def _middle(houses: Sequence[HouseAt], radius_m: float, how: str) -> OnLine:
    east = sum(one.east for one in houses) / len(houses)
    north = sum(one.north for one in houses) / len(houses)
    spread = max(math.dist((east, north), (one.east, one.north)) for one in houses)
    return OnLine(east, north, radius_m + spread, how)


def _between_houses(known: Sequence[HouseAt], main: int, lines: Sequence[LineString]) -> OnLine | None:
    own_side = sorted((one for one in known if one.main % 2 == main % 2 and not one.rest), key=lambda one: one.main)
    both_sides = sorted((one for one in known if not one.rest), key=lambda one: one.main)
    for houses, sure in ((own_side, 1.0), (both_sides, 1.5)):
        below = [one for one in houses if one.main < main]
        above = [one for one in houses if one.main > main]
        if below and above:
            low, high = below[-1], above[0]
            share = (main - low.main) / (high.main - low.main)
            east, north, gap = _part_of_way(low, high, share, lines)
            return OnLine(east, north, max(KNOWN_RADIUS_M, gap / 4) * sure, "house_between")
    return _beyond_houses(own_side or both_sides, main, lines)


def _beyond_houses(houses: Sequence[HouseAt], main: int, lines: Sequence[LineString]) -> OnLine | None:
    if len(houses) < 2 or houses[0].main == houses[-1].main:
        return None
    last, inner = (houses[-1], houses[0]) if main > houses[-1].main else (houses[0], houses[-1])
    if abs(main - last.main) > MOST_BEYOND_NUMBERS:
        return None
    line = _best_line(lines, (Point(last.east, last.north), Point(inner.east, inner.north)))
    if line is None:
        return None
    here, there = (line.project(Point(one.east, one.north)) for one in (last, inner))
    step = (here - there) / (last.main - inner.main)
    along = here + step * (main - last.main)
    point = line.interpolate(min(max(along, 0.0), line.length))
    return OnLine(point.x, point.y, max(60.0, abs(along - here) / 2), "house_beyond")


def _part_of_way(low: HouseAt, high: HouseAt, share: float, lines: Sequence[LineString]) -> tuple[float, float, float]:
    """East and north at a share of the way from one house to another, on their side, and the length of the way."""
    start, end = Point(low.east, low.north), Point(high.east, high.north)
    way = path_between(lines, start, end)
    if way is None or way.length < 1.0:
        gap = start.distance(end)
        return low.east + share * (high.east - low.east), low.north + share * (high.north - low.north), gap
    aside = [_aside(way, point) for point in (start, end)]
    # Houses on one side keep their distance from the street; those on two sides meet in its middle.
    offset = (aside[0] + aside[1]) / 2
    point = way.interpolate(share, normalized=True)
    east_way, north_way = _heading(way, share * way.length)
    return point.x - north_way * offset, point.y + east_way * offset, way.length


def _heading(line: LineString, along: float) -> tuple[float, float]:
    before, after = line.interpolate(max(along - 1.0, 0.0)), line.interpolate(min(along + 1.0, line.length))
    length = before.distance(after) or 1.0
    return (after.x - before.x) / length, (after.y - before.y) / length


def _aside(line: LineString, point: Point) -> float:
    """How far a point lies to the left of a line (negative: to the right)."""
    along = line.project(point)
    foot = line.interpolate(along)
    east, north = _heading(line, along)
    return float(east * (point.y - foot.y) - north * (point.x - foot.x))


def kilometre(posts: Sequence[tuple[float, float, float]], km: float, lines: Sequence[LineString]) -> OnLine | None:
    """Where a kilometre of a road is, from its posts (km, east, north) in order of km."""
    below = [post for post in posts if post[0] <= km]
    above = [post for post in posts if post[0] >= km]
    if below and below[-1][0] == km:
        return OnLine(below[-1][1], below[-1][2], LEAST_RADIUS_M, "km_post")
    if below and above:
        low, high = below[-1], above[0]
        share = (km - low[0]) / (high[0] - low[0])
        way = path_between(lines, Point(low[1:]), Point(high[1:]))
        apart = (high[0] - low[0]) * 1000
        if way is not None and 0.5 * apart <= way.length <= 2 * apart:
            point = way.interpolate(share, normalized=True)
            # Posts stand some way off their kilometre; what the road is longer than they say comes on top.
            return OnLine(point.x, point.y, POST_RADIUS_M + abs(way.length - apart) / 2, "km_between")
        point = Point(low[1] + share * (high[1] - low[1]), low[2] + share * (high[2] - low[2]))
        foot = _foot(lines, point)
        return OnLine(foot.x, foot.y, max(150.0, 0.25 * apart), "km_between")
    return _beyond_posts(posts, km, lines)


def _beyond_posts(posts: Sequence[tuple[float, float, float]], km: float, lines: Sequence[LineString]) -> OnLine | None:
    if len(posts) < 2:
        return None
    last, inner = (posts[-1], posts[-2]) if km > posts[-1][0] else (posts[0], posts[1])
    if abs(km - last[0]) > MOST_BEYOND_KM:
        return None
    line = _best_line(lines, (Point(last[1:]), Point(inner[1:])))
    if line is None:
        return None
    here, there = line.project(Point(last[1:])), line.project(Point(inner[1:]))
    further = abs(km - last[0]) * 1000
    along = here + math.copysign(further, here - there)
    if not 0 <= along <= line.length:
        return None
    point = line.interpolate(along)
    return OnLine(point.x, point.y, max(60.0, 0.1 * further), "km_beyond")


def _best_line(lines: Sequence[LineString], points: Iterable[Point]) -> LineString | None:
    """The line that has all the points beside it, the nearest."""
    near = [(max(line.distance(point) for point in points), number) for number, line in enumerate(lines)]
    best = min(near, default=(math.inf, 0))
    return lines[best[1]] if best[0] <= BESIDE_M else None


def _foot(lines: Sequence[LineString], point: Point) -> Point:
    line = min(lines, key=lambda one: one.distance(point))
    return line.interpolate(line.project(point))


def path_between(lines: Sequence[LineString], start: Point, end: Point) -> LineString | None:
    """The shortest way along the lines from beside one point to beside another; None when they do not connect."""
    if not lines:
        return None
    straight = _best_line(lines, (start, end))
    if straight is not None:
        return substring(straight, straight.project(start), straight.project(end))
    at_start = min(range(len(lines)), key=lambda number: lines[number].distance(start))
    at_end = min(range(len(lines)), key=lambda number: lines[number].distance(end))
    if lines[at_start].distance(start) > BESIDE_M or lines[at_end].distance(end) > BESIDE_M:
        return None
    pieces = [
        *(line for number, line in enumerate(lines) if number not in {at_start, at_end}),
        *_cut(lines[at_start], lines[at_start].project(start)),
        *_cut(lines[at_end], lines[at_end].project(end)),
    ]
    return _shortest(pieces, _foot([lines[at_start]], start), _foot([lines[at_end]], end))


def _cut(line: LineString, along: float) -> list[LineString]:
    parts = [substring(line, 0.0, along), substring(line, along, line.length)]
    return [part for part in parts if part.geom_type == "LineString" and part.length > 0]


def _shortest(pieces: Sequence[LineString], start: Point, end: Point) -> LineString | None:
    """Dijkstra over the ends of the pieces; ends within JOIN_M of each other are joined, at the cost of the gap."""
    ends = [(Point(piece.coords[side]), number, side) for number, piece in enumerate(pieces) for side in (0, -1)]
    points = [end[0] for end in ends]
    tree = shapely.STRtree(points)
    goal = set(tree.query(end, predicate="dwithin", distance=1.0).tolist())
    queue: list[tuple[float, int, tuple[tuple[int, int], ...]]] = [
        (0.0, int(number), ()) for number in tree.query(start, predicate="dwithin", distance=1.0)
    ]
    seen: set[int] = set()
    while queue:
        length, here, taken = heapq.heappop(queue)
        if here in seen:
            continue
        seen.add(here)
        if here in goal:
            return _joined(pieces, taken)
        _point, number, side = ends[here]
        across = here + 1 if side == 0 else here - 1
        heapq.heappush(queue, (length + pieces[number].length, across, (*taken, (number, side))))
        for other in tree.query(points[here], predicate="dwithin", distance=JOIN_M).tolist():
            if other not in seen:
                heapq.heappush(queue, (length + points[here].distance(points[other]), other, taken))
    return None


def _joined(pieces: Sequence[LineString], taken: Iterable[tuple[int, int]]) -> LineString | None:
    coordinates: list[tuple[float, float]] = []
    for number, side in taken:
        piece = list(pieces[number].coords)
        coordinates += piece if side == 0 else piece[::-1]
    kept = coordinates[:1] + [after for before, after in pairwise(coordinates) if after != before]
    return LineString(kept) if len(kept) > 1 else None
