"""Named places from a file, beside what people added."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.gis.geos import Point
from django.core.management import CommandError, call_command

from geo.models import Place, PlaceEdition

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
    active = set(Place.objects.filter(is_active=True).values_list("name", flat=True))
    assert active == {"Chợ Đình", "Chợ Mới", "Nhà tôi"}
    assert PlaceEdition.objects.get().number > first
    # A place that comes back is the same row.
    number = Place.objects.get(name="Chợ Búng").pk
    file.write_text(f"{HEAD}\nChợ Búng,10.95,106.70,bus_stop_osm,ODbL\n", encoding="utf-8")
    load(file, "--commit")
    assert Place.objects.get(name="Chợ Búng", is_active=True).pk == number


def test_bad_rows_are_left_out_and_named(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(
        f"{HEAD}\n,10.9,106.6,,\nChợ,x,106.6,,\nChợ Xa,95,106.6,,\nChợ Gần,10.9,106.6,,\n", encoding="utf-8"
    )
    load(file, "--commit")
    shown = capsys.readouterr().out
    assert shown.count("left out: line") == 3
    assert list(Place.objects.values_list("name", flat=True)) == ["Chợ Gần"]


def test_a_file_without_its_columns(file: Path) -> None:
    file.write_text("name,x,y\nChợ,1,2\n", encoding="utf-8")
    with pytest.raises(CommandError, match="lat, lon"):
        load(file)
    with pytest.raises(CommandError, match="does not exist"):
        load(file.with_name("absent.csv"))
