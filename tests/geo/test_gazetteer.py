"""Names, streets, crossroads, house numbers and kilometres of the invented town, with the error in metres."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from django.contrib.gis.geos import Point
from django.core.management import call_command
from shapely import box

from geo.folding import fold_name
from geo.gazetteer.answers import Spot
from geo.gazetteer.index import gazetteer
from geo.gazetteer.linear import split_number
from geo.gazetteer.lookups import Gazetteer
from geo.importing.loading import raise_edition
from geo.index import look_again
from geo.learning import tell_people_said
from geo.models import Place
from tests.geo.town import PLANE, house_at, km_at, town

pytestmark = pytest.mark.django_db


@pytest.fixture
def known(tmp_path: Path) -> Gazetteer:
    call_command("import_osm", str(town().write(tmp_path / "town.osm")), "--commit")
    return gazetteer()


def words(text: str) -> list[str]:
    return fold_name(text).split()


def found(known: Gazetteer, text: str) -> set[str]:
    return {known.label(entry) for hit in known.scan(words(text)) for entry in hit.entries}


def number_of(known: Gazetteer, name: str) -> int:
    """The longest street of a name."""
    numbers = [entry.number for hit in known.scan(words(name)) for entry in hit.entries if entry.kind != "place"]
    return max(numbers, key=lambda number: known.street(number).length_m)


def error_m(spot: Spot | None, true: tuple[float, float]) -> float:
    assert spot is not None
    return math.dist(PLANE.point(spot.lon, spot.lat), true)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ổ gà trên đường Lê Văn Mẫu gần chợ Tưởng Tượng", {"Lê Văn Mẫu", "Chợ Tưởng Tượng"}),
        ("đường số mẫu", {"Lê Văn Mẫu"}),
        ("levanmau", {"Lê Văn Mẫu"}),
        ("quốc lộ 99", {"QL99"}),
        ("km 11 ql99", {"QL99"}),
        ("QL 99", {"QL99"}),
        ("đại lộ tưởng tượng", {"Đại lộ Tưởng Tượng"}),
        ("khu công nghiệp bịa đặt", {"Khu công nghiệp Bịa Đặt"}),
        ("đường D1", {"Đường D1"}),
        ("chợ cũ", {"Chợ Tưởng Tượng"}),
        ("không có gì ở đây", set()),
        ("", set()),
    ],
)
def test_names_are_found_however_they_are_written(known: Gazetteer, text: str, names: set[str]) -> None:
    assert found(known, text) == names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("le van mauu", "Lê Văn Mẫu"),
        ("tran thi thuw", "Trần Thị Thử"),
        ("pham vawn vong", "Phạm Văn Vòng"),
        ("nguyen noi", ""),
        ("cho tuong tuog", "Chợ Tưởng Tượng"),
        ("khu cong ngiep bia dat", "Khu công nghiệp Bịa Đặt"),
        ("khu cong nghiep bia", "Khu công nghiệp Bịa Đặt"),
        ("ql 98", ""),
        ("nga tu biaa", "Ngã tư Bịa"),
    ],
)
def test_misspelt_names(known: Gazetteer, text: str, name: str) -> None:
    near = known.names.near(words(text), 0)
    assert (known.label(near[0].entry) if near else "") == name
    assert all(0.8 <= one.likeness <= 1 for one in near)


def test_half_typed_names(known: Gazetteer) -> None:
    def offered(text: str) -> list[str]:
        return [known.label(entry) for entry in known.names.beginning(words(text))]

    assert offered("le v") == ["Lê Văn Mẫu", "Lê Văn Mẫu"]
    assert offered("tuong cho") == ["Chợ Tưởng Tượng"]
    assert offered("x") == []
    assert offered("") == []


def test_crossroads(known: Gazetteer) -> None:
    long, wide, road = (number_of(known, name) for name in ("Lê Văn Mẫu", "Trần Thị Thử", "QL99"))
    assert len(known.crossings(long, wide)) == 1
    errors = {}
    for name, one, other, true in (
        ("two carriageways", long, wide, (0, 0)),
        ("a fork", long, number_of(known, "Đường D1"), (300, 0)),
        ("a roundabout", number_of(known, "Phạm Văn Vòng"), number_of(known, "Nguyễn Thị Nối"), (-400, 400)),
        ("a numbered road", long, road, (600, 0)),
    ):
        crossing = known.crossings(one, other)[0]
        errors[name] = math.dist(PLANE.point(crossing.lon, crossing.lat), true)
        assert errors[name] <= crossing.radius_m
        assert known.crossings(other, one) == known.crossings(one, other)
    print("crossroads, error in metres:", {name: round(error, 1) for name, error in errors.items()})
    assert max(errors.values()) < 5
    # The avenue ends 200 m south of where the other begins to run: they do not meet.
    assert known.crossings(wide, road) == []
    assert known.crossings(long, long) == []


def test_every_house_number_lands_beside_its_house(known: Gazetteer) -> None:
    street = number_of(known, "Lê Văn Mẫu")
    errors = {number: error_m(known.house(street, str(number)), house_at(number)) for number in range(1, 121)}
    print(f"house numbers, error in metres: mean {sum(errors.values()) / 120:.1f}, worst {max(errors.values()):.1f}")
    assert max(errors.values()) < 15
    assert sum(errors.values()) / 120 < 5
    for number, error in errors.items():
        spot = known.house(street, str(number))
        assert spot is not None
        assert error <= spot.radius_m
    hows = {number: known.house(street, number) for number in ("21", "61/5", "61/7", "33A", "131", "900", "x", "")}
    assert {number: spot.how if spot else None for number, spot in hows.items()} == {
        "21": "house_known",
        "61/5": "house_known",
        "61/7": "house_parent",
        "33A": "house_between",
        "131": "house_beyond",
        "900": None,
        "x": None,
        "": None,
    }


def test_every_kilometre_lies_on_the_road(known: Gazetteer) -> None:
    road = number_of(known, "QL99")
    errors = {}
    for metres in range(10_000, 12_800, 100):
        spot = known.kilometre(road, metres / 1000)
        # Whoever says "at the post of km 11" is at the post, wherever it was put.
        errors[metres] = error_m(spot, km_at(11.03 if metres == 11_000 else metres / 1000))
        assert spot is not None
        assert errors[metres] <= spot.radius_m
    print(f"kilometres, error in metres: worst {max(errors.values()):.1f}")
    assert max(errors.values()) < 40
    assert known.kilometre(road, 9.0) is None
    assert known.kilometre(road, 40.0) is None
    assert known.kilometre(number_of(known, "Lê Văn Mẫu"), 1.0) is None


def test_a_street_and_its_part_in_an_area(known: Gazetteer) -> None:
    street = number_of(known, "Lê Văn Mẫu")
    whole = known.whole(street)
    assert error_m(whole, (0, 0)) < 1
    assert whole.radius_m == pytest.approx(600, abs=1)
    west, south = PLANE.degrees(100, -100)
    east, north = PLANE.degrees(500, 100)
    part = known.stretch(street, box(west, south, east, north))
    assert error_m(part, (300, 0)) < 2
    assert part is not None
    assert part.radius_m == pytest.approx(200, abs=2)
    assert known.stretch(street, box(0, 0, 1, 1)) is None


def test_what_is_nearest(known: Gazetteer) -> None:
    lon, lat = PLANE.degrees(300, -200)
    name_of = {number: known.place(number).name for _distance, number in known.nearest_places(lon, lat, 600, 9)}
    assert next(iter(name_of.values())) == "Khu công nghiệp Bịa Đặt"
    inside = next(iter(name_of))
    assert known.place_holds(inside, lon, lat)
    assert known.place(inside).extent == "area"
    street = known.nearest_street(*PLANE.degrees(200, 30))
    assert street is not None
    assert known.street(street[0]).name == "Lê Văn Mẫu"
    assert street[1] == pytest.approx(30, abs=0.2)
    # Where QL99 is Đại lộ Tưởng Tượng, the street's name is told.
    beside = known.nearest_street(*PLANE.degrees(100, -690))
    assert beside is not None
    assert known.street(beside[0]).name == "Đại lộ Tưởng Tượng"
    assert known.nearest_street(*PLANE.degrees(0, 50_000)) is None


def test_between_two_points(known: Gazetteer) -> None:
    road = number_of(known, "QL99")
    one, other = PLANE.degrees(500, -700), PLANE.degrees(600, -500)
    on_road = known.between_on(road, one, other)
    assert error_m(on_road, (600, -650)) < 2
    assert error_m(known.between(one, other), (550, -600)) < 1


def test_what_changes_is_seen_and_named(known: Gazetteer) -> None:
    assert gazetteer() is known
    assert set(known.versions) == {"osm", "edition", "learnt"}
    assert known.attribution == ("© OpenStreetMap contributors (ODbL 1.0)",)
    Place.objects.create(
        name="Nhà văn hóa", folded="nha van hoa", point=Point(106.61, 10.93, srid=4326), source="people",
        source_key="1", added_by_people=True,
    )  # fmt: skip
    raise_edition()
    look_again()
    later = gazetteer()
    assert later.version != known.version
    assert found(later, "nhà văn hóa") == {"Nhà văn hóa"}
    assert found(known, "nhà văn hóa") == set()


def test_what_people_add_is_laid_over_what_stands(known: Gazetteer) -> None:
    lon, lat = PLANE.degrees(20.0, 20.0)
    for number, (name, kind) in enumerate((("Chợ Chiều Gốc Mít", "marketplace"), ("Trường Gốc Mít", "school"))):
        Place.objects.create(
            name=name, folded=fold_name(name), kind=kind, point=Point(lon + number / 100, lat, srid=4326),
            source="people", source_key=name, added_by_people=True,
        )  # fmt: skip
    before = known
    tell_people_said()
    look_again()
    later = gazetteer()
    # The names of the sources are not built again.
    assert later.names.names is before.names.names
    assert found(later, "sau cho chieu goc mit") == {"Chợ Chiều Gốc Mít"}
    assert found(before, "chợ chiều gốc mít") == set()
    added = Place.objects.get(kind="marketplace", source="people")
    number = later.names.near(words("chợ chiều góc mít"), 0)[0].entry.number
    assert (later.place(number).id, later.place(number).kind) == (added.pk, "marketplace")
    assert [later.label(entry) for entry in later.names.beginning(words("goc mi"))] == [
        "Trường Gốc Mít", "Chợ Chiều Gốc Mít",
    ]  # fmt: skip
    nearest = later.nearest_places(lon, lat, 50, 9)
    assert (0.0, number) in [(round(distance), found_number) for distance, found_number in nearest]
    assert {one for one in nearest if one[1] < later.source_places} == set(before.nearest_places(lon, lat, 50, 9))
    assert later.version != before.version
    Place.objects.filter(pk=added.pk).update(is_active=False)
    tell_people_said()
    look_again()
    assert found(gazetteer(), "chợ chiều gốc mít") == set()
    assert found(gazetteer(), "trường gốc mít") == {"Trường Gốc Mít"}


def test_without_anything(db: None) -> None:
    empty = gazetteer()
    assert empty.scan(["cho"]) == []
    assert empty.names.near(["cho", "dinh"], 0) == []
    assert empty.names.beginning(["cho"]) == []
    assert empty.nearest_places(106.6, 10.9, 1000, 3) == []
    assert empty.nearest_street(106.6, 10.9) is None


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("12", (12, ())),
        ("số 12/5/3", (12, ("5", "3"))),
        ("12A", (12, ("a",))),
        ("12A/5", (12, ("a", "5"))),
        ("A12", (12, ())),
        ("012", (12, ())),
        ("lô", None),
        ("", None),
    ],
)
def test_house_numbers_in_parts(text: str, parts: tuple[int, tuple[str, ...]] | None) -> None:
    assert split_number(text) == parts
