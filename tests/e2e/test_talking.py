"""A citizen and a call-taker talk: the chat on the citizen's page, the conversation in the room, the rating."""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from tests.e2e.axe import violations


def look(page: Any, name: str) -> None:
    """A picture for the eye, where OPSCENTER_SHOTS names a folder."""
    if folder := os.environ.get("OPSCENTER_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def test_a_chat_from_the_first_word_to_the_rating(live_site: Any, open_page: Any) -> None:
    mark = uuid.uuid4().hex[:8]
    taker = open_page(signed_in_as=live_site.person("call_taker"))
    taker.goto("/room/")
    expect(taker.locator('#connection[data-state="live"]')).to_be_visible()

    citizen = open_page(phone=True)
    citizen.goto("/")
    citizen.get_by_role("button", name="Trò chuyện với tổng đài").click()
    words = citizen.locator("#chat-words")
    expect(words).to_be_focused()
    assert violations(citizen) == []
    look(citizen, "chat-empty")
    words.fill(f"Làm lại sổ đỏ bị mất thì nộp ở đâu {mark}")
    words.press("Enter")
    expect(citizen.locator(".chat-mine:not(.chat-unsent)")).to_contain_text(mark)

    # It stands first in the queue, among those who wait.
    row = taker.locator('[data-section="talk"] .row-item', has_text=mark)
    expect(row).to_be_visible(timeout=10_000)
    row.locator("a").click()
    panel = taker.locator("#panel")
    expect(panel.locator(".talk")).to_be_visible()
    taker.keyboard.press("Escape")
    row.locator("a").click()
    field = panel.locator('form[data-form="reply"] textarea')
    expect(field).to_be_visible()
    field.fill("Ông/bà nộp tại bộ phận một cửa của phường ạ.")
    look(taker, "talk-room")
    field.press("Control+Enter")
    expect(panel.locator(".said-out")).to_contain_text("một cửa")
    # Nothing moves under the hand: the row leaves the section once the hand has left the list.
    field.hover()
    expect(taker.locator('[data-section="talk"] .row-item', has_text=mark)).to_have_count(0)

    expect(citizen.locator(".chat-theirs")).to_contain_text("một cửa", timeout=10_000)
    # The chat goes on after a reload.
    citizen.reload()
    citizen.get_by_role("button", name="Trò chuyện với tổng đài").click()
    expect(citizen.locator(".chat-mine")).to_contain_text(mark)
    citizen.locator("#chat-words").fill("Cần mang giấy tờ gì?")
    citizen.get_by_role("button", name="Gửi", exact=True).click()
    expect(panel.locator(".said-in")).to_contain_text("giấy tờ gì", timeout=10_000)
    look(taker, "talk-room-2")
    look(citizen, "chat-going")

    # The hotline answers and closes; the chat says so and leads to the report's page.
    panel.locator("#form-answer > summary").click()
    panel.locator("#answer").fill("Mang đơn đề nghị và giấy tờ tùy thân.")
    panel.locator("#answer").press("Control+Enter")
    expect(citizen.locator(".chat-note")).to_contain_text("giấy tờ tùy thân", timeout=10_000)
    look(citizen, "chat-ended")
    citizen.locator(".chat-note a").click()
    expect(citizen.locator("#rate-title")).to_be_visible()
    assert violations(citizen) == []
    look(citizen, "track-rate")
    citizen.locator("#rate-words").fill("Phường nói chưa nhận hồ sơ")
    citizen.get_by_role("button", name="Chưa, xin xem lại").click()
    expect(taker.locator('[data-section="talk"] .row-item', has_text=mark)).to_be_visible(timeout=10_000)
    expect(citizen.locator("#add-title")).to_be_visible(timeout=10_000)
