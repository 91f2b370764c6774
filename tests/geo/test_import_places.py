"""Named places from a file, beside what people added."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.core.management import CommandError, call_command

from geo.models import AreaSet, Place, PlaceEdition, PlaceSource

pytestmark = pytest.mark.django_db
HEAD = "name,lat,lon,kind,licence"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "places.csv"
    path.write_text(
        f"{HEAD}\nChợ Đình,10.98,106.67,market,ODbL\nChợ Búng,10.95,106.70,bus_stop_osm,ODbL\n", encoding="utf-8"
    )
    return path


def load(path: Path, *more: str) -> None:
    call_command("import_places", str(path), "--source=osm", *more)


def test_dry_run_writes_nothing(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    load(file)
    assert "2 new, 0 changed" in capsys.readouterr().out
    assert not Place.objects.exists()


def test_again_changes_only_what_changed(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    load(file, "--commit")
    first = PlaceEdition.objects.get().number
    assert {place.name: place.radius_m for place in Place.objects.all()} == {"Chợ Đình": 100.0, "Chợ Búng": 150.0}
    Place.objects.create(
        name="Nhà tôi",
        folded="nha toi",
        point=Point(106.6, 10.9, srid=4326),
        source="osm",
        source_key="mine",
        added_by_people=True,
    )
    file.write_text(f"{HEAD}\nChợ Đình,10.98,106.67,old market,ODbL\nChợ Mới,10.99,106.68,,\n", encoding="utf-8")
    load(file, "--commit")
    assert "1 new, 1 changed, 0 unchanged, 1 no longer" in capsys.readouterr().out
    active = set(Place.objects.in_force().values_list("name", flat=True))
    assert active == {"Chợ Đình", "Chợ Mới", "Nhà tôi"}
    assert PlaceEdition.objects.get().number > first


def test_bad_rows_are_left_out_and_named(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(
        f"{HEAD}\n,10.9,106.6,,\nChợ,x,106.6,,\nChợ Xa,95,106.6,,\nChợ Gần,10.9,106.6,,\n", encoding="utf-8"
    )
    load(file, "--commit")
    shown = capsys.readouterr().out
    assert shown.count("left out: line") == 3
    assert list(Place.objects.values_list("name", flat=True)) == ["Chợ Gần"]


def test_what_lies_far_outside_is_left_out_and_named(
    file: Path, old_set: AreaSet, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(
        f"{HEAD}\nChợ Trong,10.91,106.61,,\nChợ Giáp Ranh,10.89,106.61,,\nChợ Bến Thành,10.7725,106.698,,\n"
        "Hồ Gươm,21.0287,105.8522,,\n",
        encoding="utf-8",
    )
    load(file)
    shown = capsys.readouterr().out
    assert "2 new" in shown
    assert "2 left out that lie more than 2 km outside the territory" in shown
    assert "left out: line 4: Chợ Bến Thành at 10.77250, 106.69800 is outside" in shown
    assert "left out: line 5: Hồ Gươm" in shown
    load(file, "--commit")
    assert set(Place.objects.values_list("name", flat=True)) == {"Chợ Trong", "Chợ Giáp Ranh"}
    file.write_text(f"{HEAD}\nChợ Trong,106.61,10.91,,\n", encoding="utf-8")
    with pytest.raises(CommandError, match=r"no place inside the territory; line 2: Chợ Trong: 106.61, 10.91 is no"):
        load(file, "--commit")
    assert Place.objects.in_force().count() == 2


def test_a_file_without_its_columns(file: Path) -> None:
    file.write_text("name,width,height\nChợ,1,2\n", encoding="utf-8")
    with pytest.raises(CommandError, match=r"no column for lat, lon; .* one of: name, width, height"):
        load(file)
    with pytest.raises(CommandError, match="does not exist"):
        load(file.with_name("absent.csv"))


def test_points_lines_and_areas_from_geojson_with_their_own_field_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def feature(name: str | None, kind: str, coordinates: Any) -> dict[str, Any]:
        properties = {"TEN_DD": name, "NHOM": kind, "MA": name}
        return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}

    path = tmp_path / "places.geojson"
    features = [
        feature("Chợ Đình", "Point", [106.67, 10.98]),
        feature("Suối Cát", "LineString", [[106.6, 10.9], [106.61, 10.9]]),
        feature("Khu công nghiệp", "Polygon", [[[106.6, 10.9], [106.61, 10.9], [106.61, 10.91], [106.6, 10.9]]]),
        feature(None, "Point", [106.67, 10.98]),
        feature("Chợ Xa", "Point", [206.67, 10.98]),
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    with pytest.raises(CommandError, match="--field name=COLUMN"):
        load(path)
    with pytest.raises(CommandError, match=r"places\.geojson has TEN_DD, NHOM, MA"):
        load(path, "--field", "name=TEN")
    load(path, "--field", "name=ten_dd", "--field", "kind=NHOM", "--attribution", "Sở Mẫu", "--commit")
    assert capsys.readouterr().out.count("left out: line") == 2
    places = {place.name: place for place in Place.objects.in_force()}
    assert {name: place.kind for name, place in places.items()} == {
        "Chợ Đình": "Point",
        "Suối Cát": "LineString",
        "Khu công nghiệp": "Polygon",
    }
    assert places["Chợ Đình"].shape is None
    assert places["Suối Cát"].shape is not None
    assert places["Suối Cát"].radius_m == pytest.approx(547, abs=2)
    assert places["Khu công nghiệp"].shape.contains(places["Khu công nghiệp"].point)
    assert PlaceSource.objects.get(name="osm").attribution == "Sở Mẫu"
    load(path, "--field", "name=ten_dd", "--field", "kind=NHOM")
    assert "0 new, 0 changed, 3 unchanged, 0 no longer" in capsys.readouterr().out
