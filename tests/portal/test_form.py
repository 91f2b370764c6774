"""The citizen's form without scripts and with them: what is taken, what is refused, and that nothing typed is lost."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from incidents.records.models import Exercise, Incident, Report
from tests.intake.world import IN_AN_LAC, World, picture, upload

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "Ổ gà sâu trước số 12/5, hai người té xe"


def send(client: Client, headers: dict[str, str] | None = None, **fields: Any) -> Any:
    return client.post("/phan-anh/", {"words": WORDS, **fields}, headers=headers or {})


def test_the_form_offers_emergency_calls_before_anything_else(client: Client, world: World) -> None:
    text = client.get("/").content.decode()
    calls = [text.index(f'href="tel:{number}"') for number in (113, 114, 115)]
    assert calls == sorted(calls)
    assert calls[-1] < text.index("<form id=") < text.index('name="words"')
    assert '<html lang="vi"' in text


def test_only_field_reports_are_offered_as_topics(client: Client, world: World) -> None:
    text = client.get("/").content.decode()
    assert 'value="road"' in text
    assert 'value="fire"' not in text
    assert 'value="land"' not in text


def test_a_plain_form_becomes_a_report_and_leads_to_its_code(client: Client, world: World) -> None:
    lon, lat = IN_AN_LAC
    answer = send(
        client, lat=lat, lon=lon, accuracy=12, category="road", name="Người Thử", phone="0900 000 001",
        email="an@example.vn", photos=[upload(picture())],
    )  # fmt: skip
    report = Report.objects.select_related("incident", "reporter", "text").get()
    assert answer.status_code == 302
    assert answer["Location"] == f"/tra-cuu/{report.tracking_code}/?moi"
    assert (report.source, report.text.words, report.exercise) == ("web", WORDS, 0)
    assert report.reporter is not None
    assert (report.reporter.phone, report.reporter.kind) == ("+84900000001", "person")
    assert report.given_category is not None
    assert report.given_category.code == "road"
    assert report.incident.ward_code == "90001"
    assert report.incident.photos.count() == 1
    page = client.get(answer["Location"]).content.decode()
    assert report.tracking_code in page


def test_scripts_get_the_code_as_json(client: Client, world: World) -> None:
    answer = send(client, {"X-Action-Id": str(uuid.uuid4())})
    report = Report.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {"code": report.tracking_code, "url": f"/tra-cuu/{report.tracking_code}/?moi"}


@pytest.mark.parametrize("by_header", [True, False], ids=["header", "form field"])
def test_sending_twice_is_one_report(client: Client, world: World, by_header: bool) -> None:
    action = str(uuid.uuid4())
    answers = [send(client, {"X-Action-Id": action} if by_header else {}, action_id=action) for _ in range(2)]
    assert Report.objects.count() == 1
    first, second = [answer.json() if by_header else answer["Location"] for answer in answers]
    assert first == second


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"words": "  "}, "words"),
        ({"words": "!?"}, "words"),
        ({"words": "x" * 4001}, "words"),
        ({"phone": "12"}, "phone"),
        ({"email": "ai đó"}, "email"),
        ({"kind": "organisation"}, "organisation"),
        ({"kind": "behalf"}, "on_behalf_of"),
        ({"category": "không-có"}, "category"),
        ({"lat": "11.05"}, "address"),
        ({"address": "x" * 501}, "address"),
    ],
)
def test_wrong_input_is_said_beside_the_field_and_keeps_what_was_typed(
    client: Client, world: World, fields: dict[str, str], wrong: str
) -> None:
    typed = {"words": WORDS, "address": "Chợ An Lạc", "name": "Người Thử", **fields}
    plain = client.post("/phan-anh/", typed)
    text = plain.content.decode()
    assert plain.status_code == 422
    assert f'id="error-{wrong}"' in text
    if wrong == "words":
        assert (
            f">{typed['words'].strip()}</textarea>" in text or not typed["words"].strip() or len(typed["words"]) > 4000
        )
    else:
        assert WORDS in text
        assert 'value="Người Thử"' in text
    by_script = client.post("/phan-anh/", typed, headers={"X-Action-Id": str(uuid.uuid4())})
    assert by_script.status_code == 422
    assert by_script.json()["code"] == "invalid"
    assert list(by_script.json()["fields"]) == [wrong]
    assert not Report.objects.exists()


def test_what_was_typed_is_never_read_as_html(client: Client, world: World) -> None:
    nasty = '</textarea><script>alert(1)</script>"'
    text = client.post("/phan-anh/", {"words": nasty, "phone": "1", "address": nasty}).content.decode()
    assert "<script>alert" not in text


def test_a_bad_photo_never_loses_the_report(client: Client, world: World) -> None:
    bad = SimpleUploadedFile("virus.jpg", b"MZ not a picture", "image/jpeg")
    answer = client.post("/phan-anh/", {"words": WORDS, "photos": [bad, upload(picture())]})
    assert answer.status_code == 302
    incident = Incident.objects.get()
    assert incident.photos.count() == 1
    assert "virus.jpg" in client.get(answer["Location"]).content.decode()


def test_more_photos_than_allowed_are_refused_before_anything_is_taken(
    client: Client, world: World, settings: Any
) -> None:
    files = [upload(picture(size=(60 + n, 60))) for n in range(settings.PHOTOS_PER_REPORT + 1)]
    answer = client.post("/phan-anh/", {"words": WORDS, "photos": files})
    assert answer.status_code == 422
    assert 'id="error-photos"' in answer.content.decode()
    assert not Report.objects.exists()


class TestExercise:
    @pytest.fixture
    def running(self) -> Exercise:
        return Exercise.objects.create(name="Thử nghiệm tháng 10", starts_at=timezone.now() - dt.timedelta(hours=1))

    def test_its_link_marks_page_and_report(self, client: Client, world: World, running: Exercise) -> None:
        text = client.get(f"/?thu-nghiem={running.token}").content.decode()
        assert "exercise-banner" in text
        assert running.name in text
        send(client, exercise=running.token)
        report = Report.objects.select_related("incident").get()
        assert report.exercise == report.incident.exercise == running.pk

    def test_a_dead_link_never_opens_the_live_form(self, client: Client, world: World, running: Exercise) -> None:
        Exercise.objects.update(ends_at=timezone.now())
        for token in (running.token, "nonsense"):
            answer = client.get(f"/?thu-nghiem={token}")
            assert answer.status_code == 404
            assert 'name="words"' not in answer.content.decode()

    def test_one_that_ended_meanwhile_takes_nothing_as_live(
        self, client: Client, world: World, running: Exercise
    ) -> None:
        Exercise.objects.update(ends_at=timezone.now())
        answer = send(client, exercise=running.token)
        assert answer.status_code == 422
        assert WORDS in answer.content.decode()
        assert not Report.objects.exists()


def test_a_form_from_another_site_is_refused_on_a_page_that_says_why(world: World) -> None:
    answer = Client(enforce_csrf_checks=True).post("/phan-anh/", {"words": WORDS})
    assert answer.status_code == 403
    assert "tel:113" in answer.content.decode()


def test_too_many_reports_from_one_address_are_told_to_wait(client: Client, world: World, settings: Any) -> None:
    settings.BUDGETS = "portal.report=2/600:100/600"
    assert [send(client).status_code for _ in range(3)] == [302, 302, 429]
    refused = send(client, {"X-Action-Id": str(uuid.uuid4())})
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert refused.json()["code"] == "too_many"


def test_for_somebody_else_and_without_a_name(client: Client, world: World) -> None:
    send(client, kind="behalf", on_behalf_of="Cụ Giả cạnh nhà", name="Người Thử", organisation="Công ty Giả")
    reporter = Report.objects.get().reporter
    assert reporter is not None
    assert (reporter.kind, reporter.name, reporter.on_behalf_of) == ("person", "Người Thử", "Cụ Giả cạnh nhà")
    assert reporter.organisation == ""
    # Whatever a browser filled in is not kept, and a number that is none stops nobody.
    sent = {"kind": "anonymous", "name": "Người Thử", "phone": "12", "email": "ai đó", "on_behalf_of": "Cụ Giả"}
    assert send(client, **sent).status_code == 302
    assert Report.objects.filter(reporter=None).count() == 1
