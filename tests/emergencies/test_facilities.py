"""Hospitals: declared by themselves, their machine or 115; the nearest suitable first, and why; in a patient's way."""

from __future__ import annotations

import datetime as dt
import json
import time
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.test import Client
from django.utils import timezone

from incidents.emergencies.facilities.choosing import hospitals
from incidents.emergencies.models import Declaration, Facility, Feed, LogEntry
from incidents.emergencies.positions.receiving import signature_of
from incidents.emergencies.screens.queries import shared_view
from opscenter.accounts.models import Person
from tests.cast import Cast, Hands
from tests.emergencies.conftest import Services, emergency
from tests.emergencies.test_units import go, new_unit, send
from tests.intake.world import IN_AN_LAC, World


def facility(code: str, east: float, **given: Any) -> Facility:
    lon, lat = IN_AN_LAC
    return Facility.objects.create(
        code=code, name=f"Bệnh viện {code}", point=Point(lon + east, lat, srid=4326), **given
    )


def test_the_nearest_suitable_comes_first_with_why(db: None) -> None:
    now = timezone.now()
    near = facility("gan", 0.01, declared_at=now, beds=4, is_diverted=True, diverted_why="cháy khoa cấp cứu")
    full = facility("day", 0.02, declared_at=now, beds=0, capabilities=["burns"])
    silent = facility("im", 0.03, capabilities=["burns"])
    far = facility(
        "xa", 0.09, declared_at=now - dt.timedelta(hours=5), beds=7, intensive_beds=2, capabilities=["burns"]
    )
    other = facility("khac", 0.005, declared_at=now, beds=9)
    found = hospitals(Facility.objects.all(), now, IN_AN_LAC, {"burns"})
    assert [one.facility for one in found] == [silent, far, full, other, near]
    by = {one.facility: one for one in found}
    assert by[near].metres == pytest.approx(1092, abs=6)
    assert by[near].reasons()[0] == "TỪ CHỐI NHẬN BỆNH: cháy khoa cấp cứu"
    assert by[silent].reasons() == ["chưa khai báo gì"]
    assert by[far].is_stale
    assert "5 giờ trước" in by[far].reasons()[2]
    assert "không khai có: bỏng" in by[other].reasons()
    # Without anything wanted the nearest that takes patients.
    assert hospitals(Facility.objects.all(), now, IN_AN_LAC)[0].facility == other


def test_who_declares(services: Services, cast: Cast, new_agency: Any, new_person: Any) -> None:
    agency = new_agency(code="bv-mau", name="Bệnh viện mẫu")
    own, other = facility("mau", 0.0, agency=agency), facility("khac", 0.01)
    of_hospital = new_person("focal_point", agency=agency)

    def declares(person: Person, one: Facility, **sent: Any) -> int:
        return int(Hands(person).post(f"/api/facilities/{one.pk}/declare", sent).status_code)

    assert declares(of_hospital, own, beds="12", intensive_beds="", diverted="on", why="mất điện") == 200
    own.refresh_from_db()
    assert (own.beds, own.intensive_beds, own.is_diverted, own.diverted_why) == (12, None, True, "mất điện")
    assert declares(of_hospital, other, beds=1) == 404
    assert declares(services.at_ambulance, other, beds=1) == 200
    assert declares(services.at_fire, other, beds=1) == 404
    assert declares(cast.call_taker, other, beds=1) == 403
    assert declares(services.at_ambulance, other, beds=-1) == 422
    assert list(Declaration.objects.order_by("pk").values_list("by", flat=True)) == [
        of_hospital.pk,
        services.at_ambulance.pk,
    ]
    page = Hands(of_hospital).get("/facilities/").content.decode()
    assert "Bệnh viện mau" in page
    assert "Bệnh viện khac" not in page
    assert "Bệnh viện khac" in Hands(services.at_ambulance).get("/facilities/").content.decode()


def test_its_own_machine_declares_signed(transactional_db: None) -> None:
    feed = Feed.objects.create(name="bv", secret="x" * 32)
    own = facility("mau", 0.0, feed=feed)
    facility("khac", 0.01)

    def post(sent: Any, secret: str = feed.secret) -> Any:
        body, moment = json.dumps(sent).encode(), str(int(time.time()))
        return Client().post(
            "/facilities/declare",
            body,
            content_type="application/json",
            headers={"X-Feed": "bv", "X-Time": moment, "X-Signature": signature_of(secret, moment, body)},
        )

    assert post({"facility": "mau", "beds": 3, "intensive_beds": None}).status_code == 200
    own.refresh_from_db()
    assert (own.beds, own.is_diverted) == (3, False)
    assert own.declared_at is not None
    assert post({"facility": "mau", "beds": 3}, secret="y" * 32).status_code == 403
    assert post({"facility": "khac", "beds": 3}).status_code == 403
    for wrong in ({"beds": -1}, {"beds": True}, {"beds": "3"}, {"beds": 1e9}, {"beds": 1, "diverted": "no"}):
        assert post({"facility": "mau", **wrong}).status_code == 400, wrong
    assert post(["mau"]).status_code == 400
    assert Declaration.objects.count() == 1


def test_a_patient_is_taken_to_one(world: World, cast: Cast, services: Services) -> None:
    incident = emergency(world, cast.call_taker, "ambulance", point=Point(*IN_AN_LAC, srid=4326), radius_m=10.0)
    chosen = facility("mau", 0.01, declared_at=timezone.now(), beds=2)
    unit = new_unit(services.ambulance, "115-09", handling_unit=services.station)
    crew = Hands(services.crew)
    crew.post("/api/crew/sign-on", {"unit": unit.pk})
    sortie = send(incident, unit, services.at_ambulance)
    go(sortie, "on_scene", services.at_ambulance)
    page = crew.client.get("/crew/").content.decode()
    assert f'name="facility" value="{chosen.pk}"' in page
    wrong = crew.post(f"/api/sorties/{sortie.pk}/step", {"state": "transporting", "facility": 999_999})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "no_such_facility")
    done = crew.post(f"/api/sorties/{sortie.pk}/step", {"state": "transporting", "facility": chosen.pk})
    assert done.status_code == 200
    sortie.refresh_from_db()
    assert sortie.facility == chosen
    view = shared_view(incident.code, services.at_ambulance)
    assert view is not None
    assert "115-09 → Bệnh viện mau" in view.log[0].what
    # Not for everybody who reads the common log.
    assert LogEntry.objects.get(shared=incident.pk, kind="unit_hospital").scope == "services"
