"""How many came in in each square, for whoever sees every incident: from the figures' columns, without a query of them.

A few seconds behind, like the figures themselves. Who sees less has it counted by SQL (history.counts_of).
"""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections import OrderedDict, defaultdict

import numpy as np
from numpy.typing import NDArray

from geo.tiles import KEY_ZOOM, LIMIT_LAT, Tile, shift
from incidents.figures.reading import KEPT_DAYS, incidents_by_day
from incidents.maps.asking import Past

_Day = tuple[uuid.UUID, NDArray[np.int64], NDArray[np.uint8]]
_lock = threading.Lock()
_days: OrderedDict[dt.date, _Day] = OrderedDict()
_GROUPS = 4


def keys_of(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int64]:
    """geo.tiles.key_of of many points."""
    side = 1 << KEY_ZOOM
    sine = np.sin(np.radians(np.clip(lat, -LIMIT_LAT, LIMIT_LAT)))
    x = np.clip((lon + 180) / 360 * side, 0, side - 1).astype(np.int64)
    y = np.clip((0.5 - np.log((1 + sine) / (1 - sine)) / (4 * np.pi)) * side, 0, side - 1).astype(np.int64)
    return _spread(x) | _spread(y) << 1


def _spread(value: NDArray[np.int64]) -> NDArray[np.int64]:
    for bits, mask in ((16, 0x0000FFFF0000FFFF), (8, 0x00FF00FF00FF00FF), (4, 0x0F0F0F0F0F0F0F0F),
                       (2, 0x3333333333333333), (1, 0x5555555555555555)):  # fmt: skip
        value = (value | value << bits) & mask
    return value


def counts_of_all(tile: Tile, past: Past, level: int) -> dict[int, dict[int, int]]:
    """{number of the square: {group: count}} of the squares of a zoom within a tile; exercises left out. Two queries at
    most, and none of them reads incidents."""
    parts = _read(past)
    if not parts:
        return {}
    keys = np.concatenate([part[1] for part in parts])
    groups = np.concatenate([part[2] for part in parts])
    first, after = tile.keys
    inside = (keys >= first) & (keys < after)
    if past.groups:
        inside &= np.isin(groups, sorted(past.groups))
    start = first >> shift(level)
    squares = (keys[inside] >> shift(level)) - start
    counted = np.bincount(squares * _GROUPS + groups[inside], minlength=0)
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for place in np.flatnonzero(counted).tolist():
        square, group = divmod(place, _GROUPS)
        found[start + square][group] = int(counted[place])
    return found


def _read(past: Past) -> list[_Day]:
    """Keys and groups of each day's incidents that have a place; kept until the day is made anew."""
    rows = incidents_by_day(past.first, past.last)
    with _lock:
        held = {day: _days[day] for day, (made, _rows) in rows.items() if day in _days and _days[day][0] == made}
    for day, (made, incidents) in rows.items():
        if day not in held:
            placed = incidents[(incidents["exercise"] == 0) & ~np.isnan(incidents["lon"])]
            held[day] = (made, keys_of(placed["lon"], placed["lat"]), placed["group"].astype(np.uint8))
    with _lock:
        _days.update(held)
        while len(_days) > KEPT_DAYS:
            _days.popitem(last=False)
    return [held[day] for day in rows]
