"""Named places from a CSV or from any file of points, lines and areas that GDAL reads (GeoJSON, Shapefile, …)."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import shapely
from django.contrib.gis.gdal import GDALException
from django.contrib.gis.gdal.feature import Feature
from shapely.geometry.base import BaseGeometry

from geo.folding import fold_name
from geo.importing.around import MARGIN_M, around_territory
from geo.importing.reading import UnreadableFile, open_layer
from geo.importing.rows import Difference, NewPlace, Rows, differences
from geo.importing.shapes import point_on, reach_m
from geo.importing.sourceloading import load_source, sha256_of
from geo.models import Loading

# How far the thing itself may lie from the point, by kind; a bus stop stands near what it is named after.
RADIUS_M: Mapping[str, float] = {"bus_stop_osm": 150.0, "populated_place": 1_000.0}
DEFAULT_RADIUS_M = 100.0
# Columns tried when the operator maps none, compared without regard to case.
GUESSES: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "ten", "ten_dia_diem", "fullname"),
    "lat": ("lat", "latitude", "vi_do", "vido", "y"),
    "lon": ("lon", "lng", "longitude", "kinh_do", "kinhdo", "x"),
    "kind": ("kind", "loai", "type", "category"),
    "radius_m": ("radius_m", "radius", "ban_kinh"),
    "key": ("key", "ma", "id"),
    "licence": ("licence", "license"),
    "other_names": ("other_names", "alt_name", "ten_khac"),
}


class UnreadablePlaces(ValueError):
    """The file cannot be used; the text says why and what to give."""


@dataclass(slots=True)
class PlacePlan:
    """What importing a file would do to the places of one source."""

    path: Path
    source: str
    licence: str
    attribution: str
    rows: Rows = field(default_factory=Rows)
    refused: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    changes: Difference | None = None

    def report(self) -> list[str]:
        """Lines for a person."""
        lines = [f"source {self.source}, {self.changes}"]
        if self.outside:
            beyond = f"{MARGIN_M / 1000:g} km"
            lines.append(f"{len(self.outside):,} left out that lie more than {beyond} outside the territory")
        return [*lines, *(f"left out: {text}" for text in (*self.refused, *self.outside))]

    def load(self) -> Loading:
        """What the file holds is what the source has from now on."""
        return load_source(
            self.source,
            self.rows,
            licence=self.licence,
            attribution=self.attribution,
            file_name=self.path.name,
            file_sha256=sha256_of(self.path),
        )


def plan_places(
    path: Path,
    *,
    source: str,
    licence: str = "",
    attribution: str = "",
    mapping: Mapping[str, str] | None = None,
    crs: str = "",
    layer: str = "",
) -> PlacePlan:
    """Reads a file of places and compares it with what its source has now. `mapping` names columns by use.

    What lies farther outside the territory than its margin is left out, line by line in the report. Writes nothing.
    Raises UnreadablePlaces.
    """
    is_near, _plane = around_territory()
    plan = PlacePlan(path, source, licence, attribution)
    found = (
        _csv_rows(path, mapping or {}) if path.suffix.lower() == ".csv" else _gdal_rows(path, mapping or {}, crs, layer)
    )
    places: dict[str, NewPlace] = {}
    for number, texts, shape in found:
        try:
            place = _place(texts, shape, licence)
        except ValueError as error:
            plan.refused.append(f"line {number}: {error}")
            continue
        if not is_near(place.shape if place.shape is not None else shapely.Point(place.lon, place.lat)):
            plan.outside.append(f"line {number}: {place.name} at {place.lat:.5f}, {place.lon:.5f} is outside")
            continue
        places.setdefault(place.key, place)
    left_out = [*plan.outside, *plan.refused]
    if left_out and not places:
        # Or a file with its columns exchanged would take away everything that the source has.
        raise UnreadablePlaces(f"{path.name} holds no place inside the territory; {left_out[0]}")
    plan.rows.places = list(places.values())
    plan.changes = differences(source, plan.rows)[0]
    return plan


Read = tuple[int, Mapping[str, str], BaseGeometry | None]


def _csv_rows(path: Path, mapping: Mapping[str, str]) -> Iterator[Read]:
    _refuse_other_encodings(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        columns = _columns(path, reader.fieldnames or (), mapping, needed=("name", "lat", "lon"))
        for row in reader:
            yield reader.line_num, {use: (row[name] or "").strip() for use, name in columns.items()}, None


def _refuse_other_encodings(path: Path) -> None:
    """Says which line is not UTF-8, before anything of the file is read."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                raise UnreadablePlaces(f"{path.name}: line {number} is not UTF-8; save the file in UTF-8") from None


def _gdal_rows(path: Path, mapping: Mapping[str, str], crs: str, layer: str) -> Iterator[Read]:
    try:
        chosen, to_lonlat = open_layer(path, crs=crs, layer=layer)
    except UnreadableFile as error:
        raise UnreadablePlaces(str(error)) from error
    columns = _columns(path, chosen.fields, mapping, needed=("name",))
    for number, feature in enumerate(cast(Iterable[Feature], chosen), start=1):
        texts = {use: _text(feature.get(name)) for use, name in columns.items() if use not in {"lat", "lon"}}
        try:
            shape = to_lonlat(shapely.force_2d(shapely.from_wkb(bytes(feature.geom.wkb))))
        except (GDALException, shapely.errors.GEOSException):
            shape = shapely.Point()
        yield number, texts, shape


def _text(value: Any) -> str:
    return str(value).strip() if value is not None else ""


def _columns(
    path: Path, present: Sequence[str], mapping: Mapping[str, str], *, needed: Sequence[str]
) -> dict[str, str]:
    """The file's column for each use."""
    by_lower = {name.lower(): name for name in present}
    for use, name in mapping.items():
        if use not in GUESSES or name.lower() not in by_lower:
            raise UnreadablePlaces(f"{use}={name}: uses are {', '.join(GUESSES)}; {path.name} has {', '.join(present)}")
    columns = {
        use: found
        for use, guesses in GUESSES.items()
        if (found := next((by_lower[one] for one in (mapping.get(use, "").lower(), *guesses) if one in by_lower), ""))
    }
    missing = [use for use in needed if use not in columns]
    if missing:
        raise UnreadablePlaces(
            f"{path.name}: no column for {', '.join(missing)}; give --field {missing[0]}=COLUMN, "
            f"one of: {', '.join(present)}"
        )
    return columns


def _degrees(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{text!r} is no number of degrees") from None


def _place(texts: Mapping[str, str], shape: BaseGeometry | None, licence: str) -> NewPlace:
    name = " ".join(texts["name"].split())
    if not fold_name(name):
        raise ValueError("no name")
    if len(name) > 200:
        raise ValueError("a name longer than 200 characters")
    if shape is None:
        shape = shapely.Point(_degrees(texts["lon"]), _degrees(texts["lat"]))
    if shape.is_empty:
        raise ValueError(f"{name}: no readable geometry")
    west, south, east, north = shape.bounds
    if not (all(map(math.isfinite, shape.bounds)) and west >= -180 and east <= 180 and south >= -90 and north <= 90):
        raise ValueError(f"{name}: {south}, {west} is not a position")
    point = point_on(shape)
    kind = texts.get("kind", "")[:40]
    own = RADIUS_M.get(kind, DEFAULT_RADIUS_M) if point is shape else reach_m(shape, point)
    radius = float(texts.get("radius_m") or own)
    if not 0 < radius <= 50_000:
        raise ValueError(f"{name}: a radius of {radius} m")
    lon, lat = float(point.x), float(point.y)
    # Without a key of its own a place is told by its name and its position to about a metre.
    key = texts.get("key") or f"{fold_name(name)} {lat:.5f} {lon:.5f}"
    others = tuple(other.strip()[:200] for other in texts.get("other_names", "").split(";") if other.strip())
    return NewPlace(
        key[:200],
        name,
        kind,
        lon,
        lat,
        radius,
        (texts.get("licence") or licence)[:120],
        others[:10],
        shape if shape is not point else None,
    )
