"""The tracking page: what it tells, what it never tells, and that codes cannot be guessed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from incidents.dispatching import agency_work, closing
from incidents.records import photos
from incidents.records.models import Assignment, Photo, Report
from realtime.change import change
from tests.cast import Cast, give, most_queries
from tests.intake.world import IN_AN_LAC, World, picture, upload

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "Ổ gà trước nhà ông Bảy, gọi 0900 000 001"


@pytest.fixture
def report(take: Any) -> Report:
    from incidents.intake.take import ReporterDetails

    reporter = ReporterDetails(name="Nguyễn Văn Thử", phone="+84900000001", email="thu@example.vn")
    taken = take(WORDS, address="12/5 hẻm nhà ông Bảy", point=IN_AN_LAC, reporter=reporter, photos=[upload(picture())])
    return taken.report  # type: ignore[no-any-return]


def page_of(client: Client, report: Report, query: str = "") -> str:
    answer = client.get(f"/tra-cuu/{report.tracking_code}/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def steps_of(text: str) -> list[str]:
    return re.findall(r'<li class="timeline-(\w+)"', text)


def work(report: Report, cast: Cast, world: World) -> Assignment:
    """The agency accepts, works, and gives a result with a photo."""
    assignment = give(report.incident, world.an_lac, cast.call_taker)
    with change():
        agency_work.accept(assignment_id=assignment.pk, by=cast.focal_point)
    prepared, _problems = photos.prepare([upload(picture(size=(300, 200)))])
    with change():
        agency_work.give_result(
            assignment_id=assignment.pk, text="Đã vá, báo nội bộ", by=cast.focal_point, pictures=prepared
        )
    return assignment


def test_it_follows_the_incident_to_its_answer(client: Client, report: Report, cast: Cast, world: World) -> None:
    assert steps_of(page_of(client, report)) == ["received"]
    work(report, cast, world)
    before = page_of(client, report)
    assert steps_of(before) == ["received", "forwarded", "working"]
    assert world.an_lac.name in before
    # The result is the agency's; the citizen reads the hotline's answer, once it is given.
    assert "Đã vá, báo nội bộ" not in before
    assert "answer-photos" not in before
    with change():
        closing.close(incident_id=report.incident_id, answer="Đã vá xong ổ gà.", by=cast.call_taker)
    after = page_of(client, report)
    assert steps_of(after)[-1] == "answered"
    assert "Đã vá xong ổ gà." in after
    assert "Đã vá, báo nội bộ" not in after
    photo = Photo.objects.get(phase="after")
    shown = client.get(f"/tra-cuu/{report.tracking_code}/anh/{photo.pk}/")
    assert shown.status_code == 200
    assert shown["Content-Type"] == "image/jpeg"


def test_nothing_personal_and_no_words_of_the_reporter(
    client: Client, report: Report, cast: Cast, world: World
) -> None:
    work(report, cast, world)
    for text in (page_of(client, report), page_of(client, report, "?moi"), page_of(client, report, "?part=state")):
        for secret in ("ông Bảy", "Nguyễn Văn Thử", "0900", "+84900000001", "thu@example.vn", "12/5"):
            assert secret not in text


def test_photos_show_only_after_the_answer_and_only_those_of_the_work(
    client: Client, report: Report, cast: Cast, world: World, take: Any
) -> None:
    work(report, cast, world)
    before, after = Photo.objects.get(phase="report"), Photo.objects.get(phase="after")
    address = f"/tra-cuu/{report.tracking_code}/anh"
    assert client.get(f"{address}/{after.pk}/").status_code == 404
    with change():
        closing.close(incident_id=report.incident_id, answer="Xong.", by=cast.call_taker)
    assert client.get(f"{address}/{before.pk}/").status_code == 404
    other = take("Việc khác").report
    assert client.get(f"/tra-cuu/{other.tracking_code}/anh/{after.pk}/").status_code == 404


def test_a_code_may_be_typed_in_any_way(client: Client, report: Report) -> None:
    code = report.tracking_code
    for typed in (code.lower(), code.replace("-", ""), code.replace("-", " "), f" {code} "):
        answer = client.get("/tra-cuu/", {"code": typed})
        assert answer["Location"] == f"/tra-cuu/{code}/"


def test_a_wrong_code_says_so_and_keeps_what_was_typed(client: Client, report: Report) -> None:
    for answer in (client.get("/tra-cuu/", {"code": "ABCD-2345-EFGH"}), client.get("/tra-cuu/ABCD-2345-EFGH/")):
        assert answer.status_code == 404
        assert 'value="ABCD-2345-EFGH"' in answer.content.decode()


def test_guessing_is_stopped_before_it_can_succeed(client: Client, report: Report, settings: Any) -> None:
    settings.BUDGETS = "guess=3/600:100/600"
    statuses = [client.get(f"/tra-cuu/AAAA-BBBB-{n:04d}/").status_code for n in range(5)]
    assert statuses == [404, 404, 404, 429, 429]
    # Who has a code still reads it.
    assert client.get(f"/tra-cuu/{report.tracking_code}/").status_code == 200


def test_it_is_kept_by_no_cache_and_no_search_engine(client: Client, report: Report) -> None:
    answer = client.get(f"/tra-cuu/{report.tracking_code}/")
    assert "noindex" in answer["X-Robots-Tag"]
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "no-referrer"


def test_few_queries_however_much_happened(client: Client, report: Report, cast: Cast, world: World) -> None:
    from incidents.portal.queries import followed

    work(report, cast, world)
    with most_queries(5):
        assert followed(report.tracking_code) is not None


def test_an_exercise_is_marked(client: Client, take: Any) -> None:
    from django.utils import timezone

    from incidents.records.models import Exercise

    exercise = Exercise.objects.create(name="Thử", starts_at=timezone.now())
    assert "exercise-banner" in page_of(client, take("Ổ gà", exercise=exercise.pk).report)
