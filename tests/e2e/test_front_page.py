"""The first thing anybody sees, on a desk and on a phone, on both databases."""

from typing import Any

import pytest


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_the_portal_opens_in_vietnamese(live_site: Any, open_page: Any, phone: bool) -> None:
    page = open_page(phone=phone)
    answer = page.goto("/")
    assert answer.status == 200
    assert page.locator("html").get_attribute("lang") == "vi"
    page.locator("main").wait_for()
    # Nothing sticks out sideways.
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")


def test_somebody_signed_in_is_known(live_site: Any, open_page: Any) -> None:
    page = open_page(signed_in_as=live_site.person("call_taker"))
    page.goto("/start/")
    assert "/accounts/login" not in page.url


def test_a_request_to_another_host_is_caught(live_site: Any, open_page: Any) -> None:
    page = open_page()
    page.goto("/")
    page.evaluate("() => fetch('http://127.0.0.2:9/').catch(() => null)")
    found, open_page.wrong[:] = list(open_page.wrong), []
    assert any("127.0.0.2" in entry for entry in found)
