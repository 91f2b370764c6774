"""Each chat platform from its webhook to the report, and from the answer to the platform, against a scripted one."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.conf import settings
from django.db.models import F
from django.test import Client
from django.utils import timezone

from incidents.conversations.models import Message
from incidents.conversations.replying import reply, reply_by_itself
from incidents.delivery.models import Delivery, DeliveryState, Door, Receipt
from incidents.delivery.outcomes import Failure
from incidents.delivery.work import Sending
from incidents.doors import zalo_token
from incidents.doors.chat_webhook import LARGEST
from incidents.intake.models import Arrival
from incidents.records.models import History, Incident, Report, Reporter, ReportWords
from incidents.records.places import Pin, set_place
from realtime.change import change
from tests.doors.platforms import Platform, Zalo, set_up, settle
from tests.doors.test_chat_formats import ZALO_BODY, ZALO_MAC
from tests.intake.world import IN_AN_LAC, IN_BINH_MINH, World

pytestmark = pytest.mark.django_db(transaction=True)


def send_all() -> None:
    """The worker sends what is due, and writes down what came of it."""
    sending = Sending()
    while sending.tick() or sending.is_busy:
        pass
    sending.finish()


def with_token(platform: Platform) -> None:
    """Zalo sends only once it has its token."""
    if isinstance(platform, Zalo):
        row = zalo_token.take_up()
        assert row is not None
        assert zalo_token.refresh(row)


# --- in ---------------------------------------------------------------------------------------------------------


def test_a_message_becomes_a_report(platform: Platform, world: World) -> None:
    number = platform.says("Ổ gà to trước số 12/5")
    report = Report.objects.select_related("incident", "reporter").get()
    assert (report.source, report.source_id) == (platform.door, number)
    assert ReportWords.objects.get().words == "Ổ gà to trước số 12/5"
    assert (report.reporter.door, report.reporter.door_id) == (platform.door, "u1")
    assert report.incident.category == world.categories["road"]
    # What it said is with the report alone, and is erased there.
    assert Arrival.objects.get().body == {}


def test_a_replay_changes_nothing(platform: Platform) -> None:
    number = platform.says("Ổ gà to")
    before = History.objects.count()
    platform.says("Ổ gà to", number=number)
    assert (Report.objects.count(), History.objects.count(), Message.objects.count()) == (1, before, 1)


def test_forged_cut_off_and_oversized_ones_change_nothing(platform: Platform) -> None:
    raw = json.dumps(platform.event("1", "u1", "Ổ gà to"), ensure_ascii=False).encode()
    signed = platform.headers(raw)
    for spoilt, headers, status in (
        (raw, dict.fromkeys(signed, ""), 403),
        (raw, {name: value[:-8] + "00000000" for name, value in signed.items()}, 403),
        # Signed, then one letter changed; and cut off after it was signed.
        (raw.replace("gà".encode(), "gỗ".encode()), signed, 403),
        (raw[:-10], signed, 403),
        # Truly the platform's, and yet no event.
        (raw[:-10], {}, 400),
        (b"\xff\xfe" + raw, {}, 400),
        (b"[]", {}, 400),
        (raw + b" " * LARGEST, {}, 413),
        # The empty POST at set-up.
        (b"", {}, 200),
        (b"  \n", {}, 200),
    ):
        answer = platform.post(spoilt, **headers)
        assert (answer.status_code, bool(answer.content)) == (status, True)
        assert not Arrival.objects.exists()
    # And the true one is taken afterwards.
    platform.says("Ổ gà to")
    assert Report.objects.count() == 1


def test_a_door_that_is_not_set_up_takes_nothing(world: World) -> None:
    url = "/doors/zalo/webhook"
    headers = {"X-ZEvent-Signature": f"mac={ZALO_MAC}"}
    assert Client().post(url, ZALO_BODY, content_type="application/json", headers=headers).status_code == 503
    assert Client().post("/doors/nobody/webhook", b"{}", content_type="application/json").status_code == 404
    assert not Arrival.objects.exists()


def test_facebook_asks_at_set_up(facebook: Platform) -> None:
    url = "/doors/facebook/webhook?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
    answer = Client().get(url + "verify")
    assert (answer.status_code, answer.content) == (200, b"1158201444")
    assert Client().get(url + "guessed").status_code == 403
    assert Client().get("/doors/viber/webhook").status_code == 403


def test_a_forged_event_costs_no_statement(platform: Platform, django_assert_num_queries: Any) -> None:
    # Nor may a flood of them use up anything that the platform's own events need.
    event = platform.event("1", "u1", "Ổ gà to")
    forged = dict.fromkeys(platform.headers(json.dumps(event).encode()), "forged")
    with django_assert_num_queries(0):
        assert platform.post(event, **forged).status_code == 403


def test_several_messages_of_one_call_are_taken_in_their_order(facebook: Platform) -> None:
    event = facebook.event("m_1", "u1", "Ổ gà to")
    for number, text in (("m_2", "ngay khúc cua"), ("m_3", "nguy hiểm lắm")):
        event["entry"][0]["messaging"] += facebook.event(number, "u1", text)["entry"][0]["messaging"]
    assert facebook.post(event).status_code == 200
    assert Arrival.objects.count() == 3
    settle()
    assert list(Message.objects.values_list("source_id", flat=True)) == ["m_1", "m_2", "m_3"]
    assert Report.objects.count() == 1


# --- a place after the words ------------------------------------------------------------------------------------


def test_a_place_completes_the_senders_report(platform: Platform, world: World) -> None:
    platform.says("Có ổ gà to")
    assert "place_unknown" in Incident.objects.get().needs
    number = platform.says(point=IN_AN_LAC)
    incident = Incident.objects.get()
    assert Report.objects.get().given_point.coords == IN_AN_LAC
    assert incident.ward_code == "90001"
    assert incident.suggested_agency == world.an_lac
    assert incident.needs == []
    # The same place again, also after the next report without a place.
    other = platform.says("Đống rác")
    platform.says(point=IN_AN_LAC, number=number)
    assert Report.objects.get(source_id=other).given_point is None
    assert Report.objects.count() == 2


def test_a_place_of_somebody_else_is_a_report_of_its_own(zalo: Platform) -> None:
    zalo.says("Có ổ gà to")
    zalo.says(point=IN_AN_LAC, sender="u2")
    assert Report.objects.count() == 2
    # It has its place, so another one is another report.
    zalo.says(point=IN_BINH_MINH, sender="u2")
    assert Report.objects.count() == 3
    assert Reporter.objects.count() == 2


def test_a_persons_pin_is_not_moved(zalo: Platform, new_person: Any) -> None:
    from incidents.records import editing

    zalo.says("Có ổ gà to")
    with change():
        incident = editing.lock(Incident.objects.get().pk)
        set_place(incident, Pin(*IN_BINH_MINH), by=new_person())
    zalo.says(point=IN_AN_LAC)
    assert Incident.objects.get(pk=incident.pk).ward_code == "90002"
    # Nothing is dropped: the place is a report of its own for a person to see.
    assert Report.objects.count() == 2


# --- out --------------------------------------------------------------------------------------------------------


def test_the_citizen_is_told_and_answered_by_the_same_door(platform: Platform, new_person: Any) -> None:
    with_token(platform)
    platform.says("Ổ gà to trước số 12/5")
    send_all()
    report = Report.objects.get()
    told = [one for one in platform.peer.asked if "access_token" not in one.path]
    assert len(told) == 1
    assert report.tracking_code in str(told[0].body)
    with change():
        message = reply(report_id=report.pk, text="Anh/chị cho biết thêm địa chỉ ạ?", by=new_person())
    send_all()
    assert "Anh/chị cho biết thêm địa chỉ ạ?" in str(platform.peer.asked[-1].body)
    delivery = Delivery.objects.get(message=message)
    assert (delivery.state, delivery.door) == (DeliveryState.SENT, platform.door)
    assert delivery.provider_id in {"7000000000000000001", "m_ours", "zalo-ours"}


def test_viber_tells_what_became_of_it(viber: Platform, new_person: Any) -> None:
    viber.says("Ổ gà to")
    send_all()
    viber.peer.answers = [(200, {"status": 0, "message_token": 2})]
    with change():
        message = reply(report_id=Report.objects.get().pk, text="Đã rõ", by=new_person())
    send_all()
    delivery = Delivery.objects.get(message=message)
    for name, receipt in (("delivered", Receipt.DELIVERED), ("seen", Receipt.READ), ("delivered", Receipt.READ)):
        event = {"event": name, "timestamp": 1457764197627, "message_token": 2, "user_id": "u1"}
        assert viber.post(event).status_code == 200
        settle()
        delivery.refresh_from_db()
        assert delivery.receipt == receipt


def test_a_failed_one_is_said_again_elsewhere(viber: Platform, new_person: Any) -> None:
    viber.says("Ổ gà to")
    Reporter.objects.update(email="nguoi.thu@example.vn")
    send_all()
    viber.peer.answers = [(200, {"status": 6, "status_message": "receiverNotSubscribed"})]
    with change():
        message = reply(report_id=Report.objects.get().pk, text="Đã rõ", by=new_person())
    send_all()
    failed = Delivery.objects.get(message=message)
    assert (failed.state, failed.failure) == (DeliveryState.FAILED, "refused")
    again = Delivery.objects.get(instead_of=failed)
    assert (again.door, again.state) == (Door.EMAIL, DeliveryState.SENT)


def test_a_platform_in_trouble_is_asked_again(platform: Platform) -> None:
    with_token(platform)
    busy = {"viber": {"status": 12}, "facebook": {"error": {"code": 4}}, "zalo": {"error": -32}}[platform.door]
    platform.says("Ổ gà to")
    delivery = Delivery.objects.get(door=platform.door)
    for tries, answer in enumerate(((500, {}), (429, {}), (200, b"<html>"), (200, busy)), 1):
        platform.peer.answers = [answer]
        send_all()
        delivery.refresh_from_db()
        assert (delivery.state, delivery.attempts) == (DeliveryState.WAITING, tries)
        Delivery.objects.filter(pk=delivery.pk).update(next_try_at=timezone.now())
    send_all()
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.SENT


@pytest.mark.parametrize(("door", "window"), [("zalo", dt.timedelta(hours=48)), ("facebook", dt.timedelta(days=7))])
def test_after_its_window_another_door_is_taken(door: str, window: dt.timedelta, world: World, new_person: Any) -> None:
    with set_up(door) as platform:
        platform.says("Ổ gà to")
        report = Report.objects.get()
        Reporter.objects.update(email="nguoi.thu@example.vn")
        Delivery.objects.update(state=DeliveryState.SENT, ended_at=timezone.now())
        Message.objects.update(at=F("at") - window)
        with change():
            message = reply(report_id=report.pk, text="Đã rõ", by=new_person())
        assert Delivery.objects.get(message=message).door == Door.EMAIL
        # They write again, so the door is open again.
        platform.says("còn ai ở đó không?", sender="u1")
        newest = Report.objects.order_by("-pk").first()
        with change():
            message = reply(report_id=newest.pk, text="Còn ạ", by=new_person())
        assert Delivery.objects.get(message=message).door == door


def test_facebook_answers_as_a_person_after_a_day_and_only_what_a_person_wrote(
    facebook: Platform, new_person: Any
) -> None:
    facebook.says("Ổ gà to")
    refused = {"error": {"code": 10, "error_subcode": 2018278, "message": "outside of allowed window"}}
    facebook.peer.answers = [(400, refused)]
    send_all()
    # "We have your report" was written by nobody.
    assert len(facebook.peer.asked) == 1
    assert Delivery.objects.get(door="facebook").failure == Failure.WINDOW_CLOSED
    facebook.peer.asked.clear()
    # Nor an answer of the system.
    facebook.peer.answers = [(400, refused)]
    with change():
        reply_by_itself(report=Report.objects.get(), text="Theo quy định…", why="answer_in_force")
    send_all()
    assert len(facebook.peer.asked) == 1
    facebook.peer.asked.clear()
    facebook.peer.answers = [(400, refused)]
    with change():
        reply(report_id=Report.objects.get().pk, text="Ông/bà cho biết số nhà?", by=new_person())
    send_all()
    first, second = (one.body for one in facebook.peer.asked)
    assert first["messaging_type"] == "RESPONSE"
    assert (second["messaging_type"], second["tag"]) == ("MESSAGE_TAG", "HUMAN_AGENT")
    assert Delivery.objects.filter(door="facebook").latest("pk").state == DeliveryState.SENT


def test_no_key_is_in_an_address(platform: Platform) -> None:
    with_token(platform)
    platform.says("Ổ gà to")
    send_all()
    secrets = [value for value in platform.keys.values() if len(value) > 6]
    for asked in platform.peer.asked:
        assert not any(secret in asked.path for secret in [*secrets, "access-1"])


def test_a_door_that_may_not_send_leaves_it_to_the_page(zalo: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ZALO_REFRESH_TOKEN", "")
    zalo.says("Ổ gà to")
    delivery = Delivery.objects.get(door="zalo")
    assert (delivery.state, delivery.failure) == (DeliveryState.CANCELLED, "door_not_set_up")
    assert Delivery.objects.get(door="page").state == DeliveryState.SENT
