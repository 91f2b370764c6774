"""Squares of the web map (z/x/y), and one number a point by which a database finds what lies in any of them.

A point's key weaves the bits of its column and row at KEY_ZOOM together (Morton's order): every square of every zoom
is one unbroken range of keys. So a plain index answers "what is in this square" alike on PostGIS and SpatiaLite, and
a key shifted right is the number of the larger square around it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

# 2.4 m a square at the equator; 48 bits.
KEY_ZOOM = 24
# Of one tile of a vector map, by convention.
EXTENT = 4096
# Web Mercator ends here: beyond, the map has no squares.
LIMIT_LAT = 85.051128


def project(lon: float, lat: float) -> tuple[float, float]:
    """Where a point lies on the square map of the world: 0 to 1 from the west and from the north."""
    lat = max(-LIMIT_LAT, min(LIMIT_LAT, lat))
    sine = math.sin(math.radians(lat))
    return (lon + 180) / 360, 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)


def unproject(x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude of a place on the square map."""
    return x * 360 - 180, math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y))))


def key_of(lon: float, lat: float) -> int:
    """The key of a point in degrees, WGS 84."""
    side = 1 << KEY_ZOOM
    x, y = project(lon, lat)
    return _weave(min(side - 1, max(0, int(x * side))), min(side - 1, max(0, int(y * side))))


def _weave(x: int, y: int) -> int:
    return _spread(x) | _spread(y) << 1


def _spread(value: int) -> int:
    """The bits of a number with a nought between each two."""
    for shift, mask in _STEPS:
        value = (value | value << shift) & mask
    return value


def _gather(value: int) -> int:
    """Every second bit of a number."""
    value &= _STEPS[-1][1]
    for (shift, _mask), (_shift, mask) in zip(reversed(_STEPS), [*reversed(_STEPS[:-1]), (0, 0xFFFFFFFF)], strict=True):
        value = (value | value >> shift) & mask
    return value


_STEPS = (
    (16, 0x0000FFFF0000FFFF),
    (8, 0x00FF00FF00FF00FF),
    (4, 0x0F0F0F0F0F0F0F0F),
    (2, 0x3333333333333333),
    (1, 0x5555555555555555),
)


@dataclass(frozen=True, slots=True)
class Tile:
    """One square. `x` from the west, `y` from the north."""

    z: int
    x: int
    y: int

    @classmethod
    def of(cls, z: int, x: int, y: int) -> Tile | None:
        """The square with these numbers; None when there is none."""
        return cls(z, x, y) if 0 <= z <= KEY_ZOOM and 0 <= x < 1 << z and 0 <= y < 1 << z else None

    @classmethod
    def of_number(cls, z: int, number: int) -> Tile:
        """The square of a zoom whose number is a key shifted right by `shift(z)`."""
        return cls(z, _gather(number), _gather(number >> 1))

    @property
    def keys(self) -> tuple[int, int]:
        """The keys in it: from the first up to, and without, the second."""
        number = _weave(self.x, self.y)
        return number << shift(self.z), (number + 1) << shift(self.z)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        side = 1 << self.z
        west, north = unproject(self.x / side, self.y / side)
        east, south = unproject((self.x + 1) / side, (self.y + 1) / side)
        return west, south, east, north

    def place(self, lon: float, lat: float) -> tuple[int, int]:
        """A point in the tile's own units, from its north-west corner; outside it where the point is."""
        x, y = project(lon, lat)
        side = 1 << self.z
        return round((x * side - self.x) * EXTENT), round((y * side - self.y) * EXTENT)


def shift(z: int) -> int:
    """By how many bits a key is shifted right to number the squares of a zoom."""
    return 2 * (KEY_ZOOM - z)
