"""Small writes of many threads in one change: what comes while another one is being written goes with the next.

Each thread would otherwise wait for the database's write lock by itself, behind all that came before it. Known as
group commit; the first to come writes for those behind it, so no thread of its own is needed.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from django.db import OperationalError

from realtime.change import change

One = TypeVar("One")
Answer = TypeVar("Answer")

# So that a change stays short, however many wait.
MOST = 100


class _Waiting(Generic[One, Answer]):
    def __init__(self, one: One) -> None:
        self.one = one
        self.answers: list[Answer] = []
        self.error: Exception | None = None

    @property
    def is_done(self) -> bool:
        return bool(self.answers) or self.error is not None


class Together(Generic[One, Answer]):
    """`write` gets what is to be written, in the order in which it came, in an open change; it gives an answer each."""

    def __init__(self, write: Callable[[Sequence[One]], Sequence[Answer]]) -> None:
        self._write = write
        self._waiting: deque[_Waiting[One, Answer]] = deque()
        self._turn = threading.Lock()

    def __call__(self, one: One) -> Answer:
        """Writes one, perhaps with others, and returns when it is committed.

        Raises what `write` raises for it; what is wrong with one does not cost the others. RuntimeError in a change.
        """
        mine = _Waiting[One, Answer](one)
        self._waiting.append(mine)
        with self._turn:
            while not mine.is_done:
                self._write_waiting()
        if mine.error is not None:
            raise mine.error
        return mine.answers[0]

    def _write_waiting(self) -> None:
        batch = [self._waiting.popleft() for _one in range(min(len(self._waiting), MOST))]
        try:
            self._write_in_one(batch)
        except OperationalError as error:
            # The database does not answer: none of them would fare better alone.
            for waiting in batch:
                waiting.error = error
        except Exception:
            for waiting in batch:
                self._write_alone(waiting)
        finally:
            # The thread is being ended: the others must not wait for what nobody writes any more.
            for waiting in batch:
                if not waiting.is_done:
                    waiting.error = RuntimeError("the writing was broken off")

    def _write_in_one(self, batch: Sequence[_Waiting[One, Answer]]) -> None:
        with change():
            answers = self._write([waiting.one for waiting in batch])
        for waiting, answer in zip(batch, answers, strict=True):
            waiting.answers.append(answer)

    def _write_alone(self, waiting: _Waiting[One, Answer]) -> None:
        try:
            self._write_in_one([waiting])
        except Exception as error:
            waiting.error = error
