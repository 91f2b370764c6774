"""The pages: whole by following the links, only what `visible_to` opens, and as GDAL (QGIS's reader) reads them."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.test import Client

from geo.importing.rows import Rows
from geo.importing.sourceloading import load_source
from incidents.doors.models import ApiKey, digest_of
from incidents.records.keys import PROFILES
from incidents.records.models import Incident
from opscenter.accounts.own_keys import make
from realtime.change import change
from tests.cast import Cast, give, open_one
from tests.intake.world import World

pytestmark = pytest.mark.django_db(transaction=True)
ITEMS = "/ogc/collections/incidents/items"


@pytest.fixture
def many(world: World, cast: Cast) -> list[Incident]:
    """Five of An Lạc's, one of them without a place; two of nobody's."""
    made = [
        open_one(world, point=Point(106.60 + n / 100, 11.05, srid=4326), radius_m=20.0) if n else open_one(world)
        for n in range(7)
    ]
    for incident in made[:5]:
        give(incident, world.an_lac, cast.call_taker)
    return made


def ask(client: Client, url: str, status: int = 200, **headers: str) -> Any:
    answer = client.get(url, headers={"Accept-Language": "en", **headers})
    assert answer.status_code == status, answer.content
    return answer.json()


def codes(told: Any) -> list[str]:
    return [one["properties"]["code"] for one in told["features"]]


def test_the_links_lead_through_everything_once(many: list[Incident], cast: Cast, client: Client, world: World) -> None:
    client.force_login(cast.supervisor)
    url, found, pages = f"{ITEMS}?limit=3", [], 0
    while url:
        told = ask(client, url)
        assert told["numberReturned"] == len(told["features"]) <= 3
        assert told["numberMatched"] == 7
        found += codes(told)
        pages += 1
        url = next((link["href"] for link in told["links"] if link["rel"] == "next"), "")
    assert found == [incident.code for incident in many]
    assert pages == 3
    one = ask(client, f"{ITEMS}/{many[3].pk}")
    assert one["geometry"] == {"type": "Point", "coordinates": [106.63, 11.05]}
    assert one["properties"]["agency"] == world.an_lac.code


def test_boxes_times_and_filters(many: list[Incident], cast: Cast, client: Client) -> None:
    client.force_login(cast.supervisor)
    assert codes(ask(client, f"{ITEMS}?bbox=106.605,11,106.625,11.1")) == [many[1].code, many[2].code]
    received = many[4].received_at.isoformat().replace("+00:00", "Z")
    assert codes(ask(client, f"{ITEMS}?datetime={received}/..")) == [one.code for one in many[4:]]
    assert codes(ask(client, f"{ITEMS}?datetime=../{received}")) == [one.code for one in many[:5]]
    assert codes(ask(client, f"{ITEMS}?datetime=2001-01-01")) == []
    assert len(codes(ask(client, f"{ITEMS}?group=3"))) == 7
    assert codes(ask(client, f"{ITEMS}?group=2")) == codes(ask(client, f"{ITEMS}?state=no%00such")) == []
    assert ask(client, f"{ITEMS}?colour=red", 400)["code"] == "InvalidParameterValue"


def test_each_reader_gets_what_visible_to_opens(many: list[Incident], cast: Cast, world: World) -> None:
    for name, person in cast.people().items():
        client = Client()
        client.force_login(person)
        told = ask(client, ITEMS)
        visible = Incident.objects.visible_to(person, PROFILES).order_by("received_at", "pk")
        assert codes(told) == [incident.code for incident in visible], name
        hidden = Incident.objects.exclude(pk__in=visible.values("pk")).first()
        if hidden is not None:
            assert ask(client, f"{ITEMS}/{hidden.pk}", 404)["code"] == "NotFound"
        text = str(told)
        assert "Ổ gà" not in text, "no words leave by this way"
        assert "0900" not in text
    assert len(codes(ask(client, ITEMS))) < 7


def test_a_leaders_narrow_box_does_not_tell_the_exact_place(many: list[Incident], cast: Cast) -> None:
    with change():
        Incident.objects.filter(pk=many[1].pk).update(point=Point(106.61234, 11.05678, srid=4326))
    client = Client()
    client.force_login(cast.leader)
    there = next(one for one in ask(client, ITEMS)["features"] if one["id"] == str(many[1].pk))
    assert there["geometry"]["coordinates"] == [106.612, 11.057]
    # Around the exact place nothing is found; around the coarse one it is.
    assert codes(ask(client, f"{ITEMS}?bbox=106.6123,11.0567,106.6124,11.0568")) == []
    assert codes(ask(client, f"{ITEMS}?bbox=106.6119,11.0569,106.6121,11.0571")) == [many[1].code]


def test_keys(many: list[Incident], cast: Cast) -> None:
    client = Client()
    assert ask(client, ITEMS, 401)["code"] == "Unauthorized"
    assert [one["id"] for one in ask(client, "/ogc/collections")["collections"]] == ["areas-invented"]
    row, key = make(person=cast.focal_point, purpose="map", label="QGIS")
    basic = base64.b64encode(f"anything:{key}".encode()).decode()
    for header in (f"Bearer {key}", f"Basic {basic}"):
        assert len(codes(ask(client, ITEMS, Authorization=header))) == 5
    _calendar, other = make(person=cast.focal_point, purpose="calendar", label="phone")
    for wrong in (f"Bearer {other}", "Bearer x", "Basic !", f"Basic {base64.b64encode(b'no').decode()}"):
        refused = client.get(ITEMS, headers={"Authorization": wrong})
        assert refused.status_code == 401, wrong
    type(row).objects.update(revoked_at=row.created_at)
    ask(client, ITEMS, 401, Authorization=f"Bearer {key}")
    # A partner's machine reads what it sent, with the key it has.
    ApiKey.objects.create(partner=cast.partner, digest=digest_of("theirs"), prefix="t", created_at=row.created_at)
    assert codes(ask(client, ITEMS, Authorization="Bearer theirs")) == []


def test_the_borders_are_for_everybody(world: World) -> None:
    client = Client()
    told = ask(client, "/ogc/collections/areas-invented/items?level=ward&limit=1")
    assert (told["numberMatched"], told["features"][0]["id"]) == (2, "90001")
    assert codes_of(ask(client, next(link["href"] for link in told["links"] if link["rel"] == "next"))) == ["90002"]
    assert ask(client, "/ogc/collections/areas-nowhere", 404)
    assert ask(client, "/ogc/collections/areas-invented/items/99", 404)
    assert client.post("/ogc/").status_code == 405


def test_it_says_whose_data_it_is(many: list[Incident], cast: Cast, client: Client) -> None:
    client.force_login(cast.supervisor)
    assert "attribution" not in ask(client, "/ogc/collections/incidents")
    load_source("osm", Rows(), attribution="© Whoever drew it")
    assert ask(client, "/ogc/collections/incidents")["attribution"] == "© Whoever drew it"


def codes_of(told: Any) -> list[str]:
    return [one["id"] for one in told["features"]]


READ = """
import json, sys, pyogrio.raw
asked = json.loads(sys.argv[1])
box = asked.pop("box", None)
source, layer = asked.pop("source"), asked.pop("layer")
meta, _, shapes, fields = pyogrio.raw.read(source, layer=layer, bbox=tuple(box) if box else None, **asked)
codes = dict(zip(meta["fields"], fields))["code"].tolist()
print(json.dumps([meta["geometry_type"], sorted(codes), sum(shape is not None for shape in shapes)]))
"""


def read_by_gdal(**asked: Any) -> Any:
    """(kind of geometry, codes, how many have a place), read in a process of its own: GDAL waits for its answers
    without letting this process's server thread run."""
    command = [sys.executable, "-c", READ, json.dumps(asked)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=100).stdout)


def test_gdal_reads_it(many: list[Incident], cast: Cast, world: World, live_server: Any) -> None:
    """The driver that QGIS and ogr2ogr use, with a key as password: three to a page, so it follows the links."""
    _row, key = make(person=cast.focal_point, purpose="map", label="QGIS")
    there = {"source": f"OAPIF:{live_server.url}/ogc", "USERPWD": f"x:{key}", "PAGE_SIZE": "3"}
    kind, found, placed = read_by_gdal(layer="incidents", **there)
    assert (kind, placed) == ("Point", 4)
    assert found == sorted(incident.code for incident in many[:5])
    boxed = read_by_gdal(layer="incidents", box=[106.605, 11, 106.625, 11.1], **there)
    assert boxed[1] == [many[1].code, many[2].code]
    assert read_by_gdal(layer="areas-invented", **there)[1] == ["80001", "90001", "90002"]
