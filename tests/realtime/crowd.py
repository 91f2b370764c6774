"""Clients of the stream as a browser is one, in a loop of their own thread, so that a test can write meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
from types import TracebackType
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from tests.realtime.reducer import Json, State, reduce

# As frontend/src/live/stream.ts does: more than 1 MB unacknowledged ends a connection.
ACK_AFTER = 250_000


class Client:
    """One browser: connects for ever, resumes where it stands, acknowledges each second, sooner when much came."""

    def __init__(self, who: str, port: int, *, acks: bool = True) -> None:
        self.who, self.port, self.acks = who, port, acks
        self.state = State()
        # Everything it heard and every code it was closed with, in order.
        self.heard: list[Json] = []
        self.heard_at: list[float] = []
        self.codes: list[int] = []
        self.heard_since_ack = 0
        self.refused = 0
        self.socket: ClientConnection | None = None
        self.resumed = 0

    async def live(self) -> None:
        while True:
            try:
                await self._once()
            except (TimeoutError, OSError, WebSocketException):
                self.refused += 1
            await asyncio.sleep(0.05)

    async def _once(self) -> None:
        address = f"ws://127.0.0.1:{self.port}/ws/stream/?who={self.who}"
        options: dict[str, Any] = {"origin": f"http://127.0.0.1:{self.port}", "max_size": None, "proxy": None}
        async with connect(address, **options) as self.socket:
            await self._resume()
            acking = asyncio.create_task(self._acknowledge_each_second())
            try:
                async for text in self.socket:
                    await self._take(json.loads(text))
                    self.heard_since_ack += len(text)
                    if self.heard_since_ack >= ACK_AFTER:
                        await self._acknowledge()
            finally:
                acking.cancel()
                code = self.socket.close_code
                if code is not None:
                    self.codes.append(code)

    async def _resume(self) -> None:
        assert self.socket is not None
        self.resumed += 1
        await self.socket.send(json.dumps({"t": "resume", "position": self.state.position}))

    async def _take(self, message: Json) -> None:
        self.heard.append(message)
        self.heard_at.append(time.monotonic())
        if message["t"] in {"snapshot", "frame"}:
            self.state, resume = reduce(self.state, message)
            if resume:
                await self._resume()

    async def _acknowledge_each_second(self) -> None:
        while True:
            await asyncio.sleep(1)
            await self._acknowledge()

    async def _acknowledge(self) -> None:
        if self.acks and self.socket is not None and self.state.position is not None:
            self.heard_since_ack = 0
            with contextlib.suppress(ConnectionClosed):
                await self.socket.send(json.dumps({"t": "ack", "offset": self.state.position["offset"]}))

    @property
    def words(self) -> dict[int, Any]:
        """What it sees: the words of each probe, or how many there are."""
        bodies = [row["body"] for row in dict(self.state.rows).values()]
        return {body["id"]: body.get("words", body.get("length")) for body in bodies}

    @property
    def frames(self) -> int:
        """How many frames it heard, heartbeats too."""
        return sum(message["t"] == "frame" for message in list(self.heard))

    def kinds(self) -> list[str]:
        """What it heard, without heartbeats: snapshot, frame, figures."""
        return [m["t"] for m in list(self.heard) if m["t"] != "frame" or m["events"]]


class Crowd:
    """Runs clients in a thread."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="crowd", daemon=True)
        self._tasks: list[asyncio.Task[None]] = []
        self.clients: list[Client] = []

    def __enter__(self) -> Crowd:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.run(self._end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    async def _end(self) -> None:
        # The library's own tasks, too.
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(60)

    def add(self, who: str, port: int, *, acks: bool = True) -> Client:
        """A client that begins to connect now."""
        client = Client(who, port, acks=acks)

        async def begin() -> None:
            self._tasks.append(asyncio.create_task(client.live()))

        self.run(begin())
        self.clients.append(client)
        return client

    def cut(self, client: Client) -> None:
        """Cuts the line, as a dead access point does."""

        async def now() -> None:
            if client.socket is not None:
                client.socket.transport.abort()

        self.run(now())
