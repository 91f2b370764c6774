"""The citizens' pages as an app: they open without a network, what is written there waits and is sent, and the device
keeps a list of what it reported."""

from __future__ import annotations

import json
import uuid
from typing import Any

from playwright.sync_api import expect

from tests.e2e.axe import violations
from tests.e2e.test_talking import look


def test_a_report_written_without_a_network_is_sent_and_listed(live_site: Any, open_page: Any) -> None:
    mark = uuid.uuid4().hex[:8]
    page = open_page(phone=True)
    page.goto("/")
    # The worker rules the page once it has kept what it needs.
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    page.context.set_offline(True)
    page.goto("/")
    expect(page.locator("#words")).to_be_visible()
    page.locator("#words").fill(f"Ổ gà trước cổng chợ {mark}")
    for _step in range(3):
        page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_role("button", name="Gửi phản ánh").click()
    expect(page.locator("#outbox")).to_contain_text("đang chờ gửi", timeout=15_000)
    page.context.set_offline(False)
    code = page.locator("#sent-later .code-line")
    expect(code).to_be_visible(timeout=30_000)
    sent = code.inner_text()

    page.get_by_role("link", name="Phản ánh của tôi").click()
    expect(page.locator(".mine-row")).to_contain_text(sent)
    expect(page.locator(".mine-state")).not_to_be_empty()
    look(page, "mine")
    assert violations(page) == []
    page.locator(".mine-row .code-line").click()
    expect(page.locator("#add-title")).to_be_visible()
    look(page, "track-add")

    with live_site.orm():
        from incidents.records.models import Report

        assert Report.objects.get(tracking_code=sent).text.words.endswith(mark)


def test_a_browser_can_install_it(live_site: Any, open_page: Any) -> None:
    page = open_page()
    page.goto("/")
    href = page.locator('link[rel="manifest"]').get_attribute("href")
    answer = page.request.get(href)
    manifest = json.loads(answer.text())
    assert (manifest["display"], manifest["start_url"], manifest["scope"]) == ("standalone", "/", "/")
    for icon in manifest["icons"]:
        assert page.request.get(icon["src"]).headers["content-type"] == "image/png"
    # Its script tells what to keep, and every file of that is there.
    script = page.request.get("/sw.js")
    shell = json.loads(script.text().split("self.SHELL = ", 1)[1].split(";\n", 1)[0])
    for file in shell["assets"]:
        assert page.request.get(file).ok, file
