"""Streets, crossroads, house numbers, kilometre posts and places from an OpenStreetMap file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import osmium
import pytest
from django.contrib.gis.geos import Point
from django.core.management import CommandError, call_command
from django.test import Client

from geo.importing.osm_streets import kilometre_of
from geo.models import AreaSet, Crossroad, HouseNumber, KmPost, Loading, Place, PlaceSource, Street
from tests.geo.town import PLANE, town

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return town().write(tmp_path / "town.osm")


def load(path: Path) -> None:
    call_command("import_osm", str(path), "--commit")


def test_dry_run_reports_and_writes_nothing(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_osm", str(file))
    shown = capsys.readouterr().out
    assert "7 streets, 1 numbered roads" in shown
    assert "9 house numbers, 3 kilometre posts" in shown
    assert "Nothing was written" in shown
    assert not any(model.objects.exists() for model in (Street, Place, PlaceSource, Loading))


def test_streets_are_joined_by_name_and_neighbourhood(file: Path) -> None:
    load(file)
    streets = Street.objects.in_force()
    assert streets.filter(folded__contains="le van mau").count() == 2
    long = streets.get(name="Lê Văn Mẫu", length_m__gt=1000)
    assert long.length_m == pytest.approx(1200, abs=1)
    assert "Đường Số Mẫu" in long.other_names
    road = streets.get(is_road=True)
    assert (road.name, road.ref, len(road.geometry)) == ("QL99", "QL99", 1)
    assert road.length_m == pytest.approx(2800, abs=1)
    # A numbered road keeps the street's own name beside its number.
    assert streets.get(name="Đại lộ Tưởng Tượng").ref == "QL99"


def test_crossroads_come_from_shared_nodes_and_roundabouts(file: Path) -> None:
    load(file)
    met = {
        frozenset((one.first.name, one.second.name)): one for one in Crossroad.objects.select_related("first", "second")
    }
    # Two carriageways give one crossroads, between them.
    wide = met[frozenset(("Lê Văn Mẫu", "Trần Thị Thử"))]
    east, north = PLANE.point(wide.point.x, wide.point.y)
    assert (abs(east) < 0.5, abs(north) < 0.5, wide.arms) == (True, True, 4)
    fork = met[frozenset(("Lê Văn Mẫu", "Đường D1"))]
    assert fork.arms == 3
    ring = met[frozenset(("Phạm Văn Vòng", "Nguyễn Thị Nối"))]
    assert PLANE.point(ring.point.x, ring.point.y) == pytest.approx((-400, 400), abs=5)
    assert ring.radius_m == pytest.approx(30, abs=5)
    # A street does not cross the numbered road that it is a part of.
    assert frozenset(("Đại lộ Tưởng Tượng", "QL99")) not in met


def test_houses_posts_and_places(file: Path) -> None:
    load(file)
    numbers = HouseNumber.objects.filter(street__length_m__gt=1000).values_list("number", flat=True)
    assert set(numbers) == {"1", "2", "21", "22", "61", "62", "119", "120", "61/5"}
    assert set(KmPost.objects.values_list("street__name", "km")) == {("QL99", 10.0), ("QL99", 11.0), ("QL99", 12.0)}
    kinds = dict(Place.objects.in_force().values_list("name", "kind"))
    assert kinds == {
        "Chợ Tưởng Tượng": "marketplace",
        "Ngã tư Bịa": "crossroads",
        "Khu công nghiệp Bịa Đặt": "industrial",
        "Suối Nghĩ Ra": "stream",
        "Trường Tiểu học Bịa": "building",
    }
    zone = Place.objects.get(kind="industrial")
    assert zone.shape is not None
    assert zone.shape.geom_type in {"Polygon", "MultiPolygon"}
    assert zone.radius_m == pytest.approx(141, abs=3)
    assert Place.objects.get(kind="stream").shape.geom_type == "LineString"
    assert Place.objects.get(kind="marketplace").other_names == ["Chợ Cũ"]


def test_again_changes_only_what_changed(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    load(file)
    Place.objects.create(
        name="Nhà văn hóa", folded="nha van hoa", point=Point(106.61, 10.93, srid=4326), source="osm",
        source_key="n1", added_by_people=True,
    )  # fmt: skip
    capsys.readouterr()
    load(file)
    assert "Nothing has changed" in capsys.readouterr().out
    osm = town(houses=(1, 2))
    osm.node(400, 300, amenity="hospital", name="Bệnh viện Bịa")
    load(osm.write(file))
    shown = capsys.readouterr().out
    assert "places: 1 new, 0 changed, 5 unchanged, 0 no longer there" in shown
    assert "house numbers: 0 new, 0 changed, 3 unchanged, 6 no longer there" in shown
    names = set(Place.objects.in_force().values_list("name", flat=True))
    assert {"Bệnh viện Bịa", "Nhà văn hóa", "Chợ Tưởng Tượng"} <= names
    assert HouseNumber.objects.filter(loading__source__current=1).count() == 0


def test_old_loadings_go_but_the_one_before(file: Path) -> None:
    for most in (1, 2, 3):
        load(town(houses=tuple(range(1, 2 + most))).write(file))
    assert Loading.objects.count() == 2
    assert Street.objects.in_force().count() == Street.objects.count() / 2
    # What a killed import left behind is never in force.
    source = PlaceSource.objects.get(name="osm")
    Loading.objects.create(source=source)
    assert Street.objects.in_force().count() == 8


def test_only_what_lies_in_the_territory(old_set: AreaSet, file: Path) -> None:
    osm = town()
    osm.node(90_000, 0, amenity="hospital", name="Bệnh viện Xa")
    load(osm.write(file))
    assert not Place.objects.filter(name="Bệnh viện Xa").exists()
    assert Place.objects.filter(name="Chợ Tưởng Tượng").exists()


def test_the_map_says_whose_streets_they_are(client: Client, old_set: AreaSet, file: Path, settings: Any) -> None:
    settings.AREA_SET = "2019"
    assert "OpenStreetMap" not in client.get("/geo/areas/current.json").json()["attribution"]
    load(file)
    assert (
        client.get("/geo/areas/current.json").json()["attribution"].endswith("© OpenStreetMap contributors (ODbL 1.0)")
    )
    # And so it is what every map names in its corner.
    shown = client.get("/geo/areas/current.json").json()
    assert shown["credits"] == ["made (none)", "© OpenStreetMap contributors (ODbL 1.0)"]
    # A map of borders alone names theirs, also where they are those of another year.
    assert client.get(shown["url"]).json()["attribution"] == "made (none)"


def test_pbf_says_the_same(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    packed = file.with_name("town.osm.pbf")
    with osmium.SimpleWriter(str(packed)) as writer:
        for thing in osmium.FileProcessor(str(file)):
            writer.add(thing)
    load(file)
    capsys.readouterr()
    call_command("import_osm", str(packed))
    assert "Nothing has changed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("town.csv", b"a,b", "should end in"),
        ("town.osm", b"", "cannot be read"),
        ("town.osm", b"<osm version='0.6'><node id='1'", "cannot be read"),
        ("town.osm", b"<osm version='0.6'></osm>", "no street"),
        ("town.osm.pbf", b"\x00\x00\x00\xffnot a block", "cannot be read"),
    ],
)
def test_bad_files_are_refused_with_a_reason(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(CommandError, match=says):
        load(path)
    with pytest.raises(CommandError, match="does not exist"):
        load(tmp_path / "absent.osm")


@pytest.mark.parametrize(
    ("tags", "km"),
    [
        ({"distance": "12"}, 12.0),
        ({"distance": "12.3"}, 12.3),
        ({"pk": "12+350"}, 12.35),
        ({"name": "Km 7"}, 7.0),
        ({"name": "QL13 Km12+5"}, 12.5),
        ({"name": "Cột mốc"}, None),
        ({}, None),
    ],
)
def test_what_a_post_says(tags: dict[str, str], km: float | None) -> None:
    assert kilometre_of(tags) == km
