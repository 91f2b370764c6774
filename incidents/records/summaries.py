"""A citizen's words made short and without phone numbers and e-mail addresses, for lists and agencies' phones."""

from __future__ import annotations

import re

LONGEST = 160
MASK = "•••"
_EMAIL = re.compile(r"[\w.+%-]+\s?@\s?[\w-]+(?:\.[\w-]+)+")
# Nine digits or more, however they are grouped: 0900 000 001, +84-900.000.001, 0274.3822.022.
_PHONE = re.compile(r"(?<![\w/])\+?\(?\d(?:[ .\-()]{0,2}\d){8,14}(?![\w/])")


def mask(words: str) -> str:
    """The words with every e-mail address and every number of nine digits or more replaced by dots.

    Numbers that people use for places stay: houses (12/5), roads (30/4), three-figure services, short numbers.
    """
    return _PHONE.sub(MASK, _EMAIL.sub(MASK, words))


def summarise(words: str, longest: int = LONGEST) -> str:
    """One line of at most `longest` characters, masked, cut between words where that is possible."""
    line = " ".join(mask(words).split())
    if len(line) <= longest:
        return line
    cut = line[: longest - 1]
    at = cut.rfind(" ")
    return (cut[:at] if at > longest // 2 else cut).rstrip(" ,.;:") + "…"
