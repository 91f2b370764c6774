"""Short forms in names written out, word by word, so that a name and a text that mentions it meet. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from geo.folding import fold
from geo.language import table

_CROSSROADS = {"3": "ba", "4": "tu", "5": "nam", "6": "sau", "7": "bay"}


def written_out(words: Iterable[str]) -> tuple[str, ...]:
    """Folded words with "bv" as "benh vien", "nga 4" as "nga tu"."""
    written: list[str] = []
    shorts = _shorts()
    for word in words:
        if word in shorts:
            written += shorts[word]
        elif word in _CROSSROADS and written and written[-1] == "nga":
            written.append(_CROSSROADS[word])
        else:
            written.append(word)
    return tuple(written)


def short_words() -> Mapping[str, tuple[str, ...]]:
    """Every short form, folded, with the words it stands for."""
    return _shorts()


@cache
def _shorts() -> dict[str, tuple[str, ...]]:
    return {fold(short): tuple(fold(words).split()) for short, words in table("short_names")["place"].items()}
