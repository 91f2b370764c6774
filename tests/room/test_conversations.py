"""The conversation in the room: what the citizen says joins the report, and the room answers, splits and links."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from incidents.conversations.models import Conversation, Message, Participant
from incidents.conversations.phones import normal
from incidents.delivery.models import Delivery, Door
from incidents.intake.messages import WINDOW, take_message
from incidents.intake.take import ReporterDetails, take_report
from incidents.records.models import History, Incident, Photo, Report, ReportWords, Source
from realtime.models import Event
from tests.cast import Cast, Hands, cast
from tests.intake.world import IN_AN_LAC, IN_BINH_MINH, World, picture, take, upload, world

__all__ = ["cast", "take", "world"]
pytestmark = pytest.mark.django_db(transaction=True)
U1 = ReporterDetails(door="viber", door_id="u1")


def say(number: str, words: str = "", **more: Any) -> Any:
    return take_message(**{"source": "viber", "source_id": number, "words": words, "reporter": U1, **more})


@pytest.mark.parametrize(
    ("number", "same"),
    [("0900 000 001", "+84900000001"), ("+84 900-000-001", "+84900000001"), ("84900000001", "+84900000001"),
     ("1022", ""), ("0165 000 0001", ""), ("abc", ""), ("", "")],
)  # fmt: skip
def test_one_way_of_writing_a_number(number: str, same: str) -> None:
    assert normal(number) == same


def test_a_later_message_joins_with_its_reason(world: World) -> None:
    first = say("1", "Có ổ gà to")
    heard = say("2", "nằm ngay khúc cua, xe máy hay té")
    assert (heard.opened, heard.report) == (False, first.report)
    assert heard.message.because == "message.same_sender"
    incident = Incident.objects.get()
    assert incident.waiting_since is not None
    # What was first said is never rewritten; the rest has rows of its own.
    assert ReportWords.objects.get().words == "Có ổ gà to"
    assert History.objects.filter(kind="message_heard").get().data == {
        "message": heard.message.pk,
        "report": first.report.pk,
    }
    # Nobody's words are in the stream for anybody.
    assert not any("khúc cua" in bodies for bodies in Event.objects.values_list("bodies", flat=True))


def test_what_is_said_later_finds_the_place_and_the_category(world: World) -> None:
    say("1", "Chào tổng đài")
    assert Incident.objects.get().needs == ["place_unknown", "category_unsure", "agency_unknown"]
    say("2", "có ổ gà to")
    say("3", "ở Phường An Lạc", point=IN_AN_LAC)
    incident = Incident.objects.get()
    assert (incident.category, incident.ward_code) == (world.categories["road"], "90001")
    assert incident.suggested_agency == world.an_lac
    assert incident.needs == []


def test_a_later_message_leaves_a_vague_position_as_vague_as_it_was(world: World) -> None:
    taken = take_report(
        source=Source.APP, source_id="vague", words="ổ gà", point=IN_AN_LAC, accuracy_m=4_000, reporter=U1
    )  # fmt: skip
    say("1", "nằm ngay khúc cua", report=Report.objects.select_related("text").get(pk=taken.report.pk))
    incident = Incident.objects.get()
    assert (incident.radius_m, incident.ward_code, "place_uncertain" in incident.needs) == (4_000, "", True)
    say("2", "ở Phường An Lạc", report=Report.objects.select_related("text").get(pk=taken.report.pk))
    assert Incident.objects.get().ward_code == "90001"


@pytest.mark.parametrize(
    ("words", "more", "why"),
    [
        ("Đèn đường không sáng", {}, "message.other_topic"),
        ("có cháy nhà", {}, "message.emergency"),
        ("Phản ánh mới: cũng có ổ gà", {}, "message.said_new"),
        ("ổ gà nữa", {"point": IN_BINH_MINH}, "message.other_place"),
    ],
)
def test_what_is_about_something_else_is_a_report_of_its_own(world: World, words: str, more: Any, why: str) -> None:
    say("1", "Có ổ gà to", point=IN_AN_LAC)
    heard = say("2", words, **more)
    assert heard.opened
    assert heard.report.door_data["apart"] == why
    assert Report.objects.count() == 2
    assert Conversation.objects.count() == 1


def test_after_a_day_or_when_it_is_closed_it_is_a_report_of_its_own(world: World, cast: Cast) -> None:
    from incidents.dispatching.closing import answer_at_once
    from realtime.change import change

    first = say("1", "Có ổ gà to")
    with change():
        answer_at_once(incident_id=first.incident.pk, answer="Xin cảm ơn.", by=cast.call_taker)
    assert say("2", "ổ gà vẫn còn").opened
    for row in Message.objects.all():
        row.at -= WINDOW
        row.save(update_fields=["at"])
    assert say("3", "ổ gà vẫn còn").opened


def test_the_room_reads_and_answers(world: World, cast: Cast) -> None:
    say("1", "Có ổ gà to")
    say("2", "gần chợ")
    incident = Incident.objects.get()
    hands = Hands(cast.call_taker)
    page = hands.get(f"/room/incident/{incident.code}/panel").content.decode()
    assert "gần chợ" in page
    assert "The same sender has a report open" in page
    before = Event.objects.count()
    answer = hands.post(f"/api/incidents/{incident.code}/reply", {"text": "Chợ nào ạ?"}, action=None)
    assert answer.status_code == 200, answer.content
    incident.refresh_from_db()
    assert incident.waiting_since is None
    message = Message.objects.get(direction="out")
    # Viber is not set up in this test, so the page has it.
    assert (message.by, message.delivery.door, message.delivery.kind) == (cast.call_taker, Door.PAGE, "reply")
    assert Event.objects.count() == before + 1
    assert "Chợ nào ạ?" in hands.get(f"/room/incident/{incident.code}/panel").content.decode()
    # By a door that does not reach this citizen.
    refused = hands.post(f"/api/incidents/{incident.code}/reply", {"text": "Chợ nào ạ?", "door": "zalo"})
    assert (refused.status_code, refused.json()["code"]) == (409, "door_shut")
    empty = hands.post(f"/api/incidents/{incident.code}/reply", {"text": " "})
    assert empty.status_code == 422


def test_the_same_act_twice_is_one_answer(world: World, cast: Cast) -> None:
    import uuid

    incident = say("1", "Có ổ gà to").incident
    hands, action = Hands(cast.call_taker), str(uuid.uuid4())
    url = f"/api/incidents/{incident.code}/reply"
    first, second = (hands.post(url, {"text": "Chợ nào ạ?"}, action=action) for _ in range(2))
    assert first.json() == second.json()
    assert Delivery.objects.filter(kind="reply").count() == 1


def test_nothing_need_be_answered(world: World, cast: Cast) -> None:
    say("1", "Có ổ gà to")
    incident = say("2", "cảm ơn").incident
    hands = Hands(cast.call_taker)
    assert hands.post(f"/api/incidents/{incident.code}/no-reply").status_code == 200
    incident.refresh_from_db()
    assert incident.waiting_since is None
    again = hands.post(f"/api/incidents/{incident.code}/no-reply")
    assert (again.status_code, again.json()["code"]) == (409, "nothing_waits")


def test_one_act_splits_a_message_off(world: World, cast: Cast) -> None:
    first = say("1", "Có ổ gà to", point=IN_AN_LAC)
    heard = say("2", "mà cột điện cũng nghiêng", photos=[upload(picture())])
    assert not heard.opened
    hands = Hands(cast.call_taker)
    import uuid

    action = str(uuid.uuid4())
    answers = [hands.post(f"/api/messages/{heard.message.pk}/split", {}, action=action) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    new = Report.objects.get(pk=answers[0].json()["report"])
    assert (new.text.words, new.reporter) == ("mà cột điện cũng nghiêng", first.report.reporter)
    assert Photo.objects.get().incident_id == new.incident_id
    message = Message.objects.get(pk=heard.message.pk)
    assert (message.report, message.opens, message.text) == (new, True, "")
    assert Conversation.objects.count() == 1
    assert Incident.objects.get(pk=first.incident.pk).waiting_since is None
    assert History.objects.filter(kind="split_off").count() == 2
    # The report's first message is one already.
    assert hands.post(f"/api/messages/{message.pk}/split", {}).status_code == 409


def test_a_phone_number_is_one_person_by_every_door(world: World, take: Any) -> None:
    by_phone = take("Có ổ gà", source="phone", reporter=ReporterDetails(phone="0900000001", name="Người thử"))
    by_web = take("Đèn đường hỏng", reporter=ReporterDetails(phone="+84900000001"))
    stranger = take("Đống rác", reporter=ReporterDetails(phone="0900000002"))
    of = {row.report_id: row.conversation_id for row in Message.objects.all()}
    assert of[by_phone.report.pk] == of[by_web.report.pk] != of[stranger.report.pk]
    assert Participant.objects.get(reporter=by_web.report.reporter).because == "same_phone"
    # An exercise never meets the live service.
    exercise = take("Có ổ gà", reporter=ReporterDetails(phone="0900000001"), exercise=3)
    assert Message.objects.get(report=exercise.report).conversation_id != of[by_phone.report.pk]


def test_a_person_puts_together_and_takes_apart(world: World, take: Any, cast: Cast) -> None:
    viber = say("1", "Có ổ gà to")
    phone = take("Đèn đường hỏng", source="phone", reporter=ReporterDetails(phone="0900000001"))
    anonymous = take("Đống rác")
    hands = Hands(cast.call_taker)
    for other in (phone, anonymous):
        url = f"/api/incidents/{viber.incident.code}/same-person"
        assert hands.post(url, {"other": other.incident.code}).status_code == 200
    assert len(set(Message.objects.values_list("conversation", flat=True))) == 1
    page = hands.get(f"/room/incident/{viber.incident.code}/panel").content.decode()
    assert phone.incident.code in page
    # What the phone said first, the chat may go on about.
    assert hands.post(f"/api/incidents/{phone.incident.code}/other-person").status_code == 200
    assert len(set(Message.objects.values_list("conversation", flat=True))) == 2
    for wrong in ("1022-999999", viber.incident.code, "x"):
        answer = hands.post(f"/api/incidents/{viber.incident.code}/same-person", {"other": wrong})
        assert answer.status_code == 422


def test_one_thread_of_a_person_by_all_doors(world: World, take: Any, cast: Cast) -> None:
    from incidents.conversations.queries import talks
    from tests.cast import give

    phone = take("Đèn đường hỏng", source="phone", reporter=ReporterDetails(phone="0900000001"))
    web = take("Ổ gà ở Phường An Lạc", reporter=ReporterDetails(phone="0900000001"))
    stranger = take("Đống rác", reporter=ReporterDetails(phone="0900000002"))
    hands = Hands(cast.call_taker)
    hands.post(f"/api/incidents/{phone.incident.code}/reply", {"text": "Đã chuyển đơn vị điện."})

    page = hands.get(f"/room/incident/{web.incident.code}/panel").content.decode()
    thread = page[page.index('class="said-before"') :]
    # In order, with the door and the other incident's code, and nothing of anybody else.
    assert thread.index("Đèn đường hỏng") < thread.index("Ổ gà ở Phường An Lạc") < thread.index("Đã chuyển đơn vị")
    assert f"/room/incident/{phone.incident.code}/" in thread
    assert "Đống rác" not in page
    # What was said after this one began stands after it.
    page = hands.get(f"/room/incident/{phone.incident.code}/panel").content.decode()
    assert 'class="said-before"' not in page
    assert page.index("Đèn đường hỏng") < page.index("Ổ gà ở Phường An Lạc")
    assert 'class="said"' not in hands.get(f"/room/incident/{stranger.incident.code}/panel").content.decode()

    # Who sees only this one reads of this one only.
    give(phone.incident, world.binh_minh, cast.call_taker)
    give(web.incident, world.an_lac, cast.call_taker)

    def read(by: Any) -> set[str]:
        rows = list(Report.objects.select_related("reporter").filter(incident=web.incident))
        (talk,) = talks(Incident.objects.get(pk=web.incident.pk), rows, by)
        return {one.text for one in (*talk.before, *talk.said)}

    assert "Đèn đường hỏng" in read(cast.call_taker)
    assert "Đèn đường hỏng" not in read(cast.focal_point)


def test_a_message_twice_at_once_is_one(world: World) -> None:
    from tests.cast import together

    say("1", "Có ổ gà to")
    results = together([lambda: say("2", "gần chợ")] * 4)
    assert [result for result in results if isinstance(result, Exception)] == []
    assert Message.objects.filter(source_id="2").count() == 1
    assert Report.objects.count() == 1


def test_an_answer_by_itself_is_asked_for_and_costs_nothing_when_it_fails(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from incidents.conversations import answering
    from incidents.conversations.replying import reply_by_itself
    from realtime.change import change

    monkeypatch.setattr(answering, "_answers", [])
    asked: list[int] = []

    def answer(message: Message) -> None:
        asked.append(message.pk)
        if message.opens:
            raise RuntimeError("invented")
        with change():
            reply_by_itself(report=message.report, text="Sở Xây dựng trả lời: …", why="answer.in_force")

    answering.register(answer)
    first, second = say("1", "Có ổ gà to"), say("2", "bao giờ vá ạ")
    assert asked == [first.message.pk, second.message.pk]
    assert Message.objects.get(direction="out").by is None
    # A person still looks at it.
    assert Incident.objects.get().waiting_since is not None


def test_the_panel_of_an_incident_without_any_message(world: World, cast: Cast) -> None:
    taken = take_report(source="web", source_id="w1", words="Có ổ gà")
    page = Hands(cast.call_taker).get(f"/room/incident/{taken.incident.code}/panel")
    assert page.status_code == 200
    assert Client().get(f"/room/incident/{taken.incident.code}/panel").status_code == 302
