"""Who is responsible, in a real browser: why, either side of a border, the same event, a surge, the rules' pages."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from tests.e2e.axe import violations
from tests.e2e.test_room import enter, mark, report
from tests.e2e.test_whole_path import row, ward


def test_the_same_event_is_merged_by_one_key_and_parted_again(live_site: Any, open_page: Any) -> None:
    _, inside = ward(live_site)
    word = mark()
    first = report(live_site, f"Ổ gà lớn trên QL13, hai người té {word}", inside)
    second = report(live_site, f"Có ổ gà lớn trên QL13 làm người té {word}", (inside[0] + 0.0004, inside[1]))
    page = enter(open_page(signed_in_as=live_site.person("call_taker"), bypass_csp=True))
    row(page, second).click()
    panel = page.locator("#panel article")
    expect(panel).to_have_attribute("data-code", second.code)
    # Why, in one sentence; and every step on request.
    expect(panel.locator(".because")).to_contain_text("QL13")
    panel.locator("#why-agency summary").click()
    expect(panel.locator(".way li")).to_have_count(8)
    assert violations(page) == []
    near = panel.locator(".same li").filter(has_text=word)
    expect(near).to_contain_text(first.code)
    near.locator("button").click()
    expect(panel).to_have_attribute("data-code", first.code)
    expect(panel.locator(".took-in")).to_contain_text(second.code)
    expect(row(page, second)).to_have_count(0)
    page.locator("#notices button").click()
    expect(panel.locator(".took-in")).to_have_count(0)
    expect(row(page, second)).to_be_visible()


def test_a_border_is_decided_by_a_key(live_site: Any, open_page: Any) -> None:
    agency, _ = ward(live_site)
    with live_site.orm():
        from django.utils import timezone

        from geo.areas import areas_at
        from geo.models import Area, AreaSet

        known = AreaSet.objects.get(name=agency.area_set).current_id
        border = Area.objects.get(generation=known, level="ward", code=agency.area_code).geometry.boundary
        along = [border.interpolate_normalized(part / 50) for part in range(50)]
        today = timezone.localdate()
        at = next((one.x, one.y) for one in along if areas_at(one.x, one.y, today, margin_m=15).near)
    incident = report(live_site, f"Quán karaoke hát ồn ào quá khuya {mark()}", at)
    page = enter(open_page(signed_in_as=live_site.person("call_taker")))
    row(page, incident).click()
    panel = page.locator("#panel article")
    expect(panel).to_have_attribute("data-code", incident.code)
    chosen = panel.locator('[data-act="side-2"]').get_attribute("data-agency")
    page.locator("#panel").focus()
    page.keyboard.press("y")
    expect(panel.locator(".assignment")).to_have_count(1)
    with live_site.orm():
        assert str(incident.assignments.get().agency_id) == chosen


def test_a_caller_joins_by_f2_and_a_wrong_group_is_turned(live_site: Any, open_page: Any) -> None:
    _, inside = ward(live_site)
    word = mark()
    first = report(live_site, f"Cây xanh ngã đổ chắn ngang hẻm {word}", (inside[0] + 0.006, inside[1] + 0.006))
    page = enter(open_page(signed_in_as=live_site.person("call_taker")))
    page.keyboard.press("n")
    words = page.locator("#call-words")
    expect(words).to_be_focused()
    words.fill(f"cây xanh ngã đổ ở hẻm {word}")
    page.evaluate(
        "([lat, lon]) => { const form = document.querySelector('#call-form'); form.elements.lat.value = lat;"
        " form.elements.lon.value = lon; form.elements.address.dispatchEvent(new Event('change')); }",
        [inside[1] + 0.006, inside[0] + 0.006],
    )
    near = page.locator(f'#call-near li[data-code="{first.code}"]')
    expect(near).to_be_visible()
    words.press("F2")
    expect(page.locator("#call-same")).to_contain_text(first.code)
    words.press("Control+Enter")
    panel = page.locator("#panel article")
    expect(panel).to_have_attribute("data-code", first.code)
    expect(panel.locator("blockquote")).to_have_count(2)
    page.locator("#panel").focus()
    page.keyboard.press("1")
    expect(panel.locator(".panel-head .mark")).to_have_class(re.compile("mark-1"))
    page.locator("#notices button").last.click()
    expect(panel.locator(".panel-head .mark")).to_have_class(re.compile("mark-3"))


def test_a_surge_is_proposed_and_confirmed_by_one_key(live_site: Any, open_page: Any) -> None:
    _, inside = ward(live_site)
    lon, lat = inside[0] - 0.008, inside[1] - 0.008
    told = [report(live_site, f"Mất điện cả khu phố số {n}", (lon + n * 0.0002, lat)) for n in range(6)]
    page = enter(open_page(signed_in_as=live_site.person("supervisor"), bypass_csp=True))
    banner = page.locator("#surges .surge").filter(has_text="mất điện")
    expect(banner).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("s")
    for other in told[1:]:
        expect(row(page, other)).to_have_count(0)
    row(page, told[0]).click()
    expect(page.locator("#panel article blockquote")).to_have_count(6)


def test_the_pages_of_the_rules(live_site: Any, open_page: Any) -> None:
    _, inside = ward(live_site)
    page = open_page(signed_in_as=live_site.person("administrator"), bypass_csp=True)
    found = {}
    for address in (
        "/rules/",
        "/rules/new/",
        "/rules/import/",
        "/rules/test/",
    ):
        page.goto(address)
        found[address] = violations(page)
    page.locator("#words").fill("ổ gà QL13")
    page.locator("#lat").fill(str(inside[1]))
    page.locator("#lon").fill(str(inside[0]))
    page.get_by_role("button", name="Xem đường đi").click()
    expect(page.locator(".rules-because")).to_contain_text("Sở Xây dựng")
    page.goto("/rules/coverage/")
    expect(page.locator("#cover-map[data-ready]")).to_be_visible()
    found["coverage"] = violations(page)
    assert {part: wrong for part, wrong in found.items() if wrong} == {}
