from __future__ import annotations

import datetime as dt

from geo.areas import AreaRef
from geo.resolution import Candidate, Reason, Resolution
from geo.resolver import resolve
from incidents.dispatching.suggesting import area_refs
from incidents.intake.take import take_report
from incidents.records import editing
from incidents.records.models import History, Incident, Source
from incidents.records.needs import Need, place_needs
from incidents.records.places import Pin, place_fields, set_place
from realtime.change import change
from tests.cast import Cast, open_one
from tests.intake.world import IN_AN_LAC, IN_BINH_MINH, OUTSIDE, World

ON = dt.date(2026, 11, 24)
AN_LAC = AreaRef("invented", "90001", "Phường An Lạc", "phuong", "80001")
BINH_MINH = AreaRef("invented", "90002", "Phường Bình Minh", "phuong", "80001")
SONG_XANH = AreaRef("invented", "80001", "Thành phố Sông Xanh", "thanh_pho", "")


def candidate(ward: AreaRef, at: tuple[float, float] = IN_AN_LAC) -> Candidate:
    return Candidate("place", "Chợ", *at, 50.0, ward, SONG_XANH, 0.8)


def test_the_best_candidate_of_a_clear_answer(world: World) -> None:
    reasons = (Reason("place_known", {"name": "Chợ", "text": "cho"}),)
    resolution = Resolution("located", (candidate(AN_LAC),), reasons, answer=candidate(AN_LAC))
    fields = place_fields(resolution, on=ON)
    assert (fields["point"].x, fields["point"].y, fields["radius_m"]) == (*IN_AN_LAC, 50.0)
    assert (fields["area_set"], fields["ward_code"], fields["district_code"]) == ("invented", "90001", "80001")
    assert fields["area_generation"]
    assert fields["place_label"] == "Chợ"
    assert fields["place_trace"]["by"] == "resolver"
    assert Resolution.from_json(fields["place_trace"]) == resolution


def test_an_ambiguous_answer_gives_only_what_can_be_relied_on(world: World) -> None:
    one, other = candidate(AN_LAC), candidate(BINH_MINH, IN_BINH_MINH)
    shared = Candidate("district", SONG_XANH.name, *IN_AN_LAC, 9_000.0, None, SONG_XANH, 0.8)
    fields = place_fields(Resolution("ambiguous", (one, other), answer=shared), on=ON)
    assert (fields["point"], fields["radius_m"]) == (None, None)
    assert (fields["area_set"], fields["ward_code"], fields["district_code"]) == ("invented", "", "80001")
    unsure = place_fields(Resolution("ambiguous", (one,)), on=ON)
    assert (unsure["area_set"], unsure["ward_code"], unsure["district_code"]) == ("", "", "")


def test_a_vague_position_keeps_its_circle_and_no_ward(world: World, cast: Cast) -> None:
    """A device that knows where it is to within 4 km routes nothing: a person asks which ward it is."""
    lon, lat = IN_AN_LAC
    fields = place_fields(resolve("ổ gà", on=ON, point=IN_AN_LAC, accuracy_m=4_000), on=ON)
    assert (fields["point"].x, fields["point"].y, fields["radius_m"]) == (lon, lat, 4_000)
    assert (fields["area_set"], fields["ward_code"]) == ("", "")
    assert place_needs(fields["place_trace"], fields["ward_code"]) == {Need.PLACE_UNCERTAIN}
    refs = area_refs(fields)
    assert not refs.certain
    taken = take_report(
        source=Source.APP, source_id="vague", words="ổ gà", point=IN_AN_LAC, accuracy_m=4_000
    )  # fmt: skip
    stored = Incident.objects.get(pk=taken.incident.pk)
    assert (stored.ward_code, "place_uncertain" in stored.needs) == ("", True)
    assert stored.state == "received"


def test_nothing_found(world: World) -> None:
    fields = place_fields(Resolution("unknown"), on=ON)
    assert (fields["point"], fields["area_set"], fields["place_trace"]["outcome"]) == (None, "", "unknown")


def test_a_pin_is_put_with_areas_reasons_and_history(world: World, cast: Cast) -> None:
    incident = open_one(world, place_trace={"outcome": "unknown"}, ward_code="", district_code="", area_set="")
    with change():
        set_place(editing.lock(incident.pk), Pin(*IN_BINH_MINH, 25.0, "Chợ"), by=cast.call_taker)
    stored = Incident.objects.get()
    assert (stored.ward_code, stored.radius_m, stored.place_label) == ("90002", 25.0, "Chợ")
    row = History.objects.get(kind="place_set")
    assert (row.by, row.data["ward"], row.data["lon"]) == (cast.call_taker, "90002", round(IN_BINH_MINH[0], 3))
    assert "Chợ" not in str(row.data)
    assert [reason["code"] for reason in row.data["reasons"]] == ["place.by_person", "place.area_of_pin"]


def test_what_a_pin_replaces_stays_explained_in_the_history_without_words(world: World, cast: Cast) -> None:
    words = "trước quán bà Bảy ở phường An Lạc, cách 200 m"
    taken = take_report(source=Source.APP, source_id="explained", words=words, point=IN_AN_LAC, accuracy_m=4_000)
    before = taken.incident.place_trace
    with change():
        set_place(editing.lock(taken.incident.pk), Pin(*IN_BINH_MINH), by=cast.call_taker)
    assert Incident.objects.get().place_trace["by"] == "person"
    where = History.objects.get(kind="received").data["where"]
    assert (where["set"], where["generation"]) == ("invented", before["generation"])
    assert (where["gazetteer"], where["outcome"]) == (before["gazetteer"], before["outcome"])
    assert [one["code"] for one in where["reasons"]] == [one["code"] for one in before["reasons"]]
    assert {"code": "point_vague", "params": {"radius_m": 4_000}} in where["reasons"]
    assert "bà Bảy" not in str(where)
    assert "An Lạc" not in str(where)


def test_a_report_that_joins_another_keeps_where_its_own_words_were(world: World) -> None:
    first = take_report(source=Source.APP, source_id="1", words="ổ gà", point=IN_AN_LAC)
    take_report(
        source=Source.APP, source_id="2", words="ổ gà ở phường Bình Minh", point=IN_BINH_MINH,
        same_as=first.incident.pk,
    )  # fmt: skip
    assert Incident.objects.get().ward_code == "90001"
    where = History.objects.get(kind="report_added").data["where"]
    assert (where["ward"], where["set"], where["kind"]) == ("90002", "invented", "point")
    assert "words_agree" in [one["code"] for one in where["reasons"]]


def test_a_pin_on_a_border_and_one_outside(world: World) -> None:
    near = place_fields(Pin(106.6501, 11.05), on=ON)
    assert near["ward_code"] == "90002"
    assert near["place_trace"]["near"] == ["90001"]
    outside = place_fields(Pin(*OUTSIDE), on=ON)
    assert (outside["ward_code"], outside["place_trace"]["outcome"]) == ("", "outside")
    # Where it is stays what the person said.
    assert (outside["point"].x, outside["point"].y) == OUTSIDE
