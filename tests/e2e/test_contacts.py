"""An agency's contact handles an assignment on a phone by its link alone; the room sees who can be reached."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.axe import violations
from tests.harness.fixtures import LiveSite


@pytest.fixture
def given(live_site: LiveSite) -> Any:
    """An assignment of a ward with a contact point, and the link in its message."""
    from django.conf import settings

    from incidents.contacts import links
    from incidents.dispatching.assigning import assign
    from incidents.intake.take import take_report
    from opscenter.accounts.models import Agency, ContactPoint
    from realtime.change import change

    taker = live_site.person("call_taker")
    with live_site.orm():
        agency = Agency.objects.filter(kind="commune").exclude(area_code="").order_by("pk").first()
        assert agency is not None
        contact, _new = ContactPoint.objects.get_or_create(agency=agency, kind="sms", address="0900000021")
        taken = take_report(
            source="phone",
            source_id=f"contacts-{taker.pk}",
            words="Ổ gà to trước số 12/5, gọi tôi 0900 000 001",
            taken_by=taker,
        )
        with change():
            (assignment,) = assign(incident_id=taken.incident.pk, lead=agency, by=taker)
            address = links.make(assignment=assignment, contact_point=contact)
    return taker, assignment, address.removeprefix(settings.PUBLIC_URL)


def test_a_contact_accepts_and_reports_by_links(live_site: LiveSite, open_page: Any, given: Any) -> None:

    from incidents.delivery.models import Delivery

    _taker, assignment, path = given
    page = open_page(phone=True)
    page.goto(path)
    page.get_by_role("heading", name="Việc").wait_for()
    assert page.get_by_text("Ổ gà to trước số 12/5").is_visible()
    assert "0900 000 001" not in page.content()
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert violations(page) == []
    page.get_by_role("button", name="Nhận").click()
    page.get_by_role("heading", name="Đã ghi nhận").wait_for()
    with live_site.orm():
        body = Delivery.objects.filter(kind="noted", assignment=assignment).latest("pk").body
    page.goto("/viec/" + body.partition("/viec/")[2].split()[0])
    page.get_by_label("Đã làm gì").fill("Đã vá xong")
    page.get_by_role("button", name="Xong, gửi kết quả").click()
    page.get_by_role("heading", name="Đã ghi nhận").wait_for()
    with live_site.orm():
        assignment.refresh_from_db()
    assert assignment.state == "result_given"


def test_the_board_shows_who_can_be_reached(live_site: LiveSite, open_page: Any, given: Any) -> None:

    page = open_page(signed_in_as=given[0])
    page.goto("/lien-lac/")
    page.get_by_role("heading", name="Liên lạc với cơ quan").wait_for()
    assert page.locator(".reach-map path").count() > 30
    row = page.locator(".reach-agency", has_text="0900000021")
    row.locator("li", has_text="0900000021").get_by_role("button", name="Đã gọi được").click()
    page.get_by_text("Đã ghi nhận: có người trực.").wait_for()
    assert violations(page) == []
