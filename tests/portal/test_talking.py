"""What a citizen does besides reporting: chats with a call-taker, adds to a report, rates the answer."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from incidents.conversations.models import Message, Rating
from incidents.conversations.replying import reply
from incidents.dispatching.closing import answer_at_once
from incidents.records.models import History, Incident, Photo, Report
from opscenter.models import BudgetUse
from realtime.change import change
from tests.cast import Hands
from tests.intake.world import World, picture, take, upload, world

__all__ = ["take", "world"]
pytestmark = pytest.mark.django_db(transaction=True)


def chat(hands: Hands, words: str = "", key: str = "", action: str = "", **more: Any) -> Any:
    headers = {"X-CSRFToken": "a" * 32, "X-Action-Id": action or str(uuid.uuid4())}
    return hands.client.post("/tro-chuyen/", {"words": words, **more}, headers={**headers, "X-Report-Key": key})


def read(hands: Hands, key: str) -> Any:
    return hands.get("/tro-chuyen/", **{"X-Report-Key": key})


def answered(new_person: Any, report: Report, text: str = "Đã vá xong.") -> None:
    with change():
        answer_at_once(incident_id=report.incident_id, answer=text, by=new_person())


def test_a_chat_is_a_report_that_waits_for_a_call_taker(world: World, new_person: Any) -> None:
    hands = Hands()
    begun = chat(hands, "Làm sổ đỏ ở đâu?", name="Người thử", phone="0900 000 001")
    assert begun.status_code == 201
    key = begun.json()["key"]
    report = Report.objects.select_related("incident", "reporter").get()
    assert (report.source, report.reporter.phone) == ("chat", "+84900000001")
    # It stands in the room's queue of those who wait.
    assert report.incident.waiting_since is not None
    with change():
        reply(report_id=report.pk, text="Ông/bà ở phường nào ạ?", by=new_person())
    # After a reload the browser has only the key.
    said = read(Hands(), key).json()
    assert [(one["mine"], one["text"]) for one in said["messages"]] == [
        (True, "Làm sổ đỏ ở đâu?"),
        (False, "Ông/bà ở phường nào ạ?"),
    ]
    assert not said["waiting"]
    assert chat(hands, "Phường An Lạc", key).status_code == 201
    assert Report.objects.count() == 1
    assert Incident.objects.get().waiting_since is not None


def test_the_same_message_twice_is_one(world: World) -> None:
    hands, first, second = Hands(), str(uuid.uuid4()), str(uuid.uuid4())
    begun, again = (chat(hands, "Có ổ gà", action=first).json() for _time in range(2))
    # Each has a key of its own, which says when it was made; both open the one chat.
    key = begun["key"]
    assert again["code"] == begun["code"]
    assert read(Hands(), again["key"]).json() == read(Hands(), key).json()
    for _again in range(2):
        assert chat(hands, "gần chợ", key, second).status_code == 201
    assert Message.objects.count() == 2


def test_nobody_reads_a_chat_without_its_key(world: World) -> None:
    report = Report.objects.get(tracking_code=chat(Hands(), "Có ổ gà").json()["code"])
    before = BudgetUse.objects.filter(name="guess").count()
    for key in ("", "x", f"{report.pk}", f"{report.pk}:abc:def", "é"):
        assert read(Hands(), key).status_code == 404
    assert BudgetUse.objects.filter(name="guess").count() > before
    # Nor does the tracking page tell what the citizen wrote.
    page = Hands().get(f"/tra-cuu/{report.tracking_code}/").content.decode()
    assert "Có ổ gà" not in page


def test_a_chat_ends_by_the_citizen_and_by_the_hotline(world: World, new_person: Any) -> None:
    hands = Hands()
    key = chat(hands, "Có ổ gà").json()["key"]
    headers = {"X-CSRFToken": "a" * 32, "X-Report-Key": key}
    for _again in range(2):
        assert hands.client.post("/tro-chuyen/ket-thuc/", headers=headers).status_code == 200
    assert Incident.objects.get().waiting_since is None
    assert History.objects.filter(kind="chat_ended").count() == 1
    answered(new_person, Report.objects.get())
    said = read(hands, key).json()
    assert (said["open"], said["answer"]) == (False, "Đã vá xong.")
    late = chat(hands, "còn nữa", key)
    assert (late.status_code, late.json()["code"]) == (409, "ended")
    # What was written begins a new one, by the citizen's own act.
    assert chat(hands, "còn nữa").status_code == 201


def test_an_empty_or_endless_message_is_told(world: World) -> None:
    assert chat(Hands(), "  ").status_code == 422
    assert chat(Hands(), "a" * 4001).status_code == 422
    assert not Report.objects.exists()


def test_words_and_photos_are_added_on_the_tracking_page(take: Any) -> None:
    report = take("Có ổ gà").report
    hands = Hands()
    url, action = f"/tra-cuu/{report.tracking_code}/bo-sung/", str(uuid.uuid4())
    for _again in range(2):
        answer = hands.post(url, {"words": "sâu 20 cm", "photos": upload(picture())}, action=action, form=True)
        assert answer.status_code == 201
    message = Message.objects.get(opens=False)
    assert (message.text, message.because, message.photos.count()) == ("sâu 20 cm", "message.named", 1)
    assert Photo.objects.get().report == report
    # A bad file costs only itself.
    answer = hands.post(url, {"words": "thêm", "photos": upload(b"no picture")}, form=True)
    assert answer.status_code == 201
    assert Message.objects.filter(text="thêm").exists()
    assert hands.post(url, {}, form=True).status_code == 422
    # A plain form goes back to the page, which says what became of it.
    plain = hands.client.post(url, {"words": "nữa", "csrfmiddlewaretoken": "a" * 32})
    assert plain["Location"] == f"/tra-cuu/{report.tracking_code}/"


def test_what_the_hotline_wrote_is_on_the_page(take: Any, new_person: Any) -> None:
    report = take("Có ổ gà").report
    with change():
        reply(report_id=report.pk, text="Mai chúng tôi đến xem.", by=new_person())
    page = Hands().get(f"/tra-cuu/{report.tracking_code}/?part=state").content.decode()
    assert "Mai chúng tôi đến xem." in page


def test_an_unhappy_rating_opens_it_again_once(take: Any, new_person: Any) -> None:
    report = take("Có ổ gà").report
    hands, url = Hands(), f"/tra-cuu/{report.tracking_code}/danh-gia/"
    assert hands.post(url, {"happy": "no"}, form=True).status_code == 409
    answered(new_person, report)
    assert hands.post(url, {"happy": "maybe"}, form=True).status_code == 422
    assert hands.post(url, {"happy": "no", "words": "Vẫn còn nguyên"}, form=True).status_code == 200
    incident = Incident.objects.get()
    assert (incident.state, incident.on_board, incident.waiting_since is not None) == ("received", True, True)
    assert Message.objects.get(opens=False).text == "Vẫn còn nguyên"
    assert Rating.objects.get().reopened
    # The second answer can neither be rated again nor opened by it.
    answered(new_person, report, "Đã vá thật.")
    assert hands.post(url, {"happy": "no"}, form=True).status_code == 409
    assert Incident.objects.get().state == "closed"


def test_a_happy_rating_is_kept(take: Any, new_person: Any) -> None:
    report = take("Có ổ gà").report
    answered(new_person, report)
    assert Hands().post(f"/tra-cuu/{report.tracking_code}/danh-gia/", {"happy": "yes"}, form=True).status_code == 200
    assert (Rating.objects.get().happy, Incident.objects.get().state) == (True, "closed")


def test_of_two_reporters_only_the_first_unhappy_one_opens_it(take: Any, new_person: Any) -> None:
    first = take("Có ổ gà").report
    second = take("Ổ gà to", same_as=first.incident_id).report
    assert second.incident_id == first.incident_id
    for report in (first, second):
        answered(new_person, report)
        Hands().post(f"/tra-cuu/{report.tracking_code}/danh-gia/", {"happy": "no"}, form=True)
    assert list(Rating.objects.order_by("pk").values_list("reopened", flat=True)) == [True, False]
    assert Incident.objects.get().state == "closed"
