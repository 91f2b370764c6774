"""A text's words as the gazetteer has them: short forms written out, spoken numbers as digits."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from geo.folding import fold
from geo.gazetteer.shortforms import short_words, written_out
from geo.language import table
from geo.steps.tokens import Token

# "ĐH 409" is a road, "ĐH Thủ Dầu Một" a university.
_ROADS_TOO = frozenset({"dh", "dt", "ql", "hl", "tl", "th"})
_SPOKEN_BEHIND = frozenset({"lo", "tinh", "huyen", "xa", "so", "km", "duong", "te", "dt", "ql"})


def write_out(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The words with short forms written out ("BV", "KCN", "ngã 4"); each keeps the place where it was written."""
    folded = [token.folded for token in tokens]
    if "nga" not in folded and short_words().keys().isdisjoint(folded):
        return _digits(tokens)
    written: list[Token] = []
    for at, token in enumerate(tokens):
        behind = tokens[at + 1] if at + 1 < len(tokens) else None
        if token.folded in _ROADS_TOO and behind is not None and behind.folded[:1].isdigit():
            written.append(token)
            continue
        if token.folded not in short_words() and not (
            token.folded.isdigit() and written and written[-1].folded == "nga"
        ):
            written.append(token)
            continue
        # "ngã 4" is written out together.
        before = ("nga",) if written and written[-1].folded == "nga" and not token.opens else ()
        words = written_out((*before, token.folded))[len(before) :]
        if words == (token.folded,):
            written.append(token)
            continue
        written += [
            Token(token.text, word, word, token.start, token.end, token.opens and number == 0, token.gap)
            for number, word in enumerate(words)
        ]
    return _digits(written)


def _digits(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """Numbers that were spoken behind the label of a road or crossing: "quốc lộ mười ba", "ngã tư năm năm không"."""
    spoken = _spoken()
    if len([token for token in tokens if token.folded in spoken]) < 2:
        return tuple(tokens)
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        end = at
        counts = bool(found) and (found[-1].folded in _SPOKEN_BEHIND or (len(found) > 1 and found[-2].folded == "nga"))
        if counts and tokens[at].folded in spoken and not tokens[at].opens:
            while end < len(tokens) and tokens[end].folded in spoken and (end == at or not tokens[end].opens):
                end += 1
        # One word alone is as well a name: "ngã ba", "đường Ba".
        if end - at >= 2:
            first, last = tokens[at], tokens[end - 1]
            number = _value([spoken[token.folded] for token in tokens[at:end]])
            found.append(Token(first.text, number, number, first.start, last.end, first.opens, first.gap))
            at = end
        else:
            found.append(tokens[at])
            at += 1
    return tuple(found)


def spoken_number(words: Sequence[str], at: int) -> tuple[int | None, int]:
    """(a number said in words from a word on, the word behind it); (None, at) when none is said."""
    spoken, end = _spoken(), at
    while end < len(words) and words[end] in spoken:
        end += 1
    return (int(_value([spoken[word] for word in words[at:end]])), end) if end > at else (None, at)


def _value(parts: Sequence[int]) -> str:
    """ "mười ba" is 13, "bảy trăm bốn mươi ba" 743, "năm năm không" 550."""
    if not any(part >= 10 for part in parts):
        return "".join(str(part) for part in parts)
    total, digit = 0, 0
    for part in parts:
        if part == 100:
            total, digit = total + max(digit, 1) * 100, 0
        elif part == 10:
            total, digit = total + max(digit, 1) * 10, 0
        else:
            digit = part
    return str(total + digit)


@cache
def _spoken() -> dict[str, int]:
    return {fold(word): value for word, value in table("relations")["spoken"].items()}
