"""Reads units from GeoJSON, Shapefile or GeoPackage through GeoDjango's GDAL, in any reference system."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import shapely
from django.contrib.gis.gdal import DataSource, GDALException
from django.contrib.gis.gdal.feature import Feature
from django.contrib.gis.gdal.layer import Layer
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from geo.importing.crs import ToLonLat, UnknownSystem, source_system

# Field names tried, in this order, when the operator maps none. Compared without regard to case.
GUESSES: Mapping[str, tuple[str, ...]] = {
    "code": ("ward_code", "district_code", "code", "ma_xa", "maxa", "ma_px", "ma_dvhc", "gso_code", "id"),
    "name": ("fullname", "full_name", "name_2019", "ten_xa", "tenxa", "ten_dvhc", "ward_name", "name", "ten"),
    "parent": ("parent_code", "district_code", "ma_huyen", "mahuyen", "parent"),
    "parent_name": ("district_2019", "parent_name", "ten_huyen", "tenhuyen", "district_name", "district"),
}


class UnreadableFile(ValueError):
    """The file cannot be used at all; the text says why and what to give."""


@dataclass(frozen=True, slots=True)
class ReadUnit:
    """One feature of the file in degrees on WGS 84. `trouble` says why its geometry cannot be used."""

    number: int
    code: str
    name: str
    parent_code: str
    parent_name: str
    polygon: MultiPolygon
    trouble: str = ""
    mended: str = ""

    @property
    def label(self) -> str:
        """How a report names it: code and name, or its place in the file when it has neither."""
        return " ".join(part for part in (self.code, self.name) if part) or f"feature {self.number}"


@dataclass(frozen=True, slots=True)
class ReadFile:
    """Everything read: the units, the reference system's name, which fields were used."""

    units: tuple[ReadUnit, ...]
    system: str
    fields: Mapping[str, str] = field(default_factory=dict)


def read_units(
    path: Path, *, mapping: Mapping[str, str] | None = None, crs: str = "", layer: str = "", level: str = "ward"
) -> ReadFile:
    """The units of a boundary file. `mapping` gives field names for code, name, parent, parent_name.

    Raises UnreadableFile.
    """
    chosen, to_lonlat = open_layer(path, crs=crs, layer=layer)
    fields = _fields(chosen.fields, mapping or {}, level)
    if "code" not in fields:
        raise UnreadableFile(
            f"{path.name}: no field holds the codes; give --code-field, one of: {', '.join(chosen.fields)}"
        )
    units = []
    # By iteration: a layer's numbers start at 0 in some formats and at 1 in others.
    features = cast(Iterable[Feature], chosen)
    for number, feature in enumerate(features, start=1):
        texts = {use: _text(feature.get(name)) for use, name in fields.items()}
        polygon, trouble, mended = _polygon(feature, to_lonlat)
        units.append(
            ReadUnit(
                number,
                texts.get("code", ""),
                texts.get("name", ""),
                texts.get("parent", ""),
                texts.get("parent_name", ""),
                polygon,
                trouble,
                mended,
            )
        )
    return ReadFile(tuple(units), to_lonlat.name, fields)


def open_layer(path: Path, *, crs: str = "", layer: str = "") -> tuple[Layer, ToLonLat]:
    """The layer of a file that GDAL reads, and what turns its coordinates into degrees. Raises UnreadableFile."""
    if not path.exists():
        raise UnreadableFile(f"{path} does not exist")
    try:
        source = DataSource(str(path), encoding="utf-8")
        chosen = _layer(source, layer)
        return chosen, ToLonLat(source_system(_system_of(path, source, chosen), crs))
    except (GDALException, UnknownSystem) as error:
        raise UnreadableFile(f"{path.name}: {error}") from error


def _layer(source: DataSource, name: str) -> Layer:
    layers = {source[i].name: source[i] for i in range(len(source))}
    if name:
        if name not in layers:
            raise UnreadableFile(f"no layer {name!r}; the file has: {', '.join(layers)}")
        return layers[name]
    if len(layers) != 1:
        raise UnreadableFile(f"the file has {len(layers)} layers; give --layer, one of: {', '.join(layers)}")
    return next(iter(layers.values()))


def _system_of(path: Path, source: DataSource, layer: Layer) -> str | None:
    """The reference system as the file itself describes it.

    Of a Shapefile the .prj is read as it stands: GDAL would silently take it for the registered system it is
    most like, and with that guess the datum's shift.
    """
    if str(source.driver) == "ESRI Shapefile":
        prj = next((beside for beside in (path.with_suffix(".prj"), path.with_suffix(".PRJ")) if beside.exists()), None)
        return prj.read_text(encoding="utf-8", errors="replace").strip() if prj is not None else None
    return layer.srs.wkt if layer.srs is not None else None


def _fields(present: Sequence[str], mapping: Mapping[str, str], level: str) -> dict[str, str]:
    by_lower = {name.lower(): name for name in present}
    chosen: dict[str, str] = {}
    for use, guesses in GUESSES.items():
        if use in mapping:
            if mapping[use].lower() not in by_lower:
                raise UnreadableFile(f"no field {mapping[use]!r}; the file has: {', '.join(present)}")
            chosen[use] = by_lower[mapping[use].lower()]
            continue
        # A file of districts has no districts above them.
        if use.startswith("parent") and level == "district":
            continue
        found = next((by_lower[guess] for guess in guesses if guess in by_lower), None)
        if found is not None and (use == "code" or found != chosen.get("code")):
            chosen[use] = found
    return chosen


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(str(value).split()) if value is not None else ""


def _polygon(feature: Feature, to_lonlat: ToLonLat) -> tuple[MultiPolygon, str, str]:
    """(polygon, why it cannot be used, what was mended)."""
    try:
        raw = shapely.from_wkb(bytes(feature.geom.wkb))
    except (GDALException, shapely.errors.GEOSException) as error:
        return MultiPolygon(), f"no readable geometry ({error})", ""
    if raw is None or raw.is_empty:
        return MultiPolygon(), "no geometry", ""
    geometry = to_lonlat(shapely.force_2d(raw))
    if not all(_finite(bound) for bound in geometry.bounds):
        return MultiPolygon(), "coordinates that are not numbers", ""
    west, south, east, north = geometry.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        return MultiPolygon(), "coordinates that are not degrees: wrong reference system?", ""
    if geometry.geom_type not in {"Polygon", "MultiPolygon"}:
        return MultiPolygon(), f"a {geometry.geom_type} instead of a polygon", ""
    if geometry.is_valid:
        return as_multipolygon(geometry), "", ""
    why = shapely.is_valid_reason(geometry)
    mended = as_multipolygon(shapely.make_valid(geometry))
    # Mending that changes what is covered is guessing; a bow tie turned into two halves is such a case.
    if mended.is_empty or abs(mended.area - _swept(geometry)) > 0.001 * mended.area:
        return mended, f"invalid geometry that cannot be mended ({why})", ""
    return mended, "", why


def _swept(geometry: BaseGeometry) -> float:
    """The area the rings enclose as drawn: parts wound the other way count against it."""
    parts = geometry.geoms if geometry.geom_type == "MultiPolygon" else [geometry]
    total = 0.0
    for part in parts:
        total += abs(Polygon(part.exterior).area) - sum(abs(Polygon(ring).area) for ring in part.interiors)
    return total


def as_multipolygon(geometry: BaseGeometry) -> MultiPolygon:
    """The polygons of a geometry; lines and points that mending left over are dropped."""
    parts = [
        part
        for part in shapely.get_parts(shapely.get_parts(geometry))
        if part.geom_type == "Polygon" and not part.is_empty
    ]
    return MultiPolygon(parts)


def _finite(number: float) -> bool:
    return number == number and abs(number) != float("inf")
