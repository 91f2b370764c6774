"""The desks of 113, 114 and 115 by keyboard: back to 1022 in one key; a major incident on two services' screens."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from playwright.sync_api import expect

from tests.e2e.axe import violations
from tests.e2e.test_room import mark, report
from tests.e2e.test_whole_path import ward


def dispatcher(site: Any, kind: str) -> Any:
    with site.orm():
        from opscenter.accounts.models import Agency

        agency = Agency.objects.in_force(timezone.localdate()).filter(kind=kind).order_by("is_sample", "pk").first()
    return site.person("dispatcher", agency=agency)


def emergency(site: Any, words: str, at: tuple[float, float], *services: str) -> Any:
    incident = report(site, words, at)
    with site.orm():
        from incidents.emergencies.services.opening import raise_emergency
        from incidents.records.models import Incident
        from realtime.change import change

        with change():
            raise_emergency(incident_id=incident.pk, services=services, by=site.taker)
        return Incident.objects.get(pk=incident.pk)


def enter(page: Any, incident: Any, words: str) -> Any:
    """Opens the board and, by its own keys, the incident."""
    page.goto("/emergencies/")
    expect(page.locator('#connection[data-state="live"]')).to_be_visible()
    row = page.locator(".board-row", has_text=words)
    expect(row).to_be_visible()
    for _press in range(40):
        page.keyboard.press("j")
        if row.get_attribute("aria-current"):
            break
    expect(page.locator(f'#panel article[data-code="{incident.code}"]')).to_be_visible()
    return page


def test_the_desk_by_keyboard(live_site: Any, open_page: Any) -> None:
    live_site.taker = live_site.person("call_taker")
    _, inside = ward(live_site)
    at_fire, at_police = dispatcher(live_site, "fire"), dispatcher(live_site, "police")

    # No emergency: one key, and it waits for a call-taker again.
    words = f"Đốt rác {mark()}"
    small = emergency(live_site, words, inside, "fire")
    fire = enter(open_page(signed_in_as=at_fire, bypass_csp=True), small, words)
    fire.keyboard.press("h")
    expect(fire.locator(".board-row", has_text=words)).to_have_count(0)
    with live_site.orm():
        small.refresh_from_db()
        assert "agency_returned" in small.needs

    # A major incident: declared by 114, on 113's screen without touching it.
    words = f"Cháy xưởng {mark()}"
    large = emergency(live_site, words, inside, "fire", "police")
    fire = enter(fire, large, words)
    fire.keyboard.press("a")
    expect(fire.locator("form[data-act-form=take]")).to_have_count(0)
    assert violations(fire) == []
    police = enter(open_page(signed_in_as=at_police), large, words)
    fire.keyboard.press("g")
    expect(fire.locator("body[data-ready]")).to_be_visible()
    fire.locator("#declare-reason").fill("Nhiều công nhân bị kẹt")
    fire.keyboard.press("Enter")
    expect(fire.locator("h1 .major-mark")).to_be_visible()
    expect(police.locator("#panel .board-major")).to_be_visible()
    assert violations(fire) == []

    # Counted on one screen, read on the other; what somebody writes meanwhile stays.
    police.keyboard.press("g")
    police.locator("#sitrep-text").fill("Đang phong tỏa đường")
    fire.locator("input[name=red]").fill("3")
    fire.keyboard.press("Enter")
    expect(police.locator(".major-total .triage-red b")).to_have_text("3")
    expect(police.locator("#sitrep-text")).to_have_value("Đang phong tỏa đường")
    police.locator("form", has=police.locator("#sitrep-text")).get_by_role("button").click()
    fire.get_by_role("link", name="Số 1").click()
    expect(fire.locator("main")).to_contain_text("Đang phong tỏa đường")
    expect(fire.locator("main")).to_contain_text("Nhiều công nhân bị kẹt")
    assert violations(fire) == []
