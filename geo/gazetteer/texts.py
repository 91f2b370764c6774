"""Many short texts in one piece of memory: a Python string of its own each would take four times as much."""

from __future__ import annotations

from array import array
from collections.abc import Iterable


class Texts:
    """Texts by number, in the order they were added."""

    def __init__(self) -> None:
        self._blob = bytearray()
        self._starts = array("I", [0])

    def add(self, text: str) -> None:
        self._blob += text.encode()
        self._starts.append(len(self._blob))

    def followed_by(self, first: int, more: Iterable[str]) -> Texts:
        """The first so many of these texts, and others behind them."""
        longer = Texts()
        longer._starts = self._starts[: first + 1]
        longer._blob = self._blob[: self._starts[first]]
        for text in more:
            longer.add(text)
        return longer

    def __getitem__(self, number: int) -> str:
        return self._blob[self._starts[number] : self._starts[number + 1]].decode()

    def __len__(self) -> int:
        return len(self._starts) - 1
