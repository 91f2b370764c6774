"""Starter areas: cells grown from the known figures of units, for a first look before real borders are imported.

Only facts go in: each unit's middle, area and, where known, bounding box. The cells put about four fifths of
the ground in the right commune; they are marked approximate and never suffice for dispatch without a person.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from shapely import MultiPolygon

from geo.importing.figures import Figures
from geo.importing.reading import as_multipolygon
from geo.plane import Plane

GRID_M = 200.0
ROUNDS = 40
# How far beyond its own equal-area circle a unit may reach, as a multiple of the circle's radius squared.
REACH = 1.5
# Share of an error in area and in position that one round corrects; more makes the rounds swing.
AREA_PULL = 0.15
SEED_PULL = 0.07
SMOOTH_M2 = 60_000.0

Grid = np.ndarray[Any, np.dtype[Any]]


def grow_cells(figures: Mapping[str, Figures]) -> dict[str, MultiPolygon]:
    """One polygon (degrees) for each unit with a middle and an area, by code; they cover without overlapping."""
    known = [unit for unit in figures.values() if unit.lon is not None and unit.lat is not None and unit.area_km2]
    if not known:
        return {}
    plane = Plane(
        sum(unit.lon or 0.0 for unit in known) / len(known), sum(unit.lat or 0.0 for unit in known) / len(known)
    )
    middles = np.array([plane.point(unit.lon or 0.0, unit.lat or 0.0) for unit in known])
    areas = np.array([(unit.area_km2 or 0.0) * 1e6 for unit in known])
    shapes = np.array([_extent(unit, plane) for unit in known])
    east, north = _grid(middles, areas)
    owner = _assign(east, north, middles, areas, shapes)
    cells = _polygons(east, north, owner, middles)
    return {unit.code: as_multipolygon(plane.lonlat(cell)) for unit, cell in zip(known, cells, strict=True)}


def _extent(unit: Figures, plane: Plane) -> tuple[float, float]:
    """How much a unit stretches east and north, relative to a circle of its area; product 1."""
    if unit.box is None:
        return 1.0, 1.0
    west, south, east, north = unit.box
    low, high = plane.point(west, south), plane.point(east, north)
    width, height = high[0] - low[0], high[1] - low[1]
    # Some published boxes are of one building: a box smaller than the unit says nothing about it.
    if width * height < 0.9 * (unit.area_km2 or 0.0) * 1e6:
        return 1.0, 1.0
    stretch = math.sqrt(width / height)
    return stretch, 1 / stretch


def _grid(middles: Grid, areas: Grid) -> tuple[Grid, Grid]:
    margin = 1.5 * math.sqrt(float(areas.max()) / math.pi)
    low, high = middles.min(axis=0) - margin, middles.max(axis=0) + margin
    return np.arange(low[0], high[0], GRID_M), np.arange(low[1], high[1], GRID_M)


def _assign(east: Grid, north: Grid, middles: Grid, areas: Grid, shapes: Grid) -> Grid:
    """For each grid square the number of the unit it goes to, or -1.

    Distances are measured in each unit's own stretched ellipse; weights and seeds then move until every cell has
    about its unit's known area and middle.
    """
    x, y = (axis.astype(np.float32) for axis in np.meshgrid(east, north))
    circle = (areas / math.pi).astype(np.float32)
    reach = _distances(x, y, middles, shapes, (REACH * circle).tolist())
    within = reach.min(axis=0) <= 0
    x, y = x[within], y[within]
    seeds, weights = middles.copy(), circle.copy()
    nearest = np.zeros(len(x), dtype=int)
    for _round in range(ROUNDS):
        nearest = _distances(x, y, seeds, shapes, weights.tolist()).argmin(axis=0)
        squares = np.maximum(np.bincount(nearest, minlength=len(areas)), 1)
        weights += AREA_PULL * (areas - squares * GRID_M**2).astype(np.float32) / math.pi
        for axis, values in enumerate((x, y)):
            mean = np.bincount(nearest, weights=values, minlength=len(areas)) / squares
            seeds[:, axis] += SEED_PULL * (middles[:, axis] - mean)
    owner = np.full(within.shape, -1)
    owner[within] = nearest
    return owner


def _distances(x: Grid, y: Grid, seeds: Grid, shapes: Grid, weights: list[float]) -> Grid:
    """For each unit and square: the squared distance in the unit's ellipse, less the unit's weight."""
    rows = [
        ((x - np.float32(seed[0])) / np.float32(shape[0])) ** 2
        + ((y - np.float32(seed[1])) / np.float32(shape[1])) ** 2
        - np.float32(weight)
        for seed, shape, weight in zip(seeds, shapes, weights, strict=True)
    ]
    return np.stack(rows)


def _polygons(east: Grid, north: Grid, owner: Grid, middles: Grid) -> list[MultiPolygon]:
    """The grid squares of each unit joined, and their stairs smoothed without opening gaps."""
    half = GRID_M / 2
    cells = []
    for number in range(len(middles)):
        boxes = []
        for row in np.flatnonzero((owner == number).any(axis=1)):
            inside = np.flatnonzero(np.diff(np.concatenate(([0], owner[row] == number, [0])).astype(int)))
            for first, last in zip(inside[::2], inside[1::2], strict=True):
                boxes.append(
                    shapely.box(east[first] - half, north[row] - half, east[last - 1] + half, north[row] + half)
                )
        # A unit too small for the grid still gets a square, so that its name can be found on the map.
        cells.append(
            shapely.union_all(boxes) if boxes else shapely.Point(middles[number]).buffer(half, cap_style="square")
        )
    smooth = shapely.coverage_simplify(cells, math.sqrt(SMOOTH_M2))
    return [as_multipolygon(cell) for cell in smooth]
