"""The map in one file opens without a network, and holds no name that could be read as code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override
from playwright.sync_api import sync_playwright

from geo.models import Area
from incidents.figures.asking import Asked
from incidents.figures.counting import Selection
from incidents.figures.maps import page
from incidents.figures.telling import tell
from tests.figures.history import Past
from tests.harness.chromium import launch

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_opens_without_a_network(past: Past, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Area.objects.filter(code="90001").update(name="Phường <img src=x onerror=alert(1)>")
    from geo import index

    monkeypatch.setattr(index, "_held", None)
    with override("vi"):
        html = page(tell(Asked(past.first, past.last, "invented", Selection()), past.at))
    assert not re.search(r"<(?:script|link|img)[^>]*https?:", html)
    file = tmp_path / "map.html"
    file.write_text(html, encoding="utf-8")
    asked: list[str] = []
    wrong: list[str] = []
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        browser = launch(playwright)
        tab: Any = browser.new_page()
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.on("dialog", lambda dialog: wrong.append(dialog.message))
        tab.goto(file.as_uri())
        tab.wait_for_selector(".leaflet-overlay-pane path")
        tab.wait_for_selector(".leaflet-heatmap-layer")
        labels = tab.locator(".leaflet-control-layers-overlays label")
        assert [text.strip() for text in labels.all_inner_texts()] == [
            "Tiếp nhận theo phường, xã", "Theo thời gian", "Mật độ",
        ]  # fmt: skip
        # What it is about, and what the colours mean, lies over no control.
        told, controls = (tab.locator(where).bounding_box() for where in ("body > p", ".leaflet-control-layers"))
        assert told["y"] > controls["y"] + controls["height"]
        assert tab.locator("body > p").inner_text().split()[-1].isdecimal()
        labels.nth(1).click()
        slider = tab.locator("input[type=range]")
        slider.wait_for(state="visible")
        before = tab.locator("output").inner_text()
        slider.evaluate("(one) => { one.value = one.max; one.dispatchEvent(new Event('input')) }")
        assert tab.locator("output").inner_text() != before
        tab.locator(".leaflet-overlay-pane path").first.hover(force=True)
        browser.close()
    assert wrong == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
