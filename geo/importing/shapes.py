"""One point on a line or area, and how far the shape reaches from it. Pure."""

from __future__ import annotations

import shapely
from shapely import Point
from shapely.geometry.base import BaseGeometry

from geo.plane import Plane

LEAST_RADIUS_M = 15.0


def point_on(shape: BaseGeometry) -> Point:
    """A point that lies on the shape: the middle of a line, a point well inside an area."""
    if shape.geom_type == "LineString":
        return shape.interpolate(0.5, normalized=True)
    return shape if shape.geom_type == "Point" else shape.representative_point()


def reach_m(shape: BaseGeometry, point: Point) -> float:
    """How far the shape goes from the point, in metres; both are in degrees."""
    plane = Plane(point.x, point.y)
    reach = shapely.hausdorff_distance(plane.metres(point), plane.metres(shape).convex_hull)
    return round(max(float(reach), LEAST_RADIUS_M), 1)
