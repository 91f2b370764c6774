"""From words and positions to candidates: on a made territory of six wards."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.utils import translation
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from geo.areas import areas_at
from geo.folding import fold, fold_name
from geo.importing.loading import raise_edition
from geo.index import look_again, territory
from geo.language import table
from geo.models import AreaSet, Place
from geo.reasons import SENTENCES, sentence
from geo.resolution import Reason, Resolution
from geo.resolver import resolve
from geo.steps.coordinates import written_points
from geo.steps.tokens import clean, marks_of, tokens_of
from tests.geo.conftest import SOUTH, STEP, WEST, middle
from tests.harness.counting import calls_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unpinned")]
OLD, NEW = dt.date(2020, 1, 1), dt.date(2026, 1, 1)


def codes(answer: Resolution) -> list[str]:
    return [candidate.ward.code for candidate in answer.candidates if candidate.ward is not None]


def said(answer: Resolution) -> set[str]:
    return {reason.code for reason in answer.reasons}


def add_place(name: str, lon: float, lat: float, **fields: object) -> None:
    Place.objects.create(
        name=name,
        folded=fold_name(name),
        point=Point(lon, lat, srid=4326),
        source="made",
        source_key=f"{name} {lon} {lat}",
        **fields,
    )
    raise_edition()
    look_again()


@pytest.mark.parametrize(
    ("words", "on", "ward"),
    [
        # Phú Hòa of before lies in today's Phú Lợi.
        ("phường Phú Hòa cũ, nay là phường Phú Lợi", NEW, "101"),
        ("phường Phú Lợi (phường Phú Hòa cũ)", NEW, "101"),
        ("P. Phú Lợi, trước đây là P. Phú Hòa", NEW, "101"),
        ("phường Phú Hòa, nay là phường Phú Lợi", OLD, "101"),
    ],
)
def test_an_old_and_a_new_name_side_by_side(
    both_sets: tuple[AreaSet, AreaSet], words: str, on: dt.date, ward: str
) -> None:
    answer = resolve(words, on=on)
    assert answer.answer is not None
    assert answer.answer.ward is not None
    assert (answer.answer.ward.code, answer.answer.kind) == (ward, "ward")
    assert "renamed" in said(answer)
    # Where the ground does not agree a person is asked.
    assert resolve("phường Phú Hòa cũ, nay là xã Long Nguyên", on=NEW).answer is None


@pytest.mark.parametrize(
    "words",
    [
        "phường Phú Hòa",
        "Phường Phú Hoà",  # the other way of placing the tone
        "phuong phu hoa",
        "P. Phú Hòa",
        "P.PHÚ HÒA, TP.THỦ DẦU MỘT",
        "p phu hoa tdm",
        "Phuong PhuHoa",
        "Ổ gà trước số 12 đường Phú Lợi, phường Phú Hòa, Thủ Dầu Một",
        "phường Phú Hòaa",
        "Phú Hòa",
        "Phường Phú Hòa",  # decomposed letters
        "cạnh UBND phường Phú Hòa",
    ],
)
def test_a_ward_however_it_is_written(old_set: AreaSet, words: str) -> None:
    answer = resolve(words, on=OLD)
    assert (answer.outcome, codes(answer)) == ("area", ["101"])
    best = answer.best
    assert best is not None
    assert best.district is not None
    assert best.district.code == "11"
    # The circle covers the ward: half its diagonal.
    assert 1500 < best.radius_m < 1650
    assert said(answer) & {"ward_named", "ward_misspelt"}


def test_a_name_in_two_districts_is_ambiguous_until_the_district_is_said(old_set: AreaSet) -> None:
    both = resolve("Tân Bình", on=OLD)
    assert both.outcome == "ambiguous"
    assert sorted(codes(both)) == ["103", "106"]
    assert "name_in_several" in said(both)
    assert codes(resolve("Tân Bình, Bàu Bàng", on=OLD)) == ["103"]
    # The label says which: one is a xã, the other a phường.
    assert codes(resolve("xã Tân Bình", on=OLD)) == ["103"]
    assert codes(resolve("phường Tân Bình", on=OLD)) == ["106"]


def test_what_the_caller_should_be_asked(old_set: AreaSet) -> None:
    def asked(words: str, **position: Any) -> tuple[str, dict[str, object]] | None:
        question = resolve(words, on=OLD, **position).question
        return (question.code, dict(question.params)) if question is not None else None

    assert asked("phường Phú Hòa") is None
    assert asked("alo alo") == ("ask_ward", {})
    assert asked("đường Lê Văn Mẫu, Bàu Bàng") == ("ask_ward_in", {"district": "Huyện Bàu Bàng"})
    assert asked("chợ Phú Hòa") == ("ask_if_ward", {"ward": "Phường Phú Hòa"})
    two = asked("giữa phường Phú Hòa và phường Hiệp Thành")
    assert two == ("ask_which_ward", {"wards": "Phường Phú Hòa, Phường Hiệp Thành"})
    edge = asked("cháy", point=(WEST + STEP - 0.0005, SOUTH + STEP / 2), accuracy_m=80)
    assert edge == ("ask_which_side", {"wards": "Phường Phú Hòa, Phường Phú Lợi"})
    assert asked("Biên Hòa, Đồng Nai") is None


def test_a_thing_named_after_a_ward_is_only_a_hint(old_set: AreaSet) -> None:
    hint = resolve("ngập ở chợ Phú Hòa", on=OLD)
    firm = resolve("ngập ở phường Phú Hòa", on=OLD)
    assert hint.best is not None
    assert firm.best is not None
    assert hint.best.confidence < 0.5 < firm.best.confidence
    assert "ward_named_after" in said(hint)
    # Nobody is sent there without a person's word.
    assert (hint.outcome, hint.answer, hint.needs_person) == ("ambiguous", None, True)
    assert (firm.outcome, firm.answer, firm.needs_person) == ("area", firm.best, False)
    assert codes(resolve("chợ Phú Hòa, phường Hiệp Thành", on=OLD)) == ["104"]


def test_far_is_not_a_commune(old_set: AreaSet) -> None:
    """ "xa" without its mark is "far" in a marked text."""
    answer = resolve("nhà tôi xa Tân Bình lắm", on=OLD)
    assert sorted(codes(answer)) == ["103", "106"]
    assert codes(resolve("xa tan binh", on=OLD)) == ["103"]


def test_ward_and_district_that_do_not_fit(old_set: AreaSet) -> None:
    answer = resolve("phường Phú Hòa, huyện Bàu Bàng", on=OLD)
    assert "ward_district_disagree" in said(answer)
    assert answer.best is not None
    assert answer.best.confidence < 0.7


def test_two_wards_are_both_offered(old_set: AreaSet) -> None:
    answer = resolve("từ phường Phú Hòa đến phường Hiệp Thành", on=OLD)
    assert answer.outcome == "ambiguous"
    assert sorted(codes(answer)) == ["101", "104"]


def test_address_goes_before_words(old_set: AreaSet) -> None:
    answer = resolve("tôi ở phường Hiệp Thành thấy cháy", on=OLD, address="phường Phú Lợi")
    assert codes(answer) == ["102"]


def test_only_a_district(old_set: AreaSet) -> None:
    answer = resolve("Bàu Bàng", on=OLD)
    assert answer.outcome == "area"
    assert answer.best is not None
    assert (answer.best.kind, answer.best.ward) == ("district", None)
    assert answer.best.district is not None
    assert answer.best.district.code == "12"


def test_a_name_said_again_and_again_is_as_sure(old_set: AreaSet) -> None:
    for words in ("P. Phú Hòa. " * 30, "phường Phú Hòa, " * 6):
        answer = resolve(words, on=OLD).answer
        assert answer is not None
        assert answer.ward is not None
        assert (answer.ward.code, answer.confidence) == ("101", 0.985)
    for words in ("ở Bàu Bàng, dạ Bàu Bàng", "huyện Bàu Bàng " * 9):
        answer = resolve(words, on=OLD).answer
        assert answer is not None
        assert answer.district is not None
        assert answer.district.code == "12"


def test_an_old_name_is_found_on_the_new_ground(both_sets: tuple[AreaSet, AreaSet]) -> None:
    answer = resolve("phường Hiệp Thành", on=NEW)
    assert codes(answer) == ["104"]
    assert answer.best is not None
    assert answer.best.ward is not None
    assert (answer.best.ward.set_name, answer.best.ward.name) == ("2025", "Phường Chánh Hiệp")
    assert "old_unit" in said(answer)
    # The district of old still tells the two Tân Bình apart; one of them was split since.
    split = resolve("phường Tân Bình, thành phố Thủ Dầu Một", on=NEW)
    assert (split.outcome, sorted(codes(split))) == ("ambiguous", ["103", "106"])
    assert "old_unit_split" in said(split)
    for candidate in split.candidates:
        here = areas_at(candidate.lon, candidate.lat, NEW)
        assert here.ward == candidate.ward


def test_a_reused_name_means_the_unit_in_force(both_sets: tuple[AreaSet, AreaSet]) -> None:
    assert codes(resolve("phường Phú Lợi", on=OLD)) == ["102"]
    assert codes(resolve("phường Phú Lợi", on=NEW)) == ["101"]


def test_elsewhere(old_set: AreaSet) -> None:
    assert resolve("Quận 1, TP. Hồ Chí Minh", on=OLD).outcome == "outside"
    assert resolve("Biên Hòa, Đồng Nai", on=OLD).outcome == "outside"
    # Streets are called after provinces and cities.
    assert resolve("đường Hồ Chí Minh", on=OLD).outcome == "unknown"
    # Since the merger the city is the province itself.
    assert "elsewhere_named" not in said(resolve("TP. Hồ Chí Minh", on=NEW))


@pytest.mark.parametrize(
    "words",
    [
        "12 Lê Lợi, Phường Bến Thành",
        "phuong ben thanh tphcm",
        "Bến Thành, TP.HCM",
        "Ben Thanh Ward, Ho Chi Minh City",
        "P. Linh Xuân, TP Thủ Đức",
        "xã Phú Hòa Đông, TP.HCM",
        "phường Trảng Dài",
        "12 Lê Lợi, Bến Nghé, Q1",
        "Xã Tân Khai, Hớn Quản",
    ],
)
def test_a_ward_of_the_neighbours_is_outside_in_both_sets(both_sets: tuple[AreaSet, AreaSet], words: str) -> None:
    for on in (OLD, NEW):
        assert resolve(words, on=on).outcome == "outside", on


def test_a_neighbours_ward_beside_ours(both_sets: tuple[AreaSet, AreaSet]) -> None:
    # Beside a ward or district of ours it is where that one ends, a street or a slip.
    assert codes(resolve("phường Phú Hòa, giáp phường Linh Xuân", on=OLD)) == ["101"]
    assert resolve("phường Linh Xuân, Thủ Dầu Một", on=OLD).outcome != "outside"
    # Ours of that name is gone since the merger, and the city has one.
    assert codes(resolve("phường Tân Bình, Thủ Dầu Một", on=OLD)) == ["106"]
    assert resolve("phường Tân Bình, TP.HCM", on=NEW).outcome == "outside"
    assert resolve("phường Tân Bình", on=NEW).outcome != "outside"


def test_nothing_said(old_set: AreaSet) -> None:
    for words in ("", "   ", "alo alo", "😀😀", "."):
        answer = resolve(words, on=OLD)
        assert (answer.outcome, answer.candidates) == ("unknown", ())
        assert said(answer) == {"nothing_found"}


def test_without_any_areas(db: None) -> None:
    assert said(resolve("phường Phú Hòa", on=OLD)) == {"no_area_set"}


def test_ignored_words_are_named(old_set: AreaSet) -> None:
    answer = resolve("cột điện ngã, phường Phú Hòa, sau quán", on=OLD)
    assert answer.ignored == ("cột điện ngã", "sau quán")


# --- positions -------------------------------------------------------------------------------------------------


def test_a_pin_decides(old_set: AreaSet) -> None:
    lon, lat = middle("105")
    answer = resolve("cháy", on=OLD, point=(lon, lat))
    assert (answer.outcome, codes(answer)) == ("located", ["105"])
    assert answer.best is not None
    assert answer.best.radius_m == 15
    assert answer.best.near == ()


def test_words_and_position_that_agree_are_surer(old_set: AreaSet) -> None:
    alone = resolve("cháy", on=OLD, point=middle("101"), accuracy_m=30)
    agreed = resolve("cháy ở phường Phú Hòa", on=OLD, point=middle("101"), accuracy_m=30)
    assert agreed.best is not None
    assert alone.best is not None
    assert agreed.best.confidence > alone.best.confidence
    assert "words_agree" in said(agreed)


def test_words_and_position_that_disagree_are_both_offered(old_set: AreaSet) -> None:
    answer = resolve("cháy ở phường Phú Hòa", on=OLD, point=middle("106"), accuracy_m=30)
    assert answer.outcome == "ambiguous"
    assert codes(answer) == ["106", "101"]
    reason = next(reason for reason in answer.reasons if reason.code == "words_disagree")
    assert 2000 < float(reason.params["distance_m"]) < 4000
    district = resolve("cháy ở Bàu Bàng", on=OLD, point=middle("101"), accuracy_m=30)
    assert district.outcome == "ambiguous"


def test_a_circle_over_a_border_names_both_wards(old_set: AreaSet) -> None:
    lon, lat = WEST + STEP - 0.0005, SOUTH + STEP / 2
    answer = resolve("cháy", on=OLD, point=(lon, lat), accuracy_m=80)
    assert answer.best is not None
    assert codes(answer) == ["101"]
    assert [area.code for area in answer.best.near] == ["102"]
    assert "near_border" in said(answer)
    assert resolve("cháy", on=OLD, point=(lon, lat), accuracy_m=20).best.near == ()  # type: ignore[union-attr]


def test_a_position_outside(old_set: AreaSet) -> None:
    answer = resolve("cháy", on=OLD, point=(105.85, 21.02), accuracy_m=20)
    assert (answer.outcome, answer.candidates) == ("outside", ())
    # Somebody in Hanoi reports for his mother in Phú Hòa.
    told = resolve("mẹ tôi ở phường Phú Hòa", on=OLD, point=(105.85, 21.02), accuracy_m=20)
    assert (told.outcome, codes(told)) == ("area", ["101"])
    assert "point_outside" in said(told)


def test_a_vague_position_lets_the_words_refine(old_set: AreaSet) -> None:
    answer = resolve("phường Phú Lợi", on=OLD, point=middle("101"), accuracy_m=3000)
    assert (answer.outcome, codes(answer)) == ("area", ["102"])
    assert "point_vague" in said(answer)
    alone = resolve("cháy", on=OLD, point=middle("101"), accuracy_m=3000)
    assert alone.outcome == "area"


def test_a_position_next_door_to_the_ward_named_is_for_a_person(old_set: AreaSet) -> None:
    """15 m accurate and 150 m on the other side: never said to lie in the ward named, never answered."""
    metre = 1 / 109_000
    answer = resolve("cháy ở phường Phú Lợi", on=OLD, point=(WEST + STEP - 150 * metre, SOUTH + STEP / 2))
    assert "words_disagree" in said(answer)
    assert not {"words_agree", "words_settle"} & said(answer)
    assert (answer.outcome, codes(answer)) == ("located", ["101", "102"])
    assert (answer.needs_person, answer.answer is None or answer.answer.ward is None) == (True, True)
    assert answer.question is not None
    assert answer.question.code == "ask_which_ward"


def test_a_circle_over_a_border_is_settled_by_the_ward_named(old_set: AreaSet) -> None:
    metre = 1 / 109_000
    for east in (-60, 60):
        lon = WEST + STEP + east * metre
        answer = resolve("cháy ở phường Phú Lợi", on=OLD, point=(lon, SOUTH + STEP / 2), accuracy_m=80)
        assert (answer.outcome, codes(answer), answer.needs_person) == ("located", ["102"], False)
        assert answer.answer is not None
        assert answer.answer.near == ()
        assert ("words_settle" if east < 0 else "words_agree") in said(answer)
        index = territory().on(OLD)
        assert index is not None
        ward = index.ward_at(answer.answer.lon, answer.answer.lat)
        assert ward is not None
        assert ward.code == "102"


def test_a_position_just_outside_with_the_ward_named(old_set: AreaSet) -> None:
    lon, lat = WEST - 0.0003, SOUTH + STEP / 2
    assert resolve("cháy", on=OLD, point=(lon, lat), accuracy_m=60).answer is None
    named = resolve("cháy ở phường Phú Hòa", on=OLD, point=(lon, lat), accuracy_m=60).answer
    assert named is not None
    assert named.ward is not None
    assert named.ward.code == "101"


def test_a_thing_named_narrows_a_wide_circle_and_makes_it_surer(old_set: AreaSet) -> None:
    lon, lat = middle("101")
    add_place("Chợ Tưởng Tượng", lon + 0.004, lat, kind="marketplace", radius_m=40.0)
    alone = resolve("cháy", on=OLD, point=(lon, lat), accuracy_m=900)
    narrowed = resolve("cháy ở chợ Tưởng Tượng", on=OLD, point=(lon, lat), accuracy_m=900)
    assert narrowed.best is not None
    assert alone.best is not None
    assert (narrowed.best.kind, narrowed.best.name) == ("place", "Chợ Tưởng Tượng")
    assert narrowed.best.radius_m < 200 < alone.best.radius_m
    assert narrowed.best.confidence > alone.best.confidence
    assert {"place_agrees", "place_narrows"} <= said(narrowed)
    # A fix that is finer than the thing stays where it is.
    fine = resolve("cháy ở chợ Tưởng Tượng", on=OLD, point=(lon + 0.0038, lat), accuracy_m=20)
    assert fine.best is not None
    assert fine.best.kind == "point"
    assert (fine.best.lon, fine.best.radius_m) == (round(lon + 0.0038, 7), 20)


@pytest.mark.parametrize("point", [(float("nan"), 10.0), (500.0, 10.0), (106.0, float("inf"))])
def test_a_position_that_is_none_is_left_out(old_set: AreaSet, point: tuple[float, float]) -> None:
    answer = resolve("phường Phú Hòa", on=OLD, point=point, accuracy_m=float("nan"))
    assert codes(answer) == ["101"]
    assert "point_unusable" in said(answer)
    assert resolve("cháy", on=OLD, point=middle("101"), accuracy_m=-5).outcome == "located"


@pytest.mark.parametrize(
    ("text", "lat", "lon", "source"),
    [
        ("10.98123, 106.65456", 10.98123, 106.65456, "coordinates"),
        ("chỗ này 10.98123 106.65456 nhé", 10.98123, 106.65456, "coordinates"),
        ("106.65456, 10.98123", 10.98123, 106.65456, "coordinates"),  # the other order
        ("10,98123; 106,65456", 10.98123, 106.65456, "coordinates"),
        ("10°58'52.4\"N 106°39'16.4\"E", 10.98122, 106.65456, "coordinates"),
        ("https://www.google.com/maps/@10.98123,106.65456,17z", 10.98123, 106.65456, "link"),
        ("https://maps.google.com/?q=10.98123,106.65456", 10.98123, 106.65456, "link"),
        ("https://maps.google.com/maps?q=10.98123%2C106.65456&z=17", 10.98123, 106.65456, "link"),
        # A place's own position goes before the middle of the map.
        (
            "https://www.google.com/maps/place/X/@10.5,106.5,15z/data=!3m1!4b1!3d10.98123!4d106.65456",
            10.98123,
            106.65456,
            "link",
        ),
        ("https://www.openstreetmap.org/?mlat=10.98123&mlon=106.65456#map=17/10.9/106.6", 10.98123, 106.65456, "link"),
        ("https://www.openstreetmap.org/#map=17/10.98123/106.65456", 10.98123, 106.65456, "link"),
        ("geo:10.98123,106.65456", 10.98123, 106.65456, "link"),
        ("lat: 10.98123, lng: 106.65456", 10.98123, 106.65456, "coordinates"),
        ("vĩ độ 10.98123, kinh độ 106.65456", 10.98123, 106.65456, "coordinates"),
        ("E106.65456 N10.98123", 10.98123, 106.65456, "coordinates"),
        ("10° 58.8738' N, 106° 39.2736' E", 10.98123, 106.65456, "coordinates"),
        ("10 58 52.4 N 106 39 16.4 E", 10.98122, 106.65456, "coordinates"),
        ("N 10 58 52,4, E 106 39 16,4", 10.98122, 106.65456, "coordinates"),
        ("10 58.8738 N, 106 39.2736 E", 10.98123, 106.65456, "coordinates"),
        ("10.98123012345678901,106.65456", 10.98123, 106.65456, "coordinates"),
        ("https://example.vn/x?lat=10.98123&lng=106.65456", 10.98123, 106.65456, "link"),
        ("https://bing.com/maps?cp=10.98123~106.65456", 10.98123, 106.65456, "link"),
        ("7P28XMJ3+FR", 10.981188, 106.654563, "plus_code"),
        ("XMJ3+FR Thủ Dầu Một", 10.981188, 106.654563, "plus_code"),
    ],
)
def test_written_positions(text: str, lat: float, lon: float, source: str) -> None:
    found = written_points(clean(text), near=(106.7, 11.0))
    assert [point.source for point in found] == [source]
    assert (found[0].lat, found[0].lon) == pytest.approx((lat, lon), abs=2e-5)


@pytest.mark.parametrize(
    "text",
    [
        "10.5, 106.6",
        "0.000, 0.000",
        "91.1234, 191.1234",
        "1.2.3.4",
        "số 0900 000 001",
        "tổ 10 58 nhà 3 B 106 39 07",
        "lúc 10:30 106 người",
        "C++ 2222+",
        # Thousands of dong, and the letter of "đồng" is none of the compass.
        "thu phí 50.000, 30.000 đồng",
        "nước 12.500, 105.700 đồng",
        "12/05/2020",
    ],
)
def test_numbers_that_are_no_position(text: str) -> None:
    assert written_points(clean(text), near=(106.7, 11.0)) == []


def test_a_short_link_is_said_to_hold_no_position(old_set: AreaSet) -> None:
    answer = resolve("https://maps.app.goo.gl/PhuHoa5 ổ gà", on=OLD)
    assert [reason.code for reason in answer.reasons] == ["link_unread", "nothing_found"]
    assert answer.ignored == ("ổ gà",)


def test_a_written_position_goes_before_the_devices(old_set: AreaSet) -> None:
    lon, lat = middle("106")
    answer = resolve(f"ở đây {lat:.5f}, {lon:.5f}", on=OLD, point=middle("101"), accuracy_m=20)
    assert codes(answer) == ["106"]
    assert {"points_differ", "point_in_text"} <= said(answer)


# --- places ----------------------------------------------------------------------------------------------------


def test_a_known_place(old_set: AreaSet) -> None:
    add_place("Bệnh viện Đa khoa tỉnh Bình Dương", *middle("104"))
    for words in (
        "gần bệnh viện đa khoa tỉnh Bình Dương",
        "BV đa khoa tỉnh BÌNH DƯƠNG",
        "benh vien da khoa tinh binh duong",
    ):
        answer = resolve(words, on=OLD)
        assert (answer.outcome, codes(answer)) == ("located", ["104"]), words
    assert "place_beside" in said(resolve("gần bệnh viện đa khoa tỉnh Bình Dương", on=OLD))
    near, there = (resolve(f"{word} bệnh viện đa khoa tỉnh Bình Dương", on=OLD).best for word in ("gần", "tại"))
    assert near is not None
    assert there is not None
    assert near.radius_m > there.radius_m


def test_a_place_written_nearly_so(old_set: AreaSet) -> None:
    add_place("Sân vận động Gò Đậu", *middle("102"))
    assert codes(resolve("sân vận động Gò Đâuu bị ngập", on=OLD)) == ["102"]
    add_place("Ngã tư Chợ Đình", *middle("104"))
    assert codes(resolve("kẹt xe nga 4 cho dinh", on=OLD)) == ["104"]


def test_a_name_with_a_dash_of_its_own(old_set: AreaSet) -> None:
    add_place("Ngã tư Phú Lợi - Lê Hồng Phong", *middle("104"))
    assert codes(resolve("ngập ở ngã tư Phú Lợi - Lê Hồng Phong", on=OLD)) == ["104"]


def test_another_number_is_another_place(old_set: AreaSet) -> None:
    add_place("Trường Tiểu học Số 2", *middle("102"))
    assert resolve("trường tiểu học số 3", on=OLD).outcome == "unknown"
    assert resolve("trường tiểu học số 2", on=OLD).outcome == "located"


def test_a_place_of_that_name_in_the_ward_named(old_set: AreaSet) -> None:
    for code in ("101", "106"):
        add_place("Nhà văn hóa Lao Động", *middle(code))
    both = resolve("nhà văn hóa lao động", on=OLD)
    assert both.outcome == "ambiguous"
    assert sorted(codes(both)) == ["101", "106"]
    one = resolve("nhà văn hóa lao động, phường Phú Hòa", on=OLD)
    assert (one.outcome, codes(one)) == ("located", ["101"])
    # Neither lies there: the ward is believed, and it is said.
    other = resolve("nhà văn hóa lao động, phường Hiệp Thành", on=OLD)
    assert (other.outcome, codes(other)) == ("area", ["104"])
    assert "place_elsewhere" in said(other)


def test_two_points_of_one_place_are_one(old_set: AreaSet) -> None:
    lon, lat = middle("101")
    add_place("Siêu thị Hoa Sen", lon, lat)
    add_place("Siêu thị Hoa Sen", lon + 0.001, lat)
    assert resolve("siêu thị Hoa Sen", on=OLD).outcome == "located"


def test_a_point_named_only_after_a_ward_is_no_place(old_set: AreaSet) -> None:
    add_place("về Phú Hòa", *middle("106"))
    add_place("Phường Phú Hòa", *middle("106"))
    assert codes(resolve("đi về Phú Hòa", on=OLD)) == ["101"]


def test_a_place_taken_out_is_forgotten(old_set: AreaSet) -> None:
    add_place("Siêu thị Hoa Sen", *middle("101"))
    assert resolve("siêu thị Hoa Sen", on=OLD).outcome == "located"
    Place.objects.update(is_active=False)
    raise_edition()
    look_again()
    assert resolve("siêu thị Hoa Sen", on=OLD).outcome == "unknown"


# --- properties ------------------------------------------------------------------------------------------------

TEXTS = st.text(max_size=400)


@given(TEXTS)
@example("Ổ gà\u200b số 12\n đường\tĐT743")
@example("İ ǰ ﬃ ½ ٣ ⑤")
def test_folding_and_cleaning_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold_name(fold_name(text)) == fold_name(text)
    assert clean(clean(text)) == clean(text)


@given(st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạ 0123456789.,-/", max_size=200))
@example("số 12/3, KP5, ĐT743")
def test_no_digit_vanishes(text: str) -> None:
    digits = [letter for letter in text if letter.isdigit()]
    for step in (fold(text), clean(text), fold_name(text), "".join(token.text for token in tokens_of(clean(text)))):
        assert [letter for letter in step if letter.isdigit()] == digits


@pytest.mark.parametrize(("one", "other"), [("hòa", "hoà"), ("thủy", "thuỷ"), ("Hòa", "HOÀ"), ("lơị", "lợi")])
def test_where_the_tone_stands_does_not_matter(one: str, other: str) -> None:
    assert marks_of(one) == marks_of(other)


def test_other_marks_are_another_word() -> None:
    assert marks_of("định") != marks_of("đình")


PIECES = st.sampled_from(
    [
        "phường",
        "p.",
        "xã",
        "Phú Hòa",
        "phu loi",
        "Tân Bình",
        "Bàu Bàng",
        "TDM",
        "chợ",
        "gần",
        "số 12",
        ",",
        "10.91",
        "106.61",
        "đường",
        "Hồ Chí Minh",
        "😀",
        "x",
        "Hiệp Thanh",
        "https://maps.google.com/?q=10.91,106.63",
        "\n",
    ]
)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(
    pieces=st.lists(PIECES, max_size=14),
    east=st.floats(-0.01, 0.07),
    north=st.floats(-0.01, 0.05),
    accuracy=st.none() | st.floats(0.1, 8000),
    pinned=st.booleans(),
    on=st.sampled_from([OLD, NEW]),
)
def test_an_answers_point_lies_in_its_ward(
    both_sets: tuple[AreaSet, AreaSet],
    pieces: list[str],
    east: float,
    north: float,
    accuracy: float | None,
    pinned: bool,
    on: dt.date,
) -> None:
    point = (WEST + east, SOUTH + north) if pinned else None
    answer = resolve(" ".join(pieces), on=on, point=point, accuracy_m=accuracy)
    confidences = [candidate.confidence for candidate in answer.candidates]
    assert all(0 <= confidence <= 1 for confidence in confidences)
    assert (answer.outcome in {"located", "area", "ambiguous"}) == bool(answer.candidates)
    assert answer.reasons
    for candidate in answer.candidates:
        assert candidate.radius_m > 0
        here = areas_at(candidate.lon, candidate.lat, on, margin_m=candidate.radius_m + 1)
        if candidate.ward is not None:
            # A point just outside the territory is given the ward its circle reaches.
            assert candidate.ward in (here.ward, *here.near)
            if candidate.kind != "point":
                assert here.ward == candidate.ward
    assert Resolution.from_json(json.loads(json.dumps(answer.as_json()))) == answer
    with translation.override("en"):
        for reason in answer.reasons:
            assert "%(" not in sentence(reason)
            assert not sentence(reason).startswith("Reason:")


def test_words_of_a_thing_written_in_one(both_sets: tuple[AreaSet, AreaSet]) -> None:
    """They once broke the comparison of marks, word by word."""
    for words in (words for group in table("things_named_after")["thing"].values() for words in group):
        pieces = words.split()
        for at in range(len(pieces)):
            glued = " ".join([*pieces[:at], "".join(pieces[at : at + 2]), *pieces[at + 2 :]])
            for text in (f"{glued} Phú Hòa", fold(f"sau {glued} phu hoa"), f"gần {''.join(pieces)} Phú Hòa"):
                assert resolve(text, on=OLD).reasons


HOSTILE = [
    "x" * 10_000,
    "😀" * 10_000,
    "phường " * 2_000,
    "p. " * 4_000,
    "10.123 " * 2_000,
    "1" * 10_000,
    "@1.1," * 2_000,
    "chợ " * 3_000,
    "https://a" + "/" * 9_990,
    "tan binh " * 1_200,
    "ngã tư chợ đình " * 700,
    "a\u0301" * 5_000,
    "10°58'" * 1_700,
    "10 58 49 N 106 39 " * 550,
    "phường Linh " * 830,
    "PhườngPhúHòa" * 900,
    "thành phố " * 1_000,
    "\n" * 10_000,
    "7P28XMJ3+" * 1_200,
    ", " * 5_000,
    "https://maps.google.com/?q=" * 400,
    "\u202e" * 10_000,
    "phường An An An " * 650,
    "%2C" * 3_400,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_take_bounded_work(old_set: AreaSet, text: str) -> None:
    add_place("Ngã tư Chợ Đình", *middle("104"))
    resolve("warm", on=OLD)
    half = calls_of(lambda: resolve(text[:2_500], on=OLD))
    whole = calls_of(lambda: resolve(text, on=OLD))
    # The 5,000 characters that are read: the worst of these texts takes 35 calls for each. Twice the text is twice the
    # work; four times would be a step that compares everything with everything.
    assert whole < 70 * 5_000
    assert whole < 3 * half + 5_000


def test_every_reason_has_its_sentence_and_unknown_ones_do_no_harm() -> None:
    with translation.override("en"):
        assert sentence(Reason("from_the_future", {})) == "Reason: from_the_future"
        assert sentence(Reason("near_border", {})) == "Reason: near_border"
        params = {
            "ward": "A",
            "wards": "A, B",
            "name": "C",
            "text": "D",
            "set": "2019",
            "district": "E",
            "districts": "E",
            "direction": 3,
        }
        for code in SENTENCES:
            text = sentence(Reason(code, {**params, "distance_m": 12.0, "radius_m": 12.0}))
            assert not text.startswith("Reason:")
