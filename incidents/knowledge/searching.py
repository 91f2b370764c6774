"""Finding the answer to a question while it is typed, with and without marks: pure, over what was loaded into memory.

Two looks. The first ranks all answers by the weight of the syllables and pairs of syllables they share with the words
(BM25, question forms counting more than the text). The second compares the best of those with the words, form by form:
how much of what was asked does the form say, and how much of the form was asked. The second look's figure is also how
sure the machine is.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from geo.folding import fold
from geo.syllables import Syllable, syllables

# Syllables by which people are polite or begin: they say little about what is asked.
_FILLERS = """
xin cho tôi tui em anh chị chú cô bác ơi ạ à dạ vâng mình hỏi biết muốn cần thì là mà với nhờ giúp giùm dùm chào tổng
đài có của và các những này kia ở tại được không ko k hả vậy như thế nào sao gì
"""
FILLERS = frozenset(fold(_FILLERS).split())
_FILLER_WEIGHT = 0.15
_TEXT_WEIGHT = 0.35
_K, _B = 1.2, 0.6
# So many of the first look are compared form by form.
_SECOND_LOOK = 40
_CATEGORY_BONUS = 0.06
# What the unit's own committee says goes before what is said for all of them.
_OWN_BONUS = 0.06

# (area set, code): a code means nothing without its set.
Area = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer as it is searched: an id of the caller's, how people ask, what it says."""

    id: int
    forms: tuple[str, ...]
    text: str = ""
    category: str = ""
    # Of an answer that a committee gave for its own unit: that unit. None: it holds everywhere.
    area: Area | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """An answer that may be meant; `confidence` from 0 to 1."""

    id: int
    confidence: float


@dataclass(slots=True)
class _Form:
    grams: dict[str, float]
    mass: float
    marked: dict[str, frozenset[frozenset[str]]]


@dataclass(slots=True)
class Index:
    """Built once from the entries and the synonyms, then only read; safe to share between threads."""

    entries: Sequence[Entry]
    synonyms: Sequence[tuple[str, str]] = ()
    _postings: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    _weight: dict[str, float] = field(default_factory=dict)
    _forms: list[list[_Form]] = field(default_factory=list)
    _says: dict[tuple[str, ...], list[list[Syllable]]] = field(default_factory=dict)
    _longest: int = 1
    _of_area: dict[Area, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for said, means in self.synonyms:
            key = tuple(one.plain for one in syllables(said))
            if key:
                self._says.setdefault(key, []).append(syllables(means))
                self._longest = max(self._longest, len(key))
        counts: list[Counter[str]] = []
        spread: Counter[str] = Counter()
        for entry in self.entries:
            terms: Counter[str] = Counter()
            for form in entry.forms:
                # A word of three forms is not three times as much of an answer.
                terms |= Counter(_grams(syllables(form)))
            text = Counter(_grams(syllables(entry.text)))
            spread.update({*terms, *text})
            counts.append(_joined(terms, text))
        many = len(self.entries)
        self._weight = {gram: _idf(gram, count, many) for gram, count in spread.items()}
        lengths = np.array([float(sum(terms.values())) for terms in counts] or [0.0])
        usual = float(lengths.mean()) or 1.0
        rows: dict[str, tuple[list[int], list[float]]] = defaultdict(lambda: ([], []))
        for at, terms in enumerate(counts):
            norm = _K * (1 - _B + _B * lengths[at] / usual)
            for gram, count in terms.items():
                ids, scores = rows[gram]
                ids.append(at)
                scores.append(self._weight[gram] * count * (_K + 1) / (count + norm))
        self._postings = {
            gram: (np.array(ids, dtype=np.int32), np.array(scores, dtype=np.float32))
            for gram, (ids, scores) in rows.items()
        }
        self._forms = [[self._form(syllables(form)) for form in entry.forms] for entry in self.entries]
        for at, entry in enumerate(self.entries):
            if entry.area is not None:
                self._of_area.setdefault(entry.area, []).append(at)

    def search(
        self, words: str, category: str = "", most: int = 5, within: Collection[Area] | None = None
    ) -> list[Found]:
        """The answers that may be meant, the best first; nothing for words of which no answer says anything.

        `within` are the units that the question is about, none where that is not known: answers of other units'
        committees are then left out. None: answers of all of them.
        """
        asked = self._form(self._meant(syllables(words)))
        if not asked.grams or not self.entries:
            return []
        scores = np.zeros(len(self.entries), dtype=np.float32)
        for gram in asked.grams:
            if (posting := self._postings.get(gram)) is not None:
                scores[posting[0]] += posting[1]
        if within is not None:
            for area, entries in self._of_area.items():
                if area not in within:
                    scores[entries] = 0
        some = min(_SECOND_LOOK, len(scores))
        best = np.argpartition(-scores, some - 1)[:some]
        likely = [
            (self._likeness(asked, at, category, within or ()), self.entries[at])
            for at in best[np.argsort(-scores[best], kind="stable")]
            if scores[at] > 0
        ]
        likely.sort(key=lambda one: (-one[0], one[1].area is None))
        return [Found(entry.id, confidence) for confidence, entry in likely if confidence >= 0.12][:most]

    def _meant(self, typed: list[Syllable]) -> list[Syllable]:
        """The words with what they are also called: put in place, so that pairs of syllables still meet."""
        said: list[Syllable] = []
        at = 0
        while at < len(typed):
            for length in range(min(self._longest, len(typed) - at), 0, -1):
                means = self._says.get(tuple(one.plain for one in typed[at : at + length]))
                if means:
                    said += [syllable for one in means for syllable in one]
                    at += length
                    break
            else:
                said.append(typed[at])
                at += 1
        return said

    def _form(self, typed: list[Syllable]) -> _Form:
        many = len(self.entries)
        grams = {gram: self._weight.get(gram) or _idf(gram, 0, many) for gram in _grams(typed)}
        marked: dict[str, set[frozenset[str]]] = defaultdict(set)
        for one in typed:
            marked[one.plain].add(one.marks)
        return _Form(grams, sum(grams.values()), {plain: frozenset(marks) for plain, marks in marked.items()})

    def _likeness(self, asked: _Form, at: int, category: str, within: Collection[Area]) -> float:
        best = max((_shared(asked, form) for form in self._forms[at]), default=0.0)
        if category and self.entries[at].category == category:
            best += _CATEGORY_BONUS
        if self.entries[at].area in within:
            best += _OWN_BONUS
        return min(1.0, best)


def _grams(typed: Sequence[Syllable]) -> list[str]:
    """Single syllables and pairs of neighbours, without marks."""
    plain = [one.plain for one in typed]
    return [
        *plain,
        *(f"{a} {b}" for a, b in pairwise(plain) if a not in FILLERS or b not in FILLERS),
    ]


def _joined(forms: Counter[str], text: Counter[str]) -> Counter[str]:
    joined: Counter[str] = Counter()
    for gram in {*forms, *text}:
        joined[gram] = forms[gram] + _TEXT_WEIGHT * min(text[gram], 4)  # type: ignore[assignment]
    return joined


def _idf(gram: str, count: int, many: int) -> float:
    weight = math.log(1 + (many - count + 0.5) / (count + 0.5))
    first, _space, second = gram.partition(" ")
    if second:
        return 0.6 * weight
    return _FILLER_WEIGHT * weight if first in FILLERS else weight


def _shared(asked: _Form, form: _Form) -> float:
    """How alike two questions are: the mean of how much each says of the other, counted by weight."""
    common = 0.0
    for gram, weight in asked.grams.items():
        if gram in form.grams:
            common += weight * _marks_agree(gram, asked, form)
    if not common:
        return 0.0
    of_asked, of_form = common / asked.mass, common / form.mass
    # What was asked counts more: people tell a story around their question, forms are short.
    return 2.5 * of_asked * of_form / (1.5 * of_form + of_asked) if of_asked + of_form else 0.0


def _marks_agree(gram: str, asked: _Form, form: _Form) -> float:
    """1 where marks are missing or the same; less where another word was typed ("thuế" for "thuê")."""
    for plain in gram.split(" "):
        typed, meant = asked.marked.get(plain, frozenset()), form.marked.get(plain, frozenset())
        if not any(one <= other or other <= one for one in typed for other in meant):
            return 0.35
    return 1.0
