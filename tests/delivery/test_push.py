"""Notifications: encrypted for one browser, signed by us, neutral, to known services alone, gone when it is gone."""

from __future__ import annotations

import io
import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from incidents.conversations.replying import reply
from incidents.delivery.models import Delivery, DeliveryState, Door, Kind, PushDevice
from incidents.delivery.outcomes import Failure, Outcome
from incidents.delivery.push import devices, endpoints, keys, sending
from incidents.delivery.push.subscriptions import Subscription
from incidents.delivery.queue import tell_reporter
from incidents.delivery.ways import Outgoing
from incidents.dispatching import agency_work
from incidents.dispatching.assigning import assign
from incidents.intake.worker import Worker
from incidents.records.models import Assignment, Report
from opscenter import outside
from realtime.change import change
from tests.cast import Cast, Hands, give, open_one
from tests.delivery.push_service import Browser, PushService, serving
from tests.intake.world import IN_AN_LAC, World


@pytest.fixture
def service(settings: Any) -> Iterator[PushService]:
    settings.PUSH_PRIVATE_KEY = keys.make()[0]
    with serving() as found:
        settings.PUSH_HOSTS = [found.origin]
        yield found


def outgoing(browser: Browser, **more: Any) -> Outgoing:
    given = {"subject": "1022", "body": "Có tin mới: 1022-000001.", "link": "/tra-cuu/ABC/", "kind": "answered"}
    address = json.dumps({key: browser.subscription()[key] for key in ("endpoint", "keys")})
    return Outgoing(address=address, message_id=f"<{uuid.uuid4()}@1022.example>", **{**given, **more})


def switch_on(url: str, browser: Browser, person: Any = None, **more: Any) -> Any:
    return Hands(person).post(url, {**browser.subscription(), **more})


def sent(service: PushService) -> None:
    Worker().run_once()


# --- one notification ---------------------------------------------------------------------------------------------


def test_only_the_browser_can_read_it_and_the_service_knows_us(service: PushService, settings: Any) -> None:
    browser = service.browser()
    assert sending.send(outgoing(browser)).outcome == Outcome.SENT
    (pushed,) = service.pushed
    shown = {"title": "1022", "body": "Có tin mới: 1022-000001.", "url": "/tra-cuu/ABC/", "urgent": False}
    assert browser.read(pushed.body) == shown
    assert b"1022-000001" not in pushed.body
    with pytest.raises(Exception, match=r"."):
        Browser(browser.endpoint).read(pushed.body)
    claims = pushed.claims()
    assert claims["aud"] == service.origin
    assert claims["sub"] == settings.PUSH_CONTACT
    assert time.time() < claims["exp"] <= time.time() + 86_400
    assert pushed.key() == keys.public_key(settings.PUSH_PRIVATE_KEY)
    assert pushed.headers["content-encoding"] == "aes128gcm"
    # Kept for a phone that is off: the standard's default would drop it.
    assert int(pushed.headers["ttl"]) > 3600
    assert len(pushed.headers["topic"]) <= 32


def test_what_is_urgent_is_marked_and_soon_worthless(service: PushService) -> None:
    browser = service.browser()
    sending.send(outgoing(browser, kind=Kind.CALL_OUT))
    (pushed,) = service.pushed
    assert (pushed.headers["urgency"], pushed.headers["ttl"]) == ("high", "120")
    assert browser.read(pushed.body)["urgent"] is True


@pytest.mark.parametrize(
    ("status", "outcome", "failure"),
    [
        (200, Outcome.SENT, None),
        (202, Outcome.SENT, None),
        (400, Outcome.PERMANENT, Failure.REFUSED),
        (413, Outcome.PERMANENT, Failure.REFUSED),
        (401, Outcome.TEMPORARY, Failure.SENDER_REFUSED),
        (403, Outcome.TEMPORARY, Failure.SENDER_REFUSED),
        (404, Outcome.PERMANENT, Failure.GONE),
        (410, Outcome.PERMANENT, Failure.GONE),
        (429, Outcome.TEMPORARY, Failure.REJECTED_FOR_NOW),
        (500, Outcome.TEMPORARY, Failure.REJECTED_FOR_NOW),
        # It is not followed: the address was chosen by whoever runs that server.
        (302, Outcome.TEMPORARY, Failure.REJECTED_FOR_NOW),
    ],
)
def test_what_an_answer_means(service: PushService, status: int, outcome: Outcome, failure: Failure | None) -> None:
    service.answers.append(status)
    result = sending.send(outgoing(service.browser()))
    assert (result.outcome, result.failure) == (outcome, failure)
    assert len(service.pushed) == 1


def test_a_service_that_is_away_is_tried_again(settings: Any, service: PushService) -> None:
    settings.PUSH_HOSTS = ["http://127.0.0.1:9"]
    result = sending.send(outgoing(Browser("http://127.0.0.1:9/x")))
    assert (result.outcome, result.failure) == (Outcome.TEMPORARY, Failure.UNREACHABLE)


# --- where it may go ----------------------------------------------------------------------------------------------

HOSTILE = [
    "http://fcm.googleapis.com/fcm/send/1",
    "https://127.0.0.1/x",
    "https://localhost/x",
    "https://[::1]/x",
    "https://10.0.0.5/x",
    "https://169.254.169.254/latest/meta-data/",
    "https://redis:6379/",
    "https://fcm.googleapis.com:6379/x",
    "https://fcm.googleapis.com@10.0.0.5/x",
    "https://fcm.googleapis.com.evil.example/x",
    "https://evil.example/?fcm.googleapis.com",
    "https://evilpush.apple.com.example/x",
    "https://fcm.googleapis.com\\@10.0.0.5/x",
    "https://fcm.googleapis.com/x\r\nHost: redis",
    "https://fcm.googleapis.com:99999/x",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "https://fcm.googleapis.com/" + "x" * 1000,
    "https://fcm.googleapis.cöm/x",
    "",
]


@pytest.mark.parametrize("endpoint", HOSTILE)
def test_an_address_of_nobody_we_know_is_refused(endpoint: str, settings: Any, db: None) -> None:
    settings.PUSH_PRIVATE_KEY = keys.make()[0]
    assert not endpoints.is_allowed(endpoint)
    answer = switch_on("/cua-toi/thong-bao/", Browser(endpoint))
    assert answer.status_code == 422
    assert answer.json()["detail"]
    # Were it in the database all the same, nothing is called.
    assert sending.send(outgoing(Browser(endpoint))).failure == Failure.NO_ADDRESS
    assert not PushDevice.objects.exists()


@pytest.mark.parametrize("host", ["fcm.googleapis.com", "updates.push.services.mozilla.com", "web.push.apple.com"])
def test_the_makers_of_browsers_are_known(host: str) -> None:
    assert endpoints.is_allowed(f"https://{host}/send/abc")


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "::1", "169.254.169.254", "fd00::1"])
def test_a_known_name_that_points_inside_is_not_called(
    address: str, service: PushService, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PUSH_HOSTS = ["push.example"]
    monkeypatch.setattr(outside.socket, "getaddrinfo", lambda *given, **more: [(2, 1, 6, "", (address, 443))])
    result = sending.send(outgoing(Browser("https://push.example/x")))
    assert (result.outcome, result.failure) == (Outcome.PERMANENT, Failure.NO_ADDRESS)


@pytest.mark.parametrize(
    "spoilt",
    [
        {"keys": {"p256dh": "AAAA", "auth": "AAAA"}},
        {"keys": {}},
        {"keys": None},
        {"endpoint": None},
        {"keys": {"p256dh": "BA" + "A" * 85, "auth": "A" * 22}},
    ],
)
def test_keys_that_are_none_are_refused(spoilt: dict[str, Any], service: PushService, db: None) -> None:
    answer = Hands().post("/cua-toi/thong-bao/", {**service.browser().subscription(), **spoilt})
    assert answer.status_code == 422
    assert not PushDevice.objects.exists()


def test_without_a_key_nothing_is_offered_and_nothing_taken(world: World, cast: Cast, settings: Any) -> None:
    settings.PUSH_PRIVATE_KEY = ""
    assert b"data-push" not in Hands().get("/cua-toi/").content
    assert b"data-push" not in Hands(cast.focal_point).get("/inbox/").content
    browser = Browser("https://fcm.googleapis.com/fcm/send/1")
    assert switch_on("/cua-toi/thong-bao/", browser).status_code == 503
    assert switch_on("/push/device", browser, cast.focal_point).status_code == 503


# --- citizens -----------------------------------------------------------------------------------------------------


def followed(take: Any, browser: Browser) -> Report:
    report: Report = take("Ổ gà trước nhà ông Tư", point=IN_AN_LAC).report
    answer = switch_on("/cua-toi/thong-bao/", browser, codes=[report.tracking_code, "KHONGCO"])
    assert answer.status_code == 204, answer.content
    return report


def test_a_citizen_is_told_with_the_code_alone(take: Any, service: PushService, cast: Cast) -> None:
    browser = service.browser()
    report = followed(take, browser)
    with change():
        reply(report_id=report.pk, text="Chào ông Tư, nhà số mấy?", by=cast.call_taker)
    sent(service)
    (pushed,) = service.pushed
    shown = browser.read(pushed.body)
    assert report.incident.code in shown["body"]
    assert "Tư" not in json.dumps(shown, ensure_ascii=False)
    # The tracking code opens the page: it is in the address, not on the lock screen.
    assert shown["url"] == f"/tra-cuu/{report.tracking_code}/"
    assert report.tracking_code not in shown["title"] + shown["body"]
    row = Delivery.objects.get(door=Door.PUSH)
    assert (row.state, row.attempts) == (DeliveryState.SENT, 1)
    with change():
        tell_reporter(report, Kind.ANSWERED)
    assert Delivery.objects.filter(door=Door.PUSH).count() == 2


def test_a_device_that_is_gone_is_forgotten(take: Any, service: PushService) -> None:
    report = followed(take, service.browser())
    service.answers.append(410)
    with change():
        tell_reporter(report, Kind.ANSWERED)
    sent(service)
    row = Delivery.objects.get(door=Door.PUSH)
    assert (row.state, row.failure, row.device_id) == (DeliveryState.FAILED, Failure.GONE, None)
    assert not PushDevice.objects.exists()
    with change():
        tell_reporter(report, Kind.ANSWERED)
    sent(service)
    assert len(service.pushed) == 1


def test_switching_off_is_for_good(take: Any, service: PushService) -> None:
    browser = service.browser()
    report = followed(take, browser)
    hands = Hands()
    answer = hands.client.delete(
        "/cua-toi/thong-bao/",
        browser.subscription(),
        content_type="application/json",
        headers={"X-CSRFToken": "a" * 32},
    )
    assert answer.status_code == 204
    with change():
        tell_reporter(report, Kind.ANSWERED)
    assert not Delivery.objects.filter(door=Door.PUSH).exists()


def test_the_list_of_a_device_is_what_it_follows(take: Any, service: PushService) -> None:
    browser = service.browser()
    first = followed(take, browser)
    second = take("Mất nước", point=IN_AN_LAC).report
    switch_on("/cua-toi/thong-bao/", browser, codes=[second.tracking_code])
    device = PushDevice.objects.get()
    assert set(device.reports.all()) == {first, second}
    switch_on("/cua-toi/thong-bao/", browser, codes=[second.tracking_code], only=True)
    assert set(device.reports.all()) == {second}
    # One report is not a way to have thousands of addresses called.
    for number in range(devices.MOST_OF_A_REPORT + 5):
        subscription = Subscription.model_validate(service.browser(f"b{number}").subscription())
        with change():
            devices.follow(devices.keep(subscription, person=None, language="vi"), [second], only=False)
    assert len(devices.of_report(second)) == devices.MOST_OF_A_REPORT


def test_trying_codes_out_costs_the_budget(service: PushService, settings: Any, db: None) -> None:
    settings.BUDGETS = "guess=3/600:2000/600"
    wrong = [f"AAAA{number:04d}" for number in range(5)]
    assert switch_on("/cua-toi/thong-bao/", service.browser(), codes=wrong).status_code == 429
    assert not PushDevice.objects.exists()


# --- people of agencies -------------------------------------------------------------------------------------------


def test_an_agency_hears_of_its_assignment_and_a_unit_of_its_own(
    world: World, cast: Cast, service: PushService
) -> None:
    focal, handler, there = service.browser("focal"), service.browser("handler"), service.browser("there")
    for browser, person in ((focal, cast.focal_point), (handler, cast.handler), (there, cast.handler_there)):
        assert switch_on("/push/device", browser, person).status_code == 204
    incident = open_one(world)
    assignment = give(incident, world.an_lac, cast.call_taker)
    # It can still be withdrawn: nobody's phone rings.
    sent(service)
    assert not service.pushed
    Delivery.objects.update(next_try_at=incident.received_at)
    sent(service)
    (pushed,) = service.pushed
    shown = focal.read(pushed.body)
    assert (incident.code in shown["body"], shown["url"]) == (True, f"/inbox/assignment/{assignment.pk}/")
    with change():
        agency_work.accept(assignment_id=assignment.pk, by=cast.focal_point)
        agency_work.hand_on(assignment_id=assignment.pk, unit=cast.unit, by=cast.focal_point)
    Delivery.objects.update(next_try_at=incident.received_at)
    sent(service)
    assert handler.read(service.pushed[-1].body)["url"] == f"/inbox/assignment/{assignment.pk}/"
    assert len(service.pushed) == 2


def test_a_dispatch_that_was_withdrawn_rings_nobody(world: World, cast: Cast, service: PushService) -> None:
    from incidents.dispatching.assigning import withdraw

    switch_on("/push/device", service.browser(), cast.focal_point)
    incident = open_one(world)
    with change():
        assign(incident_id=incident.pk, lead=world.an_lac, by=cast.call_taker)
    with change():
        withdraw(incident_id=incident.pk, by=cast.call_taker)
    assert Delivery.objects.get(door=Door.PUSH).state == DeliveryState.CANCELLED
    assert Assignment.objects.get().state == "cancelled"


def test_a_shared_browser_tells_who_signed_in_last(world: World, cast: Cast, service: PushService) -> None:
    browser = service.browser()
    switch_on("/push/device", browser, cast.focal_point)
    incident = open_one(world)
    give(incident, world.an_lac, cast.call_taker)
    switch_on("/push/device", browser, cast.focal_point_there)
    Delivery.objects.update(next_try_at=incident.received_at)
    sent(service)
    # Queued for the one before: the one who sits there now is not shown it.
    assert not service.pushed
    assert Delivery.objects.get(door=Door.PUSH).failure == Failure.NO_ADDRESS


def test_signing_out_ends_it(world: World, cast: Cast, service: PushService) -> None:
    hands = Hands(cast.focal_point)
    assert hands.post("/push/device", service.browser().subscription()).status_code == 204
    assert PushDevice.objects.filter(person=cast.focal_point).exists()
    hands.post("/accounts/logout/", form=True)
    assert not PushDevice.objects.exists()


def test_somebody_whose_account_was_switched_off_hears_nothing(world: World, cast: Cast, service: PushService) -> None:
    switch_on("/push/device", service.browser(), cast.focal_point)
    incident = open_one(world)
    give(incident, world.an_lac, cast.call_taker)
    cast.focal_point.is_active = False
    cast.focal_point.save()
    Delivery.objects.update(next_try_at=incident.received_at)
    sent(service)
    assert not service.pushed


# --- the key ------------------------------------------------------------------------------------------------------


def test_a_key_is_made_for_the_environment() -> None:
    from opscenter.checks import is_push_key

    out, err = io.StringIO(), io.StringIO()
    call_command("make_vapid_keys", stdout=out, stderr=err)
    name, _equals, key = out.getvalue().strip().partition("=")
    assert name == "OPSCENTER_PUSH_PRIVATE_KEY"
    assert is_push_key(key)
    assert keys.public_key(key) in err.getvalue()
    for wrong in ("", "short", key[:-3], "A" * 43, "?" * 43):
        assert not is_push_key(wrong)


def test_the_workers_show_what_comes(db: None) -> None:
    client = Client()
    for address in ("/sw.js", "/inbox/worker.js", "/crew/worker.js", "/emergencies/worker.js"):
        text = client.get(address).content.decode()
        assert "showNotification" in text, address
        assert "import" not in text.partition("SHELL")[0]
