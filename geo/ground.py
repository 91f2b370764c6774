"""Our own streets and places as vector tiles: a basemap without another host, from the gazetteer in force.

The gazetteer holds the lines in a tree of this process, so PostGIS and SpatiaLite give the same tiles, and an address
with its version never changes what it holds.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from typing import Any

import mapbox_vector_tile
import numpy as np
import shapely

from geo.gazetteer.answers import Street
from geo.gazetteer.index import gazetteer
from geo.gazetteer.lookups import Gazetteer
from geo.tiles import EXTENT, Tile

FIRST_ZOOM, LAST_ZOOM = 8, 15
# The longest streets and first places go in: more makes a browser slow and no map clearer.
MOST_STREETS, MOST_PLACES = 1_500, 300
PLACES_FROM = 14
# From which zoom a kind of street is drawn; numbered roads from the first.
_FROM = {
    "motorway": 8, "trunk": 8, "primary": 9, "secondary": 10, "tertiary": 11, "unclassified": 12, "residential": 13,
}  # fmt: skip
_SMALLEST = 14
# Beyond the tile's edge, so that a line's end is not seen: parts of EXTENT.
_MARGIN = 64
_BIG = {"motorway", "trunk", "primary"}


def ground_version() -> str:
    """The version of what would be drawn; "" while no street and no place is known."""
    known = gazetteer()
    return known.version if len(known.streets) or len(known.place_ids) else ""


def ground_tile(version: str, tile: Tile) -> bytes | None:
    """A tile of this version; None when another one is in force, empty bytes when nothing lies there.

    Layers: `streets` (name, ref, size: 1 big, 2 middle, 3 small) and, from zoom 14 on, `places` (name, kind).
    """
    known = gazetteer()
    return _tile(known.version, tile) if version == known.version else None


@lru_cache(maxsize=2_000)
def _tile(version: str, tile: Tile) -> bytes:
    known = gazetteer()
    west, south, east, north = tile.box
    reach = (east - west) * _MARGIN / EXTENT
    box = shapely.box(west - reach, south - reach, east + reach, north + reach)
    layers = [{"name": "streets", "features": _streets(known, tile, box)}]
    if tile.z >= PLACES_FROM:
        layers.append({"name": "places", "features": _places(known, tile)})
    if not any(layer["features"] for layer in layers):
        return b""
    return bytes(mapbox_vector_tile.encode(layers, default_options={"y_coord_down": True, "extents": EXTENT}))


def _streets(known: Gazetteer, tile: Tile, box: shapely.Polygon) -> list[dict[str, Any]]:
    found = known.line_tree.query(known.plane.metres(box), predicate="intersects")
    by_street: dict[int, list[Any]] = {}
    for position in np.sort(found).tolist():
        number = bisect_right(known.line_starts, position) - 1
        if tile.z >= _first_zoom(known.streets[number]):
            by_street.setdefault(number, []).append(known.lines[position])
    longest = sorted(by_street, key=lambda number: (-known.streets[number].length_m, number))[:MOST_STREETS]
    features = []
    for number in sorted(longest):
        street = known.streets[number]
        lines = shapely.MultiLineString([known.plane.lonlat(line) for line in by_street[number]])
        shape = shapely.simplify(_placed(tile, shapely.intersection(lines, box)), 4.0)
        if shape.is_empty:
            continue
        named = {"name": street.name, "ref": street.ref}
        features.append({"id": street.id, "geometry": shape, "properties": {**named, "size": _size(street)}})
    return features


def _first_zoom(street: Street) -> int:
    return FIRST_ZOOM if street.is_road else _FROM.get(street.kind.removesuffix("_link"), _SMALLEST)


def _size(street: Street) -> int:
    kind = street.kind.removesuffix("_link")
    return 1 if street.is_road or kind in _BIG else 2 if kind in {"secondary", "tertiary"} else 3


def _places(known: Gazetteer, tile: Tile) -> list[dict[str, Any]]:
    west, south, east, north = tile.box
    lon, lat = known.place_lonlat[:, 0], known.place_lonlat[:, 1]
    inside = np.flatnonzero((lon >= west) & (lon < east) & (lat >= south) & (lat < north))[:MOST_PLACES]
    features = []
    for number in inside.tolist():
        x, y = tile.place(float(lon[number]), float(lat[number]))
        name = known.place_names[number]
        kind = known.place_kinds[int(known.place_kind_numbers[number])]
        features.append({"geometry": shapely.Point(x, y), "properties": {"name": name, "kind": kind}})
    return features


def _placed(tile: Tile, geometry: Any) -> Any:
    """A geometry in degrees in the tile's own units."""
    side = 1 << tile.z

    def there(points: Any) -> Any:
        sine = np.sin(np.radians(points[:, 1]))
        x = (points[:, 0] + 180) / 360
        y = 0.5 - np.log((1 + sine) / (1 - sine)) / (4 * np.pi)
        return np.round(np.column_stack([(x * side - tile.x) * EXTENT, (y * side - tile.y) * EXTENT]))

    return shapely.transform(geometry, there)
