"""The hub lets go of nobody's work before it is over."""

from __future__ import annotations

import asyncio
import gc
import weakref

from realtime.hub import Hub, Sources


async def test_what_is_cancelled_comes_to_its_end() -> None:
    """A listener says good-bye to Redis when it is cancelled; collected before that it would leave its line behind."""
    said: list[str] = []

    class Line:
        """What only the listener's own frame holds."""

    def begin() -> tuple[Hub, weakref.ref[Line]]:
        line = Line()

        async def listening(line: Line) -> None:
            waiting = asyncio.get_running_loop().create_future()
            try:
                await waiting
            finally:
                # Nothing but this frame knows the future that it waits for now, as with a socket that is closed.
                parting = asyncio.get_running_loop().create_future()
                line.parting = weakref.ref(parting)  # type: ignore[attr-defined]
                await parting
                said.append("good-bye")

        hub = Hub(Sources(lambda _: frozenset(), lambda _: (), dict))
        hub._running = [asyncio.create_task(listening(line))]
        return hub, weakref.ref(line)

    hub, line = begin()
    await asyncio.sleep(0)
    hub._stop()
    await asyncio.sleep(0)
    gc.collect()
    held = line()
    assert held is not None, "collected before it was over"
    held.parting().set_result(None)  # type: ignore[attr-defined]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert said == ["good-bye"]
    assert hub._ending == set()
