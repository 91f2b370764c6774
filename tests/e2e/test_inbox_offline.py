"""The inbox as an app on a phone: it opens and works without a network, and sends what was done once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import violations
from tests.e2e.test_public_screens import given
from tests.e2e.test_whole_path import card, photo, ward


def accepted(site: Any, agency: Any, words: str, inside: tuple[float, float]) -> Any:
    incident = given(site, agency, words)
    with site.orm():
        from incidents.dispatching import agency_work, correcting
        from incidents.records.models import Assignment
        from incidents.records.places import Pin
        from realtime.change import change

        by, taker = site.person("focal_point", agency=agency), site.person("call_taker")
        with change():
            correcting.set_place(incident_id=incident.pk, pin=Pin(*inside), by=taker)
            agency_work.accept(assignment_id=Assignment.objects.get(incident=incident).pk, by=by)
    return incident


def test_a_day_without_a_network(live_site: Any, open_page: Any) -> None:
    agency, inside = ward(live_site)
    mine = accepted(live_site, agency, "Ổ gà trước trường học", inside)
    closed = accepted(live_site, agency, "Cây ngã sau bão", inside)
    fresh = given(live_site, agency, "Nắp cống vỡ, gọi 0900 000 031")
    handed = accepted(live_site, agency, "Biển báo ngã", inside)
    with live_site.orm():
        from opscenter.accounts.models import HandlingUnit

        unit = HandlingUnit.objects.create(agency=agency, name="Tổ trực đêm (thử)")
    page = open_page(phone=True, signed_in_as=live_site.person("focal_point", agency=agency))
    page.goto("/inbox/")
    expect(card(page, mine)).to_be_visible()
    # The worker has taken over and the tasks have been read ahead.
    expect(page.locator('html[data-offline="ready"]')).to_have_count(1, timeout=40_000)

    page.context.set_offline(True)
    page.reload()
    expect(card(page, mine)).to_be_visible()
    # Old is never drawn like live.
    expect(page.locator("#connection")).to_have_attribute("data-state", "stale")
    page.click("[data-map-switch]")
    expect(page.locator("[data-overview].leaflet-container")).to_be_visible()
    expect(page.locator("[data-overview] .leaflet-point-pane path").first).to_be_visible()
    page.click("[data-map-switch]")

    card(page, mine).click()
    expect(page.locator(".citizen-words")).to_contain_text("Ổ gà trước trường học")
    page.click('[data-act-box="result"] summary')
    page.fill("#result-text", "Đã vá, chưa có mạng.")
    page.set_input_files("#result-photos", photo((60, 70, 80)))
    page.click('form[action$="/result"] button[type=submit]')
    expect(page.locator("#outbox")).to_contain_text("1", timeout=15_000)
    page.click("[data-close]")
    expect(page.locator(".task-card .chip-pending")).to_have_count(1)

    card(page, closed).click()
    page.click('[data-act-box="result"] summary')
    page.fill("#result-text", "Đã dọn cây.")
    page.click('form[action$="/result"] button[type=submit]')
    page.click("[data-close]")
    # Every hop of the loop: accepted and handed on without a network too.
    card(page, fresh).click()
    expect(page.locator(".citizen-words")).to_contain_text("gọi •••")
    page.click('form[action$="/accept"] button[type=submit]')
    page.click("[data-close]")
    card(page, handed).click()
    page.click('[data-act-box="hand"] summary')
    page.select_option("#hand-unit", str(unit.pk))
    page.click('form[action$="/hand"] button[type=submit]')
    page.click("[data-close]")
    expect(page.locator(".task-card .chip-pending")).to_have_count(4)
    # Meanwhile the hotline has answered that one itself.
    with live_site.orm():
        from incidents.dispatching import closing
        from realtime.change import change

        # A person is made over a connection of its own: on SQLite that waits for an open change to end.
        taker = live_site.person("call_taker")
        with change():
            closing.close(incident_id=closed.pk, answer="Đã xử lý.", by=taker)

    page.context.set_offline(False)
    strip = page.locator("#outbox")
    # Both texts are shown, and the person decides.
    expect(strip).to_contain_text("Đã dọn cây.", timeout=40_000)
    expect(page.locator("#connection")).to_have_attribute("data-state", "live", timeout=40_000)
    expect(page.locator(".task-card .chip-pending")).to_have_count(0, timeout=40_000)
    with live_site.orm():
        from incidents.records.models import Assignment, History, Photo

        row = Assignment.objects.get(incident=mine)
        assert (row.state, row.result) == ("result_given", "Đã vá, chưa có mạng.")
        assert History.objects.filter(incident=mine, kind="result_given").count() == 1
        taken = Photo.objects.get(incident=mine, phase="after")
        # The browser left the time out of the file: the phone told it.
        assert taken.taken_at is not None
        assert Assignment.objects.get(incident=closed).result == ""
        for incident, kind in ((fresh, "accepted"), (handed, "handed_on")):
            assert History.objects.filter(incident=incident, kind=kind).count() == 1
        assert Assignment.objects.get(incident=fresh).state == "accepted"
        assert Assignment.objects.get(incident=handed).handling_unit == unit


def test_another_person_on_the_same_phone_sees_nothing_of_the_first(live_site: Any, open_page: Any) -> None:
    agency, inside = ward(live_site)
    incident = accepted(live_site, agency, "Rác trước cổng chợ", inside)
    page = open_page(phone=True, signed_in_as=live_site.person("focal_point", agency=agency))
    page.goto("/inbox/")
    expect(card(page, incident)).to_be_visible()
    expect(page.locator('html[data-offline="ready"]')).to_have_count(1, timeout=40_000)
    page.click("#menu summary")
    page.click('form[action$="/logout/"] button')
    expect(page).not_to_have_url(re.compile("/inbox/"))
    kept = page.evaluate("() => caches.keys()")
    assert not [name for name in kept if name.startswith("own-")]


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_everybody_can_use_the_acts(live_site: Any, open_page: Any, phone: bool) -> None:
    agency, inside = ward(live_site)
    incident = accepted(live_site, agency, "Đèn đường tắt cả tuyến", inside)
    page = open_page(
        phone=phone, bypass_csp=True, signed_in_as=live_site.person("focal_point", agency=agency),
        service_workers="block",
    )  # fmt: skip
    page.goto("/inbox/")
    card(page, incident).click()
    expect(page.locator(".task-acts")).to_be_visible()
    for act in ("result", "hand", "return", "ask", "postpone", "note"):
        box = page.locator(f'[data-act-box="{act}"]')
        if box.count():
            box.locator("summary").click()
            assert violations(page) == [], act
            box.locator("summary").click()
