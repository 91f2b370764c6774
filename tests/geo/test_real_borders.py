"""On the real borders, where the machine has them (OPSCENTER_AREA_DATA)."""

from __future__ import annotations

import csv
import datetime as dt
import json
import random
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import shape

from geo.areas import areas_at
from geo.importing.checking import Findings, Limits, check_units, compare_with_figures, measure, plane_of
from geo.importing.figures import Figures, read_figures, shipped_figures
from geo.importing.places import plan_places
from geo.importing.plan import AreaImport, plan_import
from geo.importing.reading import ReadUnit, read_units
from geo.index import territory
from geo.models import AreaLineage
from geo.resolver import resolve
from tests.geo.addresses.cases import codes
from tests.geo.addresses.generated import Lists, generated
from tests.harness.counting import calls_of
from tests.harness.remembering import Remembering

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unpinned")]
SETS: dict[str, dict[str, Any]] = {
    "2019": {"valid_from": dt.date(2019, 1, 1), "valid_until": dt.date(2025, 7, 1)},
    "2025": {"valid_from": dt.date(2025, 7, 1)},
}
OLD, NEW = dt.date(2019, 12, 1), dt.date(2025, 7, 1)


@pytest.fixture
def real_sets(area_data: Path, db: None, made_once: Remembering) -> None:
    made_once("real_sets", lambda: _import(area_data))


def _import(area_data: Path) -> None:
    for name, dates in SETS.items():
        plan = plan_import(AreaImport(path=area_data / "areas" / f"wards_{name}.geojson", set_name=name, **dates))
        assert plan.findings.problems == []
        plan.load()


@pytest.fixture(scope="module")
def read_2019(area_data: Path) -> tuple[ReadUnit, ...]:
    return read_units(area_data / "areas" / "wards_2019.geojson").units


def features(area_data: Path, name: str) -> list[Any]:
    found: list[Any] = json.loads((area_data / "areas" / name).read_text(encoding="utf-8"))["features"]
    return found


def test_both_sets_import_cleanly(real_sets: None) -> None:
    sets = {one.name: one for one in territory().sets}
    assert {name: (len(one.wards), len(one.districts)) for name, one in sets.items()} == {
        "2019": (91, 9),
        "2025": (36, 0),
    }
    assert not any(one.approximate for one in sets.values())


def test_districts_joined_from_wards_agree_with_another_source(real_sets: None, area_data: Path) -> None:
    index = territory().named("2019")
    assert index is not None
    for feature in features(area_data, "districts_2020.geojson"):
        polygon = shape(feature["geometry"])
        joined = index.units[feature["properties"]["district_code"]].polygon
        assert joined.intersection(polygon).area / joined.union(polygon).area > 0.85, feature["properties"]


def test_the_same_points_by_date(real_sets: None, area_data: Path) -> None:
    """Against the files themselves, read by another library."""
    chance = random.Random(1022)
    for name, on, key in (("wards_2019.geojson", OLD, "ward_code"), ("wards_2025.geojson", NEW, "code")):
        polygons = {one["properties"][key]: shape(one["geometry"]) for one in features(area_data, name)}
        for code, polygon in polygons.items():
            west, south, east, north = polygon.bounds
            for _again in range(5):
                point = shape(
                    {"type": "Point", "coordinates": [chance.uniform(west, east), chance.uniform(south, north)]}
                )
                expected = {other for other, one in polygons.items() if one.covers(point)}
                ward = areas_at(point.x, point.y, on).ward
                assert ({ward.code} if ward else set()) <= expected, (code, point)
                assert bool(ward) == bool(expected)


def test_a_code_names_another_unit_in_the_other_set(real_sets: None) -> None:
    old = areas_at(106.6850, 10.9700, dt.date(2025, 6, 30))
    new = areas_at(106.6850, 10.9700, dt.date(2025, 7, 1))
    assert old.ward is not None
    assert new.ward is not None
    assert (old.ward.code, old.ward.name) == ("25750", "Phường Phú Hòa")
    assert (new.ward.code, new.ward.name) == ("25750", "Phường Phú Lợi")


def test_lineage_is_that_of_the_overlap_table(real_sets: None, area_data: Path) -> None:
    with (area_data / "areas" / "wards_2019_2025_overlap.csv").open(encoding="utf-8") as file:
        known = {(row["old_code"], row["new_code"]): float(row["share_of_old"]) for row in csv.DictReader(file)}
    found = {(row.old_code, row.new_code): row.share_of_old for row in AreaLineage.objects.all()}
    assert {pair for pair, share in known.items() if share > 0.03} <= found.keys()
    for pair in found.keys() & known.keys():
        assert found[pair] == pytest.approx(known[pair], abs=0.02)


def test_every_pair_of_swapped_wards_is_caught(read_2019: tuple[ReadUnit, ...]) -> None:
    """All 4,095 pairs: both units of each must be named. Measured once, then exchanged on paper."""
    figures = _ward_figures()
    plane = plane_of(read_2019)
    flat = {unit.code: plane.metres(unit.polygon) for unit in read_2019}
    measured = measure(read_2019, plane, flat, Limits().border_m)
    labels = {unit.code: unit.label for unit in read_2019}
    missed = []
    for one, other in combinations(sorted(measured), 2):
        swap = {one: other, other: one}
        exchanged = {
            code: replace(
                measured[swap.get(code, code)],
                neighbours=frozenset(swap.get(beside, beside) for beside in measured[swap.get(code, code)].neighbours),
            )
            for code in measured
        }
        findings = Findings()
        compare_with_figures(exchanged, figures, labels, Limits(), findings)
        if not {one, other} <= {code for problem in findings.problems for code in problem.codes}:
            missed.append((one, other))
    assert missed == []


def test_swapped_wards_in_a_file_are_refused(read_2019: tuple[ReadUnit, ...]) -> None:
    """Bình An and Bình Thắng, which one published source had exchanged."""
    one, other = "25951", "25954"
    polygons = {unit.code: unit.polygon for unit in read_2019}
    polygons[one], polygons[other] = polygons[other], polygons[one]
    units = [replace(unit, polygon=polygons[unit.code]) for unit in read_2019]
    problems = check_units(units, _ward_figures()).problems
    assert {one, other} <= {code for problem in problems for code in problem.codes}


def _ward_figures() -> dict[str, Figures]:
    path = shipped_figures("2019")
    assert path is not None
    return {code: one for code, one in read_figures(path).items() if one.level == "ward"}


def test_well_formed_addresses(real_sets: None) -> None:
    """Every ward by its full address, with and without marks, short and long."""
    from geo.folding import fold

    index = territory().named("2019")
    assert index is not None
    wrong = []
    for ward in index.wards:
        district = index.units[ward.parent_code].name
        for text in (
            f"số 12 đường 30/4, {ward.name}, {district}, Bình Dương",
            fold(f"{ward.name}, {district}"),
            f"{ward.name} {district}".upper(),
        ):
            answer = resolve(text, on=OLD)
            if (
                not answer.candidates
                or answer.candidates[0].ward is None
                or answer.candidates[0].ward.code != ward.code
            ):
                wrong.append((text, answer.outcome))
    assert wrong == []


def test_old_addresses_on_the_new_set(real_sets: None) -> None:
    """An address as people still write it finds the new ward; where the old one was split, one of its parts."""
    old, new = territory().named("2019"), territory().named("2025")
    assert old is not None
    assert new is not None
    parts: dict[str, set[str]] = {}
    for row in AreaLineage.objects.filter(share_of_old__gt=0.02):
        parts.setdefault(row.old_code, set()).add(row.new_code)
    own_names = {ward.name for ward in new.wards}
    for ward in old.wards:
        if ward.name in own_names:
            continue
        answer = resolve(f"{ward.name}, {old.units[ward.parent_code].name}", on=NEW)
        found = {candidate.ward.code for candidate in answer.candidates if candidate.ward is not None}
        assert found, ward.name
        assert found <= parts[ward.code], ward.name


def test_old_addresses_of_every_form_on_the_new_set(real_sets: None) -> None:
    """Where an old unit was split nobody is sent to one of its parts; else the new ward is named."""
    shares = {(row.old_code, row.new_code): row.share_of_old for row in AreaLineage.objects.all()}
    cases = [case for case in generated(Lists(shares), each=1) if case.kind == "old names, new set"]
    assert len({case.ward for case in cases if case.ward}) > 20
    missed = [case for case in cases if codes(resolve(case.text, on=case.on))[0] != case.ward]
    assert len(missed) <= 0.03 * len(cases), missed


def test_known_places_lie_where_their_file_says(real_sets: None, area_data: Path) -> None:
    path = area_data / "places" / "osm_places_2018.csv"
    plan_places(path, source="OpenStreetMap 2018").load()
    assert resolve("tai nạn ở ngã 4 cầu Ông Bố", on=OLD).outcome in {"located", "ambiguous"}
    answer = resolve("gần bệnh viện đa khoa tỉnh Bình Dương", on=OLD)
    assert answer.best is not None
    assert answer.best.ward is not None
    assert answer.best.ward.name == "Phường Hiệp Thành"


def test_a_lookup_asks_a_handful_of_functions_and_not_every_ward(real_sets: None) -> None:
    areas_at(106.66, 11.0, OLD)
    assert calls_of(lambda: areas_at(106.66, 11.0, OLD)) < 100
