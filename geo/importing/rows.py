"""Rows of the gazetteer ready to be stored, and the comparison of a file's rows with the stored ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import shapely
from django.contrib.gis.db.models.functions import AsWKB
from shapely import MultiLineString
from shapely.geometry.base import BaseGeometry

from geo.models import Crossroad, HouseNumber, KmPost, Loading, Place, PlaceSource, Street


@dataclass(frozen=True, slots=True)
class NewPlace:
    """A named place. `key` tells it from the others of its source and stays the same next time."""

    key: str
    name: str
    kind: str
    lon: float
    lat: float
    radius_m: float
    licence: str = ""
    other_names: tuple[str, ...] = ()
    shape: BaseGeometry | None = None


@dataclass(frozen=True, slots=True)
class NewStreet:
    """A street, or with `is_road` a numbered road, in degrees."""

    key: str
    name: str
    lines: MultiLineString
    length_m: float
    kind: str = ""
    ref: str = ""
    is_road: bool = False
    other_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewHouse:
    street_key: str
    number: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class NewCrossroad:
    first_key: str
    second_key: str
    lon: float
    lat: float
    radius_m: float
    arms: int


@dataclass(frozen=True, slots=True)
class NewPost:
    street_key: str
    km: float
    lon: float
    lat: float


@dataclass(slots=True)
class Rows:
    """Everything a file gives."""

    places: list[NewPlace] = field(default_factory=list)
    streets: list[NewStreet] = field(default_factory=list)
    houses: list[NewHouse] = field(default_factory=list)
    crossroads: list[NewCrossroad] = field(default_factory=list)
    posts: list[NewPost] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Difference:
    """How many rows of one kind are new, changed, the same, and no longer in the file."""

    kind: str
    new: int
    changed: int
    same: int
    gone: int

    def __str__(self) -> str:
        return (
            f"{self.kind}: {self.new} new, {self.changed} changed, {self.same} unchanged, {self.gone} no longer there"
        )


def differences(source: str, rows: Rows) -> list[Difference]:
    """What loading the rows would change of what the source has in force now. Writes nothing."""
    known = PlaceSource.objects.filter(name=source).first()
    loading = known.current if known is not None else None
    return [
        _difference("places", _stored_places(source, loading), {row.key: _of_place(row) for row in rows.places}),
        _difference("streets", _stored_streets(loading), {row.key: _of_street(row) for row in rows.streets}),
        _difference(
            "house numbers",
            _stored_points(HouseNumber, loading, "street__source_key", "number"),
            {(row.street_key, row.number, *_at(row.lon, row.lat)): 0 for row in rows.houses},
        ),
        _difference(
            "crossroads",
            _stored_points(Crossroad, loading, "first__source_key", "second__source_key"),
            {(*sorted((row.first_key, row.second_key)), *_at(row.lon, row.lat)): 0 for row in rows.crossroads},
        ),
        _difference(
            "kilometre posts",
            _stored_points(KmPost, loading, "street__source_key", "km"),
            {(row.street_key, row.km, *_at(row.lon, row.lat)): 0 for row in rows.posts},
        ),
    ]


def _difference(kind: str, stored: Mapping[Any, Any], found: Mapping[Any, Any]) -> Difference:
    same = sum(key in stored and stored[key] == content for key, content in found.items())
    both = sum(key in stored for key in found)
    return Difference(kind, len(found) - both, both - same, same, len(stored) - both)


def _at(lon: float, lat: float) -> tuple[float, float]:
    return round(lon, 6), round(lat, 6)


def _drawn(shape: BaseGeometry | None) -> int:
    """A number that changes with the shape, down to about a decimetre."""
    return hash(shapely.set_precision(shape, 1e-6, mode="pointwise").normalize().wkb) if shape is not None else 0


def _of_place(row: NewPlace) -> tuple[Any, ...]:
    at = _at(row.lon, row.lat)
    return (row.name, row.kind, at, round(row.radius_m, 1), row.licence, list(row.other_names), _drawn(row.shape))


def _of_street(row: NewStreet) -> tuple[Any, ...]:
    return row.name, row.kind, row.ref, row.is_road, list(row.other_names), _drawn(row.lines)


def _stored_places(source: str, loading: Loading | None) -> dict[str, tuple[Any, ...]]:
    stored = Place.objects.filter(source=source, loading=loading, added_by_people=False, is_active=True)
    values = stored.annotate(at=AsWKB("point"), drawn=AsWKB("shape")).values_list(
        "source_key", "name", "kind", "at", "radius_m", "licence", "other_names", "drawn"
    )
    return {
        key: (name, kind, _point(at), round(radius, 1), licence, others, _drawn(_shape(drawn)))
        for key, name, kind, at, radius, licence, others, drawn in values.iterator(chunk_size=2000)
    }


def _stored_streets(loading: Loading | None) -> dict[str, tuple[Any, ...]]:
    values = (
        Street.objects.filter(loading=loading)
        .annotate(drawn=AsWKB("geometry"))
        .values_list("source_key", "name", "kind", "ref", "is_road", "other_names", "drawn")
    )
    return {
        key: (name, kind, ref, is_road, others, _drawn(_shape(drawn)))
        for key, name, kind, ref, is_road, others, drawn in values.iterator(chunk_size=2000)
    }


def _stored_points(model: Any, loading: Loading | None, *fields: str) -> dict[tuple[Any, ...], int]:
    values = model.objects.filter(loading=loading).annotate(at=AsWKB("point")).values_list(*fields, "at")
    both_ways = model is Crossroad
    return {
        (*(sorted(names) if both_ways else names), *_point(at)): 0 for *names, at in values.iterator(chunk_size=2000)
    }


def _shape(wkb: Any) -> BaseGeometry | None:
    return shapely.from_wkb(bytes(wkb)) if wkb is not None else None


def _point(wkb: Any) -> tuple[float, float]:
    point = shapely.from_wkb(bytes(wkb))
    return _at(point.x, point.y)
