"""Fixtures that start the application as real processes, and a real browser.

    def test_something(live_site, open_page):        on PostGIS + Redis with two web processes behind nginx
        taker = live_site.person("call_taker")
        page = open_page(signed_in_as=taker)
        page.goto("/room/")

Marked `main_path`, the same test runs once more on SpatiaLite with one web process, as `make run` starts it.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.harness.chromium import launch
from tests.harness.processes import free_port
from tests.harness.topology import Topology

# A browser maker's push service, where a test starts one (tests/delivery/push_service.py).
PUSH_SERVICE = f"http://127.0.0.1:{free_port()}"
# What the doors of partners need before they open. The key is of these tests alone.
DOORS = {
    "OPSCENTER_PUSH_PRIVATE_KEY": "A" * 42 + "E",
    "OPSCENTER_PUSH_HOSTS": PUSH_SERVICE,
    "OPSCENTER_ZALO_APP_ID": "1022",
    "OPSCENTER_ZALO_OA_SECRET": "a secret of tests",
    "OPSCENTER_PHONE_SECRET": "a secret of tests",
}


class LiveSite:
    """A running site, and people for it."""

    _numbers = itertools.count(1)

    def __init__(self, topology: Topology, unblock: Callable[[], contextlib.AbstractContextManager[None]]) -> None:
        self.topology, self._unblock = topology, unblock
        self.address, self.kind = topology.address, topology.database

    @contextlib.contextmanager
    def orm(self) -> Iterator[None]:
        """This process's ORM, keys and media folder are the site's inside the block; changes reach its screens."""
        from django.test import override_settings

        own = {
            "SECRET_KEY": self.topology.env["OPSCENTER_SECRET_KEY"],
            "DATA_DIR": self.topology.data_dir,
            "MEDIA_ROOT": self.topology.data_dir / "media",
        }
        with self._unblock(), self.topology.orm(), override_settings(**own):
            yield

    def person(self, role: str, **fields: Any) -> Any:
        """Somebody with an account and the password "a long password". Give `agency` (and `handling_unit`) as rows."""
        from opscenter.accounts.models import Person

        number = next(self._numbers)
        fields = {"username": f"{role}{number}", "full_name": f"Người thử {number}", **fields}
        with self.orm():
            return Person.objects.create_user(password="a long password", role=role, **fields)

    def session_cookie(self, person: Any) -> dict[str, str]:
        """A cookie, in Playwright's form, that signs this person in without the form."""
        from django.conf import settings
        from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
        from django.contrib.sessions.backends.db import SessionStore

        with self.orm():
            store = SessionStore()
            store[SESSION_KEY] = str(person.pk)
            store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
            store[HASH_SESSION_KEY] = person.get_session_auth_hash()
            store.create()
        return {"name": settings.SESSION_COOKIE_NAME, "value": str(store.session_key), "url": self.address}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "live_site" in metafunc.fixturenames:
        both = metafunc.definition.get_closest_marker("main_path") is not None
        kinds = ["postgis", "spatialite"] if both else ["postgis"]
        metafunc.parametrize("live_site", kinds, indirect=True, scope="session")


@pytest.fixture(scope="session")
def sites(django_db_blocker: Any) -> Iterator[Callable[[str], LiveSite]]:
    """The sites of this process, each started when it is first asked for and kept: a start takes half a minute, and
    files with tests on both databases would start one after the other again and again."""
    started: dict[str, LiveSite] = {}
    with contextlib.ExitStack() as ends:

        def site(database: str) -> LiveSite:
            if database not in started:
                # Not pytest's own temporary folder: the database server's user could not enter it.
                folder = tempfile.TemporaryDirectory(prefix="opscenter-site-", ignore_cleanup_errors=True)
                name = Path(ends.enter_context(folder)) / "site"
                topology = ends.enter_context(Topology(name, database=database, env=DOORS))
                started[database] = LiveSite(topology, django_db_blocker.unblock)
            return started[database]

        yield site


@pytest.fixture(scope="session")
def live_site(request: pytest.FixtureRequest, sites: Callable[[str], LiveSite]) -> LiveSite:
    """The site on the database of this round. One start serves all tests: make your own people and incidents."""
    return sites(request.param)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """The browser, for the whole run."""
    from playwright.sync_api import expect, sync_playwright

    # As long as pages wait for anything else: the machine may be busy.
    expect.set_options(timeout=15_000)

    # Playwright's synchronous interface keeps a loop running in this thread; the ORM is used beside it, not in it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        started = launch(playwright)
        yield started
        started.close()


class Visitors:
    """Opens pages, each in a browser profile of its own; what a page did wrong is kept for the test's end."""

    def __init__(self, browser: Any, site: LiveSite, folder: Path) -> None:
        self.browser, self.site, self.folder = browser, site, folder
        self.contexts: list[Any] = []
        self.wrong: list[str] = []

    def __call__(self, *, signed_in_as: Any = None, phone: bool = False, **options: Any) -> Any:
        """A new page. `options` are those of Playwright's new_context; `phone` is a small touch screen."""
        size = {"width": 390, "height": 844} if phone else {"width": 1440, "height": 900}
        context = self.browser.new_context(
            # Every frame of an animation is drawn without a graphics card: as somebody who asked for none.
            **{"base_url": self.site.address, "locale": "vi-VN", "timezone_id": "Asia/Ho_Chi_Minh", "viewport": size,
               "has_touch": phone, "is_mobile": phone, "reduced_motion": "reduce", **options}
        )  # fmt: skip
        context.set_default_timeout(15_000)
        if signed_in_as is not None:
            context.add_cookies([self.site.session_cookie(signed_in_as)])
        context.on("request", self._left)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.wrong.append(f"script error: {error.error}"))
        self.contexts.append(context)
        return context.new_page()

    def _left(self, request: Any) -> None:
        if not request.url.startswith(
            (self.site.address, "data:", "blob:", "about:", self.site.address.replace("http", "ws", 1))
        ):
            self.wrong.append(f"a request left: {request.url}")

    def _console(self, entry: Any) -> None:
        # A refused load is not always an error of the page, but always one of its policy.
        if "Content Security Policy" in entry.text or "Content-Security-Policy" in entry.text:
            self.wrong.append(f"policy: {entry.text}")


@pytest.fixture
def open_page(browser: Any, live_site: LiveSite, tmp_path: Path) -> Iterator[Visitors]:
    """Opens pages as people. At the end it fails when a page raised, broke the policy, or asked another host."""
    visitors = Visitors(browser, live_site, tmp_path)
    yield visitors
    for context in visitors.contexts:
        context.close()
    assert visitors.wrong == []
