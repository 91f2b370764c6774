"""The socket's side: who may come in, what it says, and that it leaves.

A plain ASGI application instead of a Channels consumer: those hop to a thread for each message they are sent, and a
thousand acknowledgements a second make that the dearest thing in the process.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from django.conf import settings

from realtime.client import NotUnderstood, parse
from realtime.connection import Connection, Send
from realtime.hub import NOT_ENTITLED, NOT_UNDERSTOOD, TRY_LATER, Hub, Sources
from realtime.on_daphne import broadcast_cheaply
from realtime.origin import origin_allowed

logger = logging.getLogger(__name__)

# A client acknowledges once a second and resumes now and then; so many texts may come in so many seconds.
MAX_TEXTS, IN_SECONDS = 60, 10.0


class Stream:
    """The ASGI application behind the live stream; it makes the hub of its process at the first connection."""

    def __init__(self, sources: Sources, **hub_options: Any) -> None:
        broadcast_cheaply()
        self._sources = sources
        self._hub_options = hub_options
        self._hub: Hub | None = None

    async def __call__(self, asgi: dict[str, Any], receive: Any, send: Send) -> None:
        await receive()
        if not origin_allowed(asgi["headers"], settings.ALLOWED_HOSTS, settings.CSRF_TRUSTED_ORIGINS):
            # Before the accept, so the page of another site learns nothing but a 403.
            await send({"type": "websocket.close", "code": NOT_ENTITLED})
            return
        # Daphne has no lifespan events to make it at the start.
        hub = self._hub = self._hub or Hub(self._sources, **self._hub_options)
        try:
            keys, refused = await hub.keys_of(asgi), NOT_ENTITLED
        except Exception:
            logger.exception("Rights cannot be asked for")
            keys, refused = frozenset(), TRY_LATER
        # A code only reaches a browser after the accept.
        await send({"type": "websocket.accept"})
        if not keys:
            await send({"type": "websocket.close", "code": refused})
            return
        connection = Connection(asgi, send, keys, asyncio.get_running_loop().time())
        hub.add(connection)
        try:
            await self._listen(hub, connection, receive)
        except asyncio.CancelledError:
            # Its time to close is over; returning makes the server drop it.
            if connection.closing is None:
                raise
        finally:
            hub.remove(connection)

    async def _listen(self, hub: Hub, connection: Connection, receive: Any) -> None:
        loop = asyncio.get_running_loop()
        texts, since = 0, loop.time()
        while True:
            message = await receive()
            if message["type"] != "websocket.receive":
                return
            if loop.time() - since > IN_SECONDS:
                texts, since = 0, loop.time()
            texts += 1
            try:
                if texts > MAX_TEXTS:
                    raise NotUnderstood
                hub.received(connection, parse(message.get("text")))
            except NotUnderstood:
                connection.close(NOT_UNDERSTOOD)
