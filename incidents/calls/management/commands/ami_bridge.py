from __future__ import annotations

import asyncio
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from incidents.calls.ami_bridge import Bridge, Exchange


class Command(BaseCommand):
    help = "Connects an Asterisk by its manager interface (OPSCENTER_AMI_…). One process; runs until SIGTERM or Ctrl+C."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.AMI_HOST:
            raise CommandError("OPSCENTER_AMI_HOST is not set: see incidents/calls/README.md")
        services = dict(pair.split("=", 1) for pair in settings.AMI_SERVICES if "=" in pair)
        exchange = Exchange(
            host=settings.AMI_HOST,
            port=settings.AMI_PORT,
            user=settings.AMI_USER,
            secret=settings.AMI_SECRET,
            tls=settings.AMI_TLS,
            queues=tuple(settings.AMI_QUEUES),
            context=settings.AMI_CONTEXT,
            services=services,
            call_out=settings.AMI_CALL_OUT,
        )
        asyncio.run(_run(exchange))


async def _run(exchange: Exchange) -> None:
    bridge = Bridge(exchange)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, bridge.stop)
    await bridge.run()
