"""Words cut into syllables, each with its plain letters and the marks that were typed on it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from geo.folding import fold

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Syllable:
    """One typed syllable: its plain letters, and the marks that stood on them in any order."""

    plain: str
    marks: frozenset[str]

    def may_be(self, meant: Syllable) -> bool:
        """Whether this may be a hasty way to type `meant`: marks may be missing, wrong ones may not be there.

        So "chay" and "cháy" may be "cháy", and "chạy" may not; "hoà" and "hòa" are the same.
        """
        return self.plain == meant.plain and self.marks <= meant.marks


def syllables(text: str) -> list[Syllable]:
    """The text cut into syllables, in lower case, punctuation left out."""
    return [_syllable(word) for word in _WORD.findall(unicodedata.normalize("NFC", text).lower())]


# Vietnamese has some 7,000 syllables, and people type the same few again and again.
@lru_cache(maxsize=20_000)
def _syllable(word: str) -> Syllable:
    letters = unicodedata.normalize("NFD", word)
    marks = {letter for letter in letters if unicodedata.combining(letter)}
    return Syllable(fold(word), frozenset(marks | ({"đ"} & set(letters))))
