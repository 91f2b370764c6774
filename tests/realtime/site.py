"""The live stream as a web process of its own, telling of probes: `daphne tests.realtime.site:application`.

Consumer, hub and log are the real ones; only what they tell of is small. STREAM_FRAME_EVENTS and STREAM_BUSY are for
measuring: how many events share a frame, and from how many deliveries a second on nudges are left aside.
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import parse_qs

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opscenter.settings")
pages = get_asgi_application()

from realtime.consumer import Stream  # noqa: E402
from realtime.hub import BUSY_DELIVERIES, FRAME_EVENTS, Sources  # noqa: E402
from tests.realtime import probes  # noqa: E402


def _keys_of(asgi: dict[str, Any]) -> frozenset[str]:
    return probes.keys_of(parse_qs(asgi["query_string"].decode()).get("who", [""])[0])


def _figures() -> dict[str, int]:
    return {"probes": probes.Probe.objects.count()}


application = ProtocolTypeRouter(
    {
        "http": pages,
        "websocket": Stream(
            Sources(_keys_of, probes.snapshot, _figures),
            frame_events=int(os.environ.get("STREAM_FRAME_EVENTS", FRAME_EVENTS)),
            busy_deliveries=float(os.environ.get("STREAM_BUSY", BUSY_DELIVERIES)),
        ),
    }
)
