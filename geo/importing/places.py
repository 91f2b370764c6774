"""Named places from a CSV file; what people added, and places of other sources, stay as they are."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.contrib.gis.geos import Point
from django.db import transaction

from geo.folding import fold_name
from geo.importing.loading import raise_edition
from geo.index import look_again
from geo.models import Place

BATCH = 500
# How far the thing itself may lie from the point, by kind; a bus stop stands near what it is named after.
RADIUS_M: Mapping[str, float] = {"bus_stop_osm": 150.0, "populated_place": 1_000.0}
DEFAULT_RADIUS_M = 100.0


class UnreadablePlaces(ValueError):
    """The file cannot be used; the text says which columns are missing."""


@dataclass(frozen=True, slots=True)
class NewPlace:
    """A row ready to be stored. `key` tells it from the others of its source and stays the same next time."""

    key: str
    name: str
    kind: str
    lon: float
    lat: float
    radius_m: float
    licence: str


@dataclass(slots=True)
class PlacePlan:
    """What importing a file would do to the places of one source."""

    source: str
    new: list[NewPlace] = field(default_factory=list)
    changed: list[NewPlace] = field(default_factory=list)
    unchanged: int = 0
    retired: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def report(self) -> list[str]:
        """Lines for a person."""
        return [
            f"source {self.source}: {len(self.new)} new, {len(self.changed)} changed, "
            f"{self.unchanged} unchanged, {len(self.retired)} no longer in the file",
            *(f"left out: {text}" for text in self.refused),
        ]


def plan_places(path: Path, *, source: str, licence: str = "") -> PlacePlan:
    """Reads a CSV (name, lat, lon; optional kind, radius_m, key, licence) and compares it with what is stored.

    Writes nothing. Raises UnreadablePlaces.
    """
    plan = PlacePlan(source)
    rows = _read(path, licence, plan)
    stored = {place.source_key: place for place in Place.objects.filter(source=source, added_by_people=False)}
    for row in rows.values():
        known = stored.get(row.key)
        if known is None:
            plan.new.append(row)
        elif _differs(known, row):
            plan.changed.append(row)
        else:
            plan.unchanged += 1
    plan.retired = [key for key, place in stored.items() if key not in rows and place.is_active]
    return plan


def load_places(plan: PlacePlan) -> None:
    """Stores a plan in short transactions; the new edition is announced with the last of them."""
    for start in range(0, len(plan.new), BATCH):
        with transaction.atomic():
            Place.objects.bulk_create(
                Place(
                    source=plan.source,
                    source_key=row.key,
                    name=row.name,
                    folded=fold_name(row.name),
                    kind=row.kind,
                    point=Point(row.lon, row.lat, srid=4326),
                    radius_m=row.radius_m,
                    licence=row.licence,
                )
                for row in plan.new[start : start + BATCH]
            )
    for start in range(0, len(plan.changed), BATCH):
        with transaction.atomic():
            for row in plan.changed[start : start + BATCH]:
                Place.objects.filter(source=plan.source, source_key=row.key, added_by_people=False).update(
                    name=row.name,
                    folded=fold_name(row.name),
                    kind=row.kind,
                    point=Point(row.lon, row.lat, srid=4326),
                    radius_m=row.radius_m,
                    licence=row.licence,
                    is_active=True,
                )
    with transaction.atomic():
        for start in range(0, len(plan.retired), BATCH):
            Place.objects.filter(source=plan.source, source_key__in=plan.retired[start : start + BATCH]).update(
                is_active=False
            )
        raise_edition()
    look_again()


def _read(path: Path, licence: str, plan: PlacePlan) -> dict[str, NewPlace]:
    rows: dict[str, NewPlace] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = {"name", "lat", "lon"} - set(reader.fieldnames or ())
        if missing:
            raise UnreadablePlaces(f"{path.name}: no column {', '.join(sorted(missing))}")
        for row in reader:
            try:
                place = _place(row, licence)
            except ValueError as error:
                plan.refused.append(f"line {reader.line_num}: {error}")
                continue
            rows.setdefault(place.key, place)
    return rows


def _place(row: Mapping[str, str], licence: str) -> NewPlace:
    name = " ".join((row["name"] or "").split())
    if not fold_name(name):
        raise ValueError("no name")
    if len(name) > 200:
        raise ValueError("a name longer than 200 characters")
    lon, lat = float(row["lon"]), float(row["lat"])
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        raise ValueError(f"{name}: {lat}, {lon} is not a position")
    kind = (row.get("kind") or "").strip()[:40]
    radius = float(row.get("radius_m") or RADIUS_M.get(kind, DEFAULT_RADIUS_M))
    if not 0 < radius <= 50_000:
        raise ValueError(f"{name}: a radius of {radius} m")
    # Without a key of its own a place is told by its name and its position to about a metre.
    key = (row.get("key") or "").strip() or f"{fold_name(name)} {lat:.5f} {lon:.5f}"
    return NewPlace(key[:200], name, kind, lon, lat, radius, (row.get("licence") or licence).strip()[:120])


def _differs(known: Place, row: NewPlace) -> bool:
    return not known.is_active or (
        known.name,
        known.kind,
        round(known.point.x, 7),
        round(known.point.y, 7),
        known.radius_m,
        known.licence,
    ) != (row.name, row.kind, round(row.lon, 7), round(row.lat, 7), row.radius_m, row.licence)
