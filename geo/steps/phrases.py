"""Finds known phrases in a row of words: a dictionary by first word, the longest match first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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
        self._by_words: dict[tuple[str, ...], tuple[T, ...]] = {}
        # First word → how many words the phrases have that begin with it, longest first. Whoever goes through a text
        # looks here before asking: nearly all words begin nothing.
        self.beginnings: dict[str, tuple[int, ...]] = {}

    def add(self, phrase: str, meaning: T) -> None:
        """A phrase as it is written."""
        self.put(tuple(token.folded for token in tokens_of(phrase)), meaning)

    def put(self, words: tuple[str, ...], meaning: T) -> None:
        """A phrase by its words as they will be looked up."""
        if not words:
            return
        self._put(words, meaning)
        joined = "".join(words)
        if len(words) > 1 and len(joined) >= 5:
            self._put((joined,), meaning)

    def _put(self, words: tuple[str, ...], meaning: T) -> None:
        meanings = self._by_words.get(words, ())
        if meaning not in meanings:
            self._by_words[words] = (*meanings, meaning)
        lengths = self.beginnings.get(words[0], ())
        if len(words) not in lengths:
            self.beginnings[words[0]] = tuple(sorted((*lengths, len(words)), reverse=True))

    def at(self, tokens: Sequence[Token], start: int) -> Phrase[T] | None:
        """The longest phrase that begins at a token."""
        if tokens[start].folded not in self.beginnings:
            return None
        return self.at_keys([token.folded for token in tokens], start)

    def at_keys(self, words: Sequence[str], start: int) -> Phrase[T] | None:
        """The longest phrase that begins at a word."""
        lengths = self.beginnings.get(words[start])
        if lengths is None:
            return None
        for length in lengths:
            if start + length <= len(words):
                meanings = self._by_words.get(tuple(words[start : start + length]))
                if meanings:
                    return Phrase(start, start + length, meanings)
        return None

    def ending_at(self, tokens: Sequence[Token], end: int, longest: int = 4) -> Phrase[T] | None:
        """The longest phrase that ends directly before a token."""
        return self.ending_at_keys([token.folded for token in tokens[:end]], end, longest)

    def ending_at_keys(self, words: Sequence[str], end: int, longest: int = 4) -> Phrase[T] | None:
        """The longest phrase that ends directly before a word."""
        for start in range(max(0, end - longest), end):
            if words[start] in self.beginnings:
                meanings = self._by_words.get(tuple(words[start:end]))
                if meanings:
                    return Phrase(start, end, meanings)
        return None

    def find(self, tokens: Sequence[Token]) -> Iterable[Phrase[T]]:
        """The longest phrase at every token; phrases may overlap."""
        words = [token.folded for token in tokens]
        for start in range(len(words)):
            found = self.at_keys(words, start)
            if found is not None:
                yield found

    def exactly(self, words: Sequence[str]) -> tuple[T, ...]:
        """What a folded phrase stands for."""
        return self._by_words.get(tuple(words), ())

    def items(self) -> Iterator[tuple[tuple[str, ...], tuple[T, ...]]]:
        """Every phrase, folded, with what it stands for."""
        return iter(self._by_words.items())

    def __len__(self) -> int:
        return len(self._by_words)
