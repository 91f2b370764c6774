from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.gis.geos import Point, Polygon
from django.db import IntegrityError, transaction
from django.utils.translation import override

from geo.folding import fold_name
from geo.importing.loading import raise_edition
from geo.index import look_again
from geo.models import AreaSet, Place
from geo.resolver import resolve
from incidents.dispatching.checking import Found, Problem, problems_of
from incidents.dispatching.competence import AgencySuggestion, AreaRefs, barred_by, decision_date, suggest_agency
from incidents.dispatching.models import CompetenceRule, CoOrdinating
from incidents.dispatching.reasons import sentence
from incidents.dispatching.roads import road_in
from incidents.dispatching.suggesting import area_refs
from incidents.records.models import Category
from incidents.records.places import Pin, place_fields
from opscenter.accounts.models import Agency
from tests.cast import most_queries
from tests.intake.world import IN_AN_LAC, World

ON = dt.date(2019, 11, 24)
AN_LAC = AreaRefs("invented", "90001", "80001", certain=True)
NOWHERE = AreaRefs("", "", "", certain=False)


def rule(code: str, **given: Any) -> CompetenceRule:
    start: dict[str, Any] = {"legal_basis": "invented", "valid_from": dt.date(2019, 1, 1), "target": "ward_committee"}
    return CompetenceRule.objects.create(code=code, **{**start, **given})


def ask(category: Category | None, place: AreaRefs = AN_LAC, on: dt.date = ON, **more: Any) -> AgencySuggestion:
    group = more.pop("group", category.group if category else None)
    return suggest_agency(category=category, group=group, place=place, on=on, **more)


def codes(suggestion: AgencySuggestion) -> list[str]:
    return [reason["code"].removeprefix("dispatching.") for reason in suggestion.trace]


def test_the_committee_of_the_ward(world: World) -> None:
    with most_queries(1):
        found = ask(world.categories["road"])
    assert (found.agency, found.certain, found.auto) == (world.an_lac, True, False)
    assert codes(found) == ["rule", "committee"]
    assert found.as_json()["rule"] == CompetenceRule.objects.get(code="field").pk
    with override("en"):
        assert all(sentence(reason) for reason in found.trace)


def test_a_rule_for_the_category_comes_before_its_group(world: World) -> None:
    assert ask(world.categories["light"]).agency == world.an_lac
    rule("light", category=world.categories["light"], target="agency", agency=world.fire, priority=900)
    assert ask(world.categories["light"]).agency == world.fire
    assert ask(world.categories["road"]).agency == world.an_lac


def test_the_smaller_priority_then_the_one_area(world: World) -> None:
    road = world.categories["road"]
    rule("wide", category=road, target="agency", agency=world.fire, priority=100)
    rule("here", category=road, target="agency", agency=world.binh_minh, area_set="invented", area_code="90001")
    assert ask(road).agency == world.binh_minh
    assert ask(road, AreaRefs("invented", "90002", "80001", True)).agency == world.fire
    # The code means nothing in another set.
    assert ask(road, AreaRefs("other", "90001", "", True)).agency == world.fire
    rule("first", category=road, target="agency", agency=world.an_lac, priority=10)
    assert ask(road).agency == world.an_lac


def test_two_rules_of_one_rank_are_uncertain(world: World) -> None:
    road = world.categories["road"]
    rule("one", category=road, target="agency", agency=world.fire)
    rule("two", category=road, target="agency", agency=world.binh_minh)
    found = ask(road)
    assert (found.agency, found.certain) == (world.fire, False)
    assert "rules_disagree" in codes(found)
    CompetenceRule.objects.filter(code="two").update(agency=world.fire)
    assert ask(road).certain


def test_rules_and_agencies_hold_from_until(world: World) -> None:
    land = world.categories["land"]
    first, after = dt.date(2020, 1, 1), dt.date(2020, 2, 1)
    rule("land", category=land, target="agency", agency=world.fire, valid_from=first, valid_until=after)
    assert ask(land, on=first - dt.timedelta(days=1)).agency is None
    assert ask(land, on=first).agency == world.fire
    assert ask(land, on=after - dt.timedelta(days=1)).agency == world.fire
    assert ask(land, on=after).agency is None
    Agency.objects.filter(pk=world.fire.pk).update(valid_until=dt.date(2020, 1, 15))
    ended = ask(land, on=dt.date(2020, 1, 15))
    assert ended.agency is None
    assert codes(ended) == ["rule", "agency_ended"]
    Agency.objects.filter(pk=world.an_lac.pk).update(valid_until=ON)
    assert codes(ask(world.categories["road"])) == ["rule", "no_committee"]


def test_the_next_rule_when_the_first_names_nobody(world: World) -> None:
    road = world.categories["road"]
    rule("district", category=road, target="district_committee", priority=10)
    found = ask(road)
    assert found.agency == world.an_lac
    assert codes(found) == ["rule", "no_committee", "rule", "committee"]


def test_the_district_and_what_is_done_without_one(world: World) -> None:
    land = world.categories["land"]
    district = Agency.objects.create(
        code="song-xanh", name="UBND Sông Xanh", kind="district", area_set="invented", area_code="80001",
        valid_from=dt.date(2019, 1, 1),
    )  # fmt: skip
    rule("land", category=land, target="district_committee")
    assert ask(land).agency == district
    # Since 2025 there are wards and no districts.
    found = ask(land, AreaRefs("invented", "90001", "", True))
    assert found.agency == world.an_lac
    assert "no_district_level" in codes(found)


def test_a_complaint_never_goes_to_the_ward_itself(world: World) -> None:
    conduct = Category.objects.create(code="conduct", group=1, name="Thái độ", name_en="Conduct", is_complaint=True)
    rule("conduct", category=conduct)
    found = ask(conduct)
    assert found.agency is None
    assert codes(found) == ["rule", "complaint_goes_higher", "no_committee"]
    district = Agency.objects.create(
        code="song-xanh", name="UBND Sông Xanh", kind="district", area_set="invented", area_code="80001",
        valid_from=dt.date(2019, 1, 1),
    )  # fmt: skip
    assert ask(conduct).agency == district
    assert ask(conduct, AreaRefs("invented", "90001", "", True)).agency is None


@pytest.mark.parametrize("doubt", ["certain", "approximate", "confidence", "nothing"])
def test_only_a_rule_that_may_and_only_when_all_is_sure(world: World, doubt: str) -> None:
    CompetenceRule.objects.filter(code="field").update(auto=True, min_confidence=0.8)
    place = AreaRefs("invented", "90001", "80001", certain=doubt != "certain", approximate=doubt == "approximate")
    found = ask(world.categories["road"], place, confidence=0.7 if doubt == "confidence" else 0.8)
    assert found.agency == world.an_lac
    assert found.auto == (doubt == "nothing")
    assert found.certain == (doubt != "certain")


def test_a_guessed_place_does_not_matter_where_the_rule_holds_everywhere(world: World) -> None:
    assert ask(world.categories["fire"], NOWHERE).certain
    assert codes(ask(world.categories["road"], NOWHERE)) == ["rule", "area_unknown"]


def test_nothing_known(world: World) -> None:
    assert codes(ask(None)) == ["no_category"]
    assert codes(ask(world.categories["land"])) == ["no_rule"]
    assert ask(None, group=3).agency == world.an_lac


def test_the_date_of_a_decision(world: World, settings: Any) -> None:
    AreaSet.objects.create(name="old", valid_from=dt.date(2010, 1, 1), valid_until=dt.date(2015, 7, 1))
    settings.AREA_SET = "old"
    assert decision_date(dt.date(2026, 11, 24)) == dt.date(2015, 6, 30)
    assert decision_date(dt.date(2012, 1, 1)) == dt.date(2012, 1, 1)
    assert decision_date(dt.date(2009, 1, 1)) == dt.date(2010, 1, 1)
    settings.AREA_SET = ""
    assert decision_date(dt.date(2026, 11, 24)) == dt.date(2026, 11, 24)
    # A day without any set is asked for as it is.
    assert decision_date(dt.date(2000, 1, 1)) == dt.date(2000, 1, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"group": 3, "category": True},
        {"group": 3, "target": "agency"},
        {"group": 3, "agency": True},
        {"group": 3, "area_code": "90001"},
        {"group": 3, "valid_until": dt.date(2019, 1, 1)},
        {"group": 3, "min_confidence": 1.1},
    ],
)
def test_the_database_refuses_half_a_rule(world: World, wrong: dict[str, Any]) -> None:
    given = dict(wrong)
    if given.get("category"):
        given["category"] = world.categories["road"]
    if given.get("agency"):
        given["agency"] = world.fire
    with pytest.raises(IntegrityError), transaction.atomic():
        rule("wrong", **given)


def test_a_road_by_its_number_has_another_owner(world: World) -> None:
    road = world.categories["road"]
    rule("national", category=road, target="agency", agency=world.fire, road_owner="national")
    assert ask(road).agency == world.an_lac
    found = ask(road, replace(AN_LAC, road=road_in("ổ gà QL13")))
    assert found.agency == world.fire
    assert codes(found) == ["rule", "on_road"]
    other = ask(road, replace(AN_LAC, road=road_in("ổ gà ĐT743")))
    assert other.agency == world.an_lac
    assert {
        "code": "dispatching.rule_other_road",
        "params": {"rule": "national", "owner": "national"},
    } in other.rejected


def test_a_kind_of_place(world: World) -> None:
    rule("school", category=world.categories["waste"], target="agency", agency=world.fire, place_kind="school")
    assert ask(world.categories["waste"]).agency == world.an_lac
    assert (
        ask(world.categories["waste"], replace(AN_LAC, place_kinds=frozenset({"school", "park"}))).agency == world.fire
    )


def add_place(name: str, kind: str, at: tuple[float, float], **more: Any) -> None:
    Place.objects.create(
        name=name, folded=fold_name(name), kind=kind, point=Point(*at, srid=4326), source="made", source_key=name,
        added_by_people=True, **more,
    )  # fmt: skip
    raise_edition()
    look_again()


def test_a_pin_in_a_known_area_and_a_place_that_the_words_name_beside_it(world: World) -> None:
    """A position does not lose what the place is: an industrial park by its area, a bus stop by its name."""
    lon, lat = IN_AN_LAC
    park = Polygon.from_bbox((lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01))
    add_place("Khu công nghiệp Sông Xanh", "industrial", (lon + 0.005, lat), shape=park)
    add_place("Trạm Cây Da", "bus_stop", (lon + 0.0002, lat))

    def refs(words: str, at: tuple[float, float], accuracy_m: float = 15.0) -> frozenset[str]:
        found = resolve(words, on=ON, point=at, accuracy_m=accuracy_m)
        return area_refs(place_fields(found, on=ON)).place_kinds

    assert refs("Xả khói", (lon, lat)) == {"industrial"}
    assert refs("Xả khói", (lon, lat), 400.0) == frozenset()
    assert refs("Xả khói", (lon + 0.02, lat)) == frozenset()
    assert refs("Trạm Cây Da đầy rác", (lon, lat)) == {"industrial", "bus_stop"}
    pinned = place_fields(Pin(lon + 0.02, lat, label="Trạm Cây Da"), on=ON)
    assert area_refs(pinned).place_kinds == {"bus_stop"}
    rule("park", category=world.categories["waste"], target="agency", agency=world.fire, place_kind="industrial")
    fields = place_fields(resolve("Đống rác", on=ON, point=(lon, lat)), on=ON)
    assert ask(world.categories["waste"], area_refs(fields)).agency == world.fire


def test_a_sub_category_follows_its_parent_and_goes_its_own_way(world: World) -> None:
    hole = Category.objects.create(code="hole", group=3, name="Hố sâu", name_en="Hole", parent=world.categories["road"])
    deep = Category.objects.create(code="deep", group=3, name="Hố rất sâu", name_en="Deep hole", parent=hole)
    rule("road", category=world.categories["road"], target="agency", agency=world.fire)
    assert ask(deep).agency == world.fire
    rule("hole", category=hole, target="agency", agency=world.binh_minh, priority=900)
    assert ask(deep).agency == world.binh_minh
    assert ask(world.categories["road"]).agency == world.fire


def test_who_co_ordinates(world: World) -> None:
    made = rule("fire-too", category=world.categories["road"], target="agency", agency=world.fire, priority=1)
    for target, agency in (("ward_committee", None), ("agency", world.fire), ("district_committee", None)):
        CoOrdinating.objects.create(rule=made, target=target, agency=agency)
    with most_queries(3):
        found = ask(world.categories["road"])
    # The lead is not asked twice, and a district without a committee is left out.
    assert (found.agency, found.co) == (world.fire, (world.an_lac,))
    # Why is told: in the trace, in words, and for an agency that ends, with the rule itself.
    (left_out,) = [reason for reason in found.rejected if reason["code"] == "dispatching.co_left_out"]
    assert left_out["params"]["why"]["code"] == "dispatching.no_committee"
    with override("en"):
        assert "No People's Committee is known for" in (sentence(left_out) or "")
    ended = Agency.objects.create(
        code="old", name="Sở cũ", kind="department", valid_from=made.valid_from, valid_until=dt.date(2019, 6, 1)
    )
    CoOrdinating.objects.create(rule=made, target="agency", agency=ended)
    again = ask(world.categories["road"])
    whys = [one["params"]["why"]["code"] for one in again.rejected if one["code"] == "dispatching.co_left_out"]
    assert whys == ["dispatching.no_committee", "dispatching.agency_ended"]
    problems = problems_of(CompetenceRule.objects.select_related("category", "agency"))
    assert Found(Problem.CO_ENDS, "Sở cũ") in problems[made.pk]


class TestComplaints:
    @pytest.fixture
    def conduct(self, world: World) -> Category:
        return Category.objects.create(code="conduct", group=1, name="Thái độ", name_en="Conduct", is_complaint=True)

    def test_it_never_goes_to_the_agency_nor_to_anyone_under_it(self, world: World, conduct: Category) -> None:
        above = Agency.objects.create(code="so", name="Sở", kind="department", valid_from=dt.date(2019, 1, 1))
        under = Agency.objects.create(
            code="chi-cuc", name="Chi cục", kind="department", parent=above, valid_from=dt.date(2019, 1, 1)
        )
        for priority, agency in enumerate((above, under, world.fire), 1):
            rule(f"to-{agency.code}", category=conduct, target="agency", agency=agency, priority=priority)
        unknown = ask(conduct)
        assert (unknown.agency, unknown.certain) == (above, False)
        assert "complained_of_unknown" in codes(unknown)
        found = ask(conduct, barred=barred_by([above.pk]))
        assert (found.agency, found.certain) == (world.fire, True)
        assert codes(found) == ["rule", "complained_of", "rule", "complained_of", "rule"]
        # Who is under it may be complained of and the one above still decides.
        assert ask(conduct, barred=barred_by([under.pk])).agency == above

    def test_whoever_would_be_competent(self, world: World) -> None:
        found = ask(world.categories["road"], barred=barred_by([world.an_lac.pk]))
        assert found.agency is None
        assert codes(found) == ["rule", "complained_of"]


class TestAcrossABorder:
    PLACE = AreaRefs("invented", "90001", "80001", certain=False, others=(("90002", "80001"),))

    def test_both_are_shown_and_a_person_chooses(self, world: World) -> None:
        found = ask(world.categories["road"], self.PLACE)
        assert (found.agency, found.certain, found.auto) == (world.an_lac, False, False)
        assert [side.agency for side in found.choices] == [world.an_lac, world.binh_minh]
        assert codes(found) == ["rule", "committee", "area_uncertain", "across_border"]
        assert [one["area"] for one in found.as_json()["choices"]] == ["90001", "90002"]

    def test_neither_side_known(self, world: World) -> None:
        place = replace(self.PLACE, ward_code="", district_code="", others=(("90002", "80001"), ("90001", "80001")))
        found = ask(world.categories["road"], place)
        assert (found.agency, found.certain) == (world.binh_minh, False)
        assert len(found.choices) == 2

    def test_the_same_agency_on_both_sides_is_certain(self, world: World) -> None:
        rule("both", category=world.categories["road"], target="agency", agency=world.fire, area_set="invented",
             area_code="80001", priority=10)  # fmt: skip
        found = ask(world.categories["road"], self.PLACE)
        assert (found.agency, found.certain, found.choices) == (world.fire, True, ())
        # Of a place that may lie on neither side, that the sides agree says nothing.
        guess = replace(self.PLACE, ward_code="", district_code="", is_guess=True)
        guessed = ask(world.categories["road"], guess)
        assert (guessed.agency, guessed.certain) == (world.fire, False)

    def test_a_rule_for_one_side_only(self, world: World) -> None:
        rule("there", category=world.categories["waste"], target="agency", agency=world.fire, area_set="invented",
             area_code="90002", priority=10)  # fmt: skip
        found = ask(world.categories["waste"], self.PLACE)
        assert (found.agency, found.certain) == (world.an_lac, False)
        assert [side.agency for side in found.choices] == [world.an_lac, world.fire]
