"""Crews called out by push and SMS, silent services told: who hears, when it stops, and what the log says of it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone
from django.utils.translation import override

from incidents.calls import telephone
from incidents.calls.models import PhoneAction
from incidents.delivery.models import Delivery, DeliveryState, Door, Kind
from incidents.delivery.outcomes import Outcome, Result
from incidents.delivery.push import keys
from incidents.delivery.queue import enqueue
from incidents.delivery.ways import Outgoing
from incidents.emergencies.log.verifying import verify
from incidents.emergencies.log.wording import said
from incidents.emergencies.models import LogEntry, ServicePart, Sortie
from incidents.emergencies.services.alarms import sound_alarms
from incidents.emergencies.units import callouts
from incidents.intake.worker import Worker
from incidents.records.editing import lock
from incidents.records.models import Incident
from opscenter.accounts.models import ContactPoint, Person
from realtime.change import change
from tests.cast import Cast, Hands
from tests.delivery.push_service import PushService, serving
from tests.emergencies.conftest import Services, emergency
from tests.emergencies.test_units import due, go, new_unit, send
from tests.intake.world import IN_AN_LAC, World


@pytest.fixture
def incident(world: World, cast: Cast, services: Services) -> Incident:
    point = Point(*IN_AN_LAC, srid=4326)
    return emergency(world, cast.call_taker, "ambulance", "fire", point=point, place_label="Ngã tư Thử", radius_m=10.0)


@pytest.fixture
def service(settings: Any) -> Iterator[PushService]:
    settings.PUSH_PRIVATE_KEY = keys.make()[0]
    with serving() as found:
        settings.PUSH_HOSTS = [found.origin]
        yield found


@pytest.fixture
def gateway(settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[Outgoing]:
    """SMS that would leave; the gateway itself is tried in tests/doors/test_sms.py and test_kannel.py."""
    settings.SMS_SEND_URL, settings.SMS_SEND_FIELDS = "http://127.0.0.1:9/", "to={to}&text={text}"
    left: list[Outgoing] = []

    def taken(outgoing: Outgoing) -> Result:
        left.append(outgoing)
        return Result(Outcome.SENT)

    from incidents.delivery import ways

    way = ways.way_of(Door.SMS)
    assert way is not None
    replaced = {name: getattr(way, name) for name in way.__dataclass_fields__}
    monkeypatch.setitem(ways._ways, Door.SMS, ways.Way(**{**replaced, "send": taken}))
    return left


def number(person: Person, phone: str) -> None:
    Person.objects.filter(pk=person.pk).update(phone=phone)


def aboard(services: Services, call_sign: str = "115-01") -> Any:
    unit = new_unit(services.ambulance, call_sign, handling_unit=services.station)
    assert Hands(services.crew).post("/api/crew/sign-on", {"unit": unit.pk}).status_code == 200
    return unit


def step(sortie: Sortie) -> None:
    due(sortie)
    assert callouts.call_crews() == 1
    Worker().run_once()


def log(incident: Incident) -> list[str]:
    # Whoever asked for a page in English has left the thread speaking it.
    with override("vi"):
        return [said(entry) for entry in LogEntry.objects.filter(shared=incident.pk).order_by("seq")]


def test_push_first_then_sms_and_the_log_says_who_was_reached(
    incident: Incident, services: Services, service: PushService, gateway: list[Outgoing]
) -> None:
    browser = service.browser()
    assert Hands(services.crew).post("/push/device", browser.subscription()).status_code == 204
    number(services.crew, "+84900000001")
    sortie = send(incident, aboard(services), services.at_ambulance)
    # The dispatcher can still undo it: nobody is called.
    assert callouts.call_crews() == 0
    step(sortie)
    (pushed,) = service.pushed
    shown = browser.read(pushed.body)
    assert (shown["url"], shown["urgent"]) == ("/crew/", True)
    assert incident.code in shown["body"]
    # Where it is stands on no lock screen.
    assert "Ngã tư" not in json.dumps(shown, ensure_ascii=False)
    sortie.refresh_from_db()
    assert sortie.call_at is not None
    assert (sortie.call_at - timezone.now()).total_seconds() <= 20
    assert not gateway
    step(sortie)
    (message,) = gateway
    assert message.address == "+84900000001"
    assert "115-01" in message.body
    assert "Nga tu Thu" in message.body
    step(sortie)
    sortie.refresh_from_db()
    assert (sortie.calls, sortie.call_at) == (3, None)
    assert [line for line in log(incident) if line.startswith(("Gọi kíp", "Kíp trực"))] == [
        "Gọi kíp: thông báo đẩy",
        "Kíp trực: đã gửi qua Thông báo của ứng dụng",
        "Gọi kíp: SMS hoặc gọi điện",
        "Kíp trực: đã gửi qua Tin nhắn SMS",
        "Gọi kíp: không trả lời, báo động cho điều hành",
    ]
    assert not list(verify(incident.pk))


def test_a_connected_exchange_rings_the_crew_too(
    incident: Incident, services: Services, settings: Any, gateway: list[Outgoing]
) -> None:
    settings.AMI_CALL_OUT = "1022-call-out"
    number(services.crew, "+84900000001")
    sortie = send(incident, aboard(services), services.at_ambulance)
    due(sortie)
    callouts.call_crews()
    # No bridge has shown itself: nobody is rung, and the SMS leaves all the same.
    callouts.call_crews()
    assert not PhoneAction.objects.exists()
    Sortie.objects.update(calls=1)
    telephone.beat("bridge")
    due(sortie)
    callouts.call_crews()
    action = PhoneAction.objects.get()
    assert (action.kind, action.person_id, action.call_id) == ("call_out", services.crew.pk, None)
    claimed = telephone.claim()
    assert claimed is not None
    telephone.answer(claimed, "refused")
    action.refresh_from_db()
    assert (action.state, action.failure) == ("failed", "refused")
    # Whoever sent them out is told, by the log that all services share.
    assert "Kíp trực: không gửi được qua Gọi điện" in log(incident)


def test_a_crew_that_acknowledges_is_not_rung_again(
    incident: Incident, services: Services, service: PushService, gateway: list[Outgoing]
) -> None:
    browser = service.browser()
    Hands(services.crew).post("/push/device", browser.subscription())
    number(services.crew, "+84900000001")
    sortie = send(incident, aboard(services), services.at_ambulance)
    due(sortie)
    assert callouts.call_crews() == 1
    # It is queued, and in the same moment they press the button.
    go(sortie, "acknowledged", services.crew)
    Worker().run_once()
    assert not service.pushed
    assert Delivery.objects.get(kind=Kind.CALL_OUT).state == DeliveryState.CANCELLED
    due(sortie)
    callouts.call_crews()
    Worker().run_once()
    assert not gateway


def test_where_no_notification_reaches_anybody_the_sms_leaves_at_once(
    incident: Incident, services: Services, gateway: list[Outgoing]
) -> None:
    # Push is not set up here, and nobody has signed on: the station's crew is written to at once.
    number(services.crew, "+84900000001")
    unit = new_unit(services.ambulance, "115-02", handling_unit=services.station)
    sortie = send(incident, unit, services.at_ambulance)
    due(sortie)
    assert callouts.call_crews() == 1
    assert callouts.call_crews() == 1
    assert callouts.call_crews() == 0
    Worker().run_once()
    assert [one.address for one in gateway] == ["+84900000001"]
    assert any("không tới ai" in line for line in log(incident))


def test_an_urgent_message_is_tried_again_at_once_and_given_up_soon(
    incident: Incident, services: Services, service: PushService
) -> None:
    Hands(services.crew).post("/push/device", service.browser().subscription())
    sortie = send(incident, aboard(services), services.at_ambulance)
    service.answers = [503, 503]
    step(sortie)
    row = Delivery.objects.get(kind=Kind.CALL_OUT)
    assert (row.next_try_at - timezone.now()).total_seconds() < 6
    Delivery.objects.update(created_at=timezone.now() - dt.timedelta(minutes=3), next_try_at=timezone.now())
    Worker().run_once()
    row.refresh_from_db()
    assert (row.state, row.failure) == (DeliveryState.FAILED, "gave_up")
    assert any("không gửi được" in line for line in log(incident))


def test_a_silent_service_is_told_by_every_way_each_once(
    incident: Incident, services: Services, service: PushService, gateway: list[Outgoing], mailoutbox: list[Any]
) -> None:
    browser = service.browser()
    Hands(services.at_fire).post("/push/device", browser.subscription())
    number(services.at_fire, "+84900000002")
    points = ContactPoint.objects
    points.create(agency=services.fire, kind="email", address="truc@114.example")
    points.create(agency=services.fire, kind="sms", address="0900 000 003")
    points.create(agency=services.fire, kind="email", address="truong@114.example", is_head=True)
    Delivery.objects.all().delete()

    def alarm() -> None:
        part = ServicePart.objects.filter(shared=incident.pk, assignment__agency=services.fire)
        others = ServicePart.objects.exclude(pk__in=part.values("pk"))
        others.update(next_alarm_at=None)
        part.update(next_alarm_at=timezone.now() - dt.timedelta(seconds=1))
        assert sound_alarms() == 1
        Worker().run_once()

    alarm()
    assert browser.read(service.pushed[0].body)["url"] == "/emergencies/"
    assert [one.address for one in gateway] == ["0900 000 003"]
    assert [mail.to for mail in mailoutbox] == [["truc@114.example"]]
    assert incident.code in mailoutbox[0].subject
    alarm()
    assert [one.address for one in gateway][1:] == ["+84900000002"]
    alarm()
    assert len(mailoutbox) == 1
    alarm()
    assert mailoutbox[-1].to == ["truong@114.example"]
    alarm()
    assert (len(service.pushed), len(gateway), len(mailoutbox)) == (1, 2, 2)
    assert sum("Báo động tới đơn vị" in line for line in log(incident)) == 5
    # Once it is taken nobody is told any more.
    Hands(services.at_fire).post(f"/api/emergencies/{incident.code}/acknowledge", {})
    ServicePart.objects.update(next_alarm_at=timezone.now() - dt.timedelta(seconds=1))
    sound_alarms()
    Worker().run_once()
    assert (len(service.pushed), len(gateway), len(mailoutbox)) == (1, 2, 2)


@pytest.mark.parametrize(
    ("typed", "kept"), [("0900 000 001", "+84900000001"), ("+84 900 000 001", "+84900000001"), ("", "")]
)
def test_people_keep_their_own_number(typed: str, kept: str, services: Services) -> None:
    number(services.crew, "+84900000009")
    crew = Hands(services.crew)
    assert crew.post("/accounts/phone/", {"phone": typed}, form=True).status_code == 302
    services.crew.refresh_from_db()
    assert services.crew.phone == kept
    for wrong in ("113", "abc", "0900", "<script>"):
        answer = crew.post("/accounts/phone/", {"phone": wrong}, form=True)
        assert answer.status_code == 422
        assert b"not a telephone number" in answer.content
    services.crew.refresh_from_db()
    assert services.crew.phone == kept


def test_a_message_to_somebody_whose_account_was_switched_off_has_no_address(
    incident: Incident, services: Services, gateway: list[Outgoing]
) -> None:
    number(services.crew, "+84900000001")
    services.crew.refresh_from_db()
    with change():
        given = {"incident": lock(incident.pk), "person": services.crew, "text": ("", "x")}
        row = enqueue(kind=Kind.CALL_OUT, door=Door.SMS, **given)
    Person.objects.filter(pk=services.crew.pk).update(is_active=False)
    Worker().run_once()
    row.refresh_from_db()
    assert (row.state, [one.address for one in gateway]) == (DeliveryState.SENT, [""])
