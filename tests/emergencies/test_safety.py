"""Whether crews are well: timers on scene and alone, alarms that rise, and nothing lost when the worker is killed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone

from incidents.delivery.models import Delivery
from incidents.emergencies import telling
from incidents.emergencies.described import describe_units
from incidents.emergencies.models import LogEntry, SafetyEvent, SafetyTimer, Sortie, Unit
from incidents.emergencies.units import safety
from incidents.records.models import Incident
from opscenter.accounts.models import ContactPoint, Person
from realtime.change import change
from tests.cast import Cast, Hands, together
from tests.emergencies.conftest import Services, emergency
from tests.emergencies.test_units import go, new_unit, send
from tests.intake.world import IN_AN_LAC, World


@pytest.fixture
def incident(world: World, cast: Cast, services: Services) -> Incident:
    return emergency(world, cast.call_taker, "ambulance", point=Point(*IN_AN_LAC, srid=4326), radius_m=10.0)


@pytest.fixture
def unit(services: Services) -> Unit:
    return new_unit(services.ambulance, "115-09", handling_unit=services.station)


def late(**more: Any) -> None:
    """The time of every timer is over."""
    past = timezone.now() - dt.timedelta(seconds=1)
    SafetyTimer.objects.filter(ended_at=None).update(due_at=past, alarm_at=past, **more)


def kinds(incident: Incident) -> list[str]:
    rows = LogEntry.objects.filter(shared=incident.pk, kind__contains="check").order_by("seq")
    return list(rows.values_list("kind", flat=True))


def there(incident: Incident, unit: Unit, services: Services, minutes: int = 10) -> Sortie:
    answer = Hands(services.at_ambulance).post(f"/api/emergencies/{incident.code}/check-ins", {"minutes": minutes})
    assert answer.status_code == 200
    sortie = send(incident, unit, services.at_ambulance)
    assert safety.timer_of(unit.pk) is None
    go(sortie, "on_scene", services.at_ambulance)
    return sortie


def test_on_scene_a_crew_reports_and_leaves_the_timer_behind(
    incident: Incident, unit: Unit, services: Services
) -> None:
    sortie = there(incident, unit, services)
    timer = safety.timer_of(unit.pk)
    assert timer is not None
    before = timer.due_at
    crew = Hands(services.crew)
    crew.post("/api/crew/sign-on", {"unit": unit.pk})
    assert "btn-well" in crew.client.get("/crew/").content.decode()
    assert crew.post(f"/api/units/{unit.pk}/check-in", {}).status_code == 200
    timer.refresh_from_db()
    assert timer.due_at > before
    (shown,) = describe_units([unit.pk])
    assert next(iter(shown.bodies.values()))["check_in"] == {"due_at": timer.due_at.isoformat(), "missed": 0}
    go(sortie, "transporting", services.at_ambulance)
    assert safety.timer_of(unit.pk) is None
    assert crew.post(f"/api/units/{unit.pk}/check-in", {}).json()["code"] == "no_timer"
    assert kinds(incident) == ["check_in_every", "check_in_started", "checked_in", "check_in_ended"]


def test_a_missed_one_alarms_the_board_then_the_room(incident: Incident, unit: Unit, services: Services) -> None:
    there(incident, unit, services)
    told: list[int] = []
    safety.register_escalation(lambda timer: told.append(timer.missed))
    try:
        assert safety.sound_missed() == 0
        late()
        assert (safety.sound_missed(), safety.sound_missed()) == (1, 0)
        incident.refresh_from_db()
        assert (incident.needs, told) == ([], [])
        SafetyTimer.objects.update(alarm_at=timezone.now() - dt.timedelta(seconds=1))
        assert safety.sound_missed() == 1
    finally:
        safety._escalations.pop()
    incident.refresh_from_db()
    assert (incident.needs, told) == (["crew_silent"], [2])
    (shown,) = describe_units([unit.pk])
    assert next(iter(shown.bodies.values()))["check_in"]["missed"] == 2
    # The dispatcher has heard it by radio.
    assert Hands(services.at_ambulance).post(f"/api/units/{unit.pk}/check-in", {}).status_code == 200
    incident.refresh_from_db()
    assert incident.needs == []
    assert kinds(incident)[-3:] == ["check_in_missed", "check_in_missed", "checked_in"]


def test_alarms_end_at_last_and_the_line_stays(incident: Incident, unit: Unit, services: Services) -> None:
    there(incident, unit, services)
    late(missed=safety.MOST_ALARMS - 1)
    assert safety.sound_missed() == 1
    timer = safety.timer_of(unit.pk)
    assert timer is not None
    assert (timer.missed, timer.alarm_at) == (safety.MOST_ALARMS, None)


def test_who_works_alone_needs_no_incident(unit: Unit, services: Services) -> None:
    crew = Hands(services.crew)
    crew.post("/api/crew/sign-on", {"unit": unit.pk})
    assert "btn-well" not in crew.client.get("/crew/").content.decode()
    assert crew.post(f"/api/units/{unit.pk}/check-ins", {"minutes": 15}).status_code == 200
    late()
    assert safety.sound_missed() == 1
    assert "is-missed" in crew.client.get("/crew/").content.decode()
    assert crew.post(f"/api/units/{unit.pk}/check-in", {}).status_code == 200
    assert crew.post(f"/api/units/{unit.pk}/check-ins/end", {}).status_code == 200
    rows = list(SafetyEvent.objects.values_list("kind", flat=True))
    assert rows == ["check_in_started", "check_in_missed", "checked_in", "check_in_ended"]
    other = Hands(services.at_fire)
    assert other.post(f"/api/units/{unit.pk}/check-ins", {"minutes": 15}).status_code == 404


def test_a_timer_that_is_set_later_begins_at_once(incident: Incident, unit: Unit, services: Services) -> None:
    sortie = send(incident, unit, services.at_ambulance)
    go(sortie, "on_scene", services.at_ambulance)
    hands = Hands(services.at_ambulance)
    assert hands.post(f"/api/emergencies/{incident.code}/check-ins", {"minutes": 5}).status_code == 200
    assert safety.timer_of(unit.pk) is not None
    assert hands.post(f"/api/emergencies/{incident.code}/check-ins", {"minutes": ""}).status_code == 200
    assert safety.timer_of(unit.pk) is None


def test_two_workers_sound_one_alarm(incident: Incident, unit: Unit, services: Services) -> None:
    there(incident, unit, services)
    late()
    assert sum(together([safety.sound_missed] * 2)) == 1
    assert SafetyEvent.objects.filter(kind="check_in_missed").count() == 1


def test_a_lone_crew_that_stays_silent_is_told_of_beyond_screens_each_once(
    unit: Unit, services: Services, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "way_of", lambda door: True)
    Person.objects.filter(pk=services.at_ambulance.pk).update(phone="+84900000007")
    monkeypatch.setattr(telling, "_with_number", lambda people: list(people))
    for is_head in (False, True):
        ContactPoint.objects.create(
            agency=services.ambulance, kind=ContactPoint.Kind.PHONE, address=f"090000000{int(is_head)}", is_head=is_head
        )
    with change():
        safety.start_alone(unit=unit, minutes=10, by=services.crew)
    told = []
    for _alarm in range(6):
        SafetyTimer.objects.update(alarm_at=timezone.now() - dt.timedelta(seconds=1))
        assert safety.sound_missed() == 1
        told.append(Delivery.objects.filter(kind="crew_silent").count())
    assert told == [0, 1, 2, 2, 3, 3]
    rows = Delivery.objects.filter(kind="crew_silent").order_by("pk")
    assert [(row.contact_point_id is None, row.incident_id) for row in rows] == [
        (False, None),
        (True, None),
        (False, None),
    ]
    assert all(unit.call_sign in row.body and "None" not in row.body for row in rows)
