"""What the importer lets in, and what it refuses, naming the units."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyogrio
import pytest
import shapely
from django.core.management import CommandError, call_command
from pyproj import CRS, Transformer
from shapely import MultiPolygon, Polygon, box

from geo.areas import areas_at
from geo.importing.crs import UnknownSystem, source_system
from geo.importing.figures import read_figures, shipped_figures
from geo.importing.known_sets import load_starter_areas
from geo.importing.plan import AreaImport, plan_import
from geo.importing.reading import UnreadableFile, read_units
from geo.index import territory
from geo.models import Area, AreaSet, Generation
from tests.geo.conftest import DISTRICTS, NEW_FROM, OLD_FROM, OLD_WARDS, SOUTH, STEP, WEST, middle, square

pytestmark = pytest.mark.django_db
Rows = list[tuple[str, str, str, Any]]


@pytest.fixture
def rows() -> Rows:
    return [(code, name, above, square(x, y)) for code, (name, above, x, y) in OLD_WARDS.items()]


@pytest.fixture
def figures(tmp_path: Path) -> Path:
    """Figures that fit the chessboard; 104 is larger than its square by a tenth, as figures are."""
    lines = ["code,level,parent_code,name,area_km2,lon,lat,neighbours"]
    for code, (name, above, x, y) in OLD_WARDS.items():
        lon, lat = middle(code)
        beside = [other for other, (_n, _a, i, j) in OLD_WARDS.items() if abs(i - x) + abs(j - y) == 1]
        area = 5.3 if code == "104" else 4.83
        lines.append(f"{code},ward,{above},{name},{area},{lon},{lat},{' '.join(beside)}")
    lines += [f"{code},district,1,{name},,,," for code, name in DISTRICTS.items()]
    path = tmp_path / "figures.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def plan(path: Path, figures: Path | None = None, **more: Any) -> Any:
    asked: dict[str, Any] = {"set_name": "2019", "valid_from": OLD_FROM, "valid_until": NEW_FROM, **more}
    return plan_import(AreaImport(path=path, reference=figures, without_reference=figures is None, **asked))


def kinds(found: Any) -> dict[str, set[str]]:
    by_kind: dict[str, set[str]] = {}
    for problem in found.findings.problems:
        by_kind.setdefault(problem.kind, set()).update(problem.codes)
    return by_kind


def test_a_clean_file_is_only_written_with_commit(
    geojson: Callable[..., Path], rows: Rows, figures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = geojson(rows)
    command = ("import_areas", str(path), "--set=2019", "--from=2019-01-01", "--until=2025-07-01")
    call_command(*command, f"--reference={figures}")
    assert "Nothing was written" in capsys.readouterr().out
    assert not AreaSet.objects.exists()
    call_command(*command, f"--reference={figures}", "--commit")
    assert AreaSet.objects.get().current is not None
    answer = areas_at(*middle("104"), OLD_FROM)
    assert (answer.ward.code, answer.district.name) == ("104", "Thành phố Thủ Dầu Một")  # type: ignore[union-attr]
    # The district is its wards joined.
    assert Area.objects.get(code="11").area_km2 == pytest.approx(4 * 4.83, rel=0.01)


def test_two_swapped_neighbours_are_caught(geojson: Callable[..., Path], rows: Rows, figures: Path) -> None:
    shapes = {code: shape for code, _n, _a, shape in rows}
    shapes["101"], shapes["102"] = shapes["102"], shapes["101"]
    found = plan(geojson([(code, name, above, shapes[code]) for code, name, above, _s in rows]), figures)
    assert kinds(found)["swapped"] == {"101", "102"}
    text = next(problem.text for problem in found.findings.problems if problem.kind == "swapped")
    assert "Phường Phú Hòa" in text
    assert "Phường Phú Lợi" in text
    with pytest.raises(ValueError, match="not loaded"):
        found.load()


def test_three_units_in_a_ring_of_exchange_are_caught(geojson: Callable[..., Path], rows: Rows, figures: Path) -> None:
    shapes = {code: shape for code, _n, _a, shape in rows}
    shapes["101"], shapes["103"], shapes["106"] = shapes["103"], shapes["106"], shapes["101"]
    found = kinds(plan(geojson([(code, name, above, shapes[code]) for code, name, above, _s in rows]), figures))
    assert {"101", "103", "106"} <= set().union(*found.values())


def test_a_unit_of_the_wrong_size_is_named(geojson: Callable[..., Path], rows: Rows, figures: Path) -> None:
    rows[2] = ("103", "Xã Tân Bình", "12", square(2, 0, 0.6))
    assert kinds(plan(geojson(rows), figures))["area"] == {"103"}


def test_wrong_neighbours_alone_are_caught(geojson: Callable[..., Path], rows: Rows, figures: Path) -> None:
    text = figures.read_text(encoding="utf-8").splitlines()
    text[1] = text[1].rsplit(",", 1)[0] + ",105 106 103"
    figures.write_text("\n".join(text), encoding="utf-8")
    assert "101" in kinds(plan(geojson(rows), figures))["neighbours"]


def test_overlap_gap_and_sliver(geojson: Callable[..., Path], rows: Rows) -> None:
    west, south = WEST, SOUTH
    wider = MultiPolygon([box(west, south, west + 1.1 * STEP, south + STEP)])
    assert kinds(plan(geojson([("101", *rows[0][1:3], wider), *rows[1:]])))["overlap"] == {"101", "102"}
    # A sliver of 5 m is how two surveys of one border differ.
    sliver = MultiPolygon([box(west, south, west + STEP + 0.00004, south + STEP)])
    found = plan(geojson([("101", *rows[0][1:3], sliver), *rows[1:]]))
    assert found.can_be_loaded
    assert any("overlap" in remark for remark in found.findings.remarks)
    nine = [(f"{x}{y}", f"Xã {x}{y}", "", square(x, y)) for x in range(3) for y in range(3) if (x, y) != (1, 1)]
    assert kinds(plan(geojson(nine)))["gap"] >= {"01", "10", "12", "21"}


def test_codes(geojson: Callable[..., Path], rows: Rows, figures: Path) -> None:
    assert kinds(plan(geojson(rows[:-1]), figures))["missing_code"] == {"106"}
    assert kinds(plan(geojson([*rows, ("999", "Xã Lạ", "", square(5, 5))]), figures))["unknown_code"] == {"999"}
    twice = [*rows[:-1], ("101", "Phường Tân Bình", "11", rows[-1][3])]
    assert kinds(plan(geojson(twice)))["duplicate_code"] == {"101"}
    assert "no_code" in kinds(plan(geojson([*rows[:-1], ("", "Xã Không Mã", "", square(5, 5))])))


def test_a_name_at_anothers_code_is_caught(geojson: Callable[..., Path], rows: Rows, figures: Path) -> None:
    rows[0], rows[1] = ("101", rows[1][1], *rows[0][2:]), ("102", rows[0][1], *rows[1][2:])
    assert kinds(plan(geojson(rows), figures))["name"] == {"101", "102"}


def test_wrong_parent_is_caught(geojson: Callable[..., Path], rows: Rows, figures: Path) -> None:
    rows[0] = ("101", rows[0][1], "12", rows[0][3])
    assert kinds(plan(geojson(rows), figures))["parent"] == {"101"}


def test_invalid_geometry(geojson: Callable[..., Path], rows: Rows) -> None:
    bow_tie = Polygon([(106.6, 10.9), (106.62, 10.92), (106.62, 10.9), (106.6, 10.92)])
    assert kinds(plan(geojson([("101", *rows[0][1:3], bow_tie), *rows[1:]])))["geometry"] == {"101"}
    assert kinds(plan(geojson([("101", *rows[0][1:3], None), *rows[1:]])))["geometry"] == {"101"}
    assert kinds(plan(geojson([("101", *rows[0][1:3], shapely.Point(106, 10)), *rows[1:]])))["geometry"] == {"101"}
    # A spike out and back encloses nothing: that is mended.
    spike = Polygon(
        [
            (WEST, SOUTH),
            (WEST + STEP, SOUTH),
            (WEST + STEP, SOUTH + STEP),
            (WEST + STEP, SOUTH + 1.2 * STEP),
            (WEST + STEP, SOUTH + STEP),
            (WEST, SOUTH + STEP),
        ]
    )
    found = plan(geojson([("101", *rows[0][1:3], spike), *rows[1:]]))
    assert found.can_be_loaded
    assert any("mended" in remark for remark in found.findings.remarks)


def test_a_set_that_shares_days_is_refused(geojson: Callable[..., Path], rows: Rows, old_set: AreaSet) -> None:
    found = plan(geojson(rows), set_name="2024", valid_from=dt.date(2024, 1, 1), valid_until=None)
    assert "dates" in kinds(found)
    other_dates = plan(geojson(rows), valid_until=dt.date(2026, 1, 1))
    assert "dates" in kinds(other_dates)


def test_districts_do_not_replace_wards(geojson: Callable[..., Path], old_set: AreaSet) -> None:
    found = plan(geojson([("11", "Thành phố Thủ Dầu Một", "", square(0, 0, 3))]), level="district")
    assert "level" in kinds(found)


def test_the_command_fails_and_writes_nothing(
    geojson: Callable[..., Path], rows: Rows, figures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CommandError, match="refused"):
        call_command(
            "import_areas",
            str(geojson(rows[:-1])),
            "--set=2019",
            "--from=2019-01-01",
            f"--reference={figures}",
            "--commit",
        )
    assert "106 Phường Tân Bình is missing" in capsys.readouterr().out
    assert not Generation.objects.exists()


def test_field_mapping_and_its_errors(geojson: Callable[..., Path], rows: Rows) -> None:
    path = geojson(rows)
    read = read_units(path, mapping={"code": "NAME", "name": "ward_code"})
    assert read.units[0].code == "Phường Phú Hòa"
    with pytest.raises(UnreadableFile, match="no field 'nothing'"):
        read_units(path, mapping={"code": "nothing"})
    with pytest.raises(UnreadableFile, match="does not exist"):
        read_units(path.with_name("absent.geojson"))


def write_file(path: Path, rows: Rows, crs: str, driver: str) -> Path:
    """The chessboard in another format and reference system, by another library than the importer reads with."""
    move = _to(crs)
    geometry = [shapely.to_wkb(shapely.transform(shape, move)) for _c, _n, _a, shape in rows]
    pyogrio.raw.write(
        path,
        geometry=_array(geometry),
        field_data=[_array([row[i] for row in rows]) for i in range(3)],
        fields=["code", "ten", "parent"],
        geometry_type="MultiPolygon",
        crs=crs,
        driver=driver,
        encoding="UTF-8",
    )
    return path


def _array(values: list[Any]) -> Any:
    import numpy as np

    return np.array(values, dtype=object)


def _to(crs: str) -> Callable[[Any], Any]:
    import numpy as np

    if crs == "EPSG:9210":
        # The seven parameters of the decision on VN-2000, written out: independent of what the importer chooses.
        steps = Transformer.from_pipeline(
            "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=cart +ellps=WGS84 "
            "+step +inv +proj=helmert +x=-191.90441429 +y=-39.30318279 +z=-111.45032835 +rx=-0.00928836 "
            "+ry=0.01975479 +rz=-0.00427372 +s=0.252906278 +convention=coordinate_frame "
            "+step +inv +proj=cart +ellps=WGS84 +step +proj=tmerc +lat_0=0 +lon_0=105.75 +k=0.9999 +x_0=500000 "
            "+y_0=0 +ellps=WGS84"
        )
    else:
        steps = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    return lambda points: np.column_stack(steps.transform(points[:, 0], points[:, 1]))


@pytest.mark.parametrize(
    ("name", "driver", "crs"),
    [
        ("units.gpkg", "GPKG", "EPSG:4326"),
        ("units.gpkg", "GPKG", "EPSG:32648"),
        ("units.shp", "ESRI Shapefile", "EPSG:32648"),
        ("units.gpkg", "GPKG", "EPSG:3857"),
    ],
)
def test_formats_and_systems(tmp_path: Path, rows: Rows, name: str, driver: str, crs: str) -> None:
    read = read_units(write_file(tmp_path / name, rows, crs, driver))
    for unit, (code, unit_name, _above, shape) in zip(read.units, rows, strict=True):
        assert (unit.code, unit.name) == (code, unit_name)
        assert unit.polygon.hausdorff_distance(shape) < 1e-6


def test_vn2000_without_datum_parameters_is_asked_for(tmp_path: Path, rows: Rows) -> None:
    path = write_file(tmp_path / "units.shp", rows, "EPSG:9210", "ESRI Shapefile")
    with pytest.raises(UnreadableFile, match="EPSG:9210"):
        read_units(path)
    read = read_units(path, crs="EPSG:9210")
    for unit, (_code, _name, _above, shape) in zip(read.units, rows, strict=True):
        # 2e-7 degrees are 2 cm: the right operation among pyproj's, whose others differ by 0.8 m.
        assert unit.polygon.hausdorff_distance(shape) < 2e-7


@pytest.mark.parametrize(
    "wkt",
    [
        None,
        "",
        "not a reference system",
        CRS.from_epsg(9210).to_wkt("WKT1_ESRI"),
        # The common disguise: VN-2000's projection, with the datum called WGS 84.
        CRS.from_epsg(9210)
        .to_wkt("WKT1_ESRI")
        .replace("VN_2000", "WGS_1984")
        .replace("D_Vietnam_2000", "D_WGS_1984")
        .replace("VN-2000_TM-3_105-45", "my_projection"),
    ],
)
def test_uncertain_systems_are_refused(wkt: str | None) -> None:
    with pytest.raises(UnknownSystem, match="--crs"):
        source_system(wkt)


def test_vn2000_with_parameters_is_taken() -> None:
    wkt = CRS.from_epsg(9210).to_wkt("WKT1_GDAL")
    told = wkt.replace(
        '298.257223563,AUTHORITY["EPSG","7030"]]',
        '298.257223563,AUTHORITY["EPSG","7030"]],TOWGS84[-191.90441429,-39.30318279,-111.45032835,'
        "0.00928836,-0.01975479,0.00427372,0.252906278]",
    )
    assert source_system(told).is_bound


def test_starter_areas_fill_in_until_real_ones_come(geojson: Callable[..., Path]) -> None:
    assert load_starter_areas() == ["2019", "2025"]
    assert load_starter_areas() == []
    sets = {one.name: one for one in territory().sets}
    assert all(one.approximate for one in sets.values())
    assert (len(sets["2019"].wards), len(sets["2019"].districts), len(sets["2025"].wards)) == (91, 9, 36)
    figures = {name: read_figures(path) for name in sets if (path := shipped_figures(name)) is not None}
    for one in sets.values():
        for ward in one.wards:
            assert ward.polygon.is_valid
            known = figures[one.name][ward.code]
            assert known.area_km2 is not None
            assert 0.5 < ward.area_km2 / known.area_km2 < 2.0, ward.name
    answer = areas_at(106.6569, 10.9953, dt.date(2020, 1, 1))
    assert answer.approximate
    assert answer.ward is not None


def test_starter_areas_leave_an_operators_set_alone(old_set: AreaSet) -> None:
    assert load_starter_areas() == ["2025"]
    old_set.refresh_from_db()
    assert old_set.current is not None
    assert not old_set.current.is_approximate
