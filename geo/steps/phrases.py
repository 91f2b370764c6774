"""Finds known phrases in a row of words: a tree of words, the longest match counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, NamedTuple, TypeVar

from geo.steps.tokens import Token, tokens_of

T = TypeVar("T")


class Phrase(NamedTuple, Generic[T]):
    """A phrase found at tokens [start, end), with everything it may stand for."""

    start: int
    end: int
    meanings: tuple[T, ...]


class _Node(Generic[T]):
    """What phrases that begin with the same words go on with, and what those words stand for themselves."""

    __slots__ = ("further", "meanings")

    def __init__(self) -> None:
        self.further: dict[str, _Node[T]] = {}
        self.meanings: tuple[T, ...] = ()


class Phrases(Generic[T]):
    """Phrases by their folded words. Also found when written in one word ("phuloi")."""

    def __init__(self) -> None:
        self._by_words: dict[tuple[str, ...], tuple[T, ...]] = {}
        # By first word. Whoever goes through a text looks here before asking: nearly all words begin nothing.
        self.beginnings: dict[str, _Node[T]] = {}

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
        if meaning in meanings:
            return
        self._by_words[words] = meanings = (*meanings, meaning)
        further = self.beginnings
        for word in words:
            node = further.setdefault(word, _Node())
            further = node.further
        node.meanings = meanings

    def at(self, tokens: Sequence[Token], start: int) -> Phrase[T] | None:
        """The longest phrase that begins at a token."""
        if tokens[start].folded not in self.beginnings:
            return None
        return self.at_keys([token.folded for token in tokens], start)

    def at_keys(self, words: Sequence[str], start: int) -> Phrase[T] | None:
        """The longest phrase that begins at a word."""
        node = self.beginnings.get(words[start])
        end, best, at, count = start, None, start + 1, len(words)
        while node is not None:
            if node.meanings:
                end, best = at, node
            if at == count:
                break
            node = node.further.get(words[at])
            at += 1
        return Phrase(start, end, best.meanings) if best is not None else None

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
