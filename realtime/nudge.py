"""A nudge through Redis that makes other processes look at the log now instead of within 100 ms.

It carries nothing and nobody relies on it: without Redis, or while it is down, everything is right and a little later.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable

import redis
import redis.asyncio
from django.conf import settings

logger = logging.getLogger(__name__)

TOPIC = "realtime.nudge"
_TIMEOUT = 0.2
_FIRST_WAIT = 0.5

_wanted = threading.Event()
_starting = threading.Lock()
_thread: threading.Thread | None = None


def send() -> None:
    """Asks for a nudge to be published; returns at once, whatever the state of Redis."""
    if not settings.REDIS_URL:
        return
    _wanted.set()
    global _thread
    if _thread is None or not _thread.is_alive():
        with _starting:
            if _thread is None or not _thread.is_alive():
                _thread = threading.Thread(target=_publish_for_ever, name="nudge", daemon=True)
                _thread.start()


def _publish_for_ever() -> None:
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=_TIMEOUT, socket_connect_timeout=_TIMEOUT, retry=None
    )
    reachable = True
    while True:
        _wanted.wait()
        _wanted.clear()
        try:
            client.publish(TOPIC, b"")
            reachable = True
        except redis.RedisError as error:
            if reachable:
                logger.warning("Redis is not reachable, readers poll: %s", error)
            reachable = False


async def listen(nudged: Callable[[], object]) -> None:
    """Calls `nudged` for each nudge, for ever; while Redis is away it tries again, ever more slowly up to 5 s."""
    wait = _FIRST_WAIT
    while True:
        client = redis.asyncio.Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=2, socket_keepalive=True, health_check_interval=10, retry=None
        )
        try:
            async with client, client.pubsub() as subscription:
                await subscription.subscribe(TOPIC)
                wait = _FIRST_WAIT
                async for _ in subscription.listen():
                    nudged()
        except (TimeoutError, redis.RedisError, OSError) as error:
            logger.info("Not listening to Redis, polling goes on: %s", error)
        await asyncio.sleep(wait)
        wait = min(5.0, wait * 2)
