"""The live stream against what it could be: our hub on Daphne and on uvicorn, stock Channels, and raw `websockets`.

One server process alone on one core; its clients, the writer, Redis and this process on the other. Our hub is fed by
real changes from another process, through the log in the database, with Redis for the nudge; one event a frame, so
that a delivery is the same 600 bytes for all four.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.lines import Line
from tests.bench.payload import AROUND, FRAME_BYTES, text, words
from tests.harness.processes import Program, accepts, free_port
from tests.harness.servers import Redis

ROOT = Path(__file__).resolve().parent.parent.parent
SERVER_CORE, LOAD_CORE = 0, 1


@dataclass
class Size:
    clients: int
    events: int
    stock_events: int
    seconds: float

    @classmethod
    def chosen(cls, small: bool) -> Size:
        return cls(100, 100, 20, 2) if small else cls(1000, 300, 30, 20)


@dataclass
class Result:
    deliveries: float
    p50: float
    p99: float
    kilobytes: float


class LoadClients:
    """The process with the clients."""

    def __init__(self, port: int, path: str, count: int) -> None:
        self.count = count
        self.process = subprocess.Popen(
            ["taskset", "-c", str(LOAD_CORE), sys.executable, "-m", "tests.bench.load", str(port), path, str(count)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the clients ended")
        return dict(json.loads(line))

    def _say(self, command: str) -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return self._answer()

    def deliveries(self, send: Callable[[], object], events: int, seconds: float) -> dict[str, Any]:
        """Counts what `send` makes arrive, until all of it did or the time is over."""
        self._say("begin")
        send()
        answer = self._say(f"report {events * self.count} {seconds}")
        if answer["lost"]:
            raise RuntimeError(f"{answer['lost']} connections were lost")
        return answer

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


def resident_kb(program: Program) -> int:
    """How much memory a process has, in KB."""
    # taskset becomes the program it starts, so the number is the server's own.
    status = Path(f"/proc/{program.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))


def paced(act: Callable[[], object], seconds: float, pause: float = 0.1) -> int:
    """Acts every 100 ms for so long; gives how often."""
    count = max(1, round(seconds / pause))
    began = time.monotonic()
    for number in range(count):
        act()
        time.sleep(max(0.0, began + (number + 1) * pause - time.monotonic()))
    return count


def run(
    program: Program, port: int, path: str, size: Size, *, burst: Callable[[int], object], events: int,
    steady: Callable[[float], int],
) -> Result:  # fmt: skip
    """Measures one server: memory, then throughput, then latency at ten events a second."""
    program.start()
    try:
        warm = LoadClients(port, path, 10)
        warm.deliveries(lambda: burst(5), 5, 10)
        warm.end()
        time.sleep(1)
        before = resident_kb(program)
        clients = LoadClients(port, path, size.clients)
        try:
            time.sleep(2)
            kilobytes = (resident_kb(program) - before) / size.clients
            many = clients.deliveries(lambda: burst(events), events, 120)
            if many["count"] < events * size.clients:
                print(f"{program.name}: only {many['count']} of {events * size.clients} arrived", file=sys.stderr)
            time.sleep(2)
            sent: list[int] = []
            few = clients.deliveries(lambda: sent.append(steady(size.seconds)), round(size.seconds * 10), 5)
            # At rest again: what traffic left behind counts too.
            time.sleep(1)
            kilobytes = max(kilobytes, (resident_kb(program) - before) / size.clients)
            return Result(many["count"] / many["seconds"], few["p50"], few["p99"], kilobytes)
        finally:
            clients.end()
    finally:
        program.stop()
        if "Traceback" in program.printed():
            print(program.printed()[-3000:], file=sys.stderr)


def server(folder: Path, name: str, command: list[str], port: int, **env: str) -> Program:
    return Program(
        name,
        ["taskset", "-c", str(SERVER_CORE), sys.executable, "-m", *command],
        log=folder / f"{name.replace(' ', '-')}.log",
        env={**os.environ, **env},
        cwd=ROOT,
        ready=lambda: accepts(port),
    )


def _ours(folder: Path, kind: str, size: Size) -> Result:
    from realtime.change import change
    from tests.realtime.probes import Grant, write

    with change():
        Grant.objects.get_or_create(who="bench", defaults={"keys": ["agency:1"]})
    audience = {"agency:1": "room"}

    def tell() -> None:
        # The time is taken before the change: what a client waits for includes the commit.
        with change():
            write(1, words(FRAME_BYTES - AROUND), audience)

    def burst(count: int) -> None:
        for _ in range(count):
            tell()

    port = free_port()
    command = {
        "daphne": ["daphne", "-v", "0", "-b", "127.0.0.1", "-p", str(port), "tests.realtime.site:application"],
        "uvicorn": ["uvicorn", "--port", str(port), "--lifespan", "off", "--ws", "websockets-sansio",
                    "--no-access-log", "tests.realtime.site:application"],
    }[kind]  # fmt: skip
    program = server(folder, f"hub on {kind}", command, port, STREAM_FRAME_EVENTS="1", STREAM_BUSY="inf")
    return run(
        program, port, "/ws/stream/?who=bench", size,
        burst=burst, events=size.events, steady=lambda seconds: paced(tell, seconds),
    )  # fmt: skip


def _stock(folder: Path, size: Size) -> Result:
    from asgiref.sync import async_to_sync
    from channels.layers import get_channel_layer

    from tests.bench.stock import GROUP

    def send(count: int, pause: float) -> int:
        async def sending() -> None:
            layer = get_channel_layer()
            began = time.monotonic()
            for number in range(count):
                await layer.group_send(GROUP, {"type": "tell", "text": text(FRAME_BYTES)})
                await asyncio.sleep(max(0.0, began + (number + 1) * pause - time.monotonic()))

        async_to_sync(sending)()
        return count

    port = free_port()
    command = ["daphne", "-v", "0", "-b", "127.0.0.1", "-p", str(port), "tests.bench.stock:application"]
    program = server(folder, "group_send", command, port)
    return run(
        program, port, "/", size, burst=lambda count: send(count, 0), events=size.stock_events,
        # At ten a second its queue only grows; three is what it holds.
        steady=lambda seconds: send(round(seconds * 3), 1 / 3),
    )  # fmt: skip


def _raw(folder: Path, size: Size) -> Result:
    from websockets.sync.client import connect

    port = free_port()
    program = server(folder, "raw websockets", ["tests.bench.raw", str(port)], port)

    def order(count: int, pause: float) -> int:
        with connect(f"ws://127.0.0.1:{port}/control", proxy=None) as control:
            control.send(f"{count} {pause} {FRAME_BYTES}")
            time.sleep(count * pause + 0.1)
        return count

    return run(
        program, port, "/", size,
        burst=lambda count: order(count, 0), events=size.events, steady=lambda seconds: order(round(seconds * 10), 0.1),
    )  # fmt: skip


@contextmanager
def stage() -> Iterator[Path]:
    """A database and a Redis of our own, and this process on the clients' core."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    cores = os.sched_getaffinity(0)
    with tempfile.TemporaryDirectory(prefix="opscenter-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        os.sched_setaffinity(0, {LOAD_CORE})
        redis = Redis(folder)
        redis.start()
        os.environ |= {
            "OPSCENTER_DATA_DIR": str(folder),
            "OPSCENTER_DATABASE_URL": f"spatialite://{folder}/bench.sqlite3",
            "OPSCENTER_REDIS_URL": redis.url,
            "OPSCENTER_LOG_LEVEL": "WARNING",
        }
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opscenter.settings")
        import django
        from django.core.management import call_command

        django.setup()
        from tests.realtime import probes

        try:
            call_command("migrate", verbosity=0)
            probes.make_tables()
            probes.register()
            yield folder
        finally:
            redis.stop()
            os.sched_setaffinity(0, cores)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def measure(small: bool) -> list[Line]:
    """Deliveries a second, latency and memory of all four, in one run."""
    size = Size.chosen(small)
    with stage() as folder:
        raw = _raw(folder, size)
        daphne = _ours(folder, "daphne", size)
        uvicorn = _ours(folder, "uvicorn", size)
        stock = _stock(folder, size)
    at = f"{size.clients:,} clients"
    raw_name, stock_name = "raw websockets broadcast", "Channels group_send, RedisPubSub"
    rate, ms, kb = "deliveries/s", "ms", "KB a client"
    return [
        Line(f"hub on Daphne, {at}", daphne.deliveries, rate, raw_name, raw.deliveries, floor=0.4),
        Line(f"hub on Daphne, {at}", daphne.deliveries, rate, stock_name, stock.deliveries, floor=12),
        Line(f"hub on uvicorn, {at}", uvicorn.deliveries, rate, raw_name, raw.deliveries, floor=0.75),
        Line("hub on Daphne, p50 at 10 events/s", daphne.p50, ms, raw_name, raw.p50),
        Line("hub on Daphne, p99 at 10 events/s", daphne.p99, ms, raw_name, raw.p99, ceiling=5, aim=True),
        Line("hub on uvicorn, p50 at 10 events/s", uvicorn.p50, ms, raw_name, raw.p50),
        Line("hub on uvicorn, p99 at 10 events/s", uvicorn.p99, ms, raw_name, raw.p99, ceiling=2, aim=True),
        Line("hub on Daphne, p99 at 10 events/s", daphne.p99, ms, f"{stock_name}, at 3 events/s", stock.p99),
        Line("hub on Daphne, memory", daphne.kilobytes, kb, ceiling=40),
        Line("hub on uvicorn, memory", uvicorn.kilobytes, kb, ceiling=40),
    ]
