from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from incidents.records.models import Incident
from opscenter.accounts.models import Agency, HandlingUnit, Person
from realtime.change import change
from tests.cast import Cast, cast, open_one
from tests.intake.world import World, take, world

__all__ = ["cast", "take", "world"]


@dataclass(frozen=True)
class Services:
    """113, 114 and 115 of the invented province, a power company, and a dispatcher at each of the three."""

    police: Agency
    fire: Agency
    ambulance: Agency
    power: Agency
    at_police: Person
    at_fire: Person
    at_ambulance: Person
    crew: Person
    station: HandlingUnit


@pytest.fixture
def services(world: World, cast: Cast, new_agency: Any, new_person: Any) -> Services:
    police = new_agency(code="police-113", name="Công an 113", kind="police")
    ambulance = new_agency(code="ambulance-115", name="Cấp cứu 115", kind="ambulance")
    power = new_agency(code="power", name="Điện lực", kind="utility")
    station = HandlingUnit.objects.create(agency=ambulance, name="Trạm 1")
    return Services(
        police=police,
        fire=world.fire,
        ambulance=ambulance,
        power=power,
        at_police=new_person("dispatcher", agency=police),
        at_fire=cast.dispatcher,
        at_ambulance=new_person("dispatcher", agency=ambulance),
        crew=new_person("crew", agency=ambulance, handling_unit=station),
        station=station,
    )


def emergency(world: World, by: Person, *kinds: str, **given: Any) -> Incident:
    """A shared incident of these services (police, fire, ambulance), by the emergency key."""
    from incidents.emergencies.services.opening import raise_emergency

    incident = open_one(world, **{"category": None, "group": None, **given})
    with change():
        raise_emergency(incident_id=incident.pk, services=kinds, by=by)
    incident.refresh_from_db()
    return incident
