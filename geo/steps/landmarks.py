"""Landmarks and hamlets that people name instead of a ward: "ngã tư 550" is in Dĩ An, "KP Nội Hóa 1" in Bình An.

The lists are language/landmarks.toml and language/hamlets.toml.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from rapidfuzz.distance import OSA

from geo.folding import fold_name
from geo.gazetteer.names import NameRows, Names
from geo.gazetteer.shortforms import written_out
from geo.language import table
from geo.steps.areanames import AreaNames, Mention, stands_beside
from geo.steps.phrases import Phrases
from geo.steps.things import things
from geo.steps.tokens import Token

# "KCN Sóng Thần II" is "KCN Sóng Thần 2".
_ROMAN = {"i": "1", "ii": "2", "iii": "3"}
_HAMLET_LABELS = ("khu phố", "ấp")
# A landmark nearly written: looked for where a name may begin, so many times, and only of so many letters and words.
MOST_TRIED = 12
LEAST_LETTERS, LEAST_EXCHANGED, LONGEST = 8, 6, 8
# A word with one of these forms is rather another word than a slip: "Việt Hưng" is not "Việt Hương".
_SYLLABLE = re.compile(
    r"(?:b|ch?|d|gh?|gi|h|kh?|l|m|ngh?|nh?|ph?|qu|r|s|th?|tr|v|x)?[aeiouy]{1,3}(?:ch?|m|ngh?|nh?|p|t)?$"
)


Keys = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _NearNames:
    """The landmarks for looking up what is nearly written; `firsts` and `seconds` are their first two words."""

    names: Names
    wards: tuple[Keys, ...]
    firsts: frozenset[str]
    seconds: frozenset[str]


def find_landmarks(
    written: Sequence[Token], tokens: Sequence[Token], names: AreaNames, *, nearly: bool = False
) -> list[Mention]:
    """The landmarks a text names, as mentions of the wards they lie in. `written` as from `write_out`; the mentions
    count in `tokens`. `nearly`: where none is written rightly, one with a slip of the finger will do."""
    words = [token.folded for token in written]
    if not _ROMAN.keys().isdisjoint(words):
        words = [_ROMAN.get(word, word) for word in words]
    found: list[Mention] = []
    known, done = _landmarks(), 0

    def mention(first: int, behind: int, keys: Keys, likeness: float) -> Mention | None:
        meanings = [meaning for key in keys if (meaning := names.units.get(key)) is not None]
        start, end = written[first].start, written[behind - 1].end
        span = [number for number, token in enumerate(tokens) if start <= token.start < end]
        if not meanings or not span:
            return None
        text = " ".join(tokens[number].text for number in span)
        beside = stands_beside(words, first)
        spans = span[0], span[-1] + 1
        return Mention(text, tuple(meanings), "", *spans, likeness, "landmark", beside, (), is_misspelt=likeness < 1.0)

    begins = known.beginnings
    for at in [at for at, word in enumerate(words) if word in begins]:
        phrase = known.at_keys(words, at) if at >= done else None
        if phrase is None or any(token.opens and not token.stop for token in written[at + 1 : phrase.end]):
            continue
        one = mention(at, phrase.end, phrase.meanings[0], 1.0)
        found += [one] if one is not None else []
        done = phrase.end
    if not found and nearly:
        near = _nearly(words, [token.opens and not token.stop for token in written], names.words)
        one = mention(*near) if near is not None else None
        found += [one] if one is not None else []
    return found


def _nearly(
    words: Sequence[str], opens: Sequence[bool], of_units: Collection[str]
) -> tuple[int, int, Keys, float] | None:
    """(first word, word behind, wards, likeness) of the first landmark written with a slip of a letter or two.

    A word of a unit's name or label is none: "thành phố Thủ Dầu Một" is not "chợ Thủ Dầu Một".
    """
    known = _near_names()
    tried = 0
    for at in range(len(words) - 1):
        if opens[at + 1] or (words[at] not in known.firsts and words[at + 1] not in known.seconds):
            continue
        tried += 1
        if tried > MOST_TRIED:
            break
        longest = next((end for end in range(at + 1, len(words)) if opens[end]), len(words)) - at
        fitting = [
            (slips, -len(own), at + len(own), known.wards[near.name])
            for near in known.names.near(words, at, min(longest, LONGEST), least=2)
            if len(own := known.names.words(near.name)) == near.end - near.start
            and (slips := _slips(words[at : near.end], own, of_units)) is not None
        ]
        if fitting:
            slips, _length, end, keys = min(fitting)
            return at, end, keys, 1.0 - 0.05 * slips
    return None


def _slips(written: Sequence[str], own: Sequence[str], of_units: Collection[str]) -> int | None:
    """How many words of a name have one letter wrong; None when more is, or another word stands there.

    Two letters exchanged, and one typed twice, are a slip of the finger, whatever word they make: "chaù" is "chùa",
    "nA" is "An", "Thủủ" is "Thủ".
    """
    slips, least = 0, LEAST_EXCHANGED
    thing = things().at_keys(own, 0)
    begins = thing.end if thing is not None and thing.end < len(own) else 0
    for at, (one, other) in enumerate(zip(written, own, strict=True)):
        if one != other:
            slips += 1
            if not one.isalpha() or OSA.distance(one, other) > 1:
                return None
            if sorted(one) == sorted(other) or _is_doubled(one, other):
                continue
            least = LEAST_LETTERS
            # The last two words tell a thing from others of its kind; what kind it is, and a name of three words of
            # which two are right, leave no doubt.
            another = one in of_units or (_SYLLABLE.match(one) is not None and at >= len(own) - 2)
            if (another and at >= begins and len(own) - begins < 3) or len(other) < 3:
                return None
    return slips if slips <= 1 + (len(own) > 3) and sum(map(len, own)) >= least else None


def _is_doubled(one: str, other: str) -> bool:
    """Whether a word is another with one letter typed twice."""
    if len(one) != len(other) + 1:
        return False
    return any(one[at] == one[at - 1] and one[:at] + one[at + 1 :] == other for at in range(1, len(one)))


@cache
def _near_names() -> _NearNames:
    rows, wards = NameRows(), []
    firsts, seconds = set(), set()
    # Short forms may be mistyped themselves: "KNC Kim Huy".
    as_written = [(words, keys) for words, keys in _listed() if written_out(words) != words]
    for words, keys in dict([*_spelt(), *as_written]).items():
        if len(words) > 1:
            rows.add(words)
            wards.append(keys)
            firsts.add(words[0])
            seconds.add(words[1])
    return _NearNames(Names(rows), tuple(wards), frozenset(firsts), frozenset(seconds))


@cache
def _landmarks() -> Phrases[Keys]:
    landmarks: Phrases[Keys] = Phrases()
    # Short forms are not written out in one word with a name: "kcnmy phuoc".
    for words, wards in (*_spelt(), *_listed()):
        for written in _with_words_in_one(words):
            landmarks.put(written, wards)
    return landmarks


def _spelt() -> Iterator[tuple[tuple[str, ...], Keys]]:
    """The names of landmarks and hamlets written out, and the wards they lie in."""
    for words, wards in _listed():
        yield written_out(words), wards
    hamlets = table("hamlets")
    for code, names in hamlets["wards"].items():
        for name in names:
            for label in _HAMLET_LABELS:
                yield (*fold_name(label).split(), *fold_name(name).split()), ((hamlets["set"], code),)


def _with_words_in_one(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """A name, and the name with two neighbouring words written in one that is no other word: "chợ Tân Phướckhánh"."""
    yield words
    for at in range(len(words) - 1):
        joined = words[at] + words[at + 1]
        if len(words) > 2 and words[at].isalpha() and _SYLLABLE.match(joined) is None:
            yield (*words[:at], joined, *words[at + 2 :])


def _listed() -> Iterator[tuple[tuple[str, ...], Keys]]:
    """The words of every name of a landmark, and the wards it lies in."""
    known = table("landmarks")
    for landmark in known["landmark"]:
        wards = tuple((known["set"], code) for code in landmark["wards"])
        for name in landmark["names"]:
            yield tuple([_ROMAN.get(word, word) for word in fold_name(name).split()]), wards
