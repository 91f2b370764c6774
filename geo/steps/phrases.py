"""Finds known phrases in a row of words: a dictionary by first word, the longest match first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from geo.steps.tokens import Token, tokens_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Phrase(Generic[T]):
    """A phrase found at tokens [start, end), with everything it may stand for."""

    start: int
    end: int
    meanings: tuple[T, ...]


class Phrases(Generic[T]):
    """Phrases by their folded words. Also found when written in one word ("phuloi")."""

    def __init__(self) -> None:
        self._by_words: dict[tuple[str, ...], list[T]] = {}
        self._lengths: dict[str, list[int]] = {}

    def add(self, phrase: str, meaning: T) -> None:
        words = tuple(token.folded for token in tokens_of(phrase))
        if not words:
            return
        self._put(words, meaning)
        joined = "".join(words)
        if len(words) > 1 and len(joined) >= 5:
            self._put((joined,), meaning)

    def _put(self, words: tuple[str, ...], meaning: T) -> None:
        meanings = self._by_words.setdefault(words, [])
        if meaning not in meanings:
            meanings.append(meaning)
        lengths = self._lengths.setdefault(words[0], [])
        if len(words) not in lengths:
            lengths.append(len(words))
            lengths.sort(reverse=True)

    def at(self, tokens: Sequence[Token], start: int) -> Phrase[T] | None:
        """The longest phrase that begins at a token."""
        for length in self._lengths.get(tokens[start].folded, ()):
            if start + length <= len(tokens):
                words = tuple(token.folded for token in tokens[start : start + length])
                meanings = self._by_words.get(words)
                if meanings:
                    return Phrase(start, start + length, tuple(meanings))
        return None

    def ending_at(self, tokens: Sequence[Token], end: int, longest: int = 4) -> Phrase[T] | None:
        """The longest phrase that ends directly before a token."""
        for start in range(max(0, end - longest), end):
            words = tuple(token.folded for token in tokens[start:end])
            meanings = self._by_words.get(words)
            if meanings:
                return Phrase(start, end, tuple(meanings))
        return None

    def find(self, tokens: Sequence[Token]) -> Iterable[Phrase[T]]:
        """The longest phrase at every token; phrases may overlap."""
        for start in range(len(tokens)):
            found = self.at(tokens, start)
            if found is not None:
                yield found

    def exactly(self, words: Sequence[str]) -> tuple[T, ...]:
        """What a folded phrase stands for."""
        return tuple(self._by_words.get(tuple(words), ()))

    def __len__(self) -> int:
        return len(self._by_words)
