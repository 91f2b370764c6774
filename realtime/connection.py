"""One socket as the hub sees it, and the group of sockets that see the same things."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, NamedTuple

from realtime import eager
from realtime.frames import frame
from realtime.position import scope_of

Send = Callable[[dict[str, Any]], Awaitable[None]]

# What a client may leave unacknowledged. Awaiting a send bounds nothing on Daphne, so this does.
MAX_UNACKED_BYTES = 1_000_000
MAX_UNACKED_SECONDS = 10.0
# A snapshot may be large and the line thin: so long it may take on top, and its bytes are not counted.
SLOWEST_LINE_BYTES_A_SECOND = 64 * 1024

# How long a socket may take to close before we let go of it.
CLOSE_SECONDS = 5.0


class Debt(NamedTuple):
    """A snapshot or a replay that was sent and is not acknowledged yet."""

    offset: int
    until: float


class Connection:
    """One socket. Sends without ever waiting: what a full socket does not take queues up behind it."""

    __slots__ = (
        "__weakref__",
        "_behind",
        "_end",
        "_listener",
        "_send",
        "_sending",
        "acked_sum",
        "asgi",
        "closing",
        "debt",
        "gone",
        "group",
        "identity",
        "keys",
        "recovering",
        "scope",
    )

    def __init__(self, asgi: dict[str, Any], send: Send, keys: frozenset[str], now: float) -> None:
        self.asgi = asgi
        # Connections of one browser with one address have the same rights: asked once for all of them.
        cookies = tuple(value for name, value in asgi["headers"] if name.lower() == b"cookie")
        self.identity = (cookies, asgi.get("query_string", b""))
        self.keys = keys
        self.scope = scope_of(keys)
        self.group: Group | None = None
        self.recovering: asyncio.Task[None] | None = None
        # Until it resumes it owes us that: a socket that says nothing is closed as well.
        self.debt: Debt | None = Debt(0, now + MAX_UNACKED_SECONDS)
        self.acked_sum = 0
        self.closing: int | None = None
        self.gone = False
        self._send = send
        self._behind: deque[dict[str, Any]] | None = None
        self._sending: asyncio.Task[None] | None = None
        self._listener = asyncio.current_task()
        self._end: asyncio.TimerHandle | None = None

    def push(self, message: dict[str, Any]) -> None:
        """Sends an ASGI message, or queues it while the socket is full. The queue is bounded by what may be unacked."""
        if self._behind is not None:
            self._behind.append(message)
        elif not self.gone:
            coroutine: Coroutine[Any, Any, None] = self._send(message)  # type: ignore[assignment]
            try:
                rest = eager.begin(coroutine)
            except Exception:
                # The server found the socket closed; its receive() ends the connection.
                self.gone = True
                return
            if rest is not None:
                self._behind = deque()
                self._sending = asyncio.create_task(self._catch_up(rest))

    async def _catch_up(self, first: asyncio.Task[None]) -> None:
        try:
            await first
            while self._behind:
                await self._send(self._behind.popleft())
        except Exception:
            self.gone = True
        self._behind = None

    def owes(self, offset: int, size: int, now: float) -> None:
        """Notes that a snapshot or replay up to `offset` was sent, and until when it must be acknowledged."""
        self.debt = Debt(offset, now + MAX_UNACKED_SECONDS + size / SLOWEST_LINE_BYTES_A_SECOND)

    def close(self, code: int) -> None:
        """Sends the close with its code, before anything that is queued, and lets go of a socket that stays."""
        if self.closing is None:
            self.closing = code
            if self._behind is not None:
                self._behind.clear()
            self.push({"type": "websocket.close", "code": code})
            if self._listener is not None:
                self._end = asyncio.get_running_loop().call_later(CLOSE_SECONDS, self._listener.cancel)

    def stop(self) -> None:
        """Forgets what was queued; for when the socket is gone."""
        self.gone = True
        if self._end is not None:
            self._end.cancel()
        for task in (self._sending, self.recovering):
            if task is not None:
                task.cancel()


class Group:
    """Connections with the same keys and the same position: one frame serves them all.

    What was sent is summed up here once for all, so that a frame costs a connection nothing but its sending: a
    connection only keeps which sum it has acknowledged.
    """

    def __init__(self, keys: frozenset[str], offset: int, now: float) -> None:
        self.keys = keys
        self.offset = offset
        self.members: dict[Connection, None] = {}
        self.sum = 0
        self.sent_at = now
        # Of the frames of the last seconds: up to where, the sum after it, and when.
        self._uptos: list[int] = []
        self._sums: list[int] = []
        self._times: list[float] = []

    def join(self, connection: Connection) -> None:
        """Takes in a connection that stands where the group stands."""
        self.members[connection] = None
        connection.group = self
        connection.acked_sum = self.sum

    def send_frame(self, events: list[str], upto: int, now: float) -> None:
        """Sends one frame from where the group stands up to `upto`, also when there are no events."""
        text = frame(self.offset, upto, events)
        self.offset = upto
        self.sent_at = now
        self.send(text)
        self._uptos.append(upto)
        self._sums.append(self.sum)
        self._times.append(now)

    def send(self, text: str) -> None:
        """Sends a text to every member."""
        self.sum += len(text)
        message = {"type": "websocket.send", "text": text}
        for connection in self.members:
            connection.push(message)

    def acknowledged(self, connection: Connection, offset: int) -> None:
        """Notes that a member has everything up to `offset`; what was never sent cannot be acknowledged."""
        if offset > self.offset:
            return
        if connection.debt is not None and offset >= connection.debt.offset:
            connection.debt = None
        index = bisect_right(self._uptos, offset)
        if index:
            connection.acked_sum = max(connection.acked_sum, self._sums[index - 1])

    def is_slow(self, connection: Connection, now: float) -> bool:
        """Whether a member has left too much, or something for too long, unacknowledged."""
        if self.sum - connection.acked_sum > MAX_UNACKED_BYTES:
            return True
        if connection.debt is not None:
            return False
        oldest = bisect_right(self._sums, connection.acked_sum)
        return oldest < len(self._times) and now - self._times[oldest] > MAX_UNACKED_SECONDS

    def forget(self, now: float) -> None:
        """Drops frames so old that whoever has not acknowledged them was closed."""
        old = bisect_right(self._times, now - 2 * MAX_UNACKED_SECONDS)
        del self._uptos[:old], self._sums[:old], self._times[:old]
