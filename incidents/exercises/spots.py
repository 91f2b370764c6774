"""A point inside a ward, from two numbers between 0 and 1: the same numbers give the same point."""

from __future__ import annotations

import random

import shapely

from geo.index import territory


def point_in_ward(set_name: str, code: str, spot: tuple[float, float]) -> tuple[float, float] | None:
    """(lon, lat), SRID 4326, inside the ward as it is loaded now; None when the set does not have it."""
    index = territory().named(set_name)
    unit = index.units.get(code) if index is not None else None
    if unit is None:
        return None
    west, south, east, north = unit.polygon.bounds
    more = random.Random(f"{code} {spot[0]} {spot[1]}")
    u, v = spot
    for _try in range(60):
        lon, lat = west + u * (east - west), south + v * (north - south)
        if unit.polygon.contains(shapely.Point(lon, lat)):
            return round(lon, 6), round(lat, 6)
        # A step aside first, so that two spots close together stay close.
        u, v = (u + more.uniform(-0.2, 0.2)) % 1, (v + more.uniform(-0.2, 0.2)) % 1
    inside = unit.polygon.representative_point()
    return float(inside.x), float(inside.y)
