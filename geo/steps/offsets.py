"""How far from a named thing the words say it is: "cách chợ Búng 200 m", "cách ngã tư 1,5 km về hướng bắc". Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from geo.folding import fold, fold_name
from geo.language import table
from geo.steps.tokens import Token
from geo.steps.written import spoken_number

# Nobody who says "cách" by foot or wheel means farther.
FARTHEST_M = 5_000.0
# Words between "cách" and the thing's name, and between its name and the distance.
MOST_BETWEEN = 4


@dataclass(frozen=True, slots=True)
class Offset:
    """Metres from a thing, and the compass direction in eighths from north (None: which way is not said)."""

    distance_m: float
    direction: int | None


def offset_from(tokens: Sequence[Token], words: Sequence[str], start: int, end: int) -> Offset | None:
    """What the words round a name at [start, end) say of the distance from it; None when they do not.

    `words` are the tokens' folded ones, short forms written out.
    """
    language = _language()
    first = max(0, start - MOST_BETWEEN)
    away = next((at for at in range(start - 1, first - 1, -1) if words[at] in language.away), None)
    if away is not None and any(token.opens for token in tokens[away + 1 : start + 1]):
        away = None
    distance, direction, at = None, None, end
    while at < len(words) and not tokens[at].opens:
        if distance is None and (measured := _measure(tokens, words, at)) is not None:
            distance, at = measured
        elif direction is None and (pointed := _direction(words, at)) is not None:
            direction, at = pointed
        elif words[at] in language.fillers:
            at += 1
        else:
            break
    if distance is None and away is not None and (measured := _measure(tokens, words, away + 1)) is not None:
        # "cách 200 m chợ Búng"
        distance = measured[0]
    if distance is None or not 0 < distance <= FARTHEST_M or (away is None and direction is None):
        return None
    return Offset(distance, direction)


def _measure(tokens: Sequence[Token], words: Sequence[str], at: int) -> tuple[float, int] | None:
    """(metres, the word behind) of a length that begins at a word: "200m", "1,5 km", "hai trăm mét"."""
    units = _language().units
    while at < len(words) and words[at] in _language().about:
        at += 1
    if at >= len(words):
        return None
    digits = words[at].rstrip("abcdefghijklmnopqrstuvwxyz")
    glued = words[at][len(digits) :]
    if digits.isdigit() and len(digits) <= 5:
        value, behind = float(digits), at + 1
        if (
            not glued
            and behind < len(words)
            and tokens[behind].gap.strip() in {",", "."}
            and words[behind][:1].isdigit()
        ):
            fraction = words[behind].rstrip("abcdefghijklmnopqrstuvwxyz")
            glued = words[behind][len(fraction) :]
            if fraction.isdigit() and len(fraction) <= 2:
                value, behind = float(f"{digits}.{fraction}"), behind + 1
    else:
        number, behind = spoken_number(words, at)
        if number is None:
            return None
        value, glued = float(number), ""
    if glued:
        return (value * units[(glued,)], behind) if (glued,) in units else None
    for length in (2, 1):
        unit = tuple(words[behind : behind + length])
        if unit in units:
            return value * units[unit], behind + length
    return None


def _direction(words: Sequence[str], at: int) -> tuple[int, int] | None:
    """(eighths from north, the word behind) of "về hướng bắc", "phía đông nam" at a word."""
    language = _language()
    begin = at
    while at < len(words) and words[at] in language.towards:
        at += 1
    if at == begin:
        return None
    for length in (2, 1):
        named = language.compass.get(tuple(words[at : at + length]))
        if named is not None:
            return named, at + length
    return None


@dataclass(frozen=True, slots=True)
class _Language:
    away: frozenset[str]
    about: frozenset[str]
    fillers: frozenset[str]
    towards: frozenset[str]
    units: dict[tuple[str, ...], float]
    compass: dict[tuple[str, ...], int]


@cache
def _language() -> _Language:
    offset = table("relations")["offset"]
    return _Language(
        frozenset(fold(word) for word in offset["away"]),
        frozenset(fold(word) for word in offset["about"]),
        frozenset(fold(word) for word in (*offset["about"], *offset["fillers"])),
        frozenset(fold(word) for word in offset["towards"]),
        {tuple(fold_name(unit).split()): float(metres) for unit, metres in offset["units"].items()},
        {tuple(fold_name(name).split()): eighth for eighth, name in enumerate(offset["compass"])},
    )
