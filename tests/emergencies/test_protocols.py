"""Call protocols: the shipped questions are whole, each answer is timed and does what it says; 115 keeps its own."""

from __future__ import annotations

from typing import Any

import pytest

from incidents.emergencies.models import LogEntry, Protocol, ProtocolAnswer, ProtocolQuestion
from incidents.emergencies.protocols import asking
from incidents.emergencies.services.visibility import Reader
from incidents.records.models import Incident
from realtime.change import change
from tests.cast import Cast, Hands
from tests.emergencies.conftest import Services, emergency
from tests.emergencies.test_shared import kinds_of
from tests.intake.world import World


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


def test_the_shipped_questions_are_whole(transactional_db: None) -> None:
    from incidents.reference.loading import load

    load()
    assert Protocol.objects.count() >= 6
    for question in ProtocolQuestion.objects.all():
        assert question.answers.count() >= 2, question.code
        assert question.text_en
    # What is asked about breathing says what to do when there is none.
    for answer in ProtocolAnswer.objects.filter(question__code="breathing", code="no"):
        assert "Ấn tim" in answer.advice or "ấn tim" in answer.advice
