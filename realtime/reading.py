"""Threads of the hub that read the database, each with a connection of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import connection

P = ParamSpec("P")
T = TypeVar("T")


class Readers:
    """A few threads for one kind of reading, so that a slow one never delays another kind."""

    def __init__(self, name: str, threads: int = 1, *, keep: bool = False) -> None:
        """`keep` holds the connection open between readings; else a pooled one goes back to its pool."""
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=f"stream-{name}")
        self._keep = keep

    async def __call__(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs a function that reads, and gives or raises what it does."""

        def read() -> T:
            try:
                result = function(*args, **kwargs)
            except BaseException:
                # It may be the connection that is broken: the next reading makes a new one.
                connection.close()
                raise
            if not self._keep and connection.vendor == "postgresql":
                connection.close()
            return result

        return await asyncio.get_running_loop().run_in_executor(self._threads, read)

    def close(self) -> None:
        """Ends the threads, when what they do now is done."""
        self._threads.submit(connection.close)
        self._threads.shutdown(wait=False)
