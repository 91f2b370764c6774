"""The services' pages, and the permission matrix: every field of a shared incident, for every kind of reader."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.gis.geos import Point
from django.test import Client

from geo.importing.loading import raise_edition
from geo.index import look_again
from geo.models import Place
from incidents.contacts import links
from incidents.emergencies.log.verifying import verify
from incidents.emergencies.models import (
    Facility,
    LogEntry,
    Protocol,
    ProtocolAnswer,
    ProtocolQuestion,
    Sortie,
    TrackPoint,
)
from incidents.emergencies.models.log import LogScope
from incidents.emergencies.positions.reading import positions_for
from incidents.emergencies.protocols import asking
from incidents.emergencies.screens.queries import View, shared_view
from incidents.emergencies.screens.replaying import replay_of
from incidents.emergencies.services import parts
from incidents.emergencies.services.visibility import MATRIX, Field, Reader, may_read, reader_of
from incidents.records import photos
from incidents.records.editing import lock
from incidents.records.keys import keys_of_person
from incidents.records.live import snapshot
from incidents.records.models import Incident, Photo, Reporter
from opscenter.accounts.models import ContactPoint, Person
from realtime.change import change
from realtime.models import Event
from tests.cast import Cast, Hands
from tests.emergencies import test_major
from tests.emergencies.conftest import Services, emergency
from tests.emergencies.test_units import at_place, new_unit, send
from tests.intake.world import IN_AN_LAC, World, picture, upload

# What is written into the shared incident, by who reads it; each text says whose it is.
WORDS = "Ổ gà trước số 12/5"
OWN = {"police": "Sổ riêng của 113", "fire": "Sổ riêng của 114", "ambulance": "Sổ riêng của 115"}


@pytest.fixture
def readers(services: Services, cast: Cast, new_person: Any) -> dict[Reader, Person]:
    return {
        Reader.ROOM: cast.call_taker,
        Reader.POLICE: services.at_police,
        Reader.FIRE: services.at_fire,
        Reader.AMBULANCE: services.at_ambulance,
        Reader.HELPER: new_person("focal_point", agency=services.power),
    }


@pytest.fixture
def incident(world: World, cast: Cast, services: Services, readers: dict[Reader, Person], settings: Any) -> Incident:
    point = Point(*IN_AN_LAC, srid=4326)
    made = emergency(world, cast.call_taker, "police", "fire", "ambulance", point=point, radius_m=10.0)
    reporter = Reporter.objects.create(name="Lan", phone="0900000001", created_at=made.received_at)
    made.reports.update(reporter=reporter)
    with change():
        parts.call_for(incident_id=made.pk, agency=services.power, by=cast.call_taker)
        for kind, person in (
            ("police", services.at_police),
            ("fire", services.at_fire),
            ("ambulance", services.at_ambulance),
        ):
            parts.write_record(incident_id=made.pk, words=OWN[kind], by=person)
            parts.note(incident_id=made.pk, words=f"Riêng {kind}", by=person, scope=LogScope.OWN)
        parts.write_record(incident_id=made.pk, words="Sổ riêng của điện lực", by=readers[Reader.HELPER])
        parts.note(incident_id=made.pk, words="Chung cho tất cả", by=cast.call_taker)
        parts.note(incident_id=made.pk, words="Bệnh nhân ngừng thở", by=cast.call_taker, scope=LogScope.MEDICAL)
    send(made, new_unit(services.ambulance, "115-01"), services.at_ambulance)
    settings.CAMERAS = [{"name": "Ngã tư", "lon": point.x, "lat": point.y, "url": "https://camera.invalid/nga-tu"}]
    taken = world_photo(made, cast.call_taker)
    assert taken.phase == Photo.Phase.REPORT
    asked = Protocol.objects.create(code="accident", name="Tai nạn mẫu")
    with change():
        for is_medical, words in ((False, "Có ai kẹt mẫu"), (True, "Còn thở mẫu")):
            question = ProtocolQuestion.objects.create(
                protocol=asked, code=words[:3], text=f"{words}?", is_medical=is_medical
            )
            said = ProtocolAnswer.objects.create(question=question, code="yes", text=f"Đáp {words}")
            asking.answer(incident_id=made.pk, answer_id=said.pk, by=cast.call_taker)
    Facility.objects.create(code="mau", name="Bệnh viện mẫu", point=point)
    return made


def world_photo(incident: Incident, by: Person) -> Photo:
    prepared, _problems = photos.prepare([upload(picture())])
    with change():
        (made,) = photos.add(lock(incident.pk), prepared, by=by)
    return made


# How each field of the matrix shows itself in what a person is given: whether something of it is there.
def shows(field: Field, view: View, page: str, reader: Reader) -> bool:
    log = " ".join(entry.words for entry in view.log)
    own = OWN.get(reader.value, "Sổ riêng của điện lực")
    return {
        Field.PLACE: lambda: view.place != "",
        Field.CATEGORY: lambda: view.category != "",
        Field.WORDS: lambda: WORDS in page,
        Field.REPORTER: lambda: view.may_look_at_reporter,
        Field.PHOTOS: lambda: len(view.photos) == 1 and f"/api/photos/{view.photos[0].pk}/thumbnail" in page,
        Field.PROTOCOL: lambda: view.protocols is not None and "Có ai kẹt mẫu?”: Đáp" in page,
        Field.MEDICAL_ANSWERS: lambda: "Còn thở mẫu?”: Đáp" in page,
        Field.MEDICAL_NOTES: lambda: "Bệnh nhân ngừng thở" in log,
        Field.CAMERAS: lambda: "https://camera.invalid/nga-tu" in page,
        Field.HOSPITALS: lambda: len(view.hospitals) == 1 and "Bệnh viện mẫu" in page,
        Field.STATES: lambda: len(view.services) == 4,
        Field.SORTIES: lambda: len(view.sorties) == 1,
        Field.OWN_RECORD: lambda: view.record == own,
        Field.OWN_NOTES: lambda: f"Riêng {reader.value}" in log or reader == Reader.HELPER,
        Field.COMMON_LOG: lambda: "Chung cho tất cả" in log,
    }[field]()


# Those of a major incident are asked for in test_major.py.
SHOWN = [field for field in Field if field not in test_major.FIELDS]


@pytest.mark.parametrize("reader", list(Reader))
def test_every_field_for_every_reader(incident: Incident, readers: dict[Reader, Person], reader: Reader) -> None:
    person = readers[reader]
    view = shared_view(incident.code, person)
    assert view is not None
    assert reader_of(person) == view.reader == reader
    answer = Hands(person).get(f"/emergencies/{incident.code}/panel")
    assert answer.status_code == 200
    page = answer.content.decode()
    got = {field: shows(field, view, page, reader) for field in SHOWN}
    assert got == {field: reader in MATRIX[field] for field in SHOWN}
    # Nobody else's own words and no medical detail stand anywhere in what the browser is sent.
    for kind, words in OWN.items():
        assert (words in page) == (kind == reader.value), kind
    assert ("Bệnh nhân ngừng thở" in page) == (reader == Reader.AMBULANCE)
    printed = Hands(person).get(f"/emergencies/{incident.code}/report/").content.decode()
    assert ("Bệnh nhân ngừng thở" in printed) == (reader == Reader.AMBULANCE)
    assert ("Còn thở mẫu?”: Đáp Còn thở mẫu" in printed) == (reader == Reader.AMBULANCE)
    assert ("Có ai kẹt mẫu?”: Đáp Có ai kẹt mẫu" in printed) == (reader in MATRIX[Field.PROTOCOL])
    # The files themselves follow the same rule, and the inbox names no photo it does not give.
    photo = Photo.objects.get(incident=incident)
    for variant in ("shown", "thumbnail"):
        status = Hands(person).get(f"/api/photos/{photo.pk}/{variant}").status_code
        assert (status == 200) == (reader in MATRIX[Field.PHOTOS]), status


def test_the_matrix_is_whole_and_each_look_at_the_reporter_is_kept(
    incident: Incident, readers: dict[Reader, Person]
) -> None:
    assert set(MATRIX) == set(Field)
    assert MATRIX[Field.MEDICAL_NOTES] == MATRIX[Field.MEDICAL_ANSWERS] == {Reader.AMBULANCE}
    version = Incident.objects.get(pk=incident.pk).version
    for person in readers.values():
        answer = Hands(person).get(f"/api/incidents/{incident.code}/reporter")
        allowed = may_read(person, Field.REPORTER)
        assert (answer.status_code == 200) == allowed, person
        assert ("0900000001" in answer.content.decode()) == allowed
    # In the chain too, each with who looked; the panel that shows it is not drawn anew.
    looked = LogEntry.objects.filter(shared=incident.pk, kind="reporter_seen").values_list("by", flat=True)
    assert sorted(looked) == sorted(one.pk for one in readers.values() if may_read(one, Field.REPORTER))
    assert list(verify(incident.pk)) == []
    assert Incident.objects.get(pk=incident.pk).version == version


def test_the_replay_gives_each_reader_what_the_matrix_lets_read(
    incident: Incident, readers: dict[Reader, Person]
) -> None:
    sortie = Sortie.objects.get(incident=incident)
    for seconds in (-60, 1, 2):
        at = sortie.sent_at + dt.timedelta(seconds=seconds)
        TrackPoint.objects.create(unit=sortie.unit, fix_at=at, lat=IN_AN_LAC[1], lon=IN_AN_LAC[0])
    for reader, person in readers.items():
        view = shared_view(incident.code, person)
        assert view is not None
        again = replay_of(view, sortie.sent_at + dt.timedelta(seconds=10))
        # Only while it was out for this incident: where else it drove is nobody's business here.
        tracks = [len(track["points"]) for track in again["tracks"]]
        assert tracks == ([2] if reader in MATRIX[Field.SORTIES] else []), reader
        page = Hands(person).get(f"/emergencies/{incident.code}/replay/").content.decode()
        assert (json.dumps("Bệnh nhân ngừng thở") in page) == (reader == Reader.AMBULANCE)


def test_what_is_no_emergency_is_not_withheld(incident: Incident, readers: dict[Reader, Person]) -> None:
    helper, photo = readers[Reader.HELPER], Photo.objects.get(incident=incident)
    assert Hands(helper).get(f"/api/photos/{photo.pk}/shown").status_code == 404
    Incident.objects.filter(pk=incident.pk).update(group=3)
    assert Hands(helper).get(f"/api/photos/{photo.pk}/shown").status_code == 200


def test_a_helper_sees_the_photos_of_its_own_work(incident: Incident, readers: dict[Reader, Person]) -> None:
    helper, photo = readers[Reader.HELPER], Photo.objects.get(incident=incident)
    Photo.objects.filter(pk=photo.pk).update(assignment=incident.assignments.get(agency=helper.agency))
    assert Hands(helper).get(f"/api/photos/{photo.pk}/shown").status_code == 200


def test_a_helper_reads_the_callers_words_in_no_other_page_either(
    incident: Incident, readers: dict[Reader, Person]
) -> None:
    helper = readers[Reader.HELPER]
    pk = incident.assignments.get(agency=helper.agency).pk
    page = Hands(helper).get(f"/inbox/assignment/{pk}/", **{"X-Panel": "1"})
    assert page.status_code == 200
    assert WORDS not in page.content.decode()
    assert "/api/photos/" not in page.content.decode()
    # Nor behind the link that a contact without an account gets.
    contact = ContactPoint.objects.create(agency=helper.agency, kind=ContactPoint.Kind.EMAIL, address="a@power.invalid")
    with change():
        address = links.make(assignment=incident.assignments.get(agency=helper.agency), contact_point=contact)
    followed = Client().get(urlsplit(address).path)
    assert followed.status_code == 200
    assert WORDS not in followed.content.decode()


def test_a_helper_reads_neither_words_nor_others_units_in_the_stream(
    incident: Incident, readers: dict[Reader, Person], new_person: Any
) -> None:
    def body(reader: Reader) -> dict[str, Any]:
        (row,) = (row for row in snapshot(keys_of_person(readers[reader])) if row.entity == "incident")
        return dict(row.body)

    helper = body(Reader.HELPER)
    assert (helper["summary"], helper["photos"], helper["emergency"]["sorties"]) == ("", 0, [])
    # Nor where those are, nor does it answer in the caller's place.
    at_place(Sortie.objects.get().unit, *IN_AN_LAC)
    assert positions_for(readers[Reader.HELPER]) == []
    assert len(positions_for(readers[Reader.POLICE])) == 1
    dispatcher = Hands(new_person("dispatcher", agency=readers[Reader.HELPER].agency))
    protocol = Protocol.objects.create(code="fall", name="Ngã")
    assert dispatcher.post(f"/api/emergencies/{incident.code}/protocol", {"protocol": protocol.code}).status_code == 403
    assert [one["kind"] for one in helper["emergency"]["services"]] == ["police", "fire", "ambulance", "utility"]
    ambulance = body(Reader.AMBULANCE)
    assert ambulance["summary"] == WORDS
    assert [one["call_sign"] for one in ambulance["emergency"]["sorties"]] == ["115-01"]
    event = Event.objects.filter(entity="incident", entity_id=incident.pk).latest("offset")
    assert json.loads(json.loads(event.bodies)["helper"])["summary"] == ""
    # What the services handed back is an ordinary report again.
    Incident.objects.filter(pk=incident.pk).update(group=3)
    with change():
        lock(incident.pk)
    assert body(Reader.HELPER)["summary"] == ambulance["summary"]


def test_the_stream_carries_no_words_of_the_log(incident: Incident) -> None:
    for event in Event.objects.all():
        for words in (*OWN.values(), "Bệnh nhân", "Chung cho tất cả", "0900000001"):
            assert words not in event.bodies


def test_an_outsider_sees_no_panel(incident: Incident, cast: Cast, services: Services) -> None:
    assert Hands(cast.focal_point).get(f"/emergencies/{incident.code}/panel").status_code == 404
    assert Hands(services.crew).get(f"/emergencies/{incident.code}/panel").status_code == 404
    assert Hands(cast.leader).get(f"/emergencies/{incident.code}/panel").status_code == 403


def test_the_crew_sees_its_sortie_and_its_next_step(
    incident: Incident, services: Services, world: World, cast: Cast
) -> None:
    crew = Hands(services.crew)
    assert "Bạn đi xe nào?" in crew.client.get("/crew/").content.decode()
    unit = new_unit(services.ambulance, "115-09", handling_unit=services.station)
    assert crew.post("/api/crew/sign-on", {"unit": unit.pk}).status_code == 200
    send(incident, unit, services.at_ambulance)
    Place.objects.create(
        name="Chợ Mẫu", folded="cho mau", kind="marketplace", source="people", source_key="1",
        point=Point(IN_AN_LAC[0], IN_AN_LAC[1] - 0.001, srid=4326),
    )  # fmt: skip
    raise_edition()
    look_again()
    page = crew.client.get("/crew/").content.decode()
    assert "cách Chợ Mẫu 110 m về hướng bắc" in page
    assert "btn-next" in page
    assert WORDS in page
    assert f"geo:{IN_AN_LAC[1]:.6f},{IN_AN_LAC[0]:.6f}" in page


def test_a_crew_that_has_not_signed_on_sees_which_of_its_units_is_called(
    incident: Incident, services: Services
) -> None:
    crew = Hands(services.crew)
    called, idle = (new_unit(services.ambulance, name, handling_unit=services.station) for name in ("115-08", "115-09"))
    assert 'data-sortie=""' in crew.client.get("/crew/").content.decode()
    sortie = send(incident, called, services.at_ambulance)
    page = crew.client.get("/crew/").content.decode()
    # A new one: the page sounds and vibrates.
    assert f'data-sortie="{sortie.pk}"' in page
    assert re.findall(r"<b>(\S+)</b> [^<·]+· Đã điều<", page) == [called.call_sign]
    assert idle.call_sign in page
    assert crew.post("/api/crew/sign-on", {"unit": called.pk}).status_code == 200
    assert f'data-sortie="{sortie.pk}" data-state="sent"' in crew.client.get("/crew/").content.decode()


def test_dispatchers_and_crews_begin_at_their_own_pages(services: Services) -> None:
    assert Hands(services.at_fire).get("/start/")["Location"] == "/emergencies/"
    assert Hands(services.crew).get("/start/")["Location"] == "/crew/"
    board = Hands(services.at_fire).get("/emergencies/")
    assert board.status_code == 200
