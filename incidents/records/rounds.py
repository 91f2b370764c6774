"""Work that comes round again: a room says what, the worker does it. No other room need know who has such work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

# Does some of what is due and gives how much it did; asked again at once while that is not 0. It claims its rows by
# conditional UPDATE, because several workers ask at the same time, and never waits for anybody outside.
Work = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Round:
    """One kind of such work, done at the earliest `every` after the last time it found nothing to do."""

    name: str
    work: Work
    every: dt.timedelta


_rounds: dict[str, Round] = {}


def register(name: str, work: Work, every: dt.timedelta = dt.timedelta(0)) -> None:
    """Adds a kind of work; called in the `ready()` of the application that owns it. The same name replaces."""
    _rounds[name] = Round(name, work, every)


def registered() -> tuple[Round, ...]:
    """All kinds of work, in the order they were registered."""
    return tuple(_rounds.values())
