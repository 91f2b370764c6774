"""A crew on a phone: called out by a notification, one thumb through the steps, a word to the dispatcher."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone
from playwright.sync_api import expect

from tests.delivery.push_service import Browser, PushService, serving
from tests.e2e.axe import violations
from tests.e2e.test_talking import look
from tests.e2e.test_whole_path import ward
from tests.harness.fixtures import PUSH_SERVICE

# A headless browser has no push service behind it: the browser's half is played, the rest is the page's own.
SUBSCRIBED = """
given => {
  let now = null;
  const made = { endpoint: given.endpoint, toJSON: () => given, unsubscribe: async () => { now = null; return true; } };
  PushManager.prototype.getSubscription = async () => now;
  PushManager.prototype.subscribe = async options => {
    if (!options.userVisibleOnly || options.applicationServerKey.length !== 65) throw new Error("not so");
    return (now = made);
  };
}
"""


def sent_out(site: Any) -> tuple[Any, Any, Any]:
    """A shared incident with its place, somebody of a crew, and the dispatcher who may send them."""
    _agency, (lon, lat) = ward(site)
    with site.orm():
        from incidents.emergencies.models import ServicePart, Unit
        from incidents.emergencies.services.opening import raise_emergency
        from incidents.intake.take import take_report
        from incidents.records.models import Incident, Source
        from opscenter.accounts.models import HandlingUnit
        from realtime.change import change

        words = "Hai xe máy va chạm, một người bất tỉnh"
        number = str(timezone.now().timestamp())
        taken = take_report(source=Source.PHONE, source_id=number, words=words, point=(lon, lat))
        by = site.person("call_taker")
        with change():
            raise_emergency(incident_id=taken.incident.pk, services=["ambulance"], by=by)
        incident = Incident.objects.get(pk=taken.incident.pk)
        agency = ServicePart.objects.select_related("assignment__agency").get(shared=incident.pk).assignment.agency
        station, _new = HandlingUnit.objects.get_or_create(agency=agency, name="Trạm thử")
        call_sign = f"115-{timezone.now().microsecond:06d}"
        Unit.objects.create(
            agency=agency,
            handling_unit=station,
            call_sign=call_sign,
            kind="ambulance",
            home=Point(lon, lat, srid=4326),
            status_since=timezone.now(),
        )
    crew = site.person("crew", agency=agency, handling_unit=station)
    return incident, crew, (site.person("dispatcher", agency=agency), call_sign)


def send(site: Any, incident: Any, dispatcher: Any, call_sign: str) -> None:
    with site.orm():
        from incidents.emergencies.models import Sortie, Unit
        from incidents.emergencies.units import sending
        from realtime.change import change

        with change():
            unit = Unit.objects.get(call_sign=call_sign)
            sortie = sending.send(incident_id=incident.pk, unit_id=unit.pk, by=dispatcher)
        # The ten seconds in which it can be undone are over.
        Sortie.objects.filter(pk=sortie.pk).update(call_at=timezone.now())


def delivered(page: Any, site: Any, payload: dict[str, Any]) -> list[dict[str, Any]]:
    """Has the browser deliver a push to the crew page's worker; gives the notifications that show."""
    session = page.context.new_cdp_session(page)
    found: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(
            one["registrationId"] for one in event["registrations"] if one["scopeURL"].endswith("/crew/")
        ),
    )
    session.send("ServiceWorker.enable")
    page.wait_for_timeout(200)
    pushed = {"origin": site.address, "registrationId": found[-1], "data": json.dumps(payload)}
    for _time in range(5):
        # The browser drops one now and then, without a word, while it starts the worker. The newest takes the place of
        # the one before, so that one that is only late does not show twice.
        session.send("ServiceWorker.deliverPushMessage", pushed)
        shown = page.evaluate(
            """async () => {
              const there = await navigator.serviceWorker.getRegistration("/crew/");
              const end = Date.now() + 4_000;
              for (; Date.now() < end; await new Promise((done) => setTimeout(done, 50))) {
                const rows = (await there.getNotifications()).map(({ body, data, requireInteraction }) =>
                  ({ body, url: data.url, stays: requireInteraction }));
                if (rows.length > 0) return rows;
              }
              return [];
            }"""
        )
        if shown:
            break
    return list(shown)


@pytest.fixture
def service() -> Any:
    with serving(int(PUSH_SERVICE.rpartition(":")[2])) as found:
        yield found


def wait_for(service: PushService, page: Any) -> Any:
    for _time in range(100):
        if service.pushed:
            return service.pushed[-1]
        page.wait_for_timeout(100)
    raise AssertionError("nothing was pushed")


def test_a_crew_is_called_out_and_goes_through_its_steps(live_site: Any, open_page: Any, service: PushService) -> None:
    incident, crew, (dispatcher, call_sign) = sent_out(live_site)
    browser: Browser = service.browser()
    page = open_page(phone=True, signed_in_as=crew, permissions=["notifications"])
    page.add_init_script(f"({SUBSCRIBED})({json.dumps(browser.subscription())})")
    page.goto("/crew/")
    look(page, "crew-choose")
    page.get_by_role("button", name=call_sign).click()
    expect(page.locator(".crew-status")).to_contain_text("Sẵn sàng")
    switch = page.locator("[data-push] button")
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")
    assert violations(page) == []
    look(page, "crew-free")

    send(live_site, incident, dispatcher, call_sign)
    expect(page.locator(".crew-head")).to_contain_text("Đã điều")
    payload = browser.read(wait_for(service, page).body)
    assert (payload["url"], payload["urgent"]) == ("/crew/", True)
    (shown,) = delivered(page, live_site, payload)
    assert incident.code in shown["body"]
    assert (shown["url"], shown["stays"]) == ("/crew/", True)
    look(page, "crew-sent")

    for step in ("Kíp đã nhận", "Đang đến", "Tại hiện trường"):
        # The stream may bring the panel anew at any moment: one look at it, while it is there.
        where = page.wait_for_function(
            """() => {
              const box = document.querySelector(".btn-next")?.getBoundingClientRect();
              return box?.height ? { height: box.height, top: box.top } : null;
            }"""
        ).json_value()
        # In reach of a thumb, and large enough for one in gloves.
        assert where["height"] >= 44
        assert where["top"] > 844 / 2
        page.locator(".btn-next").click()
        expect(page.locator(".crew-head .state")).to_have_text(step)
    assert page.locator("a[href^='geo:']").get_attribute("href")
    page.fill("#crew-text", "Cần thêm một xe")
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.locator(".timeline")).to_contain_text("Cần thêm một xe")
    assert violations(page) == []
    look(page, "crew-on-scene")
    page.context.add_cookies([{"name": "theme", "value": "dark", "url": live_site.address}])
    page.reload()
    expect(page.locator(".crew-head")).to_be_visible()
    assert violations(page) == []
    look(page, "crew-dark")


def test_a_press_outlasts_the_stream(live_site: Any, open_page: Any) -> None:
    """The stream draws the panel anew at any moment: neither a press nor the answer to it may get lost in that."""
    incident, crew, (dispatcher, call_sign) = sent_out(live_site)
    with live_site.orm():
        from incidents.emergencies.models import Unit

        other = Unit.objects.get(call_sign=call_sign)
        other.pk, other.call_sign = None, f"{call_sign}-2"
        other.save()
    page = open_page(phone=True, signed_in_as=crew)
    page.goto("/crew/")
    expect(page.locator("#connection[data-state=live]")).to_be_visible()
    page.wait_for_timeout(500)
    button = page.get_by_role("button", name=re.compile(f"^{call_sign} "))
    panel, sign_on = "/crew/", "/api/crew/sign-on"
    to_hold: set[str] = set()
    held: dict[str, Any] = {}

    def at(route: Any) -> None:
        path = urlsplit(route.request.url).path
        if path not in to_hold:
            return route.continue_()
        to_hold.remove(path)
        held[path] = route

    page.route("**/crew/**", at)

    def wait_until_held(path: str) -> None:
        for _time in range(100):
            if path in held:
                return
            page.wait_for_timeout(100)
        raise AssertionError(f"nobody asked for {path}")

    # The answer to a press comes when its form is no longer there. Nothing else happens that would bring the new state.
    to_hold |= {sign_on}
    button.click()
    wait_until_held(sign_on)
    page.evaluate("const box = document.getElementById('shift'); box.innerHTML = box.innerHTML")
    held.pop(sign_on).continue_()
    expect(page.locator(".crew-status")).to_contain_text("Sẵn sàng")
    page.get_by_role("button", name="Rời xe này").click()
    expect(button).to_be_visible()
    page.wait_for_timeout(500)

    # The new panel, of another unit of the station that is sent out, comes between finger down and finger up.
    to_hold |= {panel}
    send(live_site, incident, dispatcher, other.call_sign)
    wait_until_held(panel)
    button.hover()
    page.mouse.down()
    with page.expect_response("**/crew/"):
        held.pop(panel).continue_()
    page.wait_for_timeout(200)
    page.mouse.up()
    expect(page.locator(".crew-status")).to_contain_text("Sẵn sàng")
