from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from incidents.partners.cot.link import Link
from incidents.partners.models import TakServer

# How often it looks whether a server was added, changed or switched off.
REREAD_S = 5.0


class Command(BaseCommand):
    help = "Tells the registered TAK servers where units and shared incidents are, until it is stopped. Run it once."

    def handle(self, *args: Any, **options: Any) -> None:
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_args: stopping.set())
        feed(stopping)


def feed(stopping: threading.Event, reread_s: float = REREAD_S) -> None:
    """Keeps a link to each active server until `stopping` is set."""
    links: dict[int, Link] = {}
    while not stopping.is_set():
        close_old_connections()
        wanted = {row.pk: row for row in TakServer.objects.filter(is_active=True).select_related("agency")}
        for pk, link in list(links.items()):
            if pk not in wanted or _differs(link.server, wanted[pk]):
                links.pop(pk).stop()
        for pk, row in wanted.items():
            if pk not in links:
                links[pk] = Link(row)
                links[pk].start()
        stopping.wait(reread_s)
    for link in links.values():
        link.stop()


def _differs(before: TakServer, now: TakServer) -> bool:
    names = ("name", "agency_id", "host", "port", "tls", "with_exercises")
    return any(getattr(before, name) != getattr(now, name) for name in names)
