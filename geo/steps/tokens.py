"""Text to words: composed letters, whole words with their plain form and their marks, breaks between phrases."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from geo.folding import fold

# What is read of one text. A report is a few hundred characters; the rest of a very long one cannot cost time.
MOST_CHARACTERS = 5_000

_WORD = re.compile(r"([^\W_]+)")
_SPACE = re.compile(r"[^\S\n]+")
_BREAKS = frozenset(',;:!?()[]{}\n\r|/"“”')
_BREAK = re.compile(r"[,;:!?()\[\]{}\n\r|/\"“”]|\.(?:\s|$)|\s[-–—]\s")
_TONES = "\u0300\u0301\u0303\u0309\u0323"
# Words a text is made of come again and again; forms of the last ones are kept.
_KEPT_WORDS = 20_000


class Token(NamedTuple):
    """One word: as written, folded, its marks in a form free of where the tone stands ("hoà" = "hòa").

    `opens`: a comma or the like stands between it and the word before; `gap` is what stands there, cut
    to three characters.
    """

    text: str
    folded: str
    marked: str
    start: int
    end: int
    opens: bool
    gap: str = " "

    @property
    def stop(self) -> bool:
        """Whether only a full stop is before it, maybe that of a short form ("P. Phú Hòa")."""
        return self.gap == ". "

    @property
    def has_marks(self) -> bool:
        return self.marked != self.folded


def clean(text: str) -> str:
    """Composed letters, no control characters, at most MOST_CHARACTERS; the same text again when cleaned twice."""
    composed = unicodedata.normalize("NFC", text[:MOST_CHARACTERS])
    if not composed.isprintable():
        composed = "".join(
            letter if letter == "\n" or unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co"} else " "
            for letter in composed
        )
    elif "  " not in composed:
        # The only space that is printable is the plain one.
        return composed[:MOST_CHARACTERS].strip()
    return _SPACE.sub(" ", composed)[:MOST_CHARACTERS].strip()


@lru_cache(maxsize=_KEPT_WORDS)
def marks_of(word: str) -> str:
    """The word in lower case with its tone moved to the end, so that both ways of placing it are equal."""
    letters: list[str] = []
    tones: list[str] = []
    for letter in unicodedata.normalize("NFD", word.lower()):
        (tones if letter in _TONES else letters).append(letter)
    return "".join(letters).replace("đ", "d\u0335") + "".join(sorted(tones))


@lru_cache(maxsize=_KEPT_WORDS)
def _words_in(word: str) -> tuple[tuple[str, str, str, int], ...]:
    """(text, folded, marked, where) of each word in a run of letters and digits: "PhúHòa" holds two."""
    cuts = [0]
    if not (word.islower() or word.isupper() or word.istitle()):
        for at in range(1, len(word)):
            # A capital after a small letter begins a word, and so does the last capital before small ones.
            begins = word[at - 1].islower() or word[at : at + 2].istitle()
            # One letter alone is a slip ("hPú"), unless it is a label ("PPhú Hòa").
            whole = at - cuts[-1] >= 2 or (at == 1 and word[0] in "PXHQTF" and word[1:3].istitle())
            if word[at].isupper() and begins and whole and len(word) - at >= 2:
                cuts.append(at)
    pieces = ((word[start:end], start) for start, end in zip(cuts, [*cuts[1:], len(word)], strict=True))
    return tuple((piece, fold(piece), marks_of(piece), start) for piece, start in pieces)


@lru_cache(maxsize=_KEPT_WORDS)
def _is_break(gap: str) -> bool:
    return _BREAK.search(gap) is not None


def tokens_of(text: str) -> tuple[Token, ...]:
    """The words of a cleaned text in order; digits stay digits."""
    found = []
    # What stands between the words and the words, in turn.
    pieces = _WORD.split(text)
    end = 0
    for number in range(1, len(pieces), 2):
        gap, written = pieces[number - 1], pieces[number]
        first = end + len(gap)
        end = first + len(written)
        if gap == " ":
            opens = False
        elif len(gap) > 1:
            opens = _is_break(gap) if len(gap) <= 3 else _BREAK.search(gap) is not None
            gap = gap[:3]
        else:
            # "12/5" and "30/4" are one number.
            opens = gap in _BREAKS and not (gap == "/" and text[first - 2].isalnum() and written[0].isdigit())
        for word, folded, marked, at in _words_in(written):
            if folded:
                begin = first + at
                found.append(
                    Token(word, folded, marked, begin, begin + len(word), opens and at == 0, gap if at == 0 else "")
                )
    return tuple(found)


def is_marked(tokens: tuple[Token, ...]) -> bool:
    """Whether the writer types Vietnamese marks at all; a text without any says nothing by lacking one."""
    return len([token for token in tokens if token.marked != token.folded]) * 5 >= len(tokens) > 0
