"""In a real browser: a face is covered before anybody outside sees the photo, extra questions stay within the keys of a
call, and W takes back an automatic answer."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from playwright.sync_api import expect

from tests.e2e.axe import violations
from tests.e2e.test_calls import MOST_KEYS
from tests.e2e.test_room import enter, mark, report
from tests.e2e.test_talking import look
from tests.e2e.test_whole_path import row, ward
from tests.intake.world import picture, upload


def test_a_photo_is_covered_by_mouse_and_keys_before_it_is_seen_outside(live_site: Any, open_page: Any) -> None:
    _, inside = ward(live_site)
    with live_site.orm():
        from incidents.intake.take import take_report
        from incidents.records.models import Source

        taken = take_report(
            source=Source.WEB,
            source_id=uuid.uuid4().hex,
            words=f"Ổ gà lớn {mark()}",
            point=inside,
            photos=[upload(picture(size=(800, 600)))],
        )
        photo = taken.incident.photos.get()
    citizen = open_page(phone=True)
    citizen.goto(f"/tra-cuu/{taken.report.tracking_code}/")
    expect(citizen.locator(".timeline")).to_be_visible()
    expect(citizen.locator(".answer-photos")).to_have_count(0)

    page = open_page(signed_in_as=live_site.person("call_taker"), bypass_csp=True)
    enter(page)
    row(page, taken.incident).click()
    page.locator("#panel").get_by_role("link", name="Chưa công khai").click()
    stage = page.locator("svg[data-redact]")
    expect(stage).to_be_visible()
    # By mouse: a box over the upper left.
    box = stage.bounding_box()
    page.mouse.move(box["x"] + 4, box["y"] + 4)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.3, steps=4)
    page.mouse.up()
    expect(page.locator(".redact-box")).to_have_count(1)
    # By keys alone: another one, moved, made larger; one step back.
    page.keyboard.press("n")
    second = page.locator(".redact-box").nth(1)
    expect(second).to_be_focused()
    before = second.get_attribute("x")
    page.keyboard.press("ArrowRight")
    assert second.get_attribute("x") != before
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Delete")
    expect(page.locator(".redact-box")).to_have_count(1)
    page.keyboard.press("Control+z")
    expect(page.locator(".redact-box")).to_have_count(2)
    assert violations(page) == []
    look(page, "redact")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".redact-outside")).to_be_visible()
    expect(page.locator(".redact-history li")).to_have_count(1)
    look(page, "redact-saved")

    citizen.reload()
    shown = citizen.locator(".answer-photos img")
    expect(shown).to_be_visible()
    look(citizen, "redact-citizen")
    page.get_by_role("button", name="Hoàn tác lần cuối").click()
    expect(page.locator(".redact-history li")).to_have_count(2)
    citizen.reload()
    expect(shown).to_have_count(0)
    with live_site.orm():
        from incidents.records.models import Redaction

        rows = list(Redaction.objects.filter(photo=photo).order_by("number"))
        assert [(len(one.boxes), one.is_public) for one in rows] == [(2, True), (0, False)]


def test_extra_questions_stay_within_the_keys_of_a_call(live_site: Any, open_page: Any) -> None:
    ward(live_site)
    page = enter(open_page(signed_in_as=live_site.person("call_taker"), bypass_csp=True))
    page.evaluate(
        """() => { window.keys = [];
        addEventListener('keydown', (event) => window.keys.push(event.key), {capture: true}) }"""
    )
    words = f"Đường ngập sâu quá {mark()}"
    page.keyboard.press("n")
    expect(page.locator("#call-words")).to_be_focused()
    page.keyboard.insert_text(words)
    asked = page.locator('[data-questions-of="flood"]')
    expect(asked).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.insert_text("phường Phú Lợi")
    expect(page.locator("#call-places [role=option]").first).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator("#q-flood-depth")).to_be_focused()
    page.keyboard.press("2")
    expect(page.locator("#q-flood-depth")).to_have_value("knee")
    expect(page.locator("#q-flood-passable")).to_be_focused()
    look(page, "call-questions")
    assert violations(page) == []
    page.keyboard.press("Control+Enter")
    expect(page.locator("#call")).to_be_hidden()
    assert len(page.evaluate("() => window.keys")) <= MOST_KEYS
    with live_site.orm():
        from incidents.records.models import Report

        saved = Report.objects.select_related("incident").get(text__words=words)
        assert saved.door_data["attributes"] == {"depth": ["knee"]}
    row(page, saved.incident).click()
    expect(page.locator("#panel .answered")).to_contain_text("Tới đầu gối")
    look(page, "panel-questions")


def test_the_citizen_is_asked_for_the_topic_and_may_speak_for_somebody(live_site: Any, open_page: Any) -> None:
    page = open_page(phone=True, bypass_csp=True)
    page.goto("/")
    words = f"Nước ngập đầu gối {mark()}"
    page.locator("#words").fill(words)
    expect(page.locator(".extra-questions").first).to_be_hidden()
    page.locator("#topic-title").click()
    page.locator('label:has(input[name=category][value="flood"])').click()
    page.locator("#q-flood-depth").select_option("knee")
    assert violations(page) == []
    look(page, "portal-questions")
    page.get_by_role("button", name="Tiếp").click()
    page.locator("#address").fill("Phường Phú Lợi")
    page.get_by_role("button", name="Tiếp").click()
    page.get_by_text("Không nêu tên").click()
    expect(page.locator("#phone")).to_be_hidden()
    look(page, "portal-anonymous")
    page.get_by_text("Thay cho người khác").click()
    page.locator("#on-behalf-of").fill("Cụ hàng xóm")
    assert violations(page) == []
    look(page, "portal-behalf")
    page.get_by_role("button", name="Tiếp").click()
    expect(page.locator("[data-review]")).to_contain_text("thay cho Cụ hàng xóm")
    page.get_by_role("button", name="Gửi phản ánh").click()
    expect(page.locator(".timeline")).to_be_visible()
    with live_site.orm():
        from incidents.records.models import Report

        saved = Report.objects.select_related("reporter").get(text__words=words)
        assert saved.door_data["attributes"] == {"depth": ["knee"]}
        assert saved.reporter.on_behalf_of == "Cụ hàng xóm"


def test_w_takes_back_an_automatic_answer(live_site: Any, open_page: Any) -> None:
    agency, _inside = ward(live_site)
    incident = report(live_site, f"Làm lại sổ đỏ ở đâu {mark()}")
    with live_site.orm():
        from django.utils import timezone

        from incidents.knowledge import quoting, writing
        from incidents.knowledge.models import LegalDocument
        from realtime.change import change

        law = LegalDocument.objects.create(number=mark(), title="Luật Thử", in_force_from=dt.date(2019, 1, 1))
        start = dt.date(2019, 1, 1)
        with change():
            draft = writing.Draft(question=f"Sổ đỏ {mark()}?", text="Tại phường.", valid_from=start, bases=[(law, "1")])
            version = writing.approve(version_id=writing.write(draft=draft, owner=agency, by=None).pk, by=None)
        with change():
            quoting.quote(version=version, report=incident.reports.get(), by=None, since=timezone.now(), confidence=0.9)
    page = enter(open_page(signed_in_as=live_site.person("call_taker")))
    row(page, incident).click()
    given = page.locator("#panel .quote-given")
    expect(given).to_be_visible()
    expect(given).not_to_contain_text("đã đánh dấu sai")
    page.locator("#panel").focus()
    page.keyboard.press("w")
    expect(given.get_by_role("button")).to_have_count(0)
    with live_site.orm():
        from incidents.knowledge.models import Quote

        assert Quote.objects.get(version=version).wrong_at is not None
