"""Finding phrases in words that were typed with all, some or none of the Vietnamese marks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from geo.syllables import Syllable, syllables


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase in the words. `exact`: typed with all its marks. `start` and `end` count syllables."""

    phrase: str
    start: int
    end: int
    exact: bool

    @property
    def is_vague(self) -> bool:
        """A single syllable without its marks may be many words."""
        return not self.exact and self.end - self.start == 1

    def is_inside(self, other: Found) -> bool:
        """Whether a longer phrase was found around this one: then the longer one says what is meant."""
        longer = other.end - other.start > self.end - self.start
        return longer and other.start <= self.start and self.end <= other.end


# First plain syllable → the phrases that begin with it, each with its syllables.
Index = Mapping[str, Sequence[tuple[str, Sequence[Syllable]]]]


@lru_cache(maxsize=8192)
def _parsed(phrase: str) -> tuple[Syllable, ...]:
    return tuple(syllables(phrase))


def is_marked(text: str) -> bool:
    """Whether the text was typed with marks: a third of its syllables have some (about two thirds do usually)."""
    typed = syllables(text)
    return sum(bool(syllable.marks) for syllable in typed) * 3 >= len(typed) > 0


def indexed(phrases: Iterable[str]) -> Index:
    """The phrases by their first syllable, for `find`: made once, used for every text."""
    by_first: dict[str, list[tuple[str, Sequence[Syllable]]]] = defaultdict(list)
    for phrase in set(phrases):
        if meant := _parsed(phrase):
            by_first[meant[0].plain].append((phrase, meant))
    return by_first


def find(text: str, phrases: Index) -> list[Found]:
    """Every place where one of the phrases stands in the text, except inside a longer one that was found too."""
    typed = syllables(text)
    found = []
    for start, syllable in enumerate(typed):
        for phrase, wanted in phrases.get(syllable.plain, ()):
            piece = typed[start : start + len(wanted)]
            if len(piece) == len(wanted) and all(map(Syllable.may_be, piece, wanted)):
                exact = all(one.marks == other.marks for one, other in zip(piece, wanted, strict=True))
                found.append(Found(phrase, start, start + len(wanted), exact))
    return [one for one in found if not any(one.is_inside(other) for other in found)]
