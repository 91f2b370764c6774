"""The pages of the territory in a real browser: borders drawn, axe clean, a learnt name taken back."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from tests.e2e.axe import violations


def test_an_administrator_looks_at_sets_and_takes_a_name_back(live_site: Any, open_page: Any) -> None:
    administrator = live_site.person("administrator")
    with live_site.orm():
        from django.utils import timezone

        from geo.index import territory
        from geo.learning import learn
        from realtime.change import change

        middle = territory().sets[0].plane
        with change():
            alias = learn(
                phrase="quán bà Bảy", label="", lon=middle.lon, lat=middle.lat, radius_m=60.0, exercise=0,
                by_id=administrator.pk, at=timezone.now(),
            )  # fmt: skip
        assert alias is not None
    page = open_page(signed_in_as=administrator)
    page.goto("/territory/")
    expect(page.locator("[data-set-map][data-ready]")).to_have_count(page.locator("[data-set-map]").count())
    expect(page.locator(".set-map path").first).to_be_attached()
    assert violations(page) == []
    for tab in ("/territory/lineage/", "/territory/places/", "/territory/names/"):
        page.click(f".rules-tabs a[href='{tab}']")
        expect(page.locator(f".rules-tabs a[href='{tab}']")).to_have_attribute("aria-current", "page")
        assert violations(page) == []
        if tab == "/territory/places/":
            # A place is put by pressing on the map.
            expect(page.locator("[data-place-map][data-ready]")).to_be_visible()
            page.locator("[data-place-map]").click()
            expect(page.locator("[name=lat]")).not_to_have_value("")
            page.fill("[name=name]", "Chợ Tưởng Tượng")
            page.locator(".place-form button[type=submit]").click()
            expect(page.get_by_role("status").filter(has_text="Chợ Tưởng Tượng")).to_be_visible()
            assert violations(page) == []
    page.get_by_role("button", name=re.compile("quán bà Bảy")).click()
    expect(page.get_by_role("status").filter(has_text="quán bà Bảy")).to_be_visible()
    with live_site.orm():
        alias.refresh_from_db()
        assert alias.revoked_by_id == administrator.pk


def test_the_pages_fit_a_phone(live_site: Any, open_page: Any) -> None:
    page = open_page(signed_in_as=live_site.person("supervisor"), phone=True)
    for address in ("/territory/", "/territory/lineage/"):
        page.goto(address)
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
