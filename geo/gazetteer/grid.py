"""Points in squares of a plane, to find those near a point. Metres."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float32]]

SQUARE_M = 400.0


class Grid:
    """Points by number; `near` looks only at the squares that the circle touches."""

    def __init__(self, east: Floats, north: Floats) -> None:
        columns = np.floor(east / SQUARE_M).astype(np.int64)
        rows = np.floor(north / SQUARE_M).astype(np.int64)
        squares = columns * 1_000_003 + rows
        self._order = np.argsort(squares, kind="stable").astype(np.int32)
        self._east, self._north = east[self._order], north[self._order]
        found, starts = np.unique(squares[self._order], return_index=True)
        ends = [*starts.tolist(), len(squares)][1:]
        self._ranges = dict(zip(found.tolist(), zip(starts.tolist(), ends, strict=True), strict=True))

    def points(self) -> tuple[Floats, Floats]:
        """East and north of all points, by number."""
        east, north = np.empty_like(self._east), np.empty_like(self._north)
        east[self._order], north[self._order] = self._east, self._north
        return east, north

    def near(self, east: float, north: float, within_m: float) -> list[tuple[float, int]]:
        """(distance, number) of the points not farther than that, nearest first."""
        found: list[tuple[float, int]] = []
        for column in range(math.floor((east - within_m) / SQUARE_M), math.floor((east + within_m) / SQUARE_M) + 1):
            for row in range(math.floor((north - within_m) / SQUARE_M), math.floor((north + within_m) / SQUARE_M) + 1):
                place = self._ranges.get(column * 1_000_003 + row)
                if place is None:
                    continue
                low, high = place
                distances = np.hypot(self._east[low:high] - east, self._north[low:high] - north)
                for inside in np.flatnonzero(distances <= within_m).tolist():
                    found.append((float(distances[inside]), int(self._order[low + inside])))
        return sorted(found)
