"""Loads the rows of one source as a new loading, in short transactions, and puts it in force with one UPDATE."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import shapely
from django.contrib.gis.geos import GEOSGeometry, Point
from django.db import transaction
from shapely.geometry.base import BaseGeometry

from geo.folding import fold_name
from geo.importing.loading import raise_edition
from geo.importing.rows import NewPlace, NewStreet, Rows
from geo.index import look_again
from geo.models import Crossroad, HouseNumber, KmPost, Loading, Place, PlaceSource, Street

# SQLite has one writer: each transaction takes a few hundredths of a second.
BATCH = 500
# The one before stays until the next import: a process that is just reading it can finish.
KEPT_LOADINGS = 2

T = TypeVar("T")


def load_source(
    name: str, rows: Rows, *, licence: str = "", attribution: str = "", file_name: str = "", file_sha256: str = ""
) -> Loading:
    """Stores the rows as what the source has from now on; readers see all of it or none.

    Rows that people added, and other sources, stay as they are.
    """
    source, _made = PlaceSource.objects.update_or_create(
        name=name, defaults={"licence": licence[:120], "attribution": attribution[:200]}
    )
    loading = Loading.objects.create(source=source, file_name=file_name[:200], file_sha256=file_sha256)
    _store(Place, (_place(loading, name, row) for row in rows.places))
    streets = {
        street.source_key: street.pk for street in _store(Street, (_street(loading, row) for row in rows.streets))
    }
    _store(
        HouseNumber,
        (
            HouseNumber(
                loading=loading, street_id=streets[row.street_key], number=row.number, point=_point(row.lon, row.lat)
            )
            for row in rows.houses
        ),
    )
    _store(
        KmPost,
        (
            KmPost(loading=loading, street_id=streets[row.street_key], km=row.km, point=_point(row.lon, row.lat))
            for row in rows.posts
        ),
    )
    pairs = ((sorted((streets[row.first_key], streets[row.second_key])), row) for row in rows.crossroads)
    _store(
        Crossroad,
        (
            Crossroad(
                loading=loading,
                first_id=first,
                second_id=second,
                point=_point(row.lon, row.lat),
                radius_m=row.radius_m,
                arms=row.arms,
            )
            for (first, second), row in pairs
        ),
    )
    with transaction.atomic():
        Loading.objects.filter(pk=loading.pk).update(complete=True)
        PlaceSource.objects.filter(pk=source.pk).update(current=loading)
        raise_edition()
    look_again()
    _drop_old(source)
    return loading


def _store(model: Any, rows: Iterable[T]) -> list[T]:
    stored: list[T] = []
    for batch in _batches(rows):
        with transaction.atomic():
            model.objects.bulk_create(batch)
        # The numbers of streets are needed; the rows of the rest are not kept.
        if model is Street:
            stored += batch
    return stored


def _batches(rows: Iterable[T]) -> Iterator[list[T]]:
    batch: list[T] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _place(loading: Loading, source: str, row: NewPlace) -> Place:
    return Place(
        loading=loading,
        source=source,
        source_key=row.key,
        name=row.name,
        folded=fold_name(row.name)[:200],
        other_names=list(row.other_names),
        kind=row.kind,
        point=_point(row.lon, row.lat),
        shape=_geometry(row.shape) if row.shape is not None else None,
        radius_m=row.radius_m,
        licence=row.licence,
    )


def _street(loading: Loading, row: NewStreet) -> Street:
    return Street(
        loading=loading,
        source_key=row.key,
        name=row.name,
        folded=fold_name(row.name)[:200],
        other_names=list(row.other_names),
        ref=row.ref,
        is_road=row.is_road,
        kind=row.kind,
        length_m=round(row.length_m, 1),
        geometry=_geometry(row.lines),
    )


def _point(lon: float, lat: float) -> Point:
    return Point(lon, lat, srid=4326)


def _geometry(shape: BaseGeometry) -> Any:
    return GEOSGeometry(memoryview(shapely.to_wkb(shape)), srid=4326)


def _drop_old(source: PlaceSource) -> None:
    """Deletes all but the newest loadings, and imported rows from before sources had loadings, a batch at a time."""
    _delete(Place.objects.filter(source=source.name, loading__isnull=True, added_by_people=False))
    for loading in source.loadings.order_by("-id")[KEPT_LOADINGS:]:
        for model in (HouseNumber, KmPost, Crossroad, Street, Place):
            _delete(model.objects.filter(loading=loading))
        loading.delete()


def _delete(rows: Any) -> None:
    while keys := list(rows.values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            rows.model.objects.filter(pk__in=keys).delete()


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
