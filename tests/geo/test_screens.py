"""What the map and the forms ask: borders, the set in force, suggestions."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from typing import Any

import pytest
from django.test import Client

from geo.importing.loading import load_generation
from geo.models import AreaName, AreaSet
from geo.suggestions import suggest
from tests.geo.conftest import middle, old_units
from tests.geo.test_resolver import add_place

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unpinned")]
OLD = dt.date(2020, 1, 1)


def test_current_leads_to_borders_that_never_change(client: Client, both_sets: tuple[AreaSet, AreaSet]) -> None:
    answer = client.get("/geo/areas/current.json")
    current = answer.json()
    assert (current["set"], current["approximate"]) == ("2025", False)
    assert "no-cache" in answer["Cache-Control"]
    borders = client.get(current["url"])
    assert borders.status_code == 200
    assert "immutable" in borders["Cache-Control"]
    found = json.loads(borders.content)
    wards = {one["properties"]["code"]: one for one in found["features"] if one["properties"]["level"] == "ward"}
    assert wards["101"]["properties"]["name"] == "Phường Phú Lợi"
    assert wards["101"]["id"] == "2025/101"
    assert wards["101"]["geometry"]["type"] in {"Polygon", "MultiPolygon"}


def test_borders_are_packed_for_who_can_read_it(client: Client, old_set: AreaSet) -> None:
    assert old_set.current is not None
    url = f"/geo/areas/2019.{old_set.current.token}.geojson"
    packed = client.get(url, headers={"accept-encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == client.get(url).content
    assert "Accept-Encoding" in packed["Vary"]


def test_another_generation_is_not_found_and_not_kept(client: Client, old_set: AreaSet) -> None:
    assert old_set.current is not None
    token = old_set.current.token
    load_generation(old_set, old_units(), source="made", licence="", is_approximate=False)
    for url in (f"/geo/areas/2019.{token}.geojson", "/geo/areas/1999.aaaaaaaaaaaa.geojson"):
        answer = client.get(url)
        assert answer.status_code == 404
        assert answer["Cache-Control"] == "no-store"


def test_without_areas(client: Client, db: None) -> None:
    current = client.get("/geo/areas/current.json").json()
    assert (current["set"], current["url"], current["approximate"]) == (None, None, True)


def test_pinned_set_is_current(client: Client, both_sets: tuple[AreaSet, AreaSet], settings: Any) -> None:
    settings.AREA_SET = "2019"
    assert client.get("/geo/areas/current.json").json()["set"] == "2019"


def test_suggestions(client: Client, old_set: AreaSet, settings: Any) -> None:
    settings.AREA_SET = "2019"
    add_place("Chợ Phú Hòa", *middle("102"))
    found = client.get("/geo/suggest", {"q": "phú h"}).json()["candidates"]
    assert [one["name"] for one in found] == ["Phường Phú Hòa", "Chợ Phú Hòa"]
    assert found[0]["ward"] == {"set": "2019", "code": "101", "name": "Phường Phú Hòa"}
    assert found[0]["detail"] == "Thành phố Thủ Dầu Một"
    assert found[1]["ward"]["code"] == "102"
    assert found[1]["radius_m"] == 100
    assert client.get("/geo/suggest").json()["candidates"] == []
    # Our pages POST: what somebody types stands in no address.
    assert client.post("/geo/suggest", {"q": "phú h"}).json()["candidates"] == found
    assert client.put("/geo/suggest").status_code == 405


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("phu", ["101", "102"]),  # not every phường
        ("hoa phu", ["101"]),
        ("tân bình", ["103", "106"]),
        ("xã tân", ["103"]),
        ("số 5 đường 30/4, phường Hiệp Thành", ["104"]),
        ("10.91, 106.61", []),  # too coarse for a position
        ("10.9100, 106.6100", ["101"]),
        ("zzz", []),
        ("x" * 5000, []),
    ],
)
def test_what_is_suggested(old_set: AreaSet, typed: str, codes: list[str]) -> None:
    found = suggest(typed, on=OLD)
    assert sorted(one.ward.code for one in found if one.ward) == codes


def test_a_former_name_finds_the_unit(old_set: AreaSet) -> None:
    AreaName.objects.create(
        area_set=old_set,
        code="105",
        kind="xa",
        name="Xã Cũ Kỹ",
        valid_from=dt.date(2010, 1, 1),
        valid_until=dt.date(2018, 1, 1),
    )
    load_generation(old_set, old_units(), source="made", licence="", is_approximate=False)
    assert [one.name for one in suggest("cũ k", on=OLD)] == ["Xã An Điền"]


def test_suggesting_to_the_public_has_a_budget(client: Client, old_set: AreaSet, settings: Any) -> None:
    settings.BUDGETS = "portal.suggest=3/600:1000/600"
    statuses = [client.get("/geo/suggest", {"q": "phu"}).status_code for _again in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
