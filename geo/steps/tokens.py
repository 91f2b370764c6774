"""Text to words: composed letters, whole words with their plain form and their marks, breaks between phrases."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from geo.folding import fold

# What is read of one text. A report is a few hundred characters; the rest of a very long one cannot cost time.
MOST_CHARACTERS = 5_000

_WORD = re.compile(r"[^\W_]+")
_BREAK = re.compile(r"[,;:!?()\[\]\n\r|/]|\.(?:\s|$)|\s[-–—]\s")
_TONES = "\u0300\u0301\u0303\u0309\u0323"


@dataclass(frozen=True, slots=True)
class Token:
    """One word: as written, folded, its marks in a form free of where the tone stands ("hoà" = "hòa").

    `opens`: a comma or the like stands between it and the word before.
    """

    text: str
    folded: str
    marked: str
    start: int
    end: int
    opens: bool

    @property
    def has_marks(self) -> bool:
        return self.marked != self.folded


def clean(text: str) -> str:
    """Composed letters, no control characters, at most MOST_CHARACTERS; the same text again when cleaned twice."""
    composed = unicodedata.normalize("NFC", text[:MOST_CHARACTERS])
    kept = "".join(
        letter if letter == "\n" or unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co"} else " "
        for letter in composed
    )
    return re.sub(r"[^\S\n]+", " ", kept)[:MOST_CHARACTERS].strip()


def marks_of(word: str) -> str:
    """The word in lower case with its tone moved to the end, so that both ways of placing it are equal."""
    letters: list[str] = []
    tones: list[str] = []
    for letter in unicodedata.normalize("NFD", word.lower()):
        (tones if letter in _TONES else letters).append(letter)
    return "".join(letters).replace("đ", "d\u0335") + "".join(sorted(tones))


def tokens_of(text: str) -> tuple[Token, ...]:
    """The words of a cleaned text in order; digits stay digits."""
    found = []
    last = 0
    for match in _WORD.finditer(text):
        word = match.group()
        folded = fold(word)
        if folded:
            between = text[last : match.start()]
            found.append(Token(word, folded, marks_of(word), match.start(), match.end(), bool(_BREAK.search(between))))
        last = match.end()
    return tuple(found)


def is_marked(tokens: tuple[Token, ...]) -> bool:
    """Whether the writer types Vietnamese marks at all; a text without any says nothing by lacking one."""
    return sum(token.has_marks for token in tokens) * 5 >= len(tokens) > 0
