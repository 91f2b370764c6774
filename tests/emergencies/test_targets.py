"""Targets as data, how a day stands against them, and what an emergency still needs."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone

from incidents.calls.models import Call
from incidents.emergencies.models import Target, UnitNeed
from incidents.emergencies.screens.queries import shared_view
from incidents.emergencies.targets.measuring import standings
from incidents.emergencies.targets.needing import needed_of
from incidents.records.models import Assignment, Incident
from tests.cast import Cast, Hands
from tests.emergencies.conftest import Services, emergency
from tests.emergencies.test_units import go, new_unit, send
from tests.intake.world import IN_AN_LAC, World


@pytest.fixture
def incident(world: World, cast: Cast, services: Services) -> Incident:
    point = Point(*IN_AN_LAC, srid=4326)
    return emergency(
        world, cast.call_taker, "fire", category=world.categories["fire"], group=2, point=point, radius_m=10.0
    )


def test_the_day_against_the_targets(incident: Incident, services: Services) -> None:
    now = timezone.now()
    for measure, seconds in (("answer", 15), ("dispatch", 60), ("scene", 600)):
        Target.objects.create(measure=measure, percent=90, seconds=seconds, order=seconds)
    for number, wait in enumerate((5, 14, 16)):
        began = now - dt.timedelta(hours=1)
        answered = began + dt.timedelta(seconds=wait)
        Call.objects.create(call_id=f"c{number}", began_at=began, answered_at=answered, state="ended")
    sortie = send(incident, new_unit(services.fire, "114-01", "engine"), services.at_fire)
    go(sortie, "on_scene", services.at_fire)
    Assignment.objects.filter(pk=sortie.assignment_id).update(sent_at=sortie.sent_at - dt.timedelta(seconds=61))
    found = {one.target.measure: one for one in standings(services.fire.pk, timezone.now())}
    assert {name: (one.cases, one.percent, one.is_met) for name, one in found.items()} == {
        "answer": (3, 66, False),
        "dispatch": (1, 0, False),
        "scene": (1, 100, True),
    }
    # Another service has its own day; nothing at all is not below any target.
    other = {one.target.measure: one for one in standings(services.police.pk, timezone.now())}
    assert (other["dispatch"].percent, other["dispatch"].is_met) == (None, True)
    page = Hands(services.at_fire).client.get("/emergencies/").content.decode()
    assert "Trả lời cuộc gọi ≤ 15 giây: <b>66 %</b>" in page
    assert "dưới chỉ tiêu" in Hands(services.at_fire).client.get("/emergencies/targets").content.decode()


def test_what_is_still_needed_is_said_on_the_screen(incident: Incident, services: Services, world: World) -> None:
    category = world.categories["fire"]
    for kind, number in (("engine", 2), ("ladder", 1), ("ambulance", 1)):
        UnitNeed.objects.create(category=category, kind=kind, number=number)
    near = Point(*IN_AN_LAC, srid=4326)
    first = new_unit(services.fire, "114-01", "engine", home=near)
    second = new_unit(services.fire, "114-02", "engine", home=near, status="out_of_service")
    new_unit(services.fire, "114-03", "ladder", home=Point(107.4, 11.5, srid=4326))
    # 115's own kinds are 115's to send.
    assert needed_of(incident, services.fire.pk) == {"engine": 2, "ladder": 1}
    view = shared_view(incident.code, services.at_fire)
    assert view is not None
    assert view.recommended is not None
    assert view.recommended.shortfalls() == [
        "chỉ có 1 trong 2 xe chữa cháy trong 15 phút",
        "chỉ có 0 trong 1 xe thang trong 15 phút",
    ]
    page = Hands(services.at_fire).client.get(f"/emergencies/{incident.code}/panel").content.decode()
    assert "chỉ có 1 trong 2 xe chữa cháy" in page
    send(incident, first, services.at_fire)
    assert needed_of(incident, services.fire.pk) == {"engine": 1, "ladder": 1}
    type(second).objects.filter(pk=second.pk).update(status="available")
    view = shared_view(incident.code, services.at_fire)
    assert view is not None
    assert view.recommended is not None
    assert view.recommended.shortfalls() == ["chỉ có 0 trong 1 xe thang trong 15 phút"]
