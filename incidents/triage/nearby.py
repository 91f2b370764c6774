"""Has somebody reported this already? Open incidents near by of the last two days, for the call form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from django.db import connection
from django.db.models import Count
from rapidfuzz import fuzz

from geo.folding import fold_name
from incidents.records.covering import cover
from incidents.records.models import Category, Incident, Report
from incidents.triage.grouping import VAGUE_M, Sighting, box, metres
from incidents.triage.models import Surge, SurgeMember

RADIUS_M = 300.0
WINDOW = dt.timedelta(hours=48)
# From here on (0 to 100) two texts are taken for the same thing, whatever their categories.
SIMILAR_FROM = 60.0
# Two known by their ward alone lie near each other whatever they are, and share the words for it: so alike as a whole.
SIMILAR_IN_A_WARD = 80.0
_MOST = 8


@dataclass(frozen=True, slots=True)
class Near:
    """An incident that may be the same. `similarity` of the words from 0 to 100; `distance_m` is None where one of the
    two is known by its ward alone, whose middles say nothing of a distance."""

    incident: Incident
    distance_m: float | None
    similarity: float
    same_category: bool
    # How many have reported it, with those of the surge that it stands for.
    reports: int = 0
    is_surge: bool = False


class _Row(NamedTuple):
    """One that was found, the likeliest first."""

    vague: bool
    other: bool
    unlike: float
    distance_m: float
    id: int


def duplicates(
    *,
    words: str,
    point: tuple[float, float] | None,
    at: dt.datetime,
    category: Category | None = None,
    exercise: int = 0,
    radius_m: float = RADIUS_M,
    unsure_m: float | None = None,
    but: int | None = None,
) -> list[Near]:
    """Open incidents received in the 48 hours before `at`, within `radius_m` metres of `point` (lon, lat), that have
    the same category or similar words; the most similar first, eight at most. Of a surge only one is shown, first of
    all: the incident that the others are taken into.

    `unsure_m` is the radius of the place asked about. Where its circle, or the other's, is as wide as a ward, the same
    category needs similar words besides, and words without it must be nearly the same. `but` is left out: the incident
    that is asked about. Without a point there is nothing to compare. An exercise finds only its own. Give it only what
    a person of the control room may see: it does not ask for rights.
    """
    if point is None:
        return []
    asked = fold_name(cover(words))
    found: list[_Row] = []
    for one in sightings_around(point, radius_m, since=at - WINDOW, until=at, exercise=exercise):
        distance = metres(*point, one.lon, one.lat)
        if distance > radius_m or one.id == but:
            continue
        similarity = float(fuzz.token_set_ratio(asked, one.words)) if asked else 0.0
        same = category is not None and one.category == category.pk
        vague = max(unsure_m or 0.0, one.radius_m) > VAGUE_M
        alike = same or similarity >= SIMILAR_FROM
        if vague and not (same and similarity >= SIMILAR_FROM):
            # All the words: those that two texts share may be the ward's name alone.
            alike = bool(asked) and fuzz.token_sort_ratio(asked, one.words) >= SIMILAR_IN_A_WARD
        if alike:
            found.append(_Row(vague, not same, -similarity, distance, one.id))
    found.sort()
    return _shown(found, exercise, but)


def sightings_around(
    point: tuple[float, float],
    reach_m: float,
    *,
    since: dt.datetime,
    until: dt.datetime,
    exercise: int,
    loose: bool = False,
) -> list[Sighting]:
    """Open incidents in the box around a point, without their geometry: the spatial index has it. Two queries.

    `loose`: only those that no surge holds.
    """
    with connection.cursor() as cursor:
        cursor.execute(_IN_BOX[connection.vendor], box(*point, reach_m))
        where = {pk: (lon, lat) for pk, lon, lat in cursor.fetchall()}
    if not where:
        return []
    rows = Incident.objects.on_board().filter(
        pk__in=where, received_at__gt=since, received_at__lte=until, exercise=exercise
    )
    if loose:
        rows = rows.filter(surge_member=None)
    fields = ("pk", "received_at", "radius_m", "category_id", "group", "summary")
    return [
        Sighting(pk, at, *where[pk], radius or 0.0, category, group, folded(summary))
        for pk, at, radius, category, group, summary in rows.values_list(*fields)
    ]


@lru_cache(maxsize=20_000)
def folded(summary: str) -> str:
    """An incident's summary as it is compared."""
    return fold_name(summary)


def _shown(found: Sequence[_Row], exercise: int, but: int | None) -> list[Near]:
    """The best of them, each surge once, with how many have reported each already."""
    if not found:
        return []
    surges = dict(SurgeMember.objects.filter(incident__in=[row.id for row in found]).values_list("incident", "surge"))
    if but is not None:
        own = SurgeMember.objects.filter(incident=but).values_list("surge", flat=True).first()
        surges = {pk: surge for pk, surge in surges.items() if surge != own}
    open_ones = Surge.objects.exclude(state=Surge.State.DISMISSED).filter(pk__in=set(surges.values()))
    masters = {surge.pk: surge for surge in open_ones} if surges else {}
    best: dict[int, Near] = {}
    chosen: list[tuple[int, _Row, Surge | None]] = []
    seen: set[int] = set()
    for row in found:
        surge = masters.get(surges.get(row.id, 0))
        pk = (surge.master_id or row.id) if surge is not None else row.id
        key = -surge.pk if surge is not None else pk
        if key in seen or pk == but:
            continue
        seen.add(key)
        chosen.append((pk, row, surge))
    chosen.sort(key=lambda one: one[2] is None)
    chosen = chosen[:_MOST]
    incidents = Incident.objects.select_related("category").in_bulk([pk for pk, _row, _surge in chosen])
    rows = Report.objects.filter(incident__in=incidents).order_by().values_list("incident_id").annotate(Count("pk"))
    counts: dict[int, int] = dict(rows) if incidents else {}
    for pk, row, surge in chosen:
        incident = incidents.get(pk)
        if incident is not None and incident.on_board and incident.exercise == exercise:
            distance = None if row.vague else round(row.distance_m, 1)
            near = Near(incident, distance, round(-row.unlike, 1), not row.other, counts.get(pk, 0))
            best[pk] = replace(near, reports=max(near.reports, surge.count), is_surge=True) if surge else near
    return list(best.values())


# The ORM's filters do not use SpatiaLite's R-tree. 1,000 newest: SQLite takes no longer list of parameters for granted.
_IN_BOX = {
    "sqlite": (
        "SELECT pkid, xmin, ymin FROM idx_records_incident_point"
        " WHERE xmax >= %s AND ymax >= %s AND xmin <= %s AND ymin <= %s ORDER BY pkid DESC LIMIT 1000"
    ),
    "postgresql": (
        "SELECT id, ST_X(point), ST_Y(point) FROM records_incident WHERE point && ST_MakeEnvelope(%s, %s, %s, %s, 4326)"
        " ORDER BY id DESC LIMIT 1000"
    ),
}
