"""The agencies' site has its own host: its own cookies, nothing of the citizens' or the room's pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from opscenter.accounts.pages import menu_of
from tests.cast import Cast
from tests.cast import cast as cast
from tests.intake.world import world as world

HOST = "1022xuly.thu.example"


@pytest.fixture
def two_sites(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "AGENCY_HOST", HOST)
    monkeypatch.setattr(settings, "AGENCY_URL", f"https://{HOST}")
    monkeypatch.setattr(settings, "ALLOWED_HOSTS", ["testserver", HOST])


@pytest.mark.usefixtures("two_sites")
def test_each_site_has_its_own_pages(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.focal_point)

    def at(host: str, path: str) -> Any:
        return client.get(path, headers={"Host": host})

    assert at(HOST, "/")["Location"] == "/inbox/"
    assert at(HOST.upper() + ":8443", "/room/").status_code == 404
    assert at(HOST, "/inbox/").status_code == 200
    assert at(HOST, "/inbox/worker.js").status_code in {200, 404}
    for path in ("/room/", "/wall/", "/admin/", "/tra-cuu/", "/open311/v2/services.json"):
        assert at(HOST, path).status_code == 404, path
    # The first site sends people of agencies over; what they send by mistake is not lost on the way.
    assert at("testserver", "/inbox/?x=1")["Location"] == f"https://{HOST}/inbox/?x=1"
    assert at("testserver", "/").status_code == 200


@pytest.mark.usefixtures("two_sites")
def test_what_their_menu_leads_to_is_there(cast: Cast) -> None:
    """And so is the page of each of their roles."""
    for person in (cast.focal_point, cast.handler, cast.dispatcher, cast.crew):
        client = Client(headers={"Host": HOST})
        client.force_login(person)
        pages = [address for _name, lines in menu_of(person) for address, _label in lines]
        assert pages
        assert client.post("/push/device").status_code != 404
        for page in {*pages, client.get("/start/")["Location"], "/accounts/menu/"}:
            assert client.get(page).status_code == 200, (person.role, page)


@pytest.mark.usefixtures("two_sites")
def test_cookies_belong_to_one_host(cast: Cast) -> None:
    assert settings.SESSION_COOKIE_DOMAIN is None
    assert settings.CSRF_COOKIE_DOMAIN is None


def test_without_the_setting_there_is_one_site(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.focal_point)
    assert client.get("/inbox/").status_code == 200
    assert client.get("/").status_code == 200
