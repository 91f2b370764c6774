"""Vietnamese letters reduced to plain ones, so that "Phú Hòa", "Phú Hoà" and "phu hoa" meet."""

from __future__ import annotations

import unicodedata

# đ has no decomposition in Unicode; the rest falls apart into a base letter and marks.
_UNDECOMPOSED = str.maketrans({"đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "ı": "i", "ł": "l", "ø": "o"})


def fold(text: str) -> str:
    """The text in lower case without any mark; the same text again when folded twice.

    Compatibility forms (full-width letters and digits) become their plain ones, so no digit is lost.
    """
    folded = text
    # Lower-casing may make new composed letters and the other way round; two rounds reach the fixed point.
    for _round in range(2):
        decomposed = unicodedata.normalize("NFKD", folded.translate(_UNDECOMPOSED)).lower()
        folded = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return folded


def fold_name(text: str) -> str:
    """A name as index key: folded, only letters and digits, single spaces between words."""
    return " ".join("".join(letter if letter.isalnum() else " " for letter in fold(text)).split())
