"""An old and a new name of one place side by side: "phường Tân Bình cũ, nay là phường Dĩ An". Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from geo.folding import fold_name
from geo.language import table
from geo.models import Level
from geo.steps.areanames import Mention
from geo.steps.phrases import Phrases

# Words between the two names at most: "cũ, hiện nay là".
MOST_BETWEEN = 5


@dataclass(frozen=True, slots=True)
class Renamed:
    """A ward's name of before and its name of today, as a text pairs them."""

    old: Mention
    new: Mention


def renamed(words: Sequence[str], mentions: Sequence[Mention]) -> Iterator[Renamed]:
    """The pairs of wards that a text says are one. `words` are folded; mentions count in them, in the text's order."""
    wards = [mention for mention in mentions if mention.level == Level.WARD]
    for one, other in pairwise(wards):
        between = words[one.end : other.start]
        if len(between) > MOST_BETWEEN:
            continue
        if _holds(between, "now"):
            yield Renamed(one, other)
        elif _holds(between, "before") or (other.end < len(words) and words[other.end] in _old_words()):
            yield Renamed(other, one)


def _holds(words: Sequence[str], group: str) -> bool:
    phrases = _phrases(group)
    return any(phrases.at_keys(words, at) is not None for at in range(len(words)))


@cache
def _phrases(group: str) -> Phrases[bool]:
    phrases: Phrases[bool] = Phrases()
    for words in table("relations")["renamed"][group]:
        phrases.put(tuple(fold_name(words).split()), True)
    return phrases


@cache
def _old_words() -> frozenset[str]:
    return frozenset(fold_name(word) for word in table("relations")["renamed"]["old"])
