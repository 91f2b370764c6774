"""Wards and communes of the neighbours (language/neighbours.toml): outside, and no misspelt ones of ours."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache

from geo.folding import fold_name
from geo.language import table
from geo.steps.phrases import Phrases
from geo.steps.spelling import key
from geo.steps.tokens import Token, tokens_of


def spelt(name: str) -> str:
    return " ".join(key(word) for word in fold_name(name).split())


def neighbour_wards(own: Collection[str]) -> Phrases[tuple[str, ...]]:
    """Their names with the marks of each word, without those that units of ours have (`own`, as they are spelt)."""
    found: Phrases[tuple[str, ...]] = Phrases()
    for group in ("city", "before", "around"):
        for name in table("neighbours")[group]:
            if spelt(name) not in own:
                found.put(tuple(spelt(name).split()), tuple(key(token.marked) for token in tokens_of(name)))
    return found


def neighbour_at(wards: Phrases[tuple[str, ...]], tokens: Sequence[Token], keys: Sequence[str], at: int) -> int | None:
    """Where the name of a neighbour's ward that begins at a token ends; None for none, or one marked otherwise."""
    phrase = wards.at_keys(keys, at)
    if phrase is None or any(token.opens for token in tokens[at + 1 : phrase.end]):
        return None
    written = tokens[at : phrase.end]
    fits = any(
        not any(token.has_marks and key(token.marked) != mark for token, mark in zip(written, marks, strict=False))
        for marks in phrase.meanings
    )
    return phrase.end if fits else None


@cache
def marks_of_the_city_since() -> dict[str, tuple[str, ...]]:
    """The same, each with the marks of its words."""
    return {spelt(name): tuple(key(token.marked) for token in tokens_of(name)) for name in table("neighbours")["city"]}


@cache
def names_of_the_city_since() -> frozenset[str]:
    """The wards and communes that the city of 2025 has outside the territory, as they are spelt."""
    return frozenset(spelt(name) for name in table("neighbours")["city"])
