"""Small made territories: a chessboard of wards, and the real borders where the machine has them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from shapely import MultiPolygon, box

from geo.importing.loading import NewUnit, load_generation, measure_lineage, set_with_dates
from geo.index import look_again
from geo.models import AreaSet
from tests.harness.remembering import Remembering

OLD_FROM, NEW_FROM = dt.date(2019, 1, 1), dt.date(2025, 7, 1)
WEST, SOUTH, STEP = 106.60, 10.90, 0.02
# Two rows of three wards in two districts; about 2.2 km a side.
OLD_WARDS = {
    "101": ("Phường Phú Hòa", "11", 0, 0),
    "102": ("Phường Phú Lợi", "11", 1, 0),
    "103": ("Xã Tân Bình", "12", 2, 0),
    "104": ("Phường Hiệp Thành", "11", 0, 1),
    "105": ("Xã An Điền", "12", 1, 1),
    "106": ("Phường Tân Bình", "11", 2, 1),
}
DISTRICTS = {"11": "Thành phố Thủ Dầu Một", "12": "Huyện Bàu Bàng"}
# The new units reuse a code under another name, join two old ones, and split one.
NEW_WARDS = {
    "101": ("Phường Phú Lợi", box(WEST, SOUTH, WEST + 2 * STEP, SOUTH + STEP)),
    "103": ("Phường Bình Dương", box(WEST + 2 * STEP, SOUTH, WEST + 3 * STEP, SOUTH + 1.5 * STEP)),
    "104": ("Phường Chánh Hiệp", box(WEST, SOUTH + STEP, WEST + 2 * STEP, SOUTH + 2 * STEP)),
    "106": ("Xã Long Nguyên", box(WEST + 2 * STEP, SOUTH + 1.5 * STEP, WEST + 3 * STEP, SOUTH + 2 * STEP)),
}


def square(column: float, row: float, size: float = 1.0) -> MultiPolygon:
    """One square of the chessboard."""
    west, south = WEST + column * STEP, SOUTH + row * STEP
    return MultiPolygon([box(west, south, west + size * STEP, south + size * STEP)])


def middle(code: str) -> tuple[float, float]:
    """The middle (lon, lat) of an old ward."""
    _name, _district, column, row = OLD_WARDS[code]
    return WEST + (column + 0.5) * STEP, SOUTH + (row + 0.5) * STEP


def old_units() -> list[NewUnit]:
    wards = [NewUnit("ward", code, above, name, square(x, y)) for code, (name, above, x, y) in OLD_WARDS.items()]
    districts = []
    for code, name in DISTRICTS.items():
        parts = [part for unit in wards if unit.parent_code == code for part in unit.polygon.geoms]
        joined = parts[0]
        for part in parts[1:]:
            joined = joined.union(part)
        polygon = joined if isinstance(joined, MultiPolygon) else MultiPolygon([joined])
        districts.append(NewUnit("district", code, "1", name, polygon))
    return [*wards, *districts]


@pytest.fixture(autouse=True)
def fresh_index(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test sees the areas and places of the one before, which the database has forgotten already."""
    monkeypatch.setattr("geo.gazetteer.index._held", None)
    look_again()
    yield
    look_again()


@pytest.fixture
def old_set(db: None, made_once: Remembering) -> AreaSet:
    return made_once("old_set", _old_set)


def _old_set() -> AreaSet:
    area_set = set_with_dates("2019", OLD_FROM, NEW_FROM)
    load_generation(area_set, old_units(), source="made", licence="none", is_approximate=False)
    area_set.refresh_from_db()
    return area_set


@pytest.fixture
def both_sets(old_set: AreaSet, made_once: Remembering) -> tuple[AreaSet, AreaSet]:
    return made_once("both_sets", lambda: (old_set, _new_set()), on="old_set")


def _new_set() -> AreaSet:
    area_set = set_with_dates("2025", NEW_FROM, None)
    units = [NewUnit("ward", code, "79", name, MultiPolygon([shape])) for code, (name, shape) in NEW_WARDS.items()]
    load_generation(area_set, units, source="made", licence="none", is_approximate=False)
    measure_lineage()
    area_set.refresh_from_db()
    return area_set


@pytest.fixture
def unpinned(settings: Any) -> None:
    settings.AREA_SET = ""


@pytest.fixture
def geojson(tmp_path: Path) -> Callable[..., Path]:
    """Writes units as a GeoJSON file: (code, name, parent, polygon) each."""

    def write(units: list[tuple[str, str, str, Any]], name: str = "units.geojson") -> Path:
        features = [
            {
                "type": "Feature",
                "properties": {"ward_code": code, "name": unit_name, "district_code": parent},
                "geometry": shape.__geo_interface__ if shape is not None else None,
            }
            for code, unit_name, parent, shape in units
        ]
        path = tmp_path / name
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def area_data() -> Path:
    """The folder with the real borders (areas/*.geojson) and places."""
    folder = Path(settings.AREA_DATA) if settings.AREA_DATA else None
    if folder is None or not (folder / "areas" / "wards_2019.geojson").exists():
        pytest.skip("no real borders here: set OPSCENTER_AREA_DATA to a folder with areas/wards_2019.geojson")
    return folder
