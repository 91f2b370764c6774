"""How a word may have been spelt: i for y, raw telex, what a speech recogniser heard, a slip of a letter or two."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

_Y = re.compile(r"^([bcdghklmnprstvx]+)y(?=[\u0300-\u0323]*$)")
_TELEX_TONES = "sfrxj"
_TELEX = (("dd", "d"), ("aa", "a"), ("ee", "e"), ("oo", "o"), ("aw", "a"), ("ow", "o"), ("uw", "u"), ("w", "u"))
# The South does not tell these apart by ear; the longer ones come first.
_SOUNDS = tuple(
    (re.compile(pattern), heard)
    for pattern, heard in (
        (r"^(ngh|ng)", "ng"),
        (r"^(gh)", "g"),
        (r"^(gi|d|v|r)(?=[aeiouy])", "d"),
        (r"^(tr|ch)", "ch"),
        (r"^(s|x)", "x"),
        (r"^(qu|hu|ngu|gu|u)(?=[aeoiy])", "w"),
        (r"^(c|k)", "k"),
        (r"(?<=[aeiouy])(ch|c|t)$", "k"),
        (r"(?<=[aeiouy])(nh|ng|n)$", "n"),
        (r"y", "i"),
        (r"ie(?=u)", "i"),
        (r"uo(?=i|u)", "u"),
        (r"uo", "ua"),
    )
)


@lru_cache(maxsize=20_000)
def key(word: str) -> str:
    """A word, folded or with its marks, with i for a y that sounds the same ("Mỹ" and "Mĩ")."""
    return _Y.sub(r"\1i", word) if "y" in word else word


@lru_cache(maxsize=20_000)
def from_telex(folded: str) -> str:
    """The plain letters of a word typed in raw telex ("phuwowngf" is "phuong"); the word itself when it is none."""
    if not 2 < len(folded) <= 10 or not folded.isascii() or not folded.isalpha():
        return folded
    word = folded
    if word[-1] in _TELEX_TONES:
        word = word[:-1]
    for tone in _TELEX_TONES:
        # The tone stands at the end, or before the final consonants when typed early ("phusc").
        word = re.sub(rf"(?<=[aeiouyw]){tone}(?=(?:c|ch|m|n|ng|nh|p|t|[aeiouy])?$)", "", word, count=1)
    for typed, plain in _TELEX:
        word = word.replace(typed, plain)
    return word


@lru_cache(maxsize=20_000)
def sound(folded: str) -> str:
    """What a word sounds like in the South: equal for words a recogniser mixes up ("dầu", "giầu", "vầu")."""
    for pattern, heard in _SOUNDS:
        folded = pattern.sub(heard, folded)
    return folded


def slips(length: int) -> int:
    """How many letters of a name that long may be wrong."""
    return 0 if length < 4 else 1 if length < 8 else 2


def nearest(written: str, names: Sequence[str] | Collection[str]) -> tuple[str, int] | None:
    """(the one name nearest to what is written, letters that differ), within `slips`; None if two are as near.

    A letter too many, missing, exchanged, or two swapped count one each.
    """
    most = slips(len(written))
    if not most:
        return None
    found = process.extract(written, names, scorer=OSA.distance, score_cutoff=most, limit=2)
    if not found or (len(found) > 1 and found[0][1] == found[1][1]):
        return None
    return found[0][0], int(found[0][1])
