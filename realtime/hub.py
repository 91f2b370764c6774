"""The hub: one a process, between the log and the sockets.

It looks at the counter row every 100 ms while somebody is connected, sooner when nudged, and sends what is new.
Everything here runs on the event loop of the server, except readings, which have threads of their own.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from django.conf import settings

from realtime import frames, log, nudge, rights
from realtime.client import Ack, Resume
from realtime.connection import Connection, Group
from realtime.entities import Row
from realtime.log import REPLAY_LIMIT, Logged, LogState
from realtime.position import Position, scope_of
from realtime.positions import Following, Movements, seen
from realtime.reading import Readers
from realtime.recovery import Snapshot, recover

logger = logging.getLogger(__name__)

LOOK_EVERY = 0.1
HEARTBEAT_EVERY = 2.0
FIGURES_EVERY = 1.0
POSITIONS_EVERY = 1.0
RIGHTS_EVERY = 5.0
# One answer about rights costs about a millisecond: with many people the round takes longer.
RIGHTS_PAUSE = 0.02
# Above so many deliveries a second nudges are left aside, so that there is one frame each LOOK_EVERY.
BUSY_DELIVERIES = 20_000
# A snapshot serves everybody of its scope who comes within this time; what came since is replayed.
SNAPSHOT_KEPT = 1.0
# Replays kept for others of the same scope and position: after a server's restart they come in crowds.
REPLAYS_KEPT = 16
# Events joined in one frame at most.
FRAME_EVENTS = 1_000

TOO_SLOW, RIGHTS_CHANGED, NOT_ENTITLED, NOT_UNDERSTOOD, TRY_LATER = 4001, 4002, 4003, 4004, 4000
# Who sees the figures of the wall.
FIGURES_KEYS = frozenset({"wall", "room", "leader"})


class Sources(NamedTuple):
    """What the application tells the stream, which knows no domain. All read the database, in threads."""

    keys_of: Callable[[dict[str, Any]], frozenset[str]]  # an ASGI connection scope → its audience keys
    snapshot: Callable[[frozenset[str]], Iterable[Row]]
    figures: Callable[[], Mapping[str, Any]]
    # What moved since a moment (None: lately); without it there are no positions.
    positions: Callable[[dt.datetime | None], Movements] | None = None


class Taken(NamedTuple):
    """A snapshot: where it stands, and its text."""

    position: Position
    text: str


def _look(known: LogState | None) -> tuple[LogState, list[Logged] | None]:
    """Where the log stands, and what came since it stood at `known`; None when that cannot be told in events."""
    state = log.state()
    if known is None:
        return state, None
    step = recover(Position(known.epoch, known.top, ""), state, "")
    if isinstance(step, Snapshot):
        return state, None
    if step.upto == step.after:
        return state, []
    events = log.read(step.after, step.upto)
    # Offsets have no gaps: fewer events mean that some were pruned between the two readings.
    return state, events if len(events) == step.upto - step.after else None


class Hub:
    """Sends the log to connections. The options are for measuring what joining events in frames gains."""

    def __init__(
        self, sources: Sources, *, busy_deliveries: float = BUSY_DELIVERIES, frame_events: int = FRAME_EVENTS
    ) -> None:
        self._sources = sources
        self._busy_deliveries = busy_deliveries
        self._frame_events = frame_events
        self._connections: dict[Connection, None] = {}
        self._groups: dict[frozenset[str], Group] = {}
        self._state: LogState | None = None
        # The events of (_recent_after, _state.top].
        self._recent: list[Logged] = []
        self._recent_after = 0
        self._snapshots: dict[frozenset[str], asyncio.Task[Taken]] = {}
        self._replays: dict[tuple[frozenset[str], int, int], str] = {}
        self._looking = asyncio.Lock()
        self._nudged = asyncio.Event()
        self._rights_wanted = asyncio.Event()
        self._running: list[asyncio.Task[None]] = []
        # Cancelled and not yet at their end: the loop alone would not keep them from the garbage collector.
        self._ending: set[asyncio.Task[Any]] = set()
        # Events sent in the second before last look, for telling busy times.
        self._rate = 0.0
        self._rate_at = 0.0
        self._log = Readers("log", keep=True)
        self._rows = Readers("snapshot", 2)
        self._figures = Readers("figures")
        self._positions = Readers("positions")
        self._rights = Readers("rights", 2)

    # --- connections ------------------------------------------------------------------------------------------

    async def keys_of(self, asgi: dict[str, Any]) -> frozenset[str]:
        """The audience keys of a connection now."""
        return await self._rights(self._sources.keys_of, asgi)

    def add(self, connection: Connection) -> None:
        """Takes in a connection; it gets nothing until it resumes."""
        self._connections[connection] = None
        if not self._running:
            self._start()

    def remove(self, connection: Connection) -> None:
        """Forgets a connection; with the last one the hub stops looking."""
        self._leave(connection)
        connection.stop()
        self._connections.pop(connection, None)
        if not self._connections:
            self._stop()

    def received(self, connection: Connection, said: Resume | Ack) -> None:
        """What a client said. A second resume while it is being brought up to date changes nothing."""
        if connection.closing is not None or connection.recovering is not None:
            return
        if isinstance(said, Resume):
            self._leave(connection)
            self._recover(connection, said.position)
        elif connection.group is not None:
            connection.group.acknowledged(connection, said.offset)

    def _leave(self, connection: Connection) -> None:
        group, connection.group = connection.group, None
        if group is not None:
            group.members.pop(connection, None)
            if not group.members:
                self._groups.pop(group.keys, None)

    def _close(self, connection: Connection, code: int) -> None:
        self._leave(connection)
        if connection.recovering is not None:
            connection.recovering.cancel()
        connection.close(code)

    # --- bringing one connection up to date -------------------------------------------------------------------

    def _recover(self, connection: Connection, position: Position | None) -> None:
        task = connection.recovering = asyncio.create_task(self._bring_up(connection, position))

        def ended(_: asyncio.Task[None]) -> None:
            if connection.recovering is task:
                connection.recovering = None

        task.add_done_callback(ended)

    async def _bring_up(self, connection: Connection, position: Position | None) -> None:
        try:
            while not await self._try_bring_up(connection, position):
                # The log was restored or pruned under our hands: begin anew, and let others do so too.
                position = None
                await asyncio.sleep(0.01)
        except asyncio.CancelledError:
            raise
        except Exception:
            logger.exception("A connection cannot be brought up to date")
            self._close(connection, TRY_LATER)

    async def _try_bring_up(self, connection: Connection, position: Position | None) -> bool:
        state = self._state
        if state is None or (position is not None and position.offset > state.top):
            # It may have been ahead of us at another process.
            state = await self._advance()
        size = 0
        if position is None or isinstance(recover(position, state, connection.scope), Snapshot):
            taken = await self._snapshot(connection.keys)
            position = taken.position
            size = len(taken.text)
            connection.push({"type": "websocket.send", "text": taken.text})
            connection.owes(position.offset, size, self._now())
        answered = size > 0
        while True:
            state = self._state or await self._advance()
            if position.offset > state.top or position.epoch != state.epoch:
                state = await self._advance()
            if isinstance(recover(position, state, connection.scope), Snapshot):
                return False
            if position.offset == state.top and answered:
                break
            text = await self._replay(connection.keys, position.offset, state)
            if text is None:
                return False
            connection.push({"type": "websocket.send", "text": text})
            size += len(text)
            position = position._replace(offset=state.top)
            connection.owes(position.offset, size, self._now())
            answered = True
        self._join(connection, position.offset)
        return True

    def _join(self, connection: Connection, offset: int) -> None:
        """From here to the last line nothing waits: the connection stands where the hub stands."""
        group = self._groups.get(connection.keys)
        if group is None:
            group = self._groups[connection.keys] = Group(connection.keys, offset, self._now())
        elif group.offset < offset:
            # Nothing of interest to it came since its last frame; the newcomer stands further on.
            group.send_frame([], offset, self._now())
        group.join(connection)

    async def _snapshot(self, keys: frozenset[str]) -> Taken:
        """One snapshot per scope at a time, for everybody who asks meanwhile and a moment longer."""
        task = self._snapshots.get(keys)
        if task is None:
            task = self._snapshots[keys] = asyncio.create_task(self._rows(self._take, keys))

            def forget() -> None:
                if self._snapshots.get(keys) is task:
                    del self._snapshots[keys]

            def done(task: asyncio.Task[Taken]) -> None:
                if task.cancelled() or task.exception():
                    forget()
                else:
                    asyncio.get_running_loop().call_later(SNAPSHOT_KEPT, forget)

            task.add_done_callback(done)
        return await asyncio.shield(task)

    def _take(self, keys: frozenset[str]) -> Taken:
        # The position first, then the rows: what changes between is in both, and versions sort that out.
        state = log.state()
        position = Position(state.epoch, state.top, scope_of(keys))
        return Taken(position, frames.snapshot(position, self._sources.snapshot(keys)))

    async def _replay(self, keys: frozenset[str], after: int, state: LogState) -> str | None:
        """The frame of (after, state.top] for these keys; None when events of it are gone."""
        if after < self._recent_after:
            async with self._looking:
                if after < self._recent_after:
                    older, now = await self._log(lambda: (log.read(after, self._recent_after), log.state()))
                    if len(older) != self._recent_after - after or now.epoch != state.epoch:
                        return None
                    self._recent[:0] = older
                    self._recent_after = after
        which = (keys, after, state.top)
        text = self._replays.get(which)
        if text is None:
            if len(self._replays) >= REPLAYS_KEPT:
                self._replays.clear()
            events = self._recent[after - self._recent_after : state.top - self._recent_after]
            seen = (frames.seen(event, keys) for event in events)
            text = self._replays[which] = frames.frame(after, state.top, filter(None, seen))
        return text

    # --- following the log ------------------------------------------------------------------------------------

    def _start(self) -> None:
        start = asyncio.create_task
        self._running = [start(self._follow()), start(self._send_figures()), start(self._watch_rights())]
        if self._sources.positions is not None:
            self._running.append(start(self._send_positions(self._sources.positions)))
        if settings.REDIS_URL:
            self._running.append(start(nudge.listen(self._nudged.set)))

    def _stop(self) -> None:
        for task in (*self._running, *self._snapshots.values()):
            task.cancel()
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)
        self._running = []
        self._snapshots.clear()
        self._replays.clear()
        self._groups.clear()
        self._state = None
        self._recent = []

    async def _follow(self) -> None:
        """Looks, sends, waits; for ever. A database that cannot be read is a silence: no heartbeat says otherwise."""
        readable = True
        housekeeping = 0.0
        while True:
            began = self._now()
            try:
                await self._advance()
                self._heartbeats()
                readable = True
            except Exception:
                if readable:
                    logger.exception("The log cannot be read, trying on")
                readable = False
            if began - housekeeping >= 1.0:
                housekeeping = began
                self._close_slow()
            await self._pause(began)

    async def _pause(self, began: float) -> None:
        remaining = began + LOOK_EVERY - self._now()
        if self._is_busy():
            await asyncio.sleep(max(0.0, remaining))
        elif remaining > 0 and not self._nudged.is_set():
            try:
                async with asyncio.timeout(remaining):
                    await self._nudged.wait()
            except TimeoutError:
                pass
        else:
            await asyncio.sleep(0)
        self._nudged.clear()

    def _is_busy(self) -> bool:
        fading = max(0.0, 1.0 - (self._now() - self._rate_at))
        return self._rate * fading * len(self._connections) > self._busy_deliveries

    def _count(self, events: int) -> None:
        now = self._now()
        fading = max(0.0, 1.0 - (now - self._rate_at))
        self._rate = self._rate * fading + events
        self._rate_at = now

    async def _advance(self) -> LogState:
        """Looks at the log and sends what is new; raises when it cannot be read."""
        async with self._looking:
            state, events = await self._log(_look, self._state)
            if events is None:
                self._begin_at(state)
                return state
            self._state = state._replace(top=self._state.top if self._state else state.top)
            for first in range(0, len(events), self._frame_events):
                if first:
                    # Sockets get the processor between two full frames.
                    await asyncio.sleep(0)
                self._deliver(events[first : first + self._frame_events])
            self._state = state
            return state

    def _begin_at(self, state: LogState) -> None:
        """The hub stands at `state` without having sent what lies before; every group member recovers by itself."""
        before, self._state = self._state, state
        self._recent, self._recent_after = [], state.top
        self._replays.clear()
        # What was taken before stands on ground that is gone.
        self._snapshots.clear()
        members = [connection for group in self._groups.values() for connection in group.members]
        for connection in members:
            group = connection.group
            position = Position(before.epoch, group.offset, connection.scope) if before and group else None
            self._leave(connection)
            self._recover(connection, position)

    def _deliver(self, events: list[Logged]) -> None:
        """Sends one frame to every group that sees something of these events. Nothing in here waits."""
        assert self._state is not None
        now, upto = self._now(), events[-1].offset
        for group in list(self._groups.values()):
            texts = [text for event in events if (text := frames.seen(event, group.keys)) is not None]
            if texts:
                group.send_frame(texts, upto, now)
        self._recent += events
        if len(self._recent) > REPLAY_LIMIT:
            excess = len(self._recent) - REPLAY_LIMIT
            del self._recent[:excess]
            self._recent_after += excess
        self._state = self._state._replace(top=upto)
        self._replays.clear()
        self._count(len(events))
        if any(event.entity == rights.RIGHTS for event in events):
            self._rights_wanted.set()

    def _heartbeats(self) -> None:
        assert self._state is not None
        now = self._now()
        for group in list(self._groups.values()):
            if now - group.sent_at >= HEARTBEAT_EVERY:
                group.send_frame([], self._state.top, now)

    def _close_slow(self) -> None:
        now = self._now()
        for connection in list(self._connections):
            late = connection.debt is not None and connection.recovering is None and now > connection.debt.until
            if late or (connection.group is not None and connection.group.is_slow(connection, now)):
                self._close(connection, TOO_SLOW)
        for group in self._groups.values():
            group.forget(now)

    # --- rights and figures -----------------------------------------------------------------------------------

    async def _watch_rights(self) -> None:
        """Asks for everybody's keys every few seconds, and at once when rights were touched."""
        while True:
            try:
                async with asyncio.timeout(RIGHTS_EVERY):
                    await self._rights_wanted.wait()
            except TimeoutError:
                pass
            hurried = self._rights_wanted.is_set()
            self._rights_wanted.clear()
            who = {connection.identity: connection.asgi for connection in self._connections}
            for identity, asgi in who.items():
                try:
                    keys = await self.keys_of(asgi)
                except Exception:
                    logger.exception("Rights cannot be asked for, they stay as they are")
                    continue
                for connection in [c for c in self._connections if c.identity == identity and c.keys != keys]:
                    self._close(connection, RIGHTS_CHANGED if keys else NOT_ENTITLED)
                if not hurried:
                    await asyncio.sleep(RIGHTS_PAUSE)

    async def _send_figures(self) -> None:
        while True:
            began = self._now()
            groups = [group for group in self._groups.values() if group.keys & FIGURES_KEYS]
            if groups:
                try:
                    text = frames.figures(await self._figures(self._sources.figures))
                except Exception:
                    logger.exception("The figures cannot be told")
                else:
                    for group in groups:
                        group.send(text)
            await asyncio.sleep(max(0.1, began + FIGURES_EVERY - self._now()))

    async def _send_positions(self, moved: Callable[[dt.datetime | None], Movements]) -> None:
        following = Following()
        while True:
            began = self._now()
            try:
                news = following.news(await self._positions(moved, following.upto))
            except Exception:
                logger.exception("Positions cannot be told")
                news = {}
            for group in list(self._groups.values()) if news else ():
                if texts := seen(news, group.keys):
                    group.send(frames.positions(texts))
            await asyncio.sleep(max(0.1, began + POSITIONS_EVERY - self._now()))

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
