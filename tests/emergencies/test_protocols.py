"""Call protocols: the shipped questions are whole, each answer is timed and does what it says; 115 keeps its own."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry as LogEntryOfAdministration
from django.contrib.gis.geos import Point

from incidents.emergencies.models import (
    Facility,
    LogEntry,
    Protocol,
    ProtocolAnswer,
    ProtocolQuestion,
    SharedIncident,
    UnitNeed,
)
from incidents.emergencies.protocols import asking
from incidents.emergencies.screens.queries import shared_view
from incidents.emergencies.services.visibility import Reader
from incidents.emergencies.targets.needing import needed_of
from incidents.records.models import Category, Incident
from opscenter.accounts.pages import menu_of
from realtime.change import change
from tests.cast import Cast, Hands
from tests.emergencies.conftest import Services, emergency
from tests.emergencies.test_shared import kinds_of
from tests.emergencies.test_units import new_unit
from tests.intake.world import IN_AN_LAC, World


@pytest.fixture
def protocol() -> Protocol:
    made = Protocol.objects.create(code="traffic", name="Tai nạn giao thông", name_en="Traffic accident")
    trapped = ProtocolQuestion.objects.create(protocol=made, code="trapped", order=1, text="Có ai bị kẹt không?")
    breathing = ProtocolQuestion.objects.create(
        protocol=made, code="breathing", order=2, text="Có thở không?", is_medical=True
    )
    for question, code, more in (
        (trapped, "yes", {"priority": 1, "service": "fire", "advice": "Không kéo người bị kẹt."}),
        (trapped, "no", {}),
        (breathing, "no", {"priority": 1, "service": "ambulance", "advice": "Ấn tim giữa ngực."}),
    ):
        ProtocolAnswer.objects.create(question=question, code=code, text=code, **more)
    return made


def answer_of(protocol: Protocol, question: str, code: str) -> int:
    return ProtocolAnswer.objects.get(question__protocol=protocol, question__code=question, code=code).pk


@pytest.fixture
def incident(world: World, cast: Cast, services: Services) -> Incident:
    made = emergency(world, cast.call_taker, "police")
    Incident.objects.filter(pk=made.pk).update(priority=3)
    return made


def test_an_answer_sets_priority_and_calls_who_comes_as_well(
    incident: Incident, protocol: Protocol, cast: Cast, services: Services
) -> None:
    hands, url = Hands(cast.call_taker), f"/api/emergencies/{incident.code}"
    assert hands.post(f"{url}/protocol", {"protocol": "traffic"}).status_code == 200
    for question, code in (("trapped", "no"), ("trapped", "yes"), ("breathing", "no")):
        assert hands.post(f"{url}/answer", {"answer": answer_of(protocol, question, code)}).status_code == 200
    incident.refresh_from_db()
    assert (incident.priority, incident.shared.kind) == (1, "traffic")
    assert sorted(kinds_of(incident)) == ["ambulance", "fire", "police"]
    assert LogEntry.objects.filter(shared=incident.pk, kind="answered").count() == 3
    assert hands.post(f"{url}/protocol", {"protocol": "nothing"}).status_code == 422
    assert hands.post(f"{url}/answer", {"answer": 999999}).status_code == 422
    # Whoever asked sees what to say; what is medical is kept for 115.
    page = hands.client.get(f"/room/incident/{incident.code}/panel").content.decode()
    assert "Không kéo người bị kẹt." in page


def test_medical_answers_are_read_by_115_alone(incident: Incident, protocol: Protocol, cast: Cast) -> None:
    with change():
        asking.begin(incident_id=incident.pk, protocol=protocol, by=cast.call_taker)
        for question, code in (("trapped", "yes"), ("breathing", "no")):
            asking.answer(incident_id=incident.pk, answer_id=answer_of(protocol, question, code), by=cast.call_taker)
    incident.refresh_from_db()
    for reader in Reader:
        known = {one.question.code for one in asking.questions_of(incident.shared, reader) if one.chosen}
        expected: dict[Any, set[str]] = {Reader.AMBULANCE: {"trapped", "breathing"}, Reader.HELPER: set()}
        assert known == expected.get(reader, {"trapped"}), reader


def test_the_kind_says_which_units_and_which_hospitals(
    incident: Incident, protocol: Protocol, cast: Cast, services: Services, world: World
) -> None:
    category = Category.objects.get(pk=world.categories["fire"].pk)
    protocol.category, protocol.hospital = category, ["burns"]
    protocol.save()
    UnitNeed.objects.create(category=category, kind="ambulance", number=2)
    point = Point(*IN_AN_LAC, srid=4326)
    Incident.objects.filter(pk=incident.pk).update(point=point, radius_m=10.0)
    new_unit(services.ambulance, "115-01")
    for code, treats in (("nearer", []), ("suitable", ["burns"])):
        away = Point(point.x + (0.01 if treats else 0.001), point.y, srid=4326)
        Facility.objects.create(code=code, name=code, point=away, capabilities=treats)
    incident.refresh_from_db()
    assert needed_of(incident, services.ambulance.pk) == {}
    view = shared_view(incident.code, services.at_police)
    assert view is not None
    assert [one.facility.code for one in view.hospitals] == ["nearer", "suitable"]
    with change():
        asking.begin(incident_id=incident.pk, protocol=protocol, by=cast.call_taker)
    assert needed_of(incident, services.ambulance.pk) == {"ambulance": 2}
    view = shared_view(incident.code, services.at_police)
    assert view is not None
    assert [one.facility.code for one in view.hospitals] == ["suitable", "nearer"]


def test_the_shipped_questions_are_whole(transactional_db: None) -> None:
    from incidents.reference.loading import load

    load()
    assert Protocol.objects.count() >= 6
    assert not Protocol.objects.exclude(category__unit_needs__isnull=False).exists()
    for question in ProtocolQuestion.objects.all():
        assert question.answers.count() >= 2, question.code
        assert question.text_en
    # What is asked about breathing says what to do when there is none.
    for answer in ProtocolAnswer.objects.filter(question__code="breathing", code="no"):
        assert "Ấn tim" in answer.advice or "ấn tim" in answer.advice


def test_the_owner_edits_questions_and_nobody_deletes_them(
    incident: Incident, protocol: Protocol, services: Services, client: Any, new_person: Any
) -> None:
    administrator = new_person("administrator")
    client.force_login(administrator)
    assert "/admin/emergencies/protocol/" in [address for _s, lines in menu_of(administrator) for address, _l in lines]
    assert client.get(f"/admin/emergencies/protocol/{protocol.pk}/change/").status_code == 200
    trapped = protocol.questions.get(code="trapped")
    yes, no = trapped.answers.get(code="yes"), trapped.answers.get(code="no")
    page = f"/admin/emergencies/protocolquestion/{trapped.pk}/change/"
    sent = {
        "protocol": protocol.pk, "code": "trapped", "order": 1, "text": "Có ai mắc kẹt không?", "is_active": "on",
        "answers-TOTAL_FORMS": 2, "answers-INITIAL_FORMS": 2,
        **form_of(0, yes, service="ambulance", is_active="on"), **form_of(1, no),
    }  # fmt: skip
    assert client.get(page).status_code == 200
    assert client.post(page, {**sent, "answers-0-service": "utility"}).status_code == 200
    yes.refresh_from_db()
    assert yes.service == "fire"
    assert client.post(page, sent).status_code == 302
    yes.refresh_from_db()
    assert yes.service == "ambulance"
    SharedIncident.objects.filter(pk=incident.pk).update(kind=protocol.code)
    incident.shared.refresh_from_db()
    asked = asking.questions_of(incident.shared, Reader.ROOM)[0]
    assert (asked.question.text, [one.code for one in asked.answers]) == ("Có ai mắc kẹt không?", ["yes"])
    # What the log names is switched off, and who did it is written down.
    assert client.post(f"/admin/emergencies/protocolquestion/{trapped.pk}/delete/", {"post": "yes"}).status_code == 403
    assert LogEntryOfAdministration.objects.filter(user=administrator, object_id=str(trapped.pk)).exists()
    client.force_login(new_person("supervisor"))
    assert client.get(page).status_code == 403


def form_of(number: int, answer: ProtocolAnswer, **more: str) -> dict[str, Any]:
    """What the page sends for an answer as it is."""
    fields = {"id": answer.pk, "question": answer.question_id, "code": answer.code, "order": answer.order,
              "text": answer.text, "priority": answer.priority or "", "advice": answer.advice, **more}  # fmt: skip
    return {f"answers-{number}-{name}": value for name, value in fields.items()}
