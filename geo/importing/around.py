"""What lies in the territory or close by: things farther out are no places of ours."""

from __future__ import annotations

from collections.abc import Callable

import shapely
from shapely.geometry.base import BaseGeometry

from geo.index import territory
from geo.plane import Plane

# Streets go on beyond the border, and people name what lies just across it.
MARGIN_M = 2_000.0


def around_territory() -> tuple[Callable[[BaseGeometry], bool], Plane | None]:
    """Whether a shape (degrees) touches the territory of any area set or its margin, and the plane of the first.

    Without areas everything does, and there is no plane.
    """
    sets = territory().sets
    if not sets:
        return (lambda _shape: True), None
    around = [
        one.plane.lonlat(one.flat_territory.simplify(100.0).buffer(MARGIN_M + 100.0, quad_segs=4)) for one in sets
    ]
    ground = shapely.union_all(around)
    shapely.prepare(ground)
    return (lambda shape: bool(ground.intersects(shape))), sets[0].plane
