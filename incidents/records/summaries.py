"""A citizen's words made short and without what is covered (covering.py), for lists and agencies' phones."""

from __future__ import annotations

from collections.abc import Callable

from incidents.records.covering import cover

LONGEST = 160


def summarise(words: str, longest: int = LONGEST, *, hide: Callable[[str], str] = cover) -> str:
    """One line of at most `longest` characters, covered, cut between words where that is possible."""
    line = " ".join(hide(words).split())
    if len(line) <= longest:
        return line
    cut = line[: longest - 1]
    at = cut.rfind(" ")
    return (cut[:at] if at > longest // 2 else cut).rstrip(" ,.;:") + "…"
