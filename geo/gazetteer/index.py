"""The gazetteer in force: SQL is the truth it is built from.

Once a second, when somebody asks, the tokens that say what is in force are read again (two small queries); where they
changed, a thread of its own builds a new gazetteer beside the old one and swaps it in: a whole province takes some
seconds, and nobody's request waits for it. What people add and teach comes often and is little: places of their own and
aliases are laid over what stands (`people`), at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import shapely
from django.contrib.gis.db.models.functions import AsWKB
from django.db import connection
from django.db.models import Q, QuerySet

from geo import index
from geo.gazetteer.answers import LearntAlias
from geo.gazetteer.lookups import Gazetteer, build
from geo.gazetteer.people import with_people
from geo.gazetteer.rows import CrossroadRow, HouseRow, PlaceRow, PostRow, StreetRow
from geo.models import Alias, Crossroad, HouseNumber, KmPost, Place, PlaceEdition, PlaceSource, Street

CHUNK = 2_000
# Where the plane touches the ground while no areas are loaded.
ANY_MIDDLE = (106.65, 11.1)

_lock = threading.Lock()
_building = threading.Lock()
_held: tuple[_Fingerprint, Gazetteer] | None = None
_looked_at = 0.0
_looks = -1


@dataclass(frozen=True, slots=True)
class _Fingerprint:
    """What a gazetteer was read from: names' edition, each source's loading, the edition of what people say."""

    edition: int
    loadings: tuple[tuple[str, str, int, str], ...]
    learnt: int


def gazetteer() -> Gazetteer:
    """What is known by name now, at most a second old."""
    held = _held
    if held is not None and _is_fresh():
        return held[1]
    # While one thread rereads, the others go on with what they have.
    if not _lock.acquire(blocking=held is None):
        assert held is not None
        return held[1]
    try:
        return _held[1] if _held is not None and _is_fresh() else _reread()
    finally:
        _lock.release()


def _is_fresh() -> bool:
    return _looks == index.looks() and time.monotonic() - _looked_at < index.REREAD_AFTER_S


def _reread() -> Gazetteer:
    global _held, _looked_at, _looks
    looks, before = index.looks(), _held
    now = _fingerprint()
    asked_for = looks != _looks
    _looked_at, _looks = time.monotonic(), looks
    if before is None:
        _held = (now, _read(now))
    elif before[0] != now:
        if replace(before[0], learnt=now.learnt) == now:
            _held = (now, _with_people(before[1], now))
        elif asked_for:
            # Whoever has just changed it in this process wants to see it.
            _held = (now, _read(now))
        elif not _building.locked():
            threading.Thread(target=_build_beside, name="gazetteer", daemon=True).start()
    assert _held is not None
    return _held[1]


def _build_beside() -> None:
    global _held
    if not _building.acquire(blocking=False):
        return
    try:
        now = _fingerprint()
        _held = (now, _read(now))
    finally:
        connection.close()
        _building.release()


def _fingerprint() -> _Fingerprint:
    edition = PlaceEdition.objects.filter(id=1).values_list("number", "learnt").first() or (0, 0)
    loadings = PlaceSource.objects.filter(current__complete=True).order_by("name")
    rows = tuple(loadings.values_list("name", "current__token", "current_id", "attribution"))
    return _Fingerprint(edition[0], rows, edition[1])


def _versions(now: _Fingerprint) -> dict[str, str]:
    tokens = {name: token for name, token, _number, _attribution in now.loadings}
    return {**tokens, "edition": str(now.edition), "learnt": str(now.learnt)}


def _read(now: _Fingerprint) -> Gazetteer:
    sets = index.territory().sets
    current = [number for _name, _token, number, _attribution in now.loadings]
    whole = build(
        places=_source_places(current),
        streets=_streets(current),
        houses=_rows(HouseNumber, current, HouseRow, "street_id", "number"),
        crossroads=_crossroads(current),
        posts=_rows(KmPost, current, PostRow, "street_id", "km"),
        attribution=[attribution for *_rest, attribution in now.loadings if attribution],
        middle=(sets[0].plane.lon, sets[0].plane.lat) if sets else ANY_MIDDLE,
    )
    return _with_people(whole, now)


def _with_people(whole: Gazetteer, now: _Fingerprint) -> Gazetteer:
    added = Place.objects.filter(added_by_people=True, is_active=True)
    return with_people(whole, places=_places(added), aliases=_aliases(), versions=_versions(now))


def _source_places(current: list[int]) -> Iterator[PlaceRow]:
    known = Q(loading__isnull=True, added_by_people=False) | Q(loading__in=current)
    return _places(Place.objects.filter(known, is_active=True))


def _places(rows: QuerySet[Place]) -> Iterator[PlaceRow]:
    fields = ("id", "name", "folded", "other_names", "kind", "radius_m", "source")
    rows = rows.order_by("id")
    drawn = rows.annotate(at=AsWKB("point"), drawn=AsWKB("shape")).values_list(*fields, "at", "drawn")
    for number, name, folded, others, kind, radius, source, at, shape in drawn.iterator(chunk_size=CHUNK):
        point = _shape(at)
        yield PlaceRow(
            number, name, folded, others, kind, point.x, point.y, radius, source, _shape(shape) if shape else None
        )


def _streets(current: list[int]) -> Iterator[StreetRow]:
    fields = ("id", "name", "other_names", "ref", "is_road", "kind")
    rows = Street.objects.filter(loading__in=current).order_by("id").annotate(drawn=AsWKB("geometry"))
    drawn = rows.values_list(*fields, "drawn").iterator(chunk_size=CHUNK)
    for number, name, others, ref, is_road, kind, lines in drawn:
        yield StreetRow(number, name, others, ref, is_road, kind, _shape(lines))


def _rows(model: Any, current: list[int], row: Any, *fields: str) -> Iterator[Any]:
    rows = model.objects.filter(loading__in=current).order_by("id").annotate(at=AsWKB("point"))
    for *values, at in rows.values_list(*fields, "at").iterator(chunk_size=CHUNK):
        point = _shape(at)
        yield row(*values, point.x, point.y)


def _crossroads(current: list[int]) -> Iterator[CrossroadRow]:
    for first, second, radius, arms, lon, lat in _rows(
        Crossroad, current, lambda *values: values, "first_id", "second_id", "radius_m", "arms"
    ):
        yield CrossroadRow(first, second, lon, lat, radius, arms)


def _aliases() -> list[LearntAlias]:
    return [
        LearntAlias(row.pk, row.phrase, row.label, row.point.x, row.point.y, row.radius_m, row.times, row.exercise)
        for row in Alias.objects.in_use().order_by("id")
    ]


def _shape(wkb: Any) -> Any:
    return shapely.from_wkb(bytes(wkb))
