"""Names of administrative units in a text, of every set and every date, with what stands before them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from rapidfuzz import fuzz, process

from geo.folding import fold, fold_name
from geo.index import SetIndex, Territory, Unit
from geo.kinds import LEVEL_OF, bare_name
from geo.language import table
from geo.models import AreaKind, Level
from geo.steps.phrases import Phrases
from geo.steps.tokens import Token, is_marked, marks_of, tokens_of

# A misspelt name is only looked for behind a label, and only so many times in one text.
MOST_MISSPELT = 12
LEAST_LIKENESS = 84.0


@dataclass(frozen=True, slots=True)
class Meaning:
    """One unit a name may stand for; `marks` is the name as it is rightly marked, word for word."""

    set_name: str
    code: str
    level: str
    kind: str
    name: str
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """A unit's name found in a text, covering the words [start, end) with its label.

    `label` is the kind written before it ("" for none). `hint`: the name of a thing named after the unit;
    `beside`: the text says by it, not in it; `likeness` 1 is written exactly so.
    """

    text: str
    meanings: tuple[Meaning, ...]
    label: str
    start: int
    end: int
    likeness: float
    hint: bool
    beside: bool

    @property
    def level(self) -> str:
        return self.meanings[0].level

    def of_level(self, level: str) -> Mention:
        """The same mention, read as of one level only."""
        return replace(self, meanings=tuple(meaning for meaning in self.meanings if meaning.level == level))


@dataclass(frozen=True, eq=False, slots=True)
class AreaNames:
    """Every name of every unit, ready for looking up."""

    phrases: Phrases[Meaning]
    spellings: dict[str, list[str]]  # level → folded names, for misspelt ones
    elsewhere: Phrases[bool]  # name outside → whether only until the merger of 2025


def area_names(territory: Territory) -> AreaNames:
    """The names of a territory; kept until the territory is read anew."""
    global _kept
    kept = _kept
    if kept is None or kept[0] is not territory:
        kept = (territory, _read(territory))
        _kept = kept
    return kept[1]


_kept: tuple[Territory, AreaNames] | None = None


def _read(territory: Territory) -> AreaNames:
    phrases: Phrases[Meaning] = Phrases()
    spellings: dict[str, list[str]] = {level: [] for level in Level.values}
    own: set[str] = set()
    for index in territory.sets:
        for unit in index.units.values():
            for kind, name in _names(unit):
                bare = bare_name(name)
                marks = tuple(token.marked for token in tokens_of(bare))
                phrases.add(bare, Meaning(index.name, unit.code, unit.level, kind, name, marks))
                spellings[unit.level].append(fold_name(bare))
                own.add(fold_name(bare))
    elsewhere: Phrases[bool] = Phrases()
    for key, until_merger in (("always", False), ("until_2025_07", True)):
        for name in table("elsewhere")[key]:
            if fold_name(name) not in own:
                elsewhere.add(name, until_merger)
    return AreaNames(phrases, {level: sorted(set(names)) for level, names in spellings.items()}, elsewhere)


def _names(unit: Unit) -> Iterator[tuple[str, str]]:
    yield unit.kind, unit.name
    for dated in unit.names:
        yield dated.kind, dated.name


def unit_of(territory: Territory, meaning: Meaning) -> tuple[SetIndex, Unit] | None:
    """The unit a meaning stands for, with its set."""
    index = territory.named(meaning.set_name)
    unit = index.units.get(meaning.code) if index is not None else None
    return (index, unit) if index is not None and unit is not None else None


def expand_short_names(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """ "TDM" and the like as the words they stand for, at the place where they were written."""
    short = _short_names()
    expanded: list[Token] = []
    for token in tokens:
        words = short.get(token.folded)
        if words is None:
            expanded.append(token)
            continue
        for number, word in enumerate(words):
            expanded.append(
                Token(word, fold(word), marks_of(word), token.start, token.end, token.opens and number == 0)
            )
    return tuple(expanded)


def find_mentions(tokens: tuple[Token, ...], names: AreaNames) -> list[Mention]:
    """The units named in a text, in its order. `tokens` have their short names expanded."""
    marked = is_marked(tokens)
    found: list[Mention] = []
    misspelt = 0
    at = 0
    while at < len(tokens):
        label, words_before = _label_before(tokens, at, marked)
        phrase = names.phrases.at(tokens, at)
        if phrase is not None:
            mention = _mention(tokens, phrase.start, phrase.end, phrase.meanings, label, words_before, marked)
            if mention is not None:
                found.append(mention)
                at = phrase.end
                continue
        elif label and misspelt < MOST_MISSPELT:
            misspelt += 1
            mention = _misspelt(tokens, at, label, words_before, names)
            if mention is not None:
                found.append(mention)
                at = mention.end
                continue
        at += 1
    return found


def find_elsewhere(tokens: tuple[Token, ...], names: AreaNames, *, merged: bool) -> list[str]:
    """Names of provinces and towns outside the territory, as written; `merged` after 1 July 2025."""
    found = []
    for phrase in names.elsewhere.find(tokens):
        before = _things().ending_at(tokens, phrase.start)
        short = phrase.start > 0 and tokens[phrase.start - 1].folded in _thing_shorts()
        if before is None and not short and not (merged and all(phrase.meanings)):
            found.append(" ".join(token.text for token in tokens[phrase.start : phrase.end]))
    return found


def _label_before(tokens: Sequence[Token], at: int, marked: bool) -> tuple[str, int]:
    """(kind, number of words) of a label that ends directly before a token; ("", 0) for none."""
    phrase = _labels().ending_at(tokens, at, longest=2)
    if phrase is not None:
        kind, strict, marks = phrase.meanings[0]
        written = tuple(token.marked for token in tokens[phrase.start : phrase.end])
        if not (strict and marked and written != marks):
            return kind, phrase.end - phrase.start
    if at > 0:
        kind = _short_labels().get(tokens[at - 1].folded, "")
        if kind:
            return kind, 1
    return "", 0


def _mention(
    tokens: Sequence[Token],
    start: int,
    end: int,
    meanings: tuple[Meaning, ...],
    label: str,
    words_before: int,
    marked: bool,
) -> Mention | None:
    written = tokens[start:end]
    likeness = {meaning: _likeness(written, meaning, marked) for meaning in meanings}
    best = max(likeness.values())
    close = tuple(meaning for meaning in meanings if likeness[meaning] >= best - 0.01)
    if label:
        close = tuple(meaning for meaning in close if meaning.level == LEVEL_OF.get(label))
        exact = tuple(meaning for meaning in close if meaning.kind == label)
        close = exact or close
    else:
        close = _without_label(close)
    if not close:
        return None
    first = start - words_before
    thing = _things().ending_at(tokens, first)
    short_thing = first > 0 and tokens[first - 1].folded in _thing_shorts()
    before = _near().ending_at(tokens, first, longest=2)
    return Mention(
        text=" ".join(token.text for token in tokens[first:end]),
        meanings=close,
        label=label,
        start=first,
        end=end,
        likeness=best,
        # "chợ phường Phú Hòa" stands in the ward; "chợ Phú Hòa" need not.
        hint=not label and (thing is not None or short_thing),
        beside=before is not None,
    )


def _without_label(meanings: tuple[Meaning, ...]) -> tuple[Meaning, ...]:
    """Without a label a name shared by a province or district and a ward means the larger one."""
    for level in (Level.PROVINCE, Level.DISTRICT):
        larger = tuple(meaning for meaning in meanings if meaning.level == level)
        if larger:
            return larger
    return meanings


def _likeness(written: Sequence[Token], meaning: Meaning, marked: bool) -> float:
    """1 for the name as it is rightly marked, less for missing marks in a marked text, least for other marks."""
    if len(written) != len(meaning.marks):
        return 0.9
    missing = sum(
        not token.has_marks and token.marked != marks for token, marks in zip(written, meaning.marks, strict=True)
    )
    other = sum(token.has_marks and token.marked != marks for token, marks in zip(written, meaning.marks, strict=True))
    return max(0.4, 1.0 - 0.25 * other - (0.08 if marked else 0.03) * (missing > 0))


def _misspelt(tokens: Sequence[Token], at: int, label: str, words_before: int, names: AreaNames) -> Mention | None:
    """The name most like the one to three words behind a label, when it is like enough and no other is."""
    level = LEVEL_OF.get(AreaKind(label), Level.WARD)
    best: tuple[float, int, str] | None = None
    for length in (3, 2, 1):
        words = tokens[at : at + length]
        if len(words) < length or any(word.opens for word in words[1:]) or not words[0].folded.isalpha():
            continue
        written = " ".join(word.folded for word in words)
        if len(written) < 4:
            continue
        matches = process.extract(
            written, names.spellings[level], scorer=fuzz.ratio, limit=2, score_cutoff=LEAST_LIKENESS
        )
        if not matches or (len(matches) > 1 and matches[0][1] - matches[1][1] < 4):
            continue
        if best is None or matches[0][1] > best[0]:
            best = (matches[0][1], length, matches[0][0])
    if best is None:
        return None
    score, length, name = best
    meanings = tuple(meaning for meaning in names.phrases.exactly(tuple(name.split())) if meaning.level == level)
    if not meanings:
        return None
    first = at - words_before
    text = " ".join(token.text for token in tokens[first : at + length])
    return Mention(text, meanings, label, first, at + length, 0.7 * score / 100, hint=False, beside=False)


@cache
def _labels() -> Phrases[tuple[str, bool, tuple[str, ...]]]:
    labels: Phrases[tuple[str, bool, tuple[str, ...]]] = Phrases()
    for entry in table("labels")["label"]:
        for words in entry["words"]:
            marks = tuple(token.marked for token in tokens_of(words))
            labels.add(words, (entry["kind"], entry.get("strict", False), marks))
    return labels


@cache
def _short_labels() -> dict[str, str]:
    return {fold(short): entry["kind"] for entry in table("labels")["label"] for short in entry.get("short", ())}


@cache
def _short_names() -> dict[str, tuple[str, ...]]:
    return {fold(short): tuple(words.split()) for short, words in table("short_names")["area"].items()}


@cache
def _things() -> Phrases[str]:
    return _phrases_of("words")


@cache
def _near() -> Phrases[str]:
    return _phrases_of("near")


@cache
def _thing_shorts() -> frozenset[str]:
    return frozenset(fold(short) for short in table("things_named_after")["short"])


def _phrases_of(key: str) -> Phrases[str]:
    phrases: Phrases[str] = Phrases()
    for words in table("things_named_after")[key]:
        phrases.add(words, words)
    return phrases
