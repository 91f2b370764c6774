"""Cut lines, killed processes, lost nudges: in the end every client has what the server has."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from realtime import log, nudge
from realtime.change import change
from realtime.entities import PROFILES
from tests.harness.processes import wait_until
from tests.harness.servers import Redis
from tests.realtime.crowd import Client, Crowd
from tests.realtime.probes import Grant, keys_of, snapshot, write
from tests.realtime.web import web

pytestmark = pytest.mark.usefixtures("probes")

KEYS = ("room", "wall", "agency:1", "agency:2")
WHO = {"ann": ["room"], "ben": ["agency:1"], "chi": ["agency:1", "agency:2"], "dan": ["wall"], "eve": ["room", "wall"]}


class Writer:
    """Changes probes at random until told to end."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._end = threading.Event()
        self.failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            while not self._end.wait(self._chance.random() * 0.05):
                with change():
                    for id in sorted(self._chance.sample(range(1, 12), self._chance.randint(1, 3))):
                        audience = {key: self._chance.choice(PROFILES) for key in KEYS if self._chance.random() < 0.4}
                        write(id, "x" * self._chance.randint(0, 9), audience)
        except BaseException as error:
            self.failed = error
        finally:
            connection.close()

    def end(self) -> None:
        self._end.set()
        self._thread.join()
        assert self.failed is None, self.failed


def has_everything(client: Client) -> bool:
    """Whether a client has exactly what a fresh snapshot would give it, and stands at the top."""
    state, position = client.state, client.state.position
    rows = {f"{row.entity}:{row.id}": row._asdict() for row in snapshot(keys_of(client.who))}
    return position is not None and position["offset"] == log.state().top and dict(state.rows) == rows


@pytest.fixture
def crowd() -> Iterator[Crowd]:
    Grant.objects.bulk_create([Grant(who=who, keys=keys) for who, keys in WHO.items()])
    with Crowd() as crowd:
        yield crowd


def storm(crowd: Crowd, sites: list[Any], seconds: float, extra: Any = lambda chance: None) -> None:
    """Random writes, cuts, moves between processes and kills for so long; then all must agree."""
    chance = random.Random(7)
    for site in sites:
        site.start()
    for who in WHO:
        for _ in range(2):
            crowd.add(who, chance.choice(sites).port)
    writers = [Writer(seed) for seed in (1, 2)]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(chance.random() * 0.3)
        client = chance.choice(crowd.clients)
        client.port = chance.choice(sites).port
        if chance.random() < 0.7:
            crowd.cut(client)
        if chance.random() < 0.12:
            victim = chance.choice(sites)
            victim.kill()
            victim.start()
        extra(chance)
    for writer in writers:
        writer.end()
    assert wait_until(lambda: all(map(has_everything, crowd.clients)), 20), [
        (client.who, client.state.position, client.codes) for client in crowd.clients if not has_everything(client)
    ]
    # The storm was one: there were cuts, and most were answered with what was missed, not with everything.
    resumed = sum(client.resumed for client in crowd.clients)
    assert resumed > len(crowd.clients)
    snapshots = sum(client.kinds().count("snapshot") for client in crowd.clients)
    assert snapshots < resumed / 2 + len(crowd.clients)


def test_after_a_storm_all_have_what_the_server_has(tmp_path: Path, crowd: Crowd) -> None:
    storm(crowd, [web(tmp_path, "daphne", OPSCENTER_REDIS_URL=""), web(tmp_path, "uvicorn")], 12)


@pytest.mark.proof
@pytest.mark.timeout(0)
def test_after_a_long_storm_all_have_what_the_server_has(tmp_path: Path, crowd: Crowd) -> None:
    storm(crowd, [web(tmp_path, "daphne"), web(tmp_path, "uvicorn"), web(tmp_path, "daphne")], 3600)


@pytest.fixture
def redis(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Redis]:
    server = Redis(tmp_path)
    # This process publishes there, too.
    settings.REDIS_URL = server.url
    monkeypatch.setattr(nudge, "_thread", None)
    yield server
    server.stop()


def test_redis_that_comes_and_goes_loses_nothing(tmp_path: Path, crowd: Crowd, redis: Redis) -> None:
    def toggle(chance: random.Random) -> None:
        if chance.random() < 0.15:
            redis.stop() if redis.program.running else redis.start()

    storm(crowd, [web(tmp_path, "daphne", OPSCENTER_REDIS_URL=redis.url)], 8, toggle)


def delays(client: Client, count: int) -> list[float]:
    found = []
    for number in range(count):
        time.sleep(0.13)
        began = time.monotonic()
        with change():
            write(1, f"{number}", {"room": "room"})
        assert wait_until(lambda n=number: client.words == {1: f"{n}"}, every=0.001)  # type: ignore[misc]
        found.append(time.monotonic() - began)
    return sorted(found)


def test_a_nudge_makes_it_sooner_and_its_absence_only_later(tmp_path: Path, crowd: Crowd, redis: Redis) -> None:
    site: Any = web(tmp_path, "daphne", OPSCENTER_REDIS_URL=redis.url)
    redis.start()
    site.start()
    try:
        client = crowd.add("ann", site.port)
        assert wait_until(lambda: client.state.position is not None)
        delays(client, 3)
        nudged = delays(client, 20)
        redis.stop()
        polled = delays(client, 20)
        assert nudged[10] < polled[10], (nudged, polled)
        assert client.codes == []
        redis.start()
        assert wait_until(lambda: delays(client, 9)[4] < polled[10], 20)
    finally:
        site.stop()


def test_a_database_that_cannot_be_read_is_a_silence_and_no_end(
    tmp_path: Path, crowd: Crowd, database_kind: str
) -> None:
    site: Any = web(tmp_path, "daphne").start()
    try:
        client = crowd.add("ann", site.port)
        assert wait_until(lambda: client.state.position is not None)
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE realtime_log RENAME TO realtime_log_away")
        time.sleep(1)
        count = client.frames
        time.sleep(3)
        assert client.frames == count, "a heartbeat would say that nothing happened"
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE realtime_log_away RENAME TO realtime_log")
        with change():
            write(1, "back", {"room": "room"})
        assert wait_until(lambda: client.words == {1: "back"})
        assert client.codes == []
        assert site.printed().count("cannot be read") == 1
    finally:
        site.stop()
