"""Positions beside the log: the latest value wins, and a lost one is made good by the next. Unnumbered frames."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple


class Moved(NamedTuple):
    """Where something is: its id, when it was there (seconds), and the JSON text that screens get."""

    id: int
    at: float
    text: str


class Movements(NamedTuple):
    """What moved, by the audience key that sees it; `upto` is where the next reading goes on."""

    upto: dt.datetime
    by_key: Mapping[str, Sequence[Moved]]


class Following:
    """What one hub has told already: readings overlap, because batches commit a little after the time they carry."""

    def __init__(self) -> None:
        self.upto: dt.datetime | None = None
        self._told: dict[int, float] = {}

    def news(self, movements: Movements) -> dict[str, list[Moved]]:
        """What of a reading has not been told yet, by key."""
        self.upto = movements.upto
        fresh = {
            one.id: one.at
            for moved in movements.by_key.values()
            for one in moved
            if self._told.get(one.id, float("-inf")) < one.at
        }
        self._told.update(fresh)
        found = {key: [one for one in moved if one.id in fresh] for key, moved in movements.by_key.items()}
        return {key: moved for key, moved in found.items() if moved}


def seen(news: Mapping[str, Sequence[Moved]], keys: Iterable[str]) -> list[str]:
    """The texts of what these keys see, each thing once."""
    return list({one.id: one.text for key in keys for one in news.get(key, ())}.values())
