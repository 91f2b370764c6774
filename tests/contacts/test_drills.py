"""Contact drills: asked by the schedule, confirmed by each door, on the board, and what a dead contact changes."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from geo.index import territory
from incidents.contacts import drills
from incidents.contacts.board import standings
from incidents.contacts.models import Drill
from incidents.contacts.reach import Reach, State, reach_of
from incidents.delivery.models import Delivery
from incidents.doors.sms import Incoming
from incidents.doors.sms_taking import take as take_sms
from incidents.intake.arrivals import Arrived
from incidents.intake.worker import Worker
from incidents.records.editing import lock
from incidents.records.models import Report
from incidents.worktime.models import Day
from opscenter.accounts.models import ContactPoint
from realtime.change import change
from tests.cast import Cast, Hands, give, most_queries, open_one, together
from tests.delivery.mailbox import Mailbox
from tests.intake.world import World

pytestmark = pytest.mark.django_db(transaction=True)
# A Thursday morning in Bình Dương.
THURSDAY = dt.datetime(2026, 11, 26, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=7)))


@pytest.fixture
def phone(world: World, settings: Any) -> ContactPoint:
    settings.SMS_SEND_URL, settings.SMS_SEND_FIELDS = "http://127.0.0.1:9/", "to={to}&text={text}"
    return ContactPoint.objects.create(agency=world.an_lac, kind="sms", address="0900000011", order=1)


@pytest.fixture(autouse=True)
def schedule(settings: Any) -> None:
    settings.CONTACT_DRILL_DAYS = 7


def mail_of(world: World) -> ContactPoint:
    return ContactPoint.objects.get(agency=world.an_lac, kind="email")


def reach(point: ContactPoint, at: dt.datetime | None = None) -> Reach:
    return reach_of([point], at)[point.pk]


def asked(point: ContactPoint) -> Drill:
    assert drills.start(contact_id=point.pk, by=None)
    return Drill.objects.filter(contact_point=point).latest("pk")


def test_the_schedule_asks_everybody_once_in_working_hours(world: World, phone: ContactPoint, mailbox: Mailbox) -> None:
    ContactPoint.objects.create(agency=world.an_lac, kind="phone", address="0274 3822 000")
    ContactPoint.objects.create(agency=world.an_lac, kind="email", address="old@agency.example", is_active=False)
    for at in (THURSDAY.replace(hour=7), THURSDAY.replace(hour=16), THURSDAY + dt.timedelta(days=2)):
        assert drills.start_due(at) == 0
    # A holiday, as soon as somebody confirmed it; and back.
    day = Day.objects.create(date=THURSDAY.date(), kind="holiday", state="confirmed")
    assert drills.start_due(THURSDAY) == 0
    day.delete()
    assert sum(together([lambda: drills.start_due(THURSDAY), lambda: drills.start_due(THURSDAY)])) == 3
    assert drills.start_due(THURSDAY) == 0
    assert {drill.contact_point.kind for drill in Drill.objects.all()} == {"email", "sms"}
    assert Delivery.objects.filter(kind="drill").count() == 3
    row = Delivery.objects.get(kind="drill", door="sms")
    assert row.incident is None
    assert f"XN {Drill.objects.get(contact_point=phone).pk}" in row.body
    Worker().run_once()
    assert "/xac-nhan/" in mailbox.mails[0].get_content()


def test_a_saturday_that_is_made_up_for_is_asked_on(world: World, mailbox: Mailbox) -> None:
    saturday = THURSDAY + dt.timedelta(days=2)
    Day.objects.create(date=saturday.date(), kind="worked", state="confirmed")
    assert drills.start_due(saturday) == 2


def test_the_schedule_can_be_off(world: World, mailbox: Mailbox, settings: Any) -> None:
    settings.CONTACT_DRILL_DAYS = 0
    assert drills.start_due(THURSDAY) == 0


def test_a_link_is_confirmed_by_its_button_alone(world: World, phone: ContactPoint) -> None:
    asked(phone)
    found = re.search(r"/xac-nhan/[\w-]+/", Delivery.objects.get(kind="drill").body)
    assert found
    for _time in range(2):
        assert Client().get(found[0]).status_code == 200
    assert reach(phone).state == State.WAITING
    for _time in range(2):
        assert Hands().post(found[0], form=True).status_code == 200
    assert (reach(phone).state, reach(phone).how) == (State.CONFIRMED, "link")
    assert Hands().post("/xac-nhan/not-the-token/", form=True).status_code == 404
    Drill.objects.update(started_at=timezone.now() - dt.timedelta(days=8))
    assert Client().get(found[0]).status_code == 404


@pytest.mark.parametrize("text", ["XN {pk}", "xác nhận", "xn"])
def test_an_sms_confirms(world: World, phone: ContactPoint, text: str) -> None:
    from dataclasses import asdict

    drill = asked(phone)
    message = Incoming("1", "+84900000011", text.format(pk=drill.pk))
    take_sms(Arrived("1", asdict(message), timezone.now()))
    assert (reach(phone).state, reach(phone).how) == (State.CONFIRMED, "sms")
    assert not Report.objects.exists()
    # From another number it is a citizen's.
    take_sms(Arrived("2", asdict(Incoming("2", "+84900000099", "XN 1")), timezone.now()))
    assert Report.objects.count() == 1


def test_no_answer_is_dead_after_a_day(world: World, phone: ContactPoint) -> None:
    assert reach(phone).state == State.UNKNOWN
    asked(phone)
    # Asked again by hand a moment later, nothing is sent twice.
    assert not drills.start(contact_id=phone.pk, by=None)
    Drill.objects.update(started_at=THURSDAY)
    assert reach(phone, THURSDAY + dt.timedelta(hours=23)).state == State.WAITING
    assert reach(phone, THURSDAY + dt.timedelta(hours=25)).state == State.DEAD
    # The Friday is a holiday: it and the week-end are no time to answer.
    Day.objects.create(date=dt.date(2026, 11, 27), kind="holiday", state="confirmed")
    for days, state in ((1, State.WAITING), (3, State.WAITING), (4, State.WAITING), (5, State.DEAD)):
        assert reach(phone, THURSDAY + dt.timedelta(days=days, minutes=1 if days > 4 else -1)).state == state


def test_what_comes_back_is_dead_until_somebody_is_heard(
    world: World, mailbox: Mailbox, cast: Cast, phone: ContactPoint
) -> None:
    mailbox.rcpt_answers = ["550 no such user"]
    point = mail_of(world)
    asked(point)
    Worker().run_once()
    assert (reach(point).state, reach(point).failure) == (State.DEAD, "refused")
    with change():
        drills.heard(contact_id=point.pk, by=cast.call_taker)
    assert (reach(point).state, reach(point).how) == (State.CONFIRMED, "call")


def test_the_board_counts_in_a_few_queries(world: World, phone: ContactPoint) -> None:
    # The territory is read once a process and second, whoever asks first.
    territory()
    with most_queries(10):
        rows = standings()
    by_code = {row.agency.code: row.state for row in rows}
    assert by_code == {"an-lac": State.UNKNOWN, "binh-minh": State.UNKNOWN, "fire-114": State.NONE}
    # Those that cannot be reached come first.
    assert rows[0].agency.code == "fire-114"


def test_the_room_asks_and_notes(world: World, phone: ContactPoint, cast: Cast) -> None:
    hands = Hands(cast.call_taker)
    page = hands.get("/lien-lac/")
    assert page.status_code == 200
    assert "<svg" in page.content.decode()
    assert "0900000011" in page.content.decode()
    assert hands.post(f"/lien-lac/{phone.pk}/thu/", {"state": "unknown"}, form=True).status_code == 302
    assert Drill.objects.get().started_by == cast.call_taker
    assert hands.post(f"/lien-lac/{phone.pk}/xac-nhan/", form=True).status_code == 302
    assert Drill.objects.first().confirmed_by == cast.call_taker  # type: ignore[union-attr]
    assert "UBND an-lac" in hands.get("/lien-lac/?state=confirmed").content.decode()
    assert "UBND an-lac" not in re.sub(r"(?s)<svg.*?</svg>", "", hands.get("/lien-lac/?state=dead").content.decode())


def dead(point: ContactPoint) -> None:
    Drill.objects.create(contact_point=point, started_at=timezone.now() - dt.timedelta(days=7))


def test_a_dispatch_passes_over_who_is_dead_and_says_so(
    world: World, phone: ContactPoint, cast: Cast, mailbox: Mailbox
) -> None:
    second = ContactPoint.objects.create(agency=world.an_lac, kind="sms", address="0900000012", order=2)
    incident = open_one(world)
    incident.suggested_agency = world.an_lac
    incident.save()
    room = Hands(cast.call_taker)
    panel = room.get(f"/room/incident/{incident.code}/panel").content.decode()
    assert "reach-warning" not in panel
    dead(phone)
    dead(mail_of(world))
    panel = room.get(f"/room/incident/{incident.code}/panel").content.decode()
    assert "0900000011" in panel
    assert "0900000012" in panel[panel.index("reach-warning") :]
    give(incident, world.an_lac, cast.call_taker)
    told = Delivery.objects.filter(kind="assignment").values_list("contact_point", flat=True)
    assert list(told) == [second.pk]


def test_when_all_are_dead_all_are_told(world: World, phone: ContactPoint, cast: Cast, mailbox: Mailbox) -> None:
    dead(phone)
    dead(mail_of(world))
    give(open_one(world), world.an_lac, cast.call_taker)
    assert Delivery.objects.filter(kind="assignment").count() == 2


def test_a_message_that_does_not_arrive_goes_to_the_next(
    world: World, phone: ContactPoint, cast: Cast, mailbox: Mailbox
) -> None:
    mail = mail_of(world)
    second = ContactPoint.objects.create(agency=world.an_lac, kind="email", address="b@agency.example", order=5)
    dead(second)
    phone.delete()
    mailbox.rcpt_answers = ["550 no such user"]
    give(open_one(world), world.an_lac, cast.call_taker)
    Delivery.objects.filter(state="waiting").update(next_try_at=timezone.now())
    Worker().run_once()
    first, following = Delivery.objects.filter(kind="assignment").order_by("pk")
    assert (first.contact_point, first.state) == (mail, "failed")
    assert (following.contact_point, following.instead_of, following.state) == (second, first, "sent")


def test_the_next_one_is_first_somebody_who_is_there(
    world: World, phone: ContactPoint, cast: Cast, mailbox: Mailbox
) -> None:
    """Found dead after the dispatch, passed over before one that comes later in their order."""
    from incidents.contacts import falling_back

    phone.delete()
    before = ContactPoint.objects.create(agency=world.an_lac, kind="email", address="b@agency.example", order=5)
    after = ContactPoint.objects.create(agency=world.an_lac, kind="email", address="c@agency.example", order=6)
    ContactPoint.objects.filter(pk__in=[before.pk, after.pk]).update(is_active=False)
    give(open_one(world), world.an_lac, cast.call_taker)
    ContactPoint.objects.filter(pk__in=[before.pk, after.pk]).update(is_active=True)
    dead(before)
    row = Delivery.objects.select_related("assignment", "contact_point", "incident").get(kind="assignment")
    row.state = "failed"
    with change():
        lock(row.incident_id or 0)
        falling_back.next_one(row)
    assert Delivery.objects.latest("pk").contact_point == after
