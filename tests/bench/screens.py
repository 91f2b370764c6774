"""From an act to what is drawn of it: another call-taker's queue, and the inbox of the agency that is given the work.

The site is the usual one (PostGIS, Redis, two web processes behind nginx) and the screens are in a real Chromium on the
cores of this machine. A dispatch is posted as the room posts it; both pages write down when their line of the incident
is another one (a frame of the browser after the change of the document). Beside it the way to the plain socket of a
reader that draws nothing: the difference is what the screens themselves take.
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import django
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.bench.emergencies import _cookie, _post
from tests.bench.lines import Line
from tests.harness.topology import Topology

# Writes down, by the browser's clock, when something of this incident was drawn last: a frame after the document.
_WATCH = """
(where) => {
  window.drawn = {};
  const look = (changes) => {
    const ids = new Set();
    for (const change of changes) {
      for (const node of [change.target, ...change.addedNodes]) {
        const element = node instanceof Element ? node : node.parentElement;
        if (element === null) continue;
        const line = element.closest("[data-id]");
        if (line !== null) ids.add(line.dataset.id);
        if (node === change.target) continue;
        for (const one of element.querySelectorAll("[data-id]")) ids.add(one.dataset.id);
      }
    }
    requestAnimationFrame(() => { for (const id of ids) window.drawn[id] ??= Date.now(); });
  };
  new MutationObserver(look).observe(document.querySelector(where), {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["class", "data-state"],
  });
}
"""


def measure(small: bool) -> list[Line]:
    """Some two minutes; `small`: half of it, most of which is the start."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opscenter.settings")
    os.environ.setdefault("OPSCENTER_MODE", "development")
    # Playwright's synchronous interface keeps a loop running in this thread; the ORM is used beside it, not in it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    django.setup()
    with (
        tempfile.TemporaryDirectory(prefix="opscenter-bench-", ignore_cleanup_errors=True) as name,
        Topology(Path(name) / "site", database="postgis") as site,
    ):
        scene = _prepare(site, 10 if small else 60)
        times = _timed(site, scene)
    lines = []
    sockets = times["socket"]
    for where, named in (("room", "another call-taker's queue"), ("inbox", "the agency's inbox")):
        for share, label in ((0.5, "p50"), (0.99, "p99")):
            base = _rank(sockets, share)
            lines.append(
                Line(f"a dispatch to {named}, drawn, {label}", _rank(times[where], share), "ms",
                     f"to a reader's socket, {label}", base)
            )  # fmt: skip
        lines.append(
            Line(f"a dispatch to {named}, drawn, worst", max(times[where]), "ms", ceiling=1000, aim=True)
        )  # fmt: skip
    return lines


def _rank(values: list[float], share: float) -> float:
    return statistics.median(values) if share == 0.5 else sorted(values)[min(len(values) - 1, int(len(values) * share))]


def _prepare(site: Topology, count: int) -> dict[str, Any]:
    from django.contrib.gis.geos import Point
    from django.test import override_settings
    from django.utils import timezone

    from geo.models import Area, AreaSet
    from incidents.records.editing import open_incident
    from incidents.records.history import HistoryKind, append
    from incidents.records.models import Category, Incident, Report, ReportWords
    from opscenter.accounts.models import Agency, Person
    from realtime.change import change

    with site.orm(), override_settings(SECRET_KEY=site.env["OPSCENTER_SECRET_KEY"]):
        agency = Agency.objects.in_force(timezone.localdate()).filter(kind="commune").order_by("pk").first()
        assert agency is not None
        generation = AreaSet.objects.get(name=agency.area_set).current_id
        area = Area.objects.get(generation=generation, level="ward", code=agency.area_code)
        inside: Any = area.geometry.point_on_surface
        category = Category.objects.filter(group=3, is_complaint=False).order_by("pk").first()
        people = {
            name: Person.objects.create_user(
                username=f"bench-{name}", full_name=name, password="a long password", role=role, agency=of
            )
            for name, role, of in (
                ("taker", "call_taker", None), ("watcher", "call_taker", None), ("focal", "focal_point", agency),
            )
        }  # fmt: skip
        made = []
        for number in range(count):
            with change() as c:
                incident = open_incident(
                    source="phone", summary=f"Ổ gà {number}", received_at=c.at, category=category, group=3,
                    category_trace={"by": "person"}, place_trace={"by": "person", "outcome": "located"},
                    area_set=agency.area_set, ward_code=agency.area_code,
                    point=Point(inside.x, inside.y, srid=4326), radius_m=25.0,
                )  # fmt: skip
                report = Report.objects.create(
                    incident=incident, source="phone", source_id=f"bench-{number}", received_at=c.at, next_step="",
                    next_step_at=c.at,
                )  # fmt: skip
                ReportWords.objects.create(report=report, words=f"Ổ gà {number}")
                append(incident, HistoryKind.RECEIVED, by=None)
            version = Incident.objects.values_list("version", flat=True).get(pk=incident.pk)
            made.append((incident.pk, incident.code, version))
        cookies = {name: _cookie(site, person) for name, person in people.items()}
    return {"agency": agency.pk, "incidents": made, "cookies": cookies}


def _timed(site: Topology, scene: dict[str, Any]) -> dict[str, list[float]]:
    """For each dispatch how long until the socket heard it, and until each screen had drawn it; milliseconds."""
    from playwright.sync_api import sync_playwright

    from tests.harness.chromium import launch

    heard: dict[int, float] = {}
    _Reader(site, scene["cookies"]["watcher"], heard).start()
    times: dict[str, list[float]] = {"socket": [], "room": [], "inbox": []}
    with sync_playwright() as playwright:
        browser = launch(playwright)

        def opened(person: str, address: str, where: str) -> Any:
            context = browser.new_context(
                base_url=site.address, locale="vi-VN", viewport={"width": 1440, "height": 900}
            )
            name, _, value = scene["cookies"][person].partition("=")
            context.add_cookies([{"name": name, "value": value, "url": site.address}])
            page = context.new_page()
            page.goto(address)
            page.wait_for_selector(where, state="attached")
            page.wait_for_timeout(3000)
            page.evaluate(_WATCH, where)
            return page

        pages = {"room": opened("watcher", "/room/", "#queue"), "inbox": opened("focal", "/inbox/", "[data-cards]")}
        keys = {"room": scene["incidents"], "inbox": None}
        for pk, code, version in keys["room"] or []:
            for page in pages.values():
                page.evaluate("() => { window.drawn = {}; }")
            heard.pop(pk, None)
            began = time.time()
            _post(site, scene["cookies"]["taker"], f"/api/incidents/{code}/dispatch",
                  {"base_version": version, "agency": scene["agency"]})  # fmt: skip
            for name, page in pages.items():
                one = f"'{pk}'" if name == "room" else "Object.keys(window.drawn)[0]"
                page.wait_for_function(f"() => window.drawn[{one}] !== undefined", timeout=30_000)
                times[name].append(page.evaluate(f"() => window.drawn[{one}]") - began * 1000)
            deadline = time.time() + 30
            while pk not in heard and time.time() < deadline:
                time.sleep(0.005)
            times["socket"].append((heard[pk] - began) * 1000)
        browser.close()
    return times


class _Reader(threading.Thread):
    """A call-taker's stream without a screen: when each incident was heard of."""

    def __init__(self, site: Topology, cookie: str, heard: dict[int, float]) -> None:
        super().__init__(daemon=True)
        self._heard = heard
        address = site.address.replace("http", "ws", 1) + "/ws/stream/"
        headers = {"Cookie": cookie, "Origin": site.address}
        self._socket = connect(address, additional_headers=headers, max_size=None, compression=None, proxy=None)
        self._socket.send(json.dumps({"t": "resume", "position": None}))

    def run(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            self._read()

    def _read(self) -> None:
        acked = 0.0
        for text in self._socket:
            at = time.time()
            message = json.loads(text)
            for event in message.get("events", ()):
                if event["e"] == "incident":
                    self._heard.setdefault(event["id"], at)
            if "upto" in message and at - acked > 1:
                acked = at
                self._socket.send(json.dumps({"t": "ack", "offset": message["upto"]}))
