"""The ASGI application: Django for pages, and the live stream, which is told here who sees what."""

from __future__ import annotations

import gc
import os
from typing import Any

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

# Loading makes hundreds of thousands of things that stay, and the collector would look through them again and again.
gc.disable()

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opscenter.settings")
pages = get_asgi_application()

# Only once Django is set up can anything with tables be imported.
from geo.warming import warm_if_serving  # noqa: E402
from incidents.emergencies.positions.reading import moved  # noqa: E402
from incidents.knowledge.finding import read_answers  # noqa: E402
from incidents.records import live  # noqa: E402
from realtime.consumer import Stream  # noqa: E402
from realtime.hub import Sources  # noqa: E402
from realtime.visitor import visitor  # noqa: E402

STREAM_PATH = "/ws/stream/"


def _keys_of(asgi: dict[str, Any]) -> frozenset[str]:
    return live.keys_of(visitor(asgi), asgi)


stream = Stream(Sources(keys_of=_keys_of, snapshot=live.snapshot, figures=live.figures, positions=moved))


async def sockets(asgi: dict[str, Any], receive: Any, send: Any) -> None:
    """The stream at its one address; any other is refused before the accept."""
    if asgi["path"] == STREAM_PATH:
        await stream(asgi, receive, send)
    else:
        await send({"type": "websocket.close"})


warm_if_serving(read_answers)
application = ProtocolTypeRouter({"http": pages, "websocket": sockets})
gc.freeze()
gc.enable()
