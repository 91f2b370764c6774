"""Has somebody reported this already? Open incidents near by of the last two days, for the call form."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, replace

from django.db import connection
from django.db.models import Count
from rapidfuzz import fuzz

from geo.folding import fold_name
from incidents.records.models import Category, Incident, Report
from incidents.records.summaries import mask

RADIUS_M = 300.0
WINDOW = dt.timedelta(hours=48)
# From here on (0 to 100) two texts are taken for the same thing, whatever their categories.
SIMILAR_FROM = 60.0
_MOST = 8
_METRES_A_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class Near:
    """An incident that may be the same. `similarity` of the words from 0 to 100."""

    incident: Incident
    distance_m: float
    similarity: float
    same_category: bool
    # How many have reported it.
    reports: int = 0


def duplicates(
    *,
    words: str,
    point: tuple[float, float] | None,
    at: dt.datetime,
    category: Category | None = None,
    exercise: int = 0,
    radius_m: float = RADIUS_M,
    but: int | None = None,
) -> list[Near]:
    """Open incidents received in the 48 hours before `at`, within `radius_m` metres of `point` (lon, lat), that have
    the same category or similar words; the most similar first, eight at most.

    `but` is left out: the incident that is asked about. Without a point there is nothing to compare. An exercise finds
    only its own. Give it only what a person of the control room may see: it does not ask for rights.
    """
    if point is None:
        return []
    folded = fold_name(mask(words))
    found = []
    for incident in _around(point, radius_m, at, exercise):
        if incident.point is None or incident.pk == but:
            continue
        distance = _metres(point, (incident.point.x, incident.point.y))
        if distance > radius_m:
            continue
        similarity = float(fuzz.token_set_ratio(folded, fold_name(incident.summary))) if folded else 0.0
        same = category is not None and incident.category_id == category.pk
        if same or similarity >= SIMILAR_FROM:
            found.append(Near(incident, round(distance, 1), round(similarity, 1), same))
    found.sort(key=lambda near: (not near.same_category, -near.similarity, near.distance_m))
    return _counted(found[:_MOST])


def _counted(found: list[Near]) -> list[Near]:
    """With how many have reported each already. One query."""
    ids = [near.incident.pk for near in found]
    rows = Report.objects.filter(incident__in=ids).order_by().values_list("incident_id").annotate(Count("pk"))
    counts: dict[int, int] = dict(rows) if ids else {}
    return [replace(near, reports=counts.get(near.incident.pk, 0)) for near in found]


def _around(point: tuple[float, float], radius_m: float, at: dt.datetime, exercise: int) -> list[Incident]:
    """Candidates in the box around the point, found by the spatial index of either database."""
    lon, lat = point
    high = radius_m / _METRES_A_DEGREE
    wide = high / max(math.cos(math.radians(lat)), 0.01)
    box = (lon - wide, lat - high, lon + wide, lat + high)
    with connection.cursor() as cursor:
        cursor.execute(_IN_BOX[connection.vendor], box)
        ids = [row[0] for row in cursor.fetchall()]
    rows = Incident.objects.on_board().filter(
        pk__in=ids, received_at__gt=at - WINDOW, received_at__lte=at, exercise=exercise
    )
    return list(rows.select_related("category"))


# The ORM's filters do not use SpatiaLite's R-tree. 1,000 newest: SQLite takes no longer list of parameters for granted.
_IN_BOX = {
    "sqlite": (
        "SELECT pkid FROM idx_records_incident_point"
        " WHERE xmax >= %s AND ymax >= %s AND xmin <= %s AND ymin <= %s ORDER BY pkid DESC LIMIT 1000"
    ),
    "postgresql": (
        "SELECT id FROM records_incident WHERE point && ST_MakeEnvelope(%s, %s, %s, %s, 4326)"
        " ORDER BY id DESC LIMIT 1000"
    ),
}


def _metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Flat distance: within a few hundred metres it is right to the centimetre."""
    east = (one[0] - other[0]) * math.cos(math.radians(one[1]))
    return math.hypot(east, one[1] - other[1]) * _METRES_A_DEGREE
