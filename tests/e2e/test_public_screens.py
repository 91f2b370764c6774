"""The screens of citizens, agencies and leaders in a real browser: light, without scripts, by keyboard, for all."""

from __future__ import annotations

import gzip
import re
import uuid
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import violations
from tests.e2e.test_whole_path import card, photo, ward

# What a page on a slow phone may weigh before a map is asked for.
HEAVIEST = 100 * 1024


def weight(responses: list[Any]) -> int:
    """Bytes on the wire: bodies compressed as every server of ours does, fonts as they are."""
    total = 0
    for response in responses:
        body = response.body()
        total += len(body) if response.url.endswith(".woff2") else len(gzip.compress(body))
    return total


def given(site: Any, agency: Any, words: str) -> Any:
    """An incident given to an agency, reported just now through intake."""
    with site.orm():
        from incidents.dispatching.assigning import assign
        from incidents.intake.take import take_report
        from incidents.records.models import Source
        from realtime.change import change

        taken = take_report(source=Source.WEB, source_id=uuid.uuid4().hex, words=words)
        taker = site.person("call_taker")
        with change():
            assign(incident_id=taken.incident.pk, lead=agency, by=taker)
        return taken.incident


def test_the_portal_weighs_little_until_the_map_is_asked_for(open_page: Any) -> None:
    page = open_page(phone=True)
    responses: list[Any] = []
    page.on("response", lambda response: responses.append(response))
    page.goto("/", wait_until="networkidle")
    page.fill("#words", "Ổ gà")
    page.click("[data-next]")
    addresses = [response.url for response in responses]
    assert weight(responses) < HEAVIEST, [(response.url, len(response.body())) for response in responses]
    assert not any("leaflet" in address or ".geojson" in address for address in addresses)
    page.click("[data-map]")
    expect(page.locator(".leaflet-container")).to_be_visible()
    assert any(".geojson" in response.url for response in responses)


def test_a_report_without_scripts(live_site: Any, open_page: Any) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/")
    words = f"Đèn đường hỏng {uuid.uuid4().hex[:6]}"
    page.fill("#words", words)
    page.fill("#phone", "12")
    page.set_input_files("#photos", photo((10, 20, 30)))
    page.click("[data-send]")
    # The error stands beside the field and nothing typed is lost.
    assert page.locator("#error-phone").is_visible()
    assert page.input_value("#words") == words
    page.fill("#phone", "0900 000 001")
    page.click("[data-send]")
    assert re.fullmatch(r"[2-9A-Z]{4}(-[2-9A-Z]{4}){2}", page.locator(".code-large output").inner_text().strip())


# Both halves of a draft are in the browser's own stores: the words and the one photo.
DRAFT_IS_KEPT = """() => new Promise((resolve) => {
    const words = Object.keys(localStorage).some(
        (key) => key.startsWith('draft:') && localStorage.getItem(key).includes('Cây ngã')
    );
    const opening = indexedDB.open('opscenter-photos');
    opening.onerror = () => resolve(false);
    opening.onsuccess = () => {
        const store = opening.result.transaction('drafts').objectStore('drafts').getAll();
        store.onsuccess = () => { opening.result.close(); resolve(words && store.result.flat().length === 1); };
    };
})"""


def test_what_was_typed_and_chosen_survives_a_reload(open_page: Any) -> None:
    page = open_page(phone=True)
    page.goto("/")
    page.fill("#words", "Cây ngã chắn đường")
    page.set_input_files("#photos", photo((1, 2, 3)))
    expect(page.locator(".photo-list img")).to_have_count(1)
    page.wait_for_function(DRAFT_IS_KEPT)
    page.reload()
    expect(page.locator("#words")).to_have_value("Cây ngã chắn đường")
    expect(page.locator(".photo-list img")).to_have_count(1)


def test_a_report_sent_without_a_network_arrives_later(live_site: Any, open_page: Any) -> None:
    page = open_page(phone=True)
    page.goto("/")
    words = f"Ngập nước {uuid.uuid4().hex[:6]}"
    page.fill("#words", words)
    for _ in range(3):
        page.click("[data-next]")
    page.context.set_offline(True)
    page.click("[data-send]")
    expect(page.locator("#main")).to_contain_text("đã được giữ trên máy này", timeout=15_000)
    page.context.set_offline(False)
    expect(page.locator("#sent-later .code-line")).to_be_visible(timeout=30_000)
    expect(page.locator("#main")).not_to_contain_text("đã được giữ trên máy này")
    with live_site.orm():
        from incidents.records.models import ReportWords

        assert ReportWords.objects.filter(words=words).count() == 1


def test_the_browsers_back_goes_one_question_back(open_page: Any) -> None:
    page = open_page(phone=True)
    page.goto("/")
    page.fill("#words", "Ổ gà")
    page.click("[data-next]")
    page.click("[data-next]")
    expect(page.locator("[data-step=who]")).to_be_visible()
    page.go_back()
    expect(page.locator("[data-step=where]")).to_be_visible()
    page.go_back()
    expect(page.locator("[data-step=what]")).to_be_visible()
    expect(page.locator("#words")).to_have_value("Ổ gà")


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_everybody_can_use_the_citizens_pages(open_page: Any, phone: bool) -> None:
    page = open_page(phone=phone, bypass_csp=True)
    page.goto("/")
    assert violations(page) == []
    page.click("[data-next]")
    expect(page.locator("#words")).to_have_attribute("aria-invalid", "true")
    assert violations(page) == []
    page.fill("#words", "Ổ gà")
    page.click(".topics summary")
    assert violations(page) == []
    page.click("[data-next]")
    page.click("[data-map]")
    expect(page.locator(".leaflet-container")).to_be_visible()
    assert violations(page) == []
    page.click("[data-next]")
    assert violations(page) == []
    page.click("[data-next]")
    assert violations(page) == []
    page.click("[data-send]")
    expect(page.locator(".code-large")).to_be_visible()
    assert violations(page) == []
    for address in ("/tra-cuu/", "/tra-cuu/AAAA-AAAA-AAAA/", "/khong-co/", "/accounts/login/"):
        page.goto(address)
        assert violations(page) == [], address


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_everybody_can_use_the_pages_of_people_with_an_account(live_site: Any, open_page: Any, phone: bool) -> None:
    agency, _inside = ward(live_site)
    incident = given(live_site, agency, "Rác chất đống trước cổng trường")
    page = open_page(phone=phone, bypass_csp=True, signed_in_as=live_site.person("focal_point", agency=agency))
    page.goto("/inbox/")
    expect(card(page, incident)).to_be_visible()
    assert violations(page) == []
    card(page, incident).click()
    page.click('[data-act-box="return"] summary')
    assert violations(page) == []
    for address in ("/accounts/menu/", "/accounts/password/change/"):
        page.goto(address)
        assert violations(page) == [], address


def test_targets_are_large_enough_for_a_thumb(live_site: Any, open_page: Any) -> None:
    agency, _inside = ward(live_site)
    incident = given(live_site, agency, "Cống nghẹt")

    def small(page: Any) -> list[str]:
        """Buttons and links that are not part of a text, under 44 px high."""
        return page.evaluate(
            """() => [...document.querySelectorAll('a.button, a.btn, button, summary, .emergency a')]
                .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 43.5)
                .map((one) => one.outerHTML.slice(0, 120))"""
        )  # type: ignore[no-any-return]

    page = open_page(phone=True)
    page.goto("/")
    assert small(page) == []
    inbox = open_page(phone=True, signed_in_as=live_site.person("focal_point", agency=agency))
    inbox.goto("/inbox/")
    expect(card(inbox, incident)).to_be_visible()
    assert small(inbox) == []
    card(inbox, incident).click()
    expect(inbox.locator(".task-acts")).to_be_visible()
    assert small(inbox) == []


def test_an_inbox_by_keyboard_and_a_half_written_form_is_left_alone(live_site: Any, open_page: Any) -> None:
    agency, _inside = ward(live_site)
    incident = given(live_site, agency, "Đèn đường không sáng")
    person = live_site.person("focal_point", agency=agency)
    page = open_page(signed_in_as=person)
    page.goto("/inbox/")
    card(page, incident).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".task-code")).to_have_text(incident.code)
    page.locator('[data-act-box="return"] summary').focus()
    page.keyboard.press("Enter")
    expect(page.locator("#return-reason")).to_be_focused()
    page.keyboard.type("Đường này thuộc tỉnh")
    with live_site.orm():
        from incidents.dispatching import correcting
        from incidents.records.models import Category
        from realtime.change import change

        taker = live_site.person("call_taker")
        with change():
            correcting.set_category(incident_id=incident.pk, category=Category.objects.filter(group=3).last(), by=taker)
    # The new state is offered, not put under the hand.
    expect(page.locator("[data-newer]")).to_be_visible(timeout=10_000)
    assert page.input_value("#return-reason") == "Đường này thuộc tỉnh"
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"/inbox/$"))
    expect(card(page, incident)).to_be_focused()


def test_a_panel_read_anew_leaves_the_field_one_is_about_to_write_in(live_site: Any, open_page: Any) -> None:
    agency, _inside = ward(live_site)
    incident = given(live_site, agency, "Nắp cống mất")
    # The route below does not see what the service worker fetches.
    page = open_page(service_workers="block", signed_in_as=live_site.person("focal_point", agency=agency))
    held: list[Any] = []
    panels: list[str] = []

    def slow(route: Any) -> None:
        """The first panel at once; what is read anew because it was seen waits until the cursor is in the form."""
        if "x-panel" in route.request.headers:
            panels.append(route.request.url)
        if len(panels) < 2:
            route.continue_()
        else:
            held.append(route)

    page.route(re.compile(r"/inbox/assignment/\d+/$"), slow)
    page.goto("/inbox/")
    with page.expect_request(lambda asked: "x-panel" in asked.headers and len(panels) == 1):
        card(page, incident).focus()
        page.keyboard.press("Enter")
        expect(page.locator(".task-code")).to_have_text(incident.code)
    page.locator('[data-act-box="return"] summary').focus()
    page.keyboard.press("Enter")
    expect(page.locator("#return-reason")).to_be_focused()
    with page.expect_response(re.compile(r"/inbox/assignment/\d+/$")):
        held[0].continue_()
    expect(page.locator("[data-newer]")).to_be_visible()
    expect(page.locator("#return-reason")).to_be_focused()


def test_the_wall_lives_through_a_cut_and_loses_a_revoked_link(live_site: Any, open_page: Any) -> None:
    supervisor = live_site.person("supervisor")
    with live_site.orm():
        from incidents.wall.links import make
        from incidents.wall.models import Scene

        link, token = make(name="Thử", by=supervisor)
        # The map alone, whatever the clock says.
        Scene.objects.create(kind="map", seconds=60)
    page = open_page(viewport={"width": 1920, "height": 1080})
    page.goto(f"/wall/{token}/")
    sign = page.locator("#connection")
    expect(sign).to_have_attribute("data-state", "live")
    expect(page.locator("[data-figure=open]")).to_have_text(re.compile(r"^\d"))
    expect(page.locator(".wall-canvas canvas")).to_be_visible(timeout=20_000)
    page.context.set_offline(True)
    # Old figures are never drawn like fresh ones.
    expect(sign).to_have_attribute("data-state", "stale", timeout=15_000)
    expect(page.locator("body")).to_have_class(re.compile("is-stale"))
    page.context.set_offline(False)
    expect(sign).to_have_attribute("data-state", "live", timeout=40_000)
    managing = open_page(signed_in_as=supervisor)
    managing.goto("/wall/links/")
    row = managing.locator("tr", has_text="Thử").filter(has=managing.locator(f'form[action$="/{link.pk}/revoke/"]'))
    row.locator("summary").click()
    row.locator("button").click()
    expect(page.locator("[data-trouble]")).to_contain_text("không còn hiệu lực", timeout=15_000)


def test_a_day_is_played_again_by_keyboard(live_site: Any, open_page: Any) -> None:
    page = open_page(signed_in_as=live_site.person("leader"))
    page.goto("/map/replay/")
    expect(page.locator("body")).to_have_attribute("data-ready", "true")
    slider, clock, play = page.locator("#replay-at"), page.locator("#replay-clock"), page.locator("#replay-play")
    expect(clock).to_have_text("00:00")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(clock).to_have_text("00:01")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^00:01: nhận"))
    page.keyboard.press("Space")
    expect(play).to_have_attribute("aria-pressed", "true")
    expect(clock).not_to_have_text("00:01")
    page.keyboard.press("Space")
    expect(play).to_have_attribute("aria-pressed", "false")
