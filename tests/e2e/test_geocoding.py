"""What the outside geocoder proposed, in a real browser: one button puts the pin."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.e2e.axe import violations
from tests.e2e.test_room import enter, mark, report
from tests.e2e.test_whole_path import row, ward


def test_one_button_puts_the_proposed_pin(live_site: Any, open_page: Any) -> None:
    _, inside = ward(live_site)
    incident = report(live_site, f"Ổ gà to quá {mark()}")
    with live_site.orm():
        from django.contrib.gis.geos import Point

        from incidents.geocoding.models import Proposal

        Proposal.objects.create(
            incident_id=incident.pk,
            state="proposed",
            source="nominatim",
            point=Point(*inside, srid=4326),
            radius_m=40.0,
            label="12/5 Đường Nguyễn Văn Mẫu",
        )
    page = open_page(signed_in_as=live_site.person("call_taker"), bypass_csp=True)
    enter(page)
    row(page, incident).click()
    proposal = page.get_by_role("group", name="Đề xuất từ bộ định vị ngoài")
    expect(proposal).to_contain_text("12/5 Đường Nguyễn Văn Mẫu")
    assert violations(page) == []
    proposal.get_by_role("button", name="Đặt ghim tại đó").click()
    expect(proposal).to_have_count(0)
    expect(page.locator("#panel section:has(#place-title)")).to_contain_text("12/5 Đường Nguyễn Văn Mẫu")
    with live_site.orm():
        incident.refresh_from_db()
        assert incident.place_trace["by"] == "person"
        assert incident.ward_code
