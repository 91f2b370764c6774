"""Calls in a real browser: from ringing to a routed report by keyboard, two desks at once, and a browser that dies."""

from __future__ import annotations

import json
import re
import time
import urllib.request
import uuid
from typing import Any

from django.utils import timezone
from playwright.sync_api import expect

from tests.e2e.axe import in_both_themes, violations
from tests.e2e.test_room import enter, mark
from tests.e2e.test_whole_path import ward

# Keystrokes beyond the words themselves, from ringing to a saved, located and routed report.
MOST_KEYS = 8


def report(site: Any, event: str, call_id: str, number: str = "0900000001") -> None:
    """What an exchange reports, by the real webhook."""
    from incidents.calls.webhook import signature_of
    from tests.harness.fixtures import DOORS

    body = {"event": event, "call_id": call_id, "caller_number": number, "caller_name": "Người Thử",
            "called_number": "1022", "event_ts": timezone.now().isoformat()}  # fmt: skip
    raw, stamp = json.dumps(body).encode(), str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "X-Call-Timestamp": stamp,
        "X-Call-Signature": signature_of(raw, stamp, DOORS["OPSCENTER_PHONE_SECRET"]),
    }
    with urllib.request.urlopen(
        urllib.request.Request(f"{site.address}/doors/phone/webhook", raw, headers), timeout=20
    ) as answer:
        assert answer.status == 200


def ring(site: Any, number: str = "0900000001") -> str:
    call_id = uuid.uuid4().hex
    report(site, "ringing", call_id, number)
    return call_id


def hang_up_all(site: Any) -> None:
    """No call of an earlier test is left."""
    with site.orm():
        from incidents.calls.models import Call

        ids = list(Call.objects.live().values_list("call_id", flat=True))
    for call_id in ids:
        report(site, "ended", call_id)
    with site.orm():
        from incidents.calls.models import Call

        Call.objects.update(is_live=False)


def test_from_ringing_to_a_routed_report_by_keyboard(live_site: Any, open_page: Any) -> None:
    hang_up_all(live_site)
    agency, _inside = ward(live_site)
    page = enter(open_page(signed_in_as=live_site.person("call_taker")))
    page.evaluate(
        """() => { window.keys = [];
        addEventListener('keydown', (event) => window.keys.push(event.key), {capture: true}) }"""
    )
    call_id = ring(live_site)
    expect(page.locator("#phone-ringing b")).to_have_text("1")
    # Nobody's number is on a screen before somebody has taken the call.
    assert "0900000001" not in page.content()

    def press(key: str) -> None:
        page.keyboard.press(key)

    def say(words: str) -> None:
        """The words themselves are not counted: they come as an input method brings them."""
        page.keyboard.insert_text(words)

    words = f"Ổ gà lớn trên đường, xe máy dễ té {mark()}"
    press("F9")
    expect(page.locator("#call-words")).to_be_focused()
    expect(page.locator("#call-phone")).to_have_value("0900000001")
    say(words)
    press("Enter")
    expect(page.locator("#call-address")).to_be_focused()
    say("phường Phú Lợi")
    expect(page.locator("#call-places [role=option]").first).to_be_visible()
    # Already while one types: who is named for half an address would be the wrong one.
    expect(page.locator("#call-route")).to_contain_text("Phú Lợi")
    press("Enter")
    expect(page.locator("#call-route")).to_contain_text("Phú Lợi")
    press("Control+Enter")
    expect(page.locator("#call")).to_be_hidden()
    expect(page.locator("#notices")).to_contain_text("đã giao")
    keys = page.evaluate("() => window.keys")
    print(f"keys from ringing to routed: {len(keys)} {keys}")
    assert len(keys) <= MOST_KEYS, keys
    with live_site.orm():
        from incidents.records.models import Report

        saved = Report.objects.select_related("incident", "reporter").get(text__words=words)
        assert saved.source_id == f"call:{call_id}"
        assert saved.reporter.phone == "0900000001"
        assert saved.incident.ward_code == agency.area_code
        assert [row.agency_id for row in saved.incident.assignments.all()] == [agency.pk]
    report(live_site, "ended", call_id)
    expect(page.locator("#seat-word")).to_have_text("Sẵn sàng")


def test_two_desks_take_the_same_call(live_site: Any, open_page: Any) -> None:
    hang_up_all(live_site)
    first, second = (live_site.person("call_taker") for _ in range(2))
    pages = [enter(open_page(signed_in_as=who)) for who in (first, second)]
    ring(live_site)
    for page in pages:
        expect(page.locator("#phone-ringing b")).to_have_text("1")
    # The second desk's request is on its way while the first one takes the call.
    held: list[Any] = []
    pages[1].route("**/api/calls/*/take", lambda route: held.append(route))
    with pages[1].expect_request("**/api/calls/*/take"):
        pages[1].keyboard.press("F9")
    pages[0].keyboard.press("F9")
    expect(pages[0].locator("#call-words")).to_be_focused()
    held[0].continue_()
    expect(pages[1].locator("#notices")).to_contain_text(f"{first.full_name} đã nhận")
    expect(pages[1].locator("#call")).to_be_hidden()
    expect(pages[1].locator("#phone-ringing b")).to_have_text("0")
    assert "0900000001" not in pages[1].content()


def test_parked_calls_and_a_browser_that_dies(live_site: Any, open_page: Any) -> None:
    hang_up_all(live_site)
    who = live_site.person("call_taker")
    page = enter(open_page(signed_in_as=who))
    ring(live_site, "0900000011")
    expect(page.locator("#phone-ringing b")).to_have_text("1")
    page.keyboard.press("F9")
    expect(page.locator("#call-phone")).to_have_value("0900000011")
    page.keyboard.type("Cay nga o cong truong")
    ring(live_site, "0900000012")
    expect(page.locator("#phone-ringing b")).to_have_text("1")
    page.keyboard.press("F9")
    expect(page.locator("#call-phone")).to_have_value("0900000012")
    expect(page.locator("#call-words")).to_have_value("")
    page.keyboard.type("Mat nuoc tu sang")
    page.keyboard.press("F4")
    expect(page.locator("#call-words")).to_have_value("Cay nga o cong truong")
    page.keyboard.press("F4")
    expect(page.locator("#call-words")).to_have_value("Mat nuoc tu sang")
    # What was written before may still be on its way.
    with page.expect_response(
        lambda answer: answer.url.endswith("/draft") and "den gio" in (answer.request.post_data or "")
    ):
        page.keyboard.type(" den gio")
    # Another browser on another machine: nothing of this one's store is there.
    page.context.close()
    again = enter(open_page(signed_in_as=who))
    words = again.locator("#call-words")
    expect(words).to_have_value(re.compile("Cay nga|Mat nuoc"))
    both = {words.input_value()}
    again.keyboard.press("F4")
    expect(words).not_to_have_value(next(iter(both)))
    both.add(words.input_value())
    assert both == {"Cay nga o cong truong", "Mat nuoc tu sang den gio"}


def test_everybody_can_use_the_telephone(live_site: Any, open_page: Any) -> None:
    hang_up_all(live_site)
    for event in ("ringing", "abandoned"):
        report(live_site, event, "missed")
    page = open_page(signed_in_as=live_site.person("call_taker"), bypass_csp=True)
    enter(page)
    found = {}
    page.locator("#seat > summary").click()
    page.locator("#seat button[data-status=free]").click()
    expect(page.locator("#seat-word")).to_have_text("Sẵn sàng")
    page.locator("#seat > summary").click()
    expect(page.locator("#seat-team li")).not_to_have_count(0)
    found["seat"] = in_both_themes(page)
    page.locator("#seat > summary").click()
    page.keyboard.press("F8")
    expect(page.locator("#callbacks li")).to_have_count(1)
    found["back"] = in_both_themes(page)
    page.keyboard.press("Enter")
    expect(page.locator("#call-not-reached")).to_be_visible()
    page.locator("#call-not-reached").click()
    expect(page.locator("#call")).to_be_hidden()
    ring(live_site)
    expect(page.locator("#phone-ringing b")).to_have_text("1")
    page.keyboard.press("F9")
    expect(page.locator("#call-words")).to_be_focused()
    found["call"] = in_both_themes(page)
    # Transfer first, form second: what is typed by then is with 114 at once, the rest is written in the panel.
    words = f"Cháy nhà trọ {mark()}"
    page.keyboard.insert_text(words)
    page.keyboard.press("F7")
    page.keyboard.press("4")
    expect(page.locator("#notices")).to_contain_text("114")
    expect(page.locator("#call")).to_be_hidden()
    expect(page.locator("#panel .citizen-words")).to_contain_text(words)
    expect(page.locator("#panel #form-say")).to_be_attached()
    with live_site.orm():
        from incidents.records.models import Assignment

        assert Assignment.objects.filter(incident__reports__text__words=words, agency__kind="fire").exists()
    assert {part: wrong for part, wrong in found.items() if wrong} == {}


def test_a_question_is_answered_at_once(live_site: Any, open_page: Any) -> None:
    """The exact version that was read out is kept; a withdrawn one cannot be taken."""
    hang_up_all(live_site)
    with live_site.orm():
        from incidents.knowledge import samples

        samples.load()
    page = enter(open_page(signed_in_as=live_site.person("call_taker"), bypass_csp=True))
    words = f"khai sinh cho con o dau vay em {mark()}"
    page.keyboard.press("n")
    page.keyboard.type(words)
    first = page.locator("#call-answers [role=option]").first
    expect(first).to_contain_text("Đăng ký khai sinh")
    assert violations(page) == []
    page.keyboard.press("F6")
    page.keyboard.press("Enter")
    expect(first).to_have_attribute("aria-selected", "true")
    expect(page.locator("#call-route")).to_have_text("Lưu và trả lời ngay")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#call")).to_be_hidden()
    with live_site.orm():
        from incidents.knowledge.models import Quote
        from incidents.records.models import Report

        report = Report.objects.select_related("incident").get(text__words=words)
        assert report.incident.outcome == "answered_at_once"
        assert Quote.objects.get(report=report).version.answer.key == "birth-registration"
    page.keyboard.press("n")
    page.keyboard.type("xin cap lai so ho khau giay bi mat")
    over = page.locator("#call-answers .answer.is-over")
    expect(over).to_contain_text("Hết hiệu lực")
    over.dispatch_event("click")
    expect(over).to_have_attribute("aria-selected", "false")
