"""A burst of webhooks: 100 a second for ten seconds, each acknowledged within 2 s, each sender's in their order.

As Viber posts them, signed, each with a repetition now and then. Several senders write at once; one sender's next
message is posted when the one before was acknowledged, and its time counts from when it was due. The baseline is a view
that only answers 200 (bare.py), on as many processes of the same server, asked in the same way.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.bench.lines import Line
from tests.harness.processes import Program, accepts, free_port
from tests.harness.topology import ROOT, Topology

A_SECOND, SENDERS, SECONDS = 100, 50, 10
TOKEN = "bench-viber-token"
# Every so many is posted twice, as platforms do that have not heard our answer.
REPEATED = 10
# What the mission asks for, in milliseconds.
MOST_MS = 2_000.0
# How long the worker may take for what arrived, in seconds; only so that the bench ends.
_PATIENCE_S = 300.0


@dataclass(frozen=True, slots=True)
class Answered:
    milliseconds: float
    status: int


def event(number: int, sender: int, turn: int) -> bytes:
    """A signed body's content: `turn` counts each sender's messages."""
    return json.dumps(
        {
            "event": "message",
            "timestamp": 1_571_029_200_000 + number,
            "message_token": 50_405_319_809_700_000 + number,
            "sender": {"id": f"sender-{sender}", "name": "Người thử"},
            "message": {"type": "text", "text": f"{turn} Ổ gà trước số 12/5"},
        },
        ensure_ascii=False,
    ).encode()


async def post(ports: Sequence[int], seconds: int) -> list[Answered]:
    """Posts the burst to these ports in turn; gives what each post was answered with, repetitions too."""
    answered: list[Answered] = []
    begin = time.monotonic() + 0.2
    limits = httpx.Limits(max_connections=SENDERS, max_keepalive_connections=SENDERS)

    async def write(client: httpx.AsyncClient, sender: int) -> None:
        for turn in range(A_SECOND * seconds // SENDERS):
            number = turn * SENDERS + sender
            due = begin + number / A_SECOND
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            raw = event(number, sender, turn)
            headers = {"X-Viber-Content-Signature": hmac.new(TOKEN.encode(), raw, hashlib.sha256).hexdigest()}
            for again in range(2 if number % REPEATED == 0 else 1):
                port = ports[(number + again) % len(ports)]
                since = due if not again else time.monotonic()
                answer = await client.post(f"http://127.0.0.1:{port}/doors/viber/webhook", content=raw, headers=headers)
                answered.append(Answered((time.monotonic() - since) * 1000, answer.status_code))

    async with httpx.AsyncClient(timeout=30, limits=limits, trust_env=False) as client:
        await asyncio.gather(*(write(client, sender) for sender in range(SENDERS)))
    return answered


@contextlib.contextmanager
def bare(folder: Path, processes: int) -> Iterator[list[int]]:
    """The baseline's processes; gives their ports."""
    ports = [free_port() for _ in range(processes)]
    programs = [
        Program(
            f"bare{port}",
            [
                sys.executable,
                "-m",
                "daphne",
                "-v",
                "0",
                "-b",
                "127.0.0.1",
                "-p",
                str(port),
                "tests.bench.bare:application",
            ],
            log=folder / f"bare{port}.log",
            cwd=ROOT,
            ready=lambda port=port: accepts(port),  # type: ignore[misc]
        )
        for port in ports
    ]
    try:
        for program in programs:
            program.start()
        yield ports
    finally:
        for program in programs:
            program.stop()


def measure(small: bool) -> list[Line]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opscenter.settings")
    import django

    django.setup()
    seconds = 2 if small else SECONDS
    return [line for database in ("postgis", "spatialite") for line in _on(database, seconds)]


def _on(database: str, seconds: int) -> list[Line]:
    with tempfile.TemporaryDirectory(prefix="opscenter-bench-", ignore_cleanup_errors=True) as name:
        env = {"OPSCENTER_VIBER_TOKEN": TOKEN}
        with Topology(Path(name) / "site", database=database, env=env) as site:
            processes = len(site.web_ports)
            with bare(Path(name), processes) as ports:
                asyncio.run(post(ports, 1))
                base = asyncio.run(post(ports, seconds))
            asyncio.run(_warm(site.web_ports))
            began = time.monotonic()
            ours = asyncio.run(post(site.web_ports, seconds))
            taken, wrong = _taken_up(site, A_SECOND * seconds, began + _PATIENCE_S)
            took = time.monotonic() - began
    where = f"{database}, {processes} web"
    against = f"a bare view, {processes} × daphne"
    refused = sum(one.status != 200 for one in ours)
    missing = A_SECOND * seconds - taken
    return [
        Line(
            name=f"burst of {A_SECOND}/s, acknowledged, {what} ({where})",
            ours=_part(ours, part),
            unit="ms",
            baseline=against,
            baseline_value=_part(base, part),
        )
        for what, part in (("median", 0.5), ("p99", 0.99))
    ] + [
        Line(name=f"the slowest of them ({where})", ours=_part(ours, 1.0), unit="ms", ceiling=MOST_MS),
        Line(name=f"not acknowledged with 200 ({where})", ours=refused, unit="posts", ceiling=0),
        Line(name=f"not taken up, or twice ({where})", ours=abs(missing), unit="messages", ceiling=0),
        Line(name=f"out of their sender's order ({where})", ours=wrong, unit="messages", ceiling=0),
        Line(
            name=f"until the worker had taken all up ({where})",
            ours=took,
            unit="s",
            baseline="the burst itself",
            baseline_value=seconds,
        ),
    ]


async def _warm(ports: Sequence[int]) -> None:
    """Each process has answered once: its first answer loads what it needs."""
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        for port in ports:
            for _time in range(3):
                await client.post(f"http://127.0.0.1:{port}/doors/viber/webhook", content=b"")


def _part(answered: Sequence[Answered], part: float) -> float:
    found = sorted(one.milliseconds for one in answered)
    return found[min(int(len(found) * part), len(found) - 1)]


def _taken_up(site: Topology, wanted: int, until: float) -> tuple[int, int]:
    """(messages taken up, how many of them out of their sender's order), once all are or the patience is over."""
    from incidents.conversations.models import Message

    with site.orm():
        rows = Message.objects.filter(door="viber", direction=Message.Direction.IN)
        while rows.count() < wanted and time.monotonic() < until:
            time.sleep(0.25)
        last: dict[str, int] = {}
        wrong = 0
        # The words of the message that began a report are the report's.
        for sender, text, words in rows.order_by("pk").values_list("reporter__door_id", "text", "report__text__words"):
            turn = int((text or words).split(" ", 1)[0])
            wrong += turn <= last.get(str(sender), -1)
            last[str(sender)] = max(turn, last.get(str(sender), -1))
        return rows.count(), wrong
