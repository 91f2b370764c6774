"""The page of the figures: who may read which, what it says of wrong questions, and that one count is on all of it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from geo.index import territory
from incidents.figures.counting import figures_of
from incidents.figures.mapped import MAPPED, by_district
from opscenter.accounts.models import Agency
from opscenter.accounts.roles import ROOM_ROLES, Role
from tests.cast import Cast
from tests.figures.history import Past
from tests.intake.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def address(past: Past, **more: str) -> str:
    given = {"period": "own", "first": past.first.isoformat(), "last": past.last.isoformat(), **more}
    return "/figures/?" + "&".join(f"{name}={value}" for name, value in given.items())


def told(client: Client, url: str) -> Any:
    answer = client.get(url, headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    return answer.context["told"]


def test_every_part_of_the_page_counts_the_same(past: Past, cast: Cast, client: Client) -> None:
    client.force_login(cast.supervisor)
    page = client.get(address(past), headers={"Accept-Language": "en"})
    figures = page.context["told"]
    received = figures.figures.received
    assert received > 200
    for name in ("group", "source", "category", "ward"):
        assert sum(part.figures.received for part in figures.by[name]) == received, name
    assert sum(figures.hours) == received
    assert sum(sum(groups.values()) for _, groups in figures.course) == received
    drawn = json.loads(re.search(r'id="drawn" type="application/json">(.*?)</script>', page.content.decode())[1])
    outside = next(part.figures.received for part in figures.by["ward"] if not part.key)
    assert sum(ward["received"] for ward in drawn["wards"].values()) == received - outside
    assert drawn["borders"]["url"].startswith("/geo/areas/invented.")
    # Each ward carries its district's figures: counted over the district, so a median is no mean of medians.
    index = territory().named("invented")
    assert index is not None
    parents = {unit.code: unit.parent_code for unit in index.wards}
    for code, parent in parents.items():
        theirs = [values for ward, values in drawn["wards"].items() if parents[ward] == parent]
        shown = drawn["districts"].get(code, {"received": 0})
        assert shown["received"] == sum(values["received"] for values in theirs), code
    assert any(len([one for one in parents.values() if one == parent]) > 1 for parent in parents.values())
    whole = figures_of(by_district(figures.columns, parents), figures.at)
    assert whole == figures.figures


def test_the_room_map_tells_wards_and_districts(past: Past, cast: Cast, client: Client) -> None:
    client.force_login(cast.call_taker)
    asked = {"first": past.first.isoformat(), "last": past.last.isoformat()}
    wards, districts = (client.get("/map/wards.json", {**asked, "level": level}).json() for level in ("", "district"))
    assert wards["set"] == districts["set"] == "invented"
    names = {one.name for one in MAPPED}
    assert all(set(values) == names for values in (*wards["wards"].values(), *districts["wards"].values()))
    assert max(one["received"] for one in districts["wards"].values()) > max(
        one["received"] for one in wards["wards"].values()
    )
    assert client.get("/map/wards.json", {"level": "country"}).status_code == 422


def test_filters_and_their_parts(past: Past, cast: Cast, client: Client, world: World) -> None:
    client.force_login(cast.call_taker)
    whole = told(client, address(past)).figures.received
    by_group = [told(client, address(past, group=str(group))).figures.received for group in range(4)]
    assert sum(by_group) == whole
    ward = told(client, address(past, ward="90001"))
    assert [part.key for part in ward.by["ward"]] == ["90001"]
    road = told(client, address(past, category=str(world.categories["road"].pk)))
    assert [part.key for part in road.by["category"]] == [world.categories["road"].pk]


WRONG = [
    ({"first": ""}, "first"),
    ({"first": "yesterday"}, "first"),
    ({"last": "1999-01-01"}, "last"),
    ({"first": "1900-01-01"}, "last"),
    ({"group": "9"}, "group"),
    ({"source": "<script>"}, "source"),
    ({"set": "nowhere"}, "set"),
    ({"agency": "0"}, "agency"),
    ({"period": "for ever"}, "period"),
]


def test_a_wrong_question_is_explained_beside_its_field(past: Past, cast: Cast, client: Client) -> None:
    client.force_login(cast.supervisor)
    for given, field in WRONG:
        answer = client.get(address(past, **given), headers={"Accept-Language": "en"})
        assert answer.status_code == 422, given
        assert list(answer.context["form"].errors) == [field], given
        assert b"field-error" in answer.content


def test_an_agency_reads_its_own_figures_and_no_others(past: Past, cast: Cast, client: Client, world: World) -> None:
    client.force_login(cast.focal_point)
    own = told(client, address(past))
    assert own.asked.selection.agencies == {world.an_lac.pk}
    assert [part.key for part in own.agencies] == [world.an_lac.pk]
    # It cannot even ask for another's: its form has no such field.
    assert told(client, address(past, agency=str(world.fire.pk))).asked.selection.agencies == {world.an_lac.pk}
    # With one below it, it may choose between the two, and no third.
    Agency.objects.filter(pk=world.binh_minh.pk).update(parent=world.an_lac)
    both = told(client, address(past))
    assert both.asked.selection.agencies == {world.an_lac.pk, world.binh_minh.pk}
    assert client.get(address(past, agency=str(world.fire.pk))).status_code == 422


def test_who_may_open_it(cast: Cast, client: Client) -> None:
    allowed = ROOM_ROLES | {Role.LEADER, Role.FOCAL_POINT, Role.DISPATCHER}
    for person in cast.people().values():
        client.force_login(person)
        assert client.get("/figures/").status_code == (200 if person.role in allowed else 403), person.role
    client.logout()
    assert client.get("/figures/").status_code == 302
