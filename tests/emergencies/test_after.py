"""The report afterwards: hops against targets, units, who decided what; and cameras by setting."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.gis.geos import Point

from incidents.emergencies.models import SharedIncident, Target
from incidents.emergencies.screens.after_action import after_action
from incidents.emergencies.screens.cameras import cameras_near, check_cameras
from incidents.emergencies.services import parts
from incidents.emergencies.services.visibility import Reader
from incidents.records.models import Assignment
from realtime.change import change
from tests.cast import Cast, Hands
from tests.emergencies.conftest import Services, emergency
from tests.emergencies.test_units import go, new_unit, send
from tests.intake.world import IN_AN_LAC, World


def test_hops_units_and_decisions(world: World, cast: Cast, services: Services) -> None:
    Target.objects.create(measure="dispatch", percent=90, seconds=60)
    incident = emergency(world, cast.call_taker, "fire", "police", point=Point(*IN_AN_LAC, srid=4326), radius_m=10.0)
    with change():
        parts.note(incident_id=incident.pk, words="Khói đen", by=services.at_fire)
    sortie = send(incident, new_unit(services.fire, "114-01", "engine"), services.at_fire)
    go(sortie, "on_scene", services.at_fire)
    Assignment.objects.filter(pk=sortie.assignment_id).update(sent_at=sortie.sent_at - dt.timedelta(seconds=75))
    found = after_action(SharedIncident.objects.select_related("incident").get(pk=incident.pk), Reader.ROOM)
    fire = next(one for one in found.services if one.hops[2].at)
    sent = fire.hops[2]
    assert (sent.seconds, sent.limit, sent.is_late, sent.took) == (75.0, 60, True, "75 giây")
    assert [hop.at is None for hop in fire.hops] == [False, False, False, False, True]
    page = Hands(services.at_police).client.get(f"/emergencies/{incident.code}/report/").content.decode()
    decided = page[page.index("Ai quyết định gì") : page.index("Khói đen")]
    assert "114-01" in decided
    # A helper reads no units.
    assert after_action(SharedIncident.objects.get(pk=incident.pk), Reader.HELPER).sorties == []


def test_cameras_near_by(settings: Any) -> None:
    lon, lat = IN_AN_LAC
    one = {"name": "Ngã tư", "lon": lon, "lat": lat, "url": "https://camera.invalid/1"}
    settings.CAMERAS = [{**one, "name": "xa", "lon": lon + 0.01}, {**one, "name": "gần", "lon": lon + 0.003}, one]
    assert cameras_near(lon, lat)[0].metres == 0
    assert len(cameras_near(lon, lat)) == 2
    assert check_cameras() == []


@pytest.mark.parametrize(
    "wrong", [{"name": "x"}, {"lon": 181}, {"url": "javascript:alert(1)"}, {"name": " "}, {"lat": True}, "x"]
)
def test_a_wrong_camera_is_named_at_the_start(settings: Any, wrong: Any) -> None:
    good = {"name": "a", "lon": 106.6, "lat": 11.0, "url": "https://camera.invalid/1"}
    settings.CAMERAS = [good, {**good, **wrong} if isinstance(wrong, dict) and wrong != {"name": "x"} else wrong]
    (found,) = check_cameras()
    assert "number 2" in str(found.msg)
