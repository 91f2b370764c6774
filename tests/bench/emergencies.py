"""Emergencies, measured on a running site: a fleet's positions in batches, one by one, and the way of the E key.

The site is the usual one (PostGIS, Redis, two web processes behind nginx) on the cores of this machine, the senders
beside it. Times say little on a machine that others use as well; the site's own processor time says what it costs
there too, and whether two cores are enough for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import os
import statistics
import tempfile
import threading
import time
import urllib.parse
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import django
from websockets.asyncio.client import ClientConnection, connect

from tests.bench.lines import Line
from tests.harness.topology import Topology

EVERY_S = 5.0
A_BATCH = 500


def measure(small: bool) -> list[Line]:
    """A few minutes; `small`: a few seconds."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opscenter.settings")
    os.environ.setdefault("OPSCENTER_MODE", "development")
    django.setup()
    units, seconds, keys = (1_000, 10, 10) if small else (10_000, 40, 100)
    with (
        tempfile.TemporaryDirectory(prefix="opscenter-bench-", ignore_cleanup_errors=True) as name,
        Topology(Path(name) / "site", database="postgis") as site,
        site.orm(),
    ):
        scene = _prepare(units)
        lines = _batches(site, scene, units, seconds)
        lines += _one_by_one(site, seconds=5 if small else 15)
        lines += asyncio.run(_from_key_to_screen(site, scene, keys))
    return lines


def _prepare(units: int) -> dict[str, Any]:
    from django.utils import timezone

    from incidents.emergencies.models import Device, Feed, Unit
    from opscenter.accounts.models import Agency, Person

    now = timezone.now()
    agencies = Agency.objects.in_force(timezone.localdate())
    ambulance = agencies.filter(kind="ambulance").order_by("is_sample", "pk").first()
    fire = agencies.filter(kind="fire").order_by("is_sample", "pk").first()
    assert ambulance is not None and fire is not None  # noqa: PT018
    feed = Feed.objects.create(name="bench")
    made = Unit.objects.bulk_create(
        [
            Unit(agency=ambulance, call_sign=f"B{number:05}", kind="ambulance", status_since=now)
            for number in range(units)
        ]
    )
    Device.objects.bulk_create(
        [Device(code=f"bench-{number}", unit=unit, feed=feed) for number, unit in enumerate(made)]
    )
    Device.objects.create(code="bench-phone", unit=made[0])
    people = {
        name: Person.objects.create_user(
            username=f"bench-{name}", full_name=name, password="a long password", role=role, agency=agency
        )
        for name, role, agency in (("taker", "call_taker", None), ("fire", "dispatcher", fire))
    }
    return {"feed": feed, "units": made, "people": people, "start": time.time()}


def _cpu_s() -> float:
    """Seconds of processor time of everything that this process started, and what that started: the whole site.

    Of a process that has ended, its parent's count of it."""
    used: dict[int, float] = {}
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            pid = int(path.parent.name)
            parents[pid] = int(fields[1])
            used[pid] = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")

    def is_ours(pid: int) -> bool:
        while pid in parents:
            pid = parents[pid]
            if pid == os.getpid():
                return True
        return False

    return sum(seconds for pid, seconds in used.items() if is_ours(pid))


def _batches(site: Topology, scene: dict[str, Any], units: int, seconds: int) -> list[Line]:
    """Every unit moves each five seconds; the batches are spread over them. Behind means: written too late."""
    from incidents.emergencies.models import Position
    from incidents.webhooks.signing import signature_of

    feed, took, refused = scene["feed"], [], [0]
    groups = [range(first, min(first + A_BATCH, units)) for first in range(0, units, A_BATCH)]
    host = urllib.parse.urlsplit(site.address)
    connection = http.client.HTTPConnection(host.hostname or "", host.port)
    began, round_at, number = time.monotonic(), 0.0, 0
    late, cpu = 0.0, _cpu_s()
    while time.monotonic() - began < seconds:
        for group in groups:
            due = began + round_at + EVERY_S * number / len(groups)
            wait = due - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            late = max(late, -wait)
            at = time.time()
            fixes = [
                {"id": f"bench-{one}", "timestamp": at, "lat": 11.0 + (one % 100 + at % 10) * 0.001,
                 "lon": 106.6 + one // 100 * 0.001, "speed": 9.5, "heading": one % 360}
                for one in group
            ]  # fmt: skip
            body = json.dumps({"fixes": fixes}).encode()
            moment = str(int(at))
            headers = {"X-Feed": feed.name, "X-Time": moment, "X-Signature": signature_of(feed.secret, moment, body),
                       "Content-Type": "application/json"}  # fmt: skip
            sent = time.perf_counter()
            connection.request("POST", "/positions/batch", body, headers)
            answer = json.loads(connection.getresponse().read())
            took.append(time.perf_counter() - sent)
            refused[0] += len(answer["refused"])
            number += 1
        round_at, number = round_at + EVERY_S, 0
    took_s = time.monotonic() - began
    lag = []
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        rows = list(Position.objects.values_list("fix_at", "written_at"))
        lag = sorted((written - fix).total_seconds() for fix, written in rows)
        if len(rows) == units and time.time() - max(w.timestamp() for _f, w in rows) > 2:
            break
        time.sleep(0.5)
    a_second = (_cpu_s() - cpu) / (len(took) * A_BATCH) * units / EVERY_S
    name = f"positions, {units:,} units each 5 s in batches of {A_BATCH}"
    return [
        Line(f"{name}: sent", len(took) * A_BATCH / took_s, "fixes/s", floor=0.9 * units / EVERY_S, aim=True),
        Line(f"{name}: the site's processor time for a second of it", a_second, "s", ceiling=1.5),
        Line(f"{name}: refused", float(refused[0]), "fixes", ceiling=0),
        Line(f"{name}: a batch, p99", sorted(took)[int(len(took) * 0.99)] * 1000, "ms"),
        Line(f"{name}: behind at worst", late, "s", ceiling=EVERY_S, aim=True),
        Line(f"{name}: fix to row, p50", statistics.median(lag), "s", ceiling=EVERY_S),
        Line(f"{name}: fix to row, p99", lag[int(len(lag) * 0.99)], "s", ceiling=EVERY_S, aim=True),
    ]


def _one_by_one(site: Topology, seconds: int) -> list[Line]:
    """OsmAnd's protocol: one request a fix, over four connections that stay open."""
    host = urllib.parse.urlsplit(site.address)
    done = [0] * 4

    def send(number: int) -> None:
        connection = http.client.HTTPConnection(host.hostname or "", host.port)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            fix = {"id": "bench-phone", "lat": 11.05, "lon": 106.6 + done[number] * 1e-6, "timestamp": time.time()}
            connection.request("GET", f"/positions/osmand?{urllib.parse.urlencode(fix)}")
            answer = connection.getresponse()
            answer.read()
            done[number] += answer.status == 200

    threads = [threading.Thread(target=send, args=(number,)) for number in range(len(done))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [Line("positions, one request a fix (OsmAnd)", sum(done) / seconds, "fixes/s")]


def _cookie(site: Topology, person: Any) -> str:
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    store = SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    store.create()
    return f"{settings.SESSION_COOKIE_NAME}={store.session_key}"


async def _from_key_to_screen(site: Topology, scene: dict[str, Any], keys: int) -> list[Line]:
    """From the request of the E key to the frame at the other service's socket. Beside it the raw path of the hub
    without a request (a change that touches one incident, its event, its frame), and a note by the key's own way."""
    from django.test import override_settings

    # The database is reached from one thread of its own: connections belong to threads.
    loop, thread, held = asyncio.get_running_loop(), ThreadPoolExecutor(1), contextlib.ExitStack()
    await loop.run_in_executor(thread, held.enter_context, site.orm())
    with override_settings(SECRET_KEY=site.env["OPSCENTER_SECRET_KEY"]):
        taker = await loop.run_in_executor(thread, _cookie, site, scene["people"]["taker"])
        fire = await loop.run_in_executor(thread, _cookie, site, scene["people"]["fire"])
    # This process nudges readers through Redis as the site's own do.
    nudging = override_settings(REDIS_URL=site.env["OPSCENTER_REDIS_URL"])
    incidents = await loop.run_in_executor(thread, _open, keys)
    address = site.address.replace("http", "ws", 1) + "/ws/stream/"
    headers = {"Cookie": fire, "Origin": site.address}
    async with connect(address, additional_headers=headers, max_size=None, compression=None) as socket:
        await socket.send(json.dumps({"t": "resume", "position": None}))
        heard: dict[tuple[int, int], float] = {}
        reading = asyncio.create_task(_listen(socket, heard))
        own: list[float] = []
        plain: list[float] = []
        bare: list[float] = []
        cost = {"emergency": 0.0, "note": 0.0}
        for pk, code, seen in incidents:
            pressed = {"base_version": seen, "services": ["fire"]}
            for verb, asked, took in (("emergency", pressed, own), ("note", {"text": "x"}, plain)):
                cpu = _cpu_s()
                sent = time.perf_counter()
                version = await asyncio.to_thread(_post, site, taker, f"/api/incidents/{code}/{verb}", asked)
                took.append(await _wait(heard, pk, version) - sent)
                cost[verb] += _cpu_s() - cpu
            with nudging:
                sent = time.perf_counter()
                version = await loop.run_in_executor(thread, _touch, pk)
                bare.append(await _wait(heard, pk, version) - sent)
        reading.cancel()
    await loop.run_in_executor(thread, held.close)
    thread.shutdown()

    def p99(values: list[float]) -> float:
        return sorted(values)[min(len(values) - 1, int(len(values) * 0.99))] * 1000

    raw, note = "the hub alone: one change, one frame", "a note by the same way"
    middle = statistics.median(own) * 1000
    return [
        Line("E key to the other service's screen, p50", middle, "ms", raw, statistics.median(bare) * 1000),
        Line("E key to the other service's screen, p99", p99(own), "ms", raw, p99(bare)),
        Line("E key to the other service's screen, p50 beside a note", middle, "ms", note,
             statistics.median(plain) * 1000, ceiling=5, aim=True),
        Line("E key to the other service's screen, processor time", cost["emergency"] / keys * 1000, "ms", note,
             cost["note"] / keys * 1000, ceiling=5, aim=True),
        Line("E key to the other service's screen, worst", max(own) * 1000, "ms", ceiling=1000, aim=True),
    ]  # fmt: skip


def _touch(pk: int) -> int:
    """The least that the hub tells of: an incident's next version, in a change of its own."""
    from incidents.records.editing import lock
    from realtime.change import change

    with change():
        return lock(pk).version


def _open(count: int) -> list[tuple[int, str, int]]:
    """Reports whose steps are all done, so that nothing but the keys touches them."""
    from django.contrib.gis.geos import Point
    from django.utils import timezone

    from incidents.records.editing import open_incident
    from incidents.records.history import HistoryKind, append
    from incidents.records.models import Incident, Report, ReportWords
    from realtime.change import change

    made = []
    for number in range(count):
        with change() as c:
            incident = open_incident(
                source="phone",
                summary="Có việc ở chợ",
                received_at=c.at,
                point=Point(106.65, 11.0, srid=4326),
                radius_m=25.0,
            )
            report = Report.objects.create(
                incident=incident, source="phone", source_id=f"bench-{number}-{uuid.uuid4().hex}", received_at=c.at,
                next_step="", next_step_at=timezone.now(),
            )  # fmt: skip
            ReportWords.objects.create(report=report, words="Có việc ở chợ")
            append(incident, HistoryKind.RECEIVED, by=None)
        made.append(
            (incident.pk, incident.code, Incident.objects.values_list("version", flat=True).get(pk=incident.pk))
        )
    return made


async def _listen(socket: ClientConnection, heard: dict[tuple[int, int], float]) -> None:
    acked = 0.0
    async for text in socket:
        at = time.perf_counter()
        message = json.loads(text)
        for event in message.get("events", ()):
            heard.setdefault((event["id"], event["v"]), at)
        if "upto" in message and at - acked > 1:
            acked = at
            await socket.send(json.dumps({"t": "ack", "offset": message["upto"]}))


async def _wait(heard: dict[tuple[int, int], float], pk: int, version: int) -> float:
    deadline = time.perf_counter() + 30
    while (pk, version) not in heard:
        if time.perf_counter() > deadline:
            raise TimeoutError(f"nothing was heard of {pk} v{version}")
        await asyncio.sleep(0.001)
    return heard[(pk, version)]


def _post(site: Topology, cookie: str, path: str, sent: dict[str, Any]) -> int:
    """The version of the incident that the act has made."""
    host = urllib.parse.urlsplit(site.address)
    connection = http.client.HTTPConnection(host.hostname or "", host.port)
    token = "a" * 32
    headers = {"Cookie": f"{cookie}; csrftoken={token}", "X-CSRFToken": token, "X-Action-Id": str(uuid.uuid4()),
               "Content-Type": "application/json", "Referer": site.address}  # fmt: skip
    connection.request("POST", path, json.dumps(sent).encode(), headers)
    answer = connection.getresponse()
    text = answer.read()
    assert answer.status == 200, (answer.status, text)
    return int(json.loads(text)["version"])
