"""A major incident: declared, commanded, counted, asked for, reported and stood down; all of it in the log."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone

from incidents.emergencies.described import extras
from incidents.emergencies.log.verifying import verify
from incidents.emergencies.major import sitreps
from incidents.emergencies.models import LogEntry, MajorIncident, ResourceRequest, Sector, Sitrep
from incidents.emergencies.screens.queries import View, shared_view
from incidents.emergencies.services import parts
from incidents.emergencies.services.visibility import MATRIX, Field, Reader
from incidents.records.models import Incident
from opscenter.accounts.models import Person
from realtime.change import change
from realtime.models import Event
from tests.cast import Cast, Hands
from tests.emergencies.conftest import Services, emergency
from tests.emergencies.test_units import new_unit, send
from tests.intake.world import IN_AN_LAC, World


@pytest.fixture
def incident(world: World, cast: Cast, services: Services) -> Incident:
    made = emergency(
        world, cast.call_taker, "police", "fire", "ambulance", point=Point(*IN_AN_LAC, srid=4326), radius_m=10.0
    )
    with change():
        parts.call_for(incident_id=made.pk, agency=services.power, by=cast.call_taker)
    return made


def post(person: Person, incident: Incident, what: str, expected: int = 200, **sent: Any) -> dict[str, Any]:
    answer = Hands(person).post(f"/api/emergencies/{incident.code}/major/{what}", sent)
    assert answer.status_code == expected, (what, answer.content.decode())
    return dict(answer.json())


def running(incident: Incident, services: Services, cast: Cast) -> Sector:
    """Declared by 114, with commanders, a sector with a unit in it, two counts, a request and a report."""
    post(services.at_fire, incident, "declare", reason="Cháy chung cư, nhiều người kẹt")
    post(services.at_fire, incident, "commander", name="Trần Văn Chỉ Huy", position="Chỉ huy chữa cháy", agency="")
    post(services.at_police, incident, "commander", name="Lê Vòng Ngoài", agency=services.police.pk)
    post(services.at_fire, incident, "scene", dangers="Bình gas tầng hầm", access="Vào cổng sau")
    post(services.at_fire, incident, "sectors", name="Tháp A", place="Tầng 3", lead="Đội trưởng Sáu")
    sector = Sector.objects.get(major=incident.pk)
    sortie = send(incident, new_unit(services.ambulance, "115-01"), services.at_ambulance)
    post(services.at_ambulance, incident, "units", sortie=sortie.pk, sector=sector.pk)
    count = {"red": 3, "yellow": 5, "green": 8, "black": 1}
    post(services.at_ambulance, incident, "casualties", sector=sector.pk, seen=0, **count)
    post(cast.call_taker, incident, "casualties", sector="", seen=0, red=0, yellow=1, green=0, black=0)
    post(services.at_fire, incident, "resources", kind="Xe thang 32 m", number=2, asked_of="Cảnh sát PCCC TP.HCM")
    post(services.at_fire, incident, "sitreps", text="Đang khống chế tầng 3", next_min=20)
    return sector


def test_from_the_declaration_to_the_stand_down(incident: Incident, services: Services, cast: Cast) -> None:
    post(services.at_fire, incident, "stand-down", 409, reason="x")
    sector = running(incident, services, cast)
    assert post(services.at_police, incident, "declare", 409, reason="nữa")["code"] == "already_major"
    view = shared_view(incident.code, services.at_police)
    assert view is not None
    assert view.major is not None
    assert view.major.total is not None
    assert (view.major.total.red, view.major.total.yellow, view.major.total.total) == (3, 6, 18)
    named = {agency.pk: row.name for agency, row in view.major.of_services if row is not None}
    assert named == {services.police.pk: "Lê Vòng Ngoài"}
    assert [[unit.unit.call_sign for unit, _state in one.units] for one in view.major.sectors] == [["115-01"], []]
    # A service names its own commander, and its own units' sectors.
    refused = post(services.at_police, incident, "commander", 409, name="X", agency=services.fire.pk)
    assert refused["code"] == "not_your_service"
    (sortie,) = [row for one in view.major.sectors for row, _state in one.units]
    assert post(services.at_police, incident, "units", 409, sortie=sortie.pk)["code"] == "not_your_unit"
    assert post(services.at_fire, incident, f"sectors/{sector.pk}/close", 409)["code"] == "units_in_sector"
    post(services.at_fire, incident, f"sectors/{sector.pk}", name="Tháp A cao", place="", lead="")
    post(services.at_fire, incident, "sectors", name="Tháp B")
    assert post(services.at_fire, incident, "sectors", 409, name="Tháp B")["code"] == "sector_named_already"
    request = ResourceRequest.objects.get()
    post(services.at_fire, incident, f"resources/{request.pk}", promised=2, arrived=1, seen=1)
    moved = post(services.at_police, incident, f"resources/{request.pk}", 409, promised=0, arrived=0, seen=1)
    assert moved["code"] == "counted_meanwhile"
    post(cast.supervisor, incident, "stand-down", reason="Đã dập tắt")
    assert post(services.at_fire, incident, "scene", 409)["code"] == "not_major"
    # Everything is in the chain, and the chain is whole.
    kinds = set(LogEntry.objects.filter(shared=incident.pk).values_list("kind", flat=True))
    assert kinds >= {
        *("major_declared", "commander", "service_commander", "dangers", "access", "sector_opened", "sector_changed"),
        *("unit_sector", "casualties", "resource_asked", "resource_moved", "sitrep", "major_stood_down"),
    }
    assert list(verify(incident.pk)) == []
    # And declared again it goes on.
    post(cast.supervisor, incident, "declare", reason="Cháy lại")
    assert MajorIncident.objects.get().is_on


def test_two_who_count_at_once(incident: Incident, services: Services, cast: Cast) -> None:
    sector = running(incident, services, cast)
    before = LogEntry.objects.filter(shared=incident.pk, kind="casualties").count()
    post(services.at_fire, incident, "casualties", sector=sector.pk, seen=1, red=4, yellow=5, green=8, black=1)
    late = {"sector": sector.pk, "seen": 1, "red": 3, "yellow": 5, "green": 8, "black": 2}
    assert post(services.at_ambulance, incident, "casualties", 409, **late)["code"] == "counted_meanwhile"
    (entry,) = LogEntry.objects.filter(shared=incident.pk, kind="casualties").order_by("seq")[before:]
    assert json.loads(entry.record)["data"] == {
        "sector": sector.pk,
        "red": 4,
        "yellow": 5,
        "green": 8,
        "black": 1,
        "before": [3, 5, 8, 1],
    }
    post(services.at_fire, incident, "casualties", 422, sector="", seen=1, red=-1, yellow=0, green=0, black=0)


def test_the_next_report_is_late_once(incident: Incident, services: Services, cast: Cast) -> None:
    running(incident, services, cast)
    assert sitreps.tell_late_sitreps() == 0
    MajorIncident.objects.update(sitrep_alarm_at=timezone.now() - dt.timedelta(seconds=1))
    assert (sitreps.tell_late_sitreps(), sitreps.tell_late_sitreps()) == (1, 0)
    assert LogEntry.objects.filter(shared=incident.pk, kind="sitrep_late").count() == 1
    # The next one sets the clock anew.
    post(services.at_fire, incident, "sitreps", next_min=30)
    assert MajorIncident.objects.get().sitrep_alarm_at is not None


def test_a_report_is_frozen_and_stamped(incident: Incident, services: Services, cast: Cast) -> None:
    sector = running(incident, services, cast)
    row = Sitrep.objects.select_related("entry").get()
    post(services.at_ambulance, incident, "casualties", sector=sector.pk, seen=1, red=9, yellow=9, green=9, black=9)
    page = Hands(services.at_police).get(f"/emergencies/{incident.code}/sitreps/1/").content.decode()
    for text in ("Trần Văn Chỉ Huy", "Bình gas tầng hầm", "Xe thang 32 m", "Đang khống chế tầng 3", row.entry.hash):
        assert text in page, text
    assert "<b>3</b>" in page
    assert "<b>18</b>" not in page
    before = LogEntry.objects.get(shared=incident.pk, seq=row.entry.seq - 1)
    assert before.hash in page
    assert Hands(services.at_police).get(f"/emergencies/{incident.code}/sitreps/2/").status_code == 404


# How each field of a major incident shows itself: in what is read, and in the page that is sent.
def shows(field: Field, view: View, page: str) -> bool:
    major = view.major
    assert major is not None
    return {
        Field.COMMAND: lambda: major.commander is not None and "Trần Văn Chỉ Huy" in page,
        Field.DANGERS: lambda: major.dangers != "" and "Bình gas tầng hầm" in page,
        Field.SECTORS: lambda: len(major.sectors) == 2 and "Tháp A" in page,
        Field.CASUALTIES: lambda: major.total is not None and "triage-red" in page,
        Field.RESOURCES: lambda: len(major.resources) == 1 and "Xe thang 32 m" in page,
        Field.SITREPS: lambda: len(major.sitreps) == 1 and "/sitreps/1/" in page,
    }[field]()


FIELDS = (Field.COMMAND, Field.DANGERS, Field.SECTORS, Field.CASUALTIES, Field.RESOURCES, Field.SITREPS)


def test_every_field_for_every_reader(incident: Incident, services: Services, cast: Cast, new_person: Any) -> None:
    running(incident, services, cast)
    readers = {
        Reader.ROOM: cast.call_taker,
        Reader.POLICE: services.at_police,
        Reader.FIRE: services.at_fire,
        Reader.AMBULANCE: services.at_ambulance,
        Reader.HELPER: new_person("focal_point", agency=services.power),
    }
    for reader, person in readers.items():
        view = shared_view(incident.code, person)
        assert view is not None
        pages = [Hands(person).get(f"/emergencies/{incident.code}/{part}") for part in ("major/", "panel")]
        assert [answer.status_code for answer in pages] == [200, 200]
        page = pages[0].content.decode()
        got = {field: shows(field, view, page) for field in FIELDS}
        assert got == {field: reader in MATRIX[field] for field in FIELDS}, reader
        counts = reader in MATRIX[Field.CASUALTIES]
        assert any(entry.scope == "services" and "3" in entry.what for entry in view.log) == counts
        assert ("triage-red" in pages[1].content.decode()) == counts
        sheet = Hands(person).get(f"/emergencies/{incident.code}/sitreps/1/")
        assert sheet.status_code == (200 if reader in MATRIX[Field.SITREPS] else 404)


def test_the_stream_tells_of_it_without_counts_and_names(incident: Incident, services: Services, cast: Cast) -> None:
    running(incident, services, cast)
    (extra,) = extras(Incident.objects.filter(pk=incident.pk)).values()
    assert extra.emergency.major is not None
    assert extra.emergency.major.sitrep_due_at is not None
    for event in Event.objects.all():
        for words in ("Chỉ Huy", "Tháp A", "Xe thang", '"red"'):
            assert words not in event.bodies


def test_a_helper_writes_no_counts(incident: Incident, services: Services, cast: Cast, new_person: Any) -> None:
    running(incident, services, cast)
    helper = new_person("dispatcher", agency=services.power)
    post(helper, incident, "casualties", 403, sector="", seen=1, red=1, yellow=0, green=0, black=0)
    post(helper, incident, "sitreps", 403)
