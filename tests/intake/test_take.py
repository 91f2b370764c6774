"""A report is received whole or not at all, once, and gets its category and its agency."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest
from django.db import connection, connections
from django.urls import reverse

from incidents.delivery.models import Delivery
from incidents.dispatching.deadlines import due_at
from incidents.intake import take as taking
from incidents.intake.take import ReporterDetails, take_report
from incidents.records.actions import Action, ActionTaken
from incidents.records.models import ActionRecord, Assignment, History, Incident, Photo, Report, Reporter, ReportWords
from realtime.models import Event
from tests.intake.world import IN_AN_LAC, IN_BINH_MINH, OUTSIDE, World, picture, upload

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_report_gets_its_incident_category_deadline_and_suggested_agency(take: Any, world: World) -> None:
    taken = take("Có ổ gà to trước nhà số 12/5, ĐT 0900 000 001", point=IN_AN_LAC, accuracy_m=20.0)
    incident = Incident.objects.get()
    report = Report.objects.get()
    assert taken.created
    assert taken.report.pk == report.pk
    assert report.incident == incident
    assert report.next_step == ""
    assert ReportWords.objects.get().words == "Có ổ gà to trước nhà số 12/5, ĐT 0900 000 001"
    assert "0900" not in incident.summary
    assert incident.category == world.categories["road"]
    assert incident.group == 3
    assert incident.due_at == due_at(incident.category, incident.received_at)
    assert (incident.area_set, incident.ward_code, incident.district_code) == ("invented", "90001", "80001")
    assert incident.suggested_agency == world.an_lac
    assert incident.needs == []
    # A person confirms: nothing was assigned by itself.
    assert incident.state == "received"
    assert not Assignment.objects.exists()
    kinds = list(History.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["received", "category_suggested", "agency_suggested"]
    versions = list(History.objects.order_by("pk").values_list("version", flat=True))
    assert versions == [1, 2, 3]
    assert list(Event.objects.order_by("offset").values_list("version", flat=True)) == [1, 2, 3]


def test_the_same_message_again_changes_nothing(take: Any) -> None:
    first = take(source_id="one", photos=[upload(picture())])
    rows = {model: model.objects.count() for model in (Report, Incident, History, Event, Photo, Delivery)}
    again = take("other words", source_id="one", photos=[upload(picture(size=(300, 200)))])
    assert not again.created
    assert again.report.pk == first.report.pk
    assert {model: model.objects.count() for model in rows} == rows
    assert ReportWords.objects.get().words == "Có ổ gà trước số 12/5"


def _at_once(times: int, work: Any) -> list[Any]:
    """Runs `work(number)` in so many threads that start together; answers their results, errors among them."""
    barrier = threading.Barrier(times)
    results: list[Any] = [None] * times

    def run(number: int) -> None:
        try:
            barrier.wait()
            results[number] = work(number)
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def test_one_message_delivered_six_times_at_once_is_one_report(world: World) -> None:
    def deliver(number: int) -> Any:
        return take_report(
            source="zalo",
            source_id="same",
            words="Đống rác lớn",
            reporter=ReporterDetails(door="zalo", door_id="u1"),
            photos=[upload(picture(size=(200 + number, 100)))],
        )

    results = _at_once(6, deliver)
    assert [result for result in results if isinstance(result, Exception)] == []
    assert sorted(result.created for result in results) == [False] * 5 + [True]
    assert len({result.report.pk for result in results}) == 1
    assert (Report.objects.count(), Incident.objects.count(), Reporter.objects.count()) == (1, 1, 1)
    assert History.objects.filter(kind="received").count() == 1
    # The losers' files went with them.
    media = [path for path in taking.photos.Path(taking.photos.settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    assert len(media) == 3
    assert Photo.objects.count() == 1


def test_a_new_senders_first_messages_at_once_are_one_reporter(world: World) -> None:
    def deliver(number: int) -> Any:
        who = ReporterDetails(door="zalo", door_id="new")
        return take_report(source="zalo", source_id=f"m{number}", words="Rác", reporter=who)

    results = _at_once(4, deliver)
    assert [result for result in results if isinstance(result, Exception)] == []
    assert (Report.objects.count(), Reporter.objects.count()) == (4, 1)


def test_an_action_id_keeps_its_answer_in_the_same_change(take: Any, new_person: Any) -> None:
    action = Action(uuid.uuid4(), "portal.report")
    first = take(source_id=str(action.id), action=action)
    record = ActionRecord.objects.get()
    assert record.answer["report"] == first.report.pk
    assert record.answer["tracking_code"] == first.report.tracking_code
    # The same id under another source id, as a client that lost its draft would send it.
    again = take(source_id="another", action=action)
    assert not again.created
    assert again.report.pk == first.report.pk
    with pytest.raises(ActionTaken):
        take(source_id="third", action=Action(action.id, "portal.report", new_person()))
    assert Report.objects.count() == 1


def test_words_no_database_can_hold_are_taken(take: Any) -> None:
    taken = take("ổ gà\x00 \ud83d và 🚧", address="hẻm\x00 5", reporter=ReporterDetails(name="A\x00"))
    text = ReportWords.objects.get()
    assert (text.words, text.address) == ("ổ gà ? và 🚧", "hẻm 5")
    assert Reporter.objects.get().name == "A"
    assert taken.created


@pytest.mark.parametrize(
    "point", [(float("nan"), 11.0), (float("inf"), 11.0), (181.0, 11.0), (106.0, 91.0), (11.0, 106.0)]
)
def test_a_point_off_the_globe_counts_as_not_given(take: Any, point: tuple[float, float]) -> None:
    taken = take("ổ gà", point=point, accuracy_m=float("nan"))
    assert taken.report.given_point is None
    assert taken.incident.point is None
    assert "place_unknown" in taken.incident.needs


def test_a_place_outside_needs_a_person_and_goes_nowhere(take: Any) -> None:
    taken = take("ổ gà", point=OUTSIDE)
    assert "place_outside" in taken.incident.needs
    assert taken.report.given_point is not None
    assert taken.incident.ward_code == ""


def test_words_alone_give_the_ward(take: Any, world: World) -> None:
    taken = take("Ổ gà ở phường Bình Minh")
    assert taken.incident.ward_code == "90002"
    assert taken.incident.suggested_agency == world.binh_minh


def test_a_resolver_that_fails_does_not_cost_the_report(take: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any, **_named: Any) -> Any:
        raise RuntimeError("index")

    monkeypatch.setattr(taking, "resolve", broken)
    taken = take("ổ gà", point=IN_AN_LAC)
    assert taken.created
    assert "place_unknown" in taken.incident.needs
    assert taken.incident.place_trace["reasons"][0]["code"] == "intake.resolver_failed"
    # What the citizen gave is kept for the person who finds the place.
    assert (taken.report.given_point.x, taken.report.given_point.y) == IN_AN_LAC


def test_a_failed_change_leaves_neither_rows_nor_files(take: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any, **_named: Any) -> Any:
        raise RuntimeError("no letters today")

    monkeypatch.setattr(taking, "tell_reporter", broken)
    with pytest.raises(RuntimeError):
        take("ổ gà", photos=[upload(picture())], reporter=ReporterDetails(name="A"))
    for model in (Report, Incident, History, Photo, Reporter, Event, ReportWords):
        assert not model.objects.exists()
    assert [path for path in taking.photos.Path(taking.photos.settings.MEDIA_ROOT).rglob("*") if path.is_file()] == []


def test_a_bad_photo_never_loses_the_report(take: Any) -> None:
    taken = take("ổ gà", photos=[upload(b"%PDF-1.4 not a photo", "don.pdf"), upload(picture(), "anh.jpg")])
    assert taken.created
    assert [(one.name, one.code) for one in taken.photo_problems] == [("don.pdf", "not_a_picture")]
    assert "don.pdf" in taken.photo_problems[0].text("vi")
    assert Photo.objects.get().report == taken.report
    assert History.objects.get(kind="received").data["photo_problems"] == ["not_a_picture"]


def test_everything_carries_the_exercise(take: Any) -> None:
    who = ReporterDetails(email="dien-tap@citizen.example")
    taken = take("ổ gà", exercise=7, photos=[upload(picture())], reporter=who)
    assert taken.incident.exercise == taken.report.exercise == 7
    for model in (Report, Incident, History, Photo, Delivery, Event):
        assert set(model.objects.values_list("exercise", flat=True)) == {7}, model
    assert all(row.subject.startswith("[DIỄN TẬP]") for row in Delivery.objects.all())


def test_the_history_holds_no_words_of_people(take: Any) -> None:
    take(
        "Ông Nguyễn Văn Giả ở số 12, gọi 0900 000 001, a@citizen.example: ổ gà",
        address="hẻm số 9",
        reporter=ReporterDetails(name="Trần Thị Giả", phone="+84900000001", email="a@citizen.example"),
    )
    stored = str([(row.why, row.data) for row in History.objects.all()]) + "".join(
        Event.objects.values_list("bodies", flat=True)
    )
    for personal in ("Trần", "900000001", "0900 000 001", "citizen.example", "hẻm"):
        assert personal not in stored


def test_the_citizen_is_told_with_a_code_and_a_link(take: Any) -> None:
    taken = take("ổ gà", reporter=ReporterDetails(email="a@citizen.example"), language="en")
    doors = {row.door: row for row in Delivery.objects.all()}
    assert set(doors) == {"page", "email"}
    assert (doors["page"].state, doors["email"].state) == ("sent", "waiting")
    mail = doors["email"]
    assert taken.report.tracking_code in mail.body
    assert reverse("portal:track", args=[taken.report.tracking_code]) in mail.body
    assert taken.incident.code in mail.subject
    assert "received" in mail.subject
    # A stranger's address typed into the form must not receive the typist's words.
    assert "ổ gà" not in mail.body


def test_the_call_takers_choice_is_a_persons(take: Any, world: World, new_person: Any) -> None:
    taken = take("Rác đầy đường", source="phone", category=world.categories["road"], taken_by=new_person("call_taker"))
    assert taken.incident.category == world.categories["road"]
    assert taken.incident.category_trace["by"] == "person"
    assert "category_unsure" not in taken.incident.needs


def test_queries_of_taking_a_report_are_bounded(take: Any, django_assert_max_num_queries: Any) -> None:
    take("Đống rác", point=IN_BINH_MINH)
    with django_assert_max_num_queries(110, connection=connection):
        take("Đống rác", point=IN_BINH_MINH)
