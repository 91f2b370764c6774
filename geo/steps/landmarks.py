"""Landmarks and hamlets that people name instead of a ward: "ngã tư 550" is in Dĩ An, "KP Nội Hóa 1" in Bình An.

The lists are language/landmarks.toml and language/hamlets.toml.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from geo.folding import fold_name
from geo.gazetteer.shortforms import written_out
from geo.language import table
from geo.steps.areanames import AreaNames, Mention, stands_beside
from geo.steps.phrases import Phrases
from geo.steps.tokens import Token

# "KCN Sóng Thần II" is "KCN Sóng Thần 2".
_ROMAN = {"i": "1", "ii": "2", "iii": "3"}
_HAMLET_LABELS = ("khu phố", "ấp")


def find_landmarks(written: Sequence[Token], tokens: Sequence[Token], names: AreaNames) -> list[Mention]:
    """The landmarks a text names, as mentions of the wards they lie in. `written` as from `write_out`; the mentions
    count in `tokens`."""
    words = [_ROMAN.get(token.folded, token.folded) for token in written]
    found: list[Mention] = []
    known, at = _landmarks(), 0
    while at < len(words):
        phrase = known.at_keys(words, at) if words[at] in known.beginnings else None
        if phrase is None or any(token.opens and not token.stop for token in written[at + 1 : phrase.end]):
            at += 1
            continue
        meanings = [meaning for key in phrase.meanings[0] if (meaning := names.units.get(key)) is not None]
        start, end = written[at].start, written[phrase.end - 1].end
        span = [number for number, token in enumerate(tokens) if start <= token.start < end]
        if meanings and span:
            text = " ".join(tokens[number].text for number in span)
            beside = stands_beside(words, at)
            found.append(Mention(text, tuple(meanings), "", span[0], span[-1] + 1, 1.0, "landmark", beside))
        at = phrase.end
    return found


@cache
def _landmarks() -> Phrases[tuple[tuple[str, str], ...]]:
    landmarks: Phrases[tuple[tuple[str, str], ...]] = Phrases()
    known = table("landmarks")
    for landmark in known["landmark"]:
        wards = tuple((known["set"], code) for code in landmark["wards"])
        for name in landmark["names"]:
            words = [_ROMAN.get(word, word) for word in fold_name(name).split()]
            landmarks.put(written_out(words), wards)
    hamlets = table("hamlets")
    for code, names in hamlets["wards"].items():
        for name in names:
            for label in _HAMLET_LABELS:
                landmarks.put((*fold_name(label).split(), *fold_name(name).split()), ((hamlets["set"], code),))
    return landmarks
