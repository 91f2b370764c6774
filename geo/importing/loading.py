"""Loads checked units as a new generation, in short transactions, and puts it in force with one UPDATE."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.contrib.gis.geos import MultiPolygon as GeosMultiPolygon
from django.db import transaction
from django.db.models import F
from shapely import MultiPolygon, STRtree

from geo.importing.figures import known_names
from geo.importing.reading import as_multipolygon
from geo.index import SetIndex, look_again, territory
from geo.kinds import split_label
from geo.models import Area, AreaLineage, AreaName, AreaSet, Generation, PlaceEdition
from geo.plane import area_km2

# SQLite has one writer: each transaction stays well under the time a web request would notice.
BATCH = 40
KEPT_GENERATIONS = 2
# The source of names taken from a file of borders: the next import of the set replaces them.
FROM_FILE = "import"


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit ready to be stored: polygon in degrees on WGS 84, name with its label."""

    level: str
    code: str
    parent_code: str
    name: str
    polygon: MultiPolygon


def dissolve(wards: Sequence[NewUnit], names: dict[str, str], *, level: str, parent_code: str = "") -> list[NewUnit]:
    """One unit for each parent code of the given ones: districts from wards, a province from districts."""
    members: dict[str, list[MultiPolygon]] = {}
    for ward in wards:
        if ward.parent_code:
            members.setdefault(ward.parent_code, []).append(ward.polygon)
    return [
        NewUnit(level, code, parent_code, names.get(code, code), _joined(polygons))
        for code, polygons in sorted(members.items())
    ]


def _joined(polygons: Sequence[MultiPolygon]) -> MultiPolygon:
    """The union, without the slivers of up to a metre that borders drawn twice leave inside it."""
    whole = shapely.union_all(polygons)
    parts = []
    for part in shapely.get_parts(whole):
        rings = [ring for ring in part.interiors if area_km2(shapely.Polygon(ring)) > 0.001]
        parts.append(shapely.Polygon(part.exterior, rings))
    return as_multipolygon(shapely.MultiPolygon(parts))


def load_generation(
    area_set: AreaSet,
    units: Sequence[NewUnit],
    *,
    source: str,
    licence: str,
    is_approximate: bool,
    file_sha256: str = "",
) -> Generation:
    """Stores the units as a generation of the set and puts it in force; readers see all of it or none."""
    generation = Generation.objects.create(
        area_set=area_set, source=source, licence=licence, is_approximate=is_approximate, file_sha256=file_sha256
    )
    for batch in _batches(units):
        with transaction.atomic():
            Area.objects.bulk_create(_row(generation, unit) for unit in batch)
    _store_names(area_set, units)
    with transaction.atomic():
        Generation.objects.filter(pk=generation.pk).update(complete=True)
        AreaSet.objects.filter(pk=area_set.pk).update(current=generation)
        raise_edition()
    look_again()
    _drop_old(area_set)
    return generation


def raise_edition() -> None:
    """Tells every process that names or places have changed; part of the transaction that changes them."""
    if not PlaceEdition.objects.filter(id=1).update(number=F("number") + 1):
        PlaceEdition.objects.create(id=1, number=1)


def _batches(units: Sequence[NewUnit]) -> Iterable[Sequence[NewUnit]]:
    for start in range(0, len(units), BATCH):
        yield units[start : start + BATCH]


def _row(generation: Generation, unit: NewUnit) -> Area:
    geometry = GEOSGeometry(memoryview(shapely.to_wkb(unit.polygon)), srid=4326)
    assert isinstance(geometry, GeosMultiPolygon)
    return Area(
        generation=generation,
        level=unit.level,
        code=unit.code,
        parent_code=unit.parent_code,
        kind=split_label(unit.name)[0],
        name=unit.name,
        area_km2=round(area_km2(unit.polygon), 4),
        geometry=geometry,
    )


def _store_names(area_set: AreaSet, units: Sequence[NewUnit]) -> None:
    """The dated names known for the set, and the file's own for units nothing is known of. Hand-made ones stay."""
    codes = {unit.code for unit in units}
    rows = [
        AreaName(
            area_set=area_set,
            code=known.code,
            kind=split_label(known.name)[0],
            name=known.name,
            valid_from=known.valid_from,
            valid_until=known.valid_until,
            source=known.source,
        )
        for known in known_names([area_set.name])
        if known.code in codes
    ]
    dated = {row.code for row in rows}
    rows += [
        AreaName(
            area_set=area_set,
            code=unit.code,
            kind=split_label(unit.name)[0],
            name=unit.name,
            valid_from=area_set.valid_from,
            valid_until=area_set.valid_until,
            source=FROM_FILE,
        )
        for unit in units
        if unit.code not in dated
    ]
    with transaction.atomic():
        AreaName.objects.filter(area_set=area_set, source=FROM_FILE).delete()
        AreaName.objects.bulk_create(rows, ignore_conflicts=True)


def _drop_old(area_set: AreaSet) -> None:
    """Deletes all but the newest generations, a batch of areas at a time."""
    old = area_set.generations.order_by("-id")[KEPT_GENERATIONS:]
    for generation in list(old):
        while codes := list(generation.areas.values_list("pk", flat=True)[:BATCH]):
            Area.objects.filter(pk__in=codes).delete()
        generation.delete()


def set_with_dates(name: str, valid_from: dt.date, valid_until: dt.date | None) -> AreaSet:
    """The set of that name, made if new. Its dates must be the ones given: use `date_conflict` first."""
    area_set, _made = AreaSet.objects.get_or_create(
        name=name, defaults={"valid_from": valid_from, "valid_until": valid_until}
    )
    return area_set


def date_conflict(name: str, valid_from: dt.date, valid_until: dt.date | None) -> str:
    """Why a set with these dates cannot be loaded, or an empty text."""
    same = AreaSet.objects.filter(name=name).first()
    if same is not None and (same.valid_from, same.valid_until) != (valid_from, valid_until):
        return f"the set {name!r} exists from {same.valid_from} until {same.valid_until or 'further notice'}"
    for other in AreaSet.objects.overlapping(valid_from, valid_until).exclude(name=name):
        return (
            f"the set {name!r} would share days with {other.name!r}, "
            f"in force from {other.valid_from} until {other.valid_until or 'further notice'}"
        )
    return ""


def measure_lineage() -> int:
    """Stores which part of each unit lies in which unit of the next set; returns the number of pairs."""
    sets = sorted(territory().sets, key=lambda one: one.valid_from)
    pairs = [row for old, new in pairwise(sets) for row in _lineage(old, new)]
    with transaction.atomic():
        AreaLineage.objects.filter(old_set_id__in=[one.set_id for one in sets]).delete()
        AreaLineage.objects.bulk_create(pairs)
    return len(pairs)


def _lineage(old: SetIndex, new: SetIndex) -> list[AreaLineage]:
    # Pieces under a hundredth of the old unit, or 0.02 km², are borders drawn differently, not a change.
    tree = STRtree([ward.polygon for ward in new.wards])
    rows = []
    for ward in old.wards:
        for i in sorted(tree.query(ward.polygon, predicate="intersects")):
            piece = area_km2(ward.polygon.intersection(new.wards[i].polygon))
            share = min(piece / ward.area_km2, 1.0)
            if share >= 0.01 and piece >= 0.02:
                rows.append(
                    AreaLineage(
                        old_set_id=old.set_id,
                        old_code=ward.code,
                        new_set_id=new.set_id,
                        new_code=new.wards[i].code,
                        share_of_old=share,
                    )
                )
    return rows
