"""What an agency's own system fetches, and is told: the agency's own, with the fields of the matrix; nothing else."""

from __future__ import annotations

import base64
import datetime as dt
import json
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.test import Client
from django.utils import timezone

from incidents.emergencies.models import Position
from incidents.emergencies.services import parts
from incidents.emergencies.units import sending
from incidents.partners.models import SystemKey
from incidents.webhooks.following import follow
from incidents.webhooks.models import Notice, Webhook
from realtime.change import change
from tests.cast import Cast, Hands, give, most_queries, open_one
from tests.emergencies.conftest import Services, emergency
from tests.emergencies.test_units import new_unit
from tests.intake.world import IN_AN_LAC, World
from tests.partners.conftest import System

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene(world: World, cast: Cast, services: Services) -> Any:
    """An emergency of 114 and 115 with an ambulance on the way, one of 113 alone, and an ordinary report of 114's."""
    point = Point(*IN_AN_LAC, srid=4326)
    incident = emergency(world, cast.call_taker, "ambulance", "fire", point=point, radius_m=10.0)
    emergency(world, cast.call_taker, "police")
    give(open_one(world), world.fire, cast.call_taker)
    unit = new_unit(services.ambulance, "115-01")
    now = timezone.now()
    Position.objects.create(
        unit=unit, fix_at=now - dt.timedelta(seconds=7), written_at=now, lat=11.04, lon=106.61, heading=90
    )
    with change():
        sending.send(incident_id=incident.pk, unit_id=unit.pk, by=services.at_ambulance)
        parts.call_for(incident_id=incident.pk, agency=services.power, by=cast.call_taker)
    incident.refresh_from_db()
    return incident


def test_only_its_own_shared_incidents(scene: Any, services: Services) -> None:
    answer = System(services.fire).get("/partners/incidents.geojson")
    assert answer.headers["Content-Type"].startswith("application/geo+json")
    (feature,) = answer.json()["features"]
    assert feature["geometry"]["coordinates"] == pytest.approx(list(IN_AN_LAC))
    told = feature["properties"]
    assert (told["code"], told["version"], told["exercise"]) == (scene.code, scene.version, 0)
    assert {one["kind"] for one in told["services"]} == {"fire", "ambulance", "utility"}
    assert [one["call_sign"] for one in told["units"]] == ["115-01"]
    # Masked as everywhere.
    assert "0900" not in json.dumps(answer.json())


def test_a_helper_reads_no_words_and_no_units(scene: Any, services: Services) -> None:
    system = System(services.power)
    (feature,) = system.get("/partners/incidents.geojson").json()["features"]
    assert (feature["properties"]["summary"], feature["properties"]["units"]) == ("", [])
    assert feature["geometry"] is not None
    assert system.get("/partners/units.geojson").json()["features"] == []


def test_units_with_their_age(scene: Any, services: Services) -> None:
    new_unit(services.police, "113-09")
    for agency in (services.fire, services.ambulance):
        (feature,) = System(agency).get("/partners/units.geojson").json()["features"]
        told = feature["properties"]
        assert (told["call_sign"], told["incident"], told["heading"]) == ("115-01", scene.pk, 90)
        assert 7 <= told["age_s"] <= 60
    assert [f["geometry"] for f in System(services.police).get("/partners/units.geojson").json()["features"]] == [None]


def test_exercises_only_by_a_key_that_wants_them(world: World, cast: Cast, services: Services) -> None:
    emergency(world, cast.call_taker, "fire", exercise=4)
    assert System(services.fire).get("/partners/incidents.geojson").json()["features"] == []
    training = System(services.fire, with_exercises=True)
    assert [f["properties"]["exercise"] for f in training.get("/partners/incidents.geojson").json()["features"]] == [4]


def test_without_a_right_key_nobody_gets_anything(scene: Any, services: Services) -> None:
    system = System(services.fire)
    basic = base64.b64encode(f"x:{system.key}".encode()).decode()
    assert Client().get("/partners/units.geojson", headers={"Authorization": f"Basic {basic}"}).status_code == 200
    for wrong in ("", "Bearer x", "Basic !!", "Basic eDp4", "Digest x"):
        answer = Client().get("/partners/incidents.geojson", headers={"Authorization": wrong} if wrong else {})
        assert (answer.status_code, answer.json()) == (401, {"code": "unknown_key"})
    SystemKey.objects.update(is_active=False)
    assert system.get("/partners/incidents.geojson").status_code == 401


def test_many_cost_no_more_queries(world: World, cast: Cast, services: Services) -> None:
    system = System(services.fire)
    for _number in range(3):
        emergency(world, cast.call_taker, "fire")
    with most_queries(16):
        assert len(system.get("/partners/incidents.geojson").json()["features"]) == 3


def test_a_key_is_shown_once(services: Services, cast: Cast) -> None:
    hands = Hands(cast.administrator)
    sent = {"name": "may-114", "agency": str(services.fire.pk), "is_active": "on"}
    page = hands.client.post(
        "/admin/partners/systemkey/add/", {**sent, "csrfmiddlewaretoken": "a" * 32}, follow=True
    ).content.decode()
    row = SystemKey.objects.get()
    assert row.prefix in page
    again = hands.get("/admin/partners/systemkey/").content.decode()
    assert again.count(row.prefix) == 1
    assert hands.get(f"/admin/partners/systemkey/{row.pk}/change/").status_code == 200
    for model in ("warningsource", "areawarning", "capmessage", "takserver"):
        assert hands.get(f"/admin/partners/{model}/").status_code == 200


def test_webhooks_tell_the_same(world: World, cast: Cast, services: Services) -> None:
    start = {"url": "https://partner.example/in", "topic": "shared_incidents"}
    fire = Webhook.objects.create(name="fire", agency=services.fire, **start)
    power = Webhook.objects.create(name="power", agency=services.power, **start)
    own = Webhook.objects.create(name="units", agency=services.ambulance, **{**start, "topic": "units"})
    follow()
    give(open_one(world), world.fire, cast.call_taker)
    incident = emergency(world, cast.call_taker, "fire", "ambulance")
    unit = new_unit(services.ambulance, "115-01")
    with change():
        parts.call_for(incident_id=incident.pk, agency=services.power, by=cast.call_taker)
        sending.send(incident_id=incident.pk, unit_id=unit.pk, by=services.at_ambulance)
    while follow():
        pass

    def told(webhook: Webhook) -> list[Any]:
        return [json.loads(row.body) for row in Notice.objects.filter(webhook=webhook).order_by("pk")]

    assert {row["entity_id"] for row in told(fire)} == {incident.pk}
    assert told(fire)[-1]["data"]["properties"]["units"][0]["call_sign"] == "115-01"
    assert [row["data"]["properties"]["units"] for row in told(power)] == [[]]
    assert [row["data"]["status"] for row in told(own)] == ["on_sortie"]
