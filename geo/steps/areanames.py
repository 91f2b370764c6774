"""Names of administrative units in a text, of every set and every date, with what stands around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import accumulate
from typing import Literal, NamedTuple

from rapidfuzz.distance import OSA

from geo.folding import fold, fold_name
from geo.index import SetIndex, Territory, Unit
from geo.kinds import LEVEL_OF, bare_name
from geo.language import table
from geo.models import Level
from geo.steps.neighbours import marks_of_the_city_since, names_of_the_city_since, neighbour_at, neighbour_wards
from geo.steps.neighbours import spelt as _spelt
from geo.steps.phrases import Phrases
from geo.steps.spelling import from_telex, key, nearest, sound
from geo.steps.tokens import Token, marks_of, tokens_of

# Misspelt names are only looked for so many times in one text.
MOST_MISSPELT = 12
# Words of texts whose spelling is remembered.
MOST_KEYS = 20_000
# Words of the longest thing that units' names are given to ("nhà ở an sinh xã hội").
LONGEST_THING = 6

# What makes a name in a text that of a unit, from the surest to the least:
#   label     its kind stands before it                 seat     "UBND Phú Hòa", "công an Phú Hòa"
#   segment   alone between commas                      tail     directly before its district or province
#   numbered  "Thuận Giao 25": streets counted in it    inside   "chợ Phú Hòa", "khu phố Phú Hòa"
#   landmark  a place known to lie in it                loose    among other words
#   maybe     "KCN Phú Hòa"
#   street    "đường Phú Hòa", "12 Phú Hòa"
Evidence = Literal["label", "seat", "segment", "tail", "numbered", "inside", "landmark", "loose", "maybe", "street"]
_WARD_LABELS = frozenset(kind for kind, level in LEVEL_OF.items() if level == Level.WARD)
FIRM: frozenset[Evidence] = frozenset({"label", "seat", "segment", "tail"})


@dataclass(frozen=True, slots=True)
class Meaning:
    """One unit a name may stand for.

    `kinds` are the kinds it has had under this name, `marks` the name as it is rightly marked, word for word,
    `districts` the (set, code) of every district it lies in or once lay in.
    """

    set_name: str
    code: str
    level: str
    kinds: frozenset[str]
    name: str
    marks: tuple[str, ...]
    districts: frozenset[tuple[str, str]]

    @property
    def unit_key(self) -> tuple[str, str]:
        return self.set_name, self.code


class Mention(NamedTuple):
    """A unit's name found in a text, covering the words [start, end) with its label.

    `label` is the kind written before it ("" for none); `evidence` what makes it a unit's name; `beside`: the text
    says by it, not in it; `likeness` 1 is written exactly so; `smaller` the wards of this name when it was read as the
    district or province.
    """

    text: str
    meanings: tuple[Meaning, ...]
    label: str
    start: int
    end: int
    likeness: float
    evidence: Evidence
    beside: bool
    smaller: tuple[Meaning, ...] = ()
    is_misspelt: bool = False

    @property
    def level(self) -> str:
        return self.meanings[0].level

    @property
    def is_firm(self) -> bool:
        return self.evidence in FIRM and not self.beside


class Elsewhere(NamedTuple):
    """A name outside the territory at a token.

    `city`: the one the territory has belonged to since the merger of 2025; `unknown`: a district by its label that is
    none of ours.
    """

    text: str
    start: int
    city: bool
    unknown: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class AreaNames:
    """Every name of every unit, ready for looking up."""

    phrases: Phrases[Meaning]
    spellings: dict[str, tuple[str, ...]]  # level → names as they are spelt, for misspelt ones
    sounds: dict[str, dict[str, str]]  # level → what a name sounds like → how it is spelt
    words: frozenset[str]  # every word of a name or label
    units: dict[tuple[str, str], Meaning]  # each unit under its first name
    elsewhere: Phrases[bool]  # name outside → whether the territory has belonged to it since the merger of 2025
    far: tuple[str, ...]  # the same, as they are spelt
    far_marks: dict[tuple[str, ...], tuple[str, ...]]  # and as they are marked
    neighbours: Phrases[tuple[str, ...]]  # wards outside, with their marks
    outside_begins: frozenset[str]  # words that such a name, or a label before one, may begin with
    kept: dict[object, object] = field(default_factory=dict)  # what was worked out from this territory once
    keys: dict[str, str] = field(default_factory=dict)  # words of texts → as the names are spelt

    def key_of(self, folded: str) -> str:
        """A word as the names are spelt, also when it was typed in raw telex."""
        known = self.keys.get(folded)
        if known is None:
            if len(self.keys) >= MOST_KEYS:
                self.keys.clear()
            known = key(folded)
            if known not in self.words and (typed := key(from_telex(folded))) in self.words:
                known = typed
            self.keys[folded] = known
        return known

    def spellings_in(self, districts: frozenset[tuple[str, str]]) -> tuple[str, ...]:
        """The names of wards in some districts, as they are spelt."""
        key = ("spellings", districts)
        if key not in self.kept:
            self.kept[key] = tuple(
                name
                for name in self.spellings[Level.WARD]
                if any(meaning.districts & districts for meaning in self.phrases.exactly(name.split()))
            )
        return self.kept[key]  # type: ignore[return-value]


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
    levels: dict[str, set[str]] = {level: set() for level in Level.values}
    units: dict[tuple[str, str], Meaning] = {}
    other: dict[str, list[str]] = {}
    for written, name in table("short_names")["other"].items():
        other.setdefault(_spelt(name), []).append(written)
    for index in territory.sets:
        for unit in index.units.values():
            districts = _districts_of(territory, index, unit)
            for bare, (name, kinds) in _names(unit).items():
                marks = tuple(key(token.marked) for token in tokens_of(bare_name(name)))
                meaning = Meaning(index.name, unit.code, unit.level, frozenset(kinds), name, marks, districts)
                units.setdefault(meaning.unit_key, meaning)
                for spelt in (bare, *(_spelt(written) for written in other.get(bare, ()))):
                    phrases.put(tuple(spelt.split()), meaning)
                    levels[unit.level].add(spelt)
    own = {name for names in levels.values() for name in names}
    elsewhere: Phrases[bool] = Phrases()
    far: list[str] = []
    far_marks: dict[tuple[str, ...], tuple[str, ...]] = {}
    for group, is_ours_since in (("always", False), ("merged", True), ("longer", False)):
        for name in table("elsewhere")[group]:
            if _spelt(name) not in own:
                elsewhere.put(tuple(_spelt(name).split()), is_ours_since)
                far.append(_spelt(name))
                far_marks[tuple(_spelt(name).split())] = tuple(key(token.marked) for token in tokens_of(name))
    sounds: dict[str, dict[str, str]] = {}
    for level, names in levels.items():
        heard: dict[str, list[str]] = {}
        for name in sorted(names):
            heard.setdefault(_sounding(name.split()), []).append(name)
        # Two names that sound the same cannot be told apart by it.
        sounds[level] = {one: names[0] for one, names in heard.items() if len(names) == 1}
    words = {word for name in (*own, *far) for word in name.split()} | {
        word for entry in table("labels")["label"] for label in entry["words"] for word in fold_name(label).split()
    }
    return AreaNames(
        phrases,
        {level: tuple(sorted(names)) for level, names in levels.items()},
        sounds,
        frozenset(words),
        units,
        elsewhere,
        tuple(far),
        far_marks,
        neighbour_wards(own),
        frozenset(elsewhere.beginnings) | _label_beginnings(),
    )


def _sounding(words: Sequence[str]) -> str:
    return " ".join(sound(word) for word in words)


def _names(unit: Unit) -> dict[str, tuple[str, set[str]]]:
    """Each bare name a unit has had, as it is spelt → (a full name, its kinds)."""
    names: dict[str, tuple[str, set[str]]] = {}
    for kind, name in ((unit.kind, unit.name), *((dated.kind, dated.name) for dated in unit.names)):
        bare = _spelt(bare_name(name))
        if bare:
            names.setdefault(bare, (name, set()))[1].add(kind)
    return names


def _districts_of(territory: Territory, index: SetIndex, unit: Unit) -> frozenset[tuple[str, str]]:
    """The districts of any set that hold at least three tenths of a ward, and those that were divided into them."""
    if unit.level != Level.WARD:
        return frozenset()
    found: dict[tuple[str, str], Unit] = {}
    for other in territory.sets:
        for district in other.districts:
            if (
                unit.parent_code == district.code
                if other is index
                else unit.polygon.intersects(district.polygon)
                and unit.polygon.intersection(district.polygon).area >= 0.3 * unit.polygon.area
            ):
                found[(other.name, district.code)] = district
    names = {_spelt(bare_name(district.name)) for district in found.values()}
    for whole, parts in table("short_names")["divided"].items():
        if names & {_spelt(part) for part in parts}:
            for other in territory.sets:
                for district in other.districts:
                    if _spelt(bare_name(district.name)) == _spelt(whole):
                        found[(other.name, district.code)] = district
    return frozenset(found)


def unit_of(territory: Territory, meaning: Meaning) -> tuple[SetIndex, Unit] | None:
    """The unit a meaning stands for, with its set."""
    index = territory.named(meaning.set_name)
    unit = index.units.get(meaning.code) if index is not None else None
    return (index, unit) if index is not None and unit is not None else None


def expand_short_names(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """ "TDM" and the like as the words they stand for, at the place where they were written."""
    short = _short_names()
    if short.keys().isdisjoint([token.folded for token in tokens]):
        return tokens
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


# --- finding ---------------------------------------------------------------------------------------------------


class Reading:
    """One text being read for names of units. `tokens` have their short names expanded; `marked` as it was written."""

    def __init__(self, tokens: tuple[Token, ...], names: AreaNames, marked: bool) -> None:
        self.tokens, self.names, self.marked = tokens, names, marked
        key_of = names.key_of
        self.keys = [key_of(token.folded) for token in tokens]
        self._ends = [0]  # where the mentions found so far end
        # How many breaks stand before each token: whether words stand together is one comparison.
        self._breaks = list(accumulate([token.opens for token in tokens]))

    @cached_property
    def _sounding(self) -> list[str]:
        return [sound(word) for word in self.keys]

    def _together(self, start: int, end: int) -> bool:
        """Whether no comma or the like stands among the words [start, end)."""
        return self._breaks[end - 1] == self._breaks[start]

    def mentions(self) -> list[Mention]:
        """The units named, in the text's order; misspelt ones only of a level that nothing else names."""
        found = self._exact()
        firm = {mention.level for mention in found if mention.is_firm}
        for level in (Level.DISTRICT, Level.WARD):
            if level not in firm:
                found += self._misspelt(level, found)
        found.sort(key=lambda mention: mention.start)
        return _with_tails(found)

    def _exact(self) -> list[Mention]:
        found: list[Mention] = []
        at, count, phrases = 0, len(self.tokens), self.names.phrases
        before, own_names, things, keys = 0, _own_names(), _things(), self.keys
        own_begins, begins, thing_begins = own_names.beginnings, phrases.beginnings, things.beginnings
        while at < count:
            word = keys[at]
            own = own_names.at_keys(keys, at) if word in own_begins else None
            if own is not None:
                at = own.end
                continue
            phrase = phrases.at_keys(keys, at) if word in begins else None
            mention = None
            if phrase is not None and self._together(at, phrase.end):
                mention = self._mention(at, phrase.end, phrase.meanings, before)
            if mention is None:
                # "công an Phú An": the thing's own words are no beginning of a name.
                thing = things.at_keys(keys, at) if phrase is None and word in thing_begins else None
                at = thing.end if thing is not None else at + 1
                continue
            found.append(mention)
            at = before = mention.end
        return found

    def _mention(
        self, start: int, end: int, meanings: Sequence[Meaning], before: int, likeness: float | None = None
    ) -> Mention | None:
        written = self.tokens[start:end]
        misspelt = likeness is not None
        if likeness is None:
            marked = tuple([key(token.marked) for token in written])
            likenesses = {marks: self._likeness(written, marked, marks) for marks in {one.marks for one in meanings}}
            likeness = max(likenesses.values())
            close = tuple(meanings)
            if len(likenesses) > 1:
                close = tuple(meaning for meaning in meanings if likenesses[meaning.marks] >= likeness - 0.01)
        else:
            close = tuple(meanings)
        label, words_before = self._label_before(start)
        if label:
            level = LEVEL_OF.get(label)
            fitting = tuple(meaning for meaning in close if meaning.level == level)
            if not fitting and level == Level.DISTRICT:
                # "TP Bình Dương": no such district, but a province of that name.
                fitting = tuple(meaning for meaning in close if meaning.level == Level.PROVINCE)
            if not fitting and level == Level.DISTRICT and LEVEL_OF.get(label) == Level.DISTRICT:
                # "huyện Tân Thành" is another one's district, not our ward of that name.
                return None
            if not fitting and misspelt:
                return None
            if not fitting:
                label, words_before = "", 0
            else:
                close = fitting
        smaller: tuple[Meaning, ...] = ()
        if not label:
            close, smaller = _without_label(close)
        first = start - words_before
        evidence, beside = self._around(first, end, bool(label), before)
        if evidence == "street" and close[0].level != Level.WARD and self.keys[first - 1][:1].isdigit():
            # A postcode, not a house in a street of that name.
            evidence = "loose"
        return Mention(self._text(first, end), close, label, first, end, likeness, evidence, beside, smaller, misspelt)

    def _likeness(self, written: Sequence[Token], marked: tuple[str, ...], name: tuple[str, ...]) -> float:
        """1 for the name as it is rightly marked, less for missing marks in a marked text, least for other marks.

        `marked` are the words written with their marks, `name` the name's.
        """
        if marked == name:
            return 1.0
        if len(marked) != len(name):
            return 0.95
        missing = other = 0
        for token, mark, right in zip(written, marked, name, strict=True):
            if mark != right:
                if token.has_marks:
                    other += 1
                else:
                    missing += 1
        return max(0.4, 1.0 - 0.12 * other - (0.05 if self.marked else 0.02) * (missing > 0))

    def _label_before(self, at: int) -> tuple[str, int]:
        """(kind, number of words) of a label that ends directly before a token; ("", 0) for none."""
        if at == 0 or (self.tokens[at].opens and not self._is_after_stop(at)):
            return "", 0
        for length in (2, 1):
            if at < length:
                continue
            words = tuple(self.keys[at - length : at])
            for kind, strict, marks in _labels().get(words, ()):
                written = self.tokens[at - length : at]
                if not strict or not self.marked or self._is_marked_so(written, words, marks):
                    return kind, length
            kind = _short_labels().get(words, "")
            if kind:
                return kind, length
        word = self.keys[at - 1]
        if len(word) >= 5 and word not in self.names.words and word not in _not_names():
            for label in ("phuong", "huyen"):
                if OSA.distance(word, label, score_cutoff=1) == 1:
                    return _labels()[(label,)][0][0], 1
        return "", 0

    def _is_marked_so(self, written: Sequence[Token], words: Sequence[str], marks: Sequence[str]) -> bool:
        """Whether words carry these marks, were typed in raw telex, or begin a phrase ("…, Xa Phước Hòa")."""
        if any(token.has_marks and token.marked != mark for token, mark in zip(written, marks, strict=True)):
            # "Quân đoàn 4" is no quận.
            return False
        return (
            written[0].opens
            or written[0].text[0].isupper()
            or all(
                token.marked == mark or key(token.folded) != word
                for token, word, mark in zip(written, words, marks, strict=True)
            )
        )

    def _is_after_stop(self, at: int) -> bool:
        """Whether the break before a token is the full stop of a short form ("P. Phú Hòa")."""
        return self.tokens[at].stop and len(self.tokens[at - 1].folded) <= 3

    def _around(self, first: int, end: int, labelled: bool, before: int) -> tuple[Evidence, bool]:
        """(evidence, beside) from the words directly before and behind a name with its label."""
        tokens = self.tokens
        opens = first == 0 or (tokens[first].opens and not (not labelled and self._is_after_stop(first)))
        near = first > 0 and _near().ending_at_keys(self.keys, first, 2) is not None
        if labelled:
            if first and not near and not tokens[first].opens:
                # "sau UBND phường Phú Hòa": by the thing, and so nearly always in its ward.
                thing, beside = self._thing_with_near(first, before)
                if thing is not None and beside:
                    return thing, True
            return "label", near
        thing, beside = (None, False) if opens else self._thing_with_near(first, before)
        if thing is not None:
            near = near or beside
            if thing == "street" and end < len(tokens) and tokens[end].folded.isdigit() and not tokens[end].opens:
                return "numbered", near
            return thing, near
        suffix = "" if end == len(tokens) else _suffixes().get(self.keys[end], "")
        if suffix == Level.WARD:
            return "label", near
        closes = end == len(tokens) or tokens[end].opens or bool(suffix) or self._ends_before(end)
        if not opens:
            opens = near or first == before or self._begins_anew(first)
            if not opens and tokens[first - 1].folded[:1].isdigit():
                if not closes and tokens[end].folded.isdigit():
                    return "numbered", near
                if self._is_house_number(first - 1):
                    return "street", near
                opens = True
            if not opens and tokens[first - 1].folded[-1:].isdigit():
                # "QL13 Lai Uyên"
                opens = True
        if not closes and tokens[end].folded.isdigit() and opens:
            return "numbered", near
        if opens and closes:
            return "segment", near
        # Names of three words are hardly anything else.
        return ("tail" if closes and end - first >= 3 else "loose"), near

    def _thing_before(self, at: int, before: int) -> Evidence | None:
        """What stands directly before a name: its own words, not those of the unit before, and rightly marked."""
        for start in range(max(before, at - LONGEST_THING), at):
            # "đường N3" is a street, no crossroads.
            if start > 0 and self.keys[start - 1] == "duong" and self.keys[start][-1:].isdigit():
                continue
            for evidence, marks in _things().exactly(self.keys[start:at]):
                words = self.tokens[start:at]
                # "congvien": its words are written in one, and so are their marks to be.
                marks = marks if len(marks) == len(words) else ("".join(marks),)
                if not any(word.opens and not word.stop for word in words[1:]) and not any(
                    word.has_marks and key(word.marked) != mark for word, mark in zip(words, marks, strict=False)
                ):
                    return evidence
        return None

    def _thing_with_near(self, at: int, before: int) -> tuple[Evidence | None, bool]:
        """`_thing_before`, and whether "gần" or the like stands before the thing: "giáp UBND Phú Tân"."""
        thing = self._thing_before(at, before)
        if thing is None:
            return None, False
        start = next(
            start for start in range(max(before, at - LONGEST_THING), at) if _things().exactly(self.keys[start:at])
        )
        return thing, start > 0 and _near().ending_at_keys(self.keys, start, 2) is not None

    def _is_house_number(self, at: int) -> bool:
        """Whether the number at a token begins a phrase or stands after "số": "77 Phú Lợi" is a street, "30/4 Phú Lợi"
        behind "đường" is not."""
        while at > 0 and not self.tokens[at].opens and self.keys[at - 1][:1].isdigit():
            if self.tokens[at].gap != "/":
                # "12 30/4": the second number is the street's name.
                return False
            at -= 1
        if self.keys[at].isdigit() and len(self.keys[at]) >= 5:
            # A postcode or a telephone number: "75000 Phú Cường".
            return False
        if at == 0 or self.tokens[at].opens:
            return True
        before = self.keys[at - 2] if at > 1 else ""
        return self.keys[at - 1] in _house_words() and before != "duong" and not before[:1].isdigit()

    def _begins_anew(self, at: int) -> bool:
        """Whether the word before a name ends something: a filler, or the number of a hamlet."""
        if _fillers().ending_at_keys(self.keys, at, 2) is not None:
            return True
        if not any(letter.isdigit() for letter in self.keys[at - 1]):
            return False
        letters = self.keys[at - 1].rstrip("0123456789")
        numbered = _numbered()
        if letters in numbered.singles:
            return True
        return at >= 2 and numbered.phrases.ending_at_keys(self.keys, at - 1, 2) is not None

    def _ends_before(self, at: int) -> bool:
        """Whether what stands behind a name begins something else: a label, "gần", or a word callers end with."""
        return self.keys[at] in _particles() or self._begins_label(at) or _near().at_keys(self.keys, at) is not None

    def _begins_label(self, at: int) -> bool:
        if self.keys[at] not in _label_beginnings():
            return False
        words = self.keys[at : at + 2]
        return bool(
            tuple(words) in _labels()
            or tuple(words[:1]) in _labels()
            or tuple(words) in _short_labels()
            or tuple(words[:1]) in _short_labels()
        )

    # --- elsewhere ---------------------------------------------------------------------------------------------

    def elsewhere(self, mentions: Sequence[Mention]) -> list[Elsewhere]:
        """Provinces, towns and districts outside the territory, in the text's order."""
        found: list[Elsewhere] = []
        tokens, keys, names = self.tokens, self.keys, self.names.elsewhere
        taken = {at for mention in mentions for at in range(mention.start, mention.end)}
        near_begins = self.names.neighbours.beginnings
        begins, done = self.names.outside_begins, 0
        for at in [at for at, word in enumerate(keys) if word in begins or word[0] == "q"]:
            if at < done:
                continue
            phrase = names.at_keys(keys, at)
            # "Quận Tân Bình" is the city's, and longer than the name of ours in it; else ours goes first.
            if phrase is not None and self._is_elsewhere(phrase.start, phrase.end, taken):
                # "phố" in "thành phố" is no street.
                apart = tokens[at].opens and not self._is_after_stop(at)
                if apart or self._label_before(at)[0] or self._thing_before(at, 0) is None:
                    found.append(Elsewhere(self._text(at, phrase.end), at, all(phrase.meanings)))
                done = phrase.end
                continue
            kind, length = self._label_at(at)
            behind = at + length
            if length and behind < len(keys) and keys[behind] in near_begins and kind in _WARD_LABELS:
                end = neighbour_at(self.names.neighbours, tokens, keys, behind)
                # A longer name than ours is another one; beside a ward of ours it is only what that one borders on.
                if end is not None and all(at <= one.start and one.end < end for one in _firm_wards(mentions)):
                    found.append(Elsewhere(self._text(at, end), at, city=False))
                    done = end
                    continue
            if keys[at][0] == "q" and self._is_numbered_quan(at):
                found.append(Elsewhere(self._text(at, at + 1), at, city=False))
            elif length and LEVEL_OF.get(kind) == Level.DISTRICT and at not in taken and behind < len(keys):
                if kind == "quan" and keys[behind].isdigit() and len(keys[behind]) <= 2:
                    found.append(Elsewhere(self._text(at, behind + 1), at, city=False))
                elif behind not in taken and names.at_keys(keys, behind) is None:
                    unknown = self._unknown_district(at, behind)
                    found += [unknown] if unknown is not None else []
        if found and any(one.city for one in found) and not _firm_wards(mentions):
            found += self._alone_in_the_city(taken)
            found.sort(key=lambda one: one.start)
        return found

    def _is_numbered_quan(self, at: int) -> bool:
        """Whether "Q1" stands alone between commas: the city's districts have numbers."""
        word, behind = self.keys[at], at + 1
        if word[0] != "q" or not word[1:].isdigit() or len(word) > 3 or not self.tokens[at].opens:
            return False
        return (
            behind == len(self.keys)
            or self.tokens[behind].opens
            or self.keys[behind] in self.names.elsewhere.beginnings
        )

    def _alone_in_the_city(self, taken: set[int]) -> list[Elsewhere]:
        """Wards of the neighbours alone between commas, or with their label behind: "Bến Thành, TPHCM"."""
        tokens, keys, found = self.tokens, self.keys, []
        for at in range(len(keys)):
            if keys[at] in self.names.neighbours.beginnings and (at == 0 or tokens[at].opens) and at not in taken:
                end = neighbour_at(self.names.neighbours, tokens, keys, at)
                if end is not None and (
                    end == len(keys) or tokens[end].opens or _suffixes().get(keys[end]) == Level.WARD
                ):
                    found.append(Elsewhere(self._text(at, end), at, city=False))
        return found

    def _is_elsewhere(self, start: int, end: int, taken: set[int]) -> bool:
        if not self._together(start, end):
            return False
        if end - start <= 2 and any(at in taken for at in range(start, end)):
            return False
        # "Long Thạnh" is not Long Thành.
        marks = self.names.far_marks.get(tuple(self.keys[start:end]), ())
        return not any(
            token.has_marks and key(token.marked) != mark
            for token, mark in zip(self.tokens[start:end], marks, strict=False)
        )

    def _unknown_district(self, at: int, behind: int) -> Elsewhere | None:
        """What a district's label stands before, when that is no name of ours: a misspelt one, or none we know."""
        word = self.keys[behind]
        if not word.isalpha() or word in _not_names() or len("".join(self.keys[at:behind])) <= 2:
            return None
        for length in (3, 2):
            words = self.keys[behind : behind + length]
            near = nearest(" ".join(words), self.names.far) if len(words) == length else None
            if near is not None:
                meanings = self.names.elsewhere.exactly(near[0].split())
                return Elsewhere(self._text(at, behind + length), at, all(meanings))
        return Elsewhere(self._text(at, behind + 2), at, city=False, unknown=True)

    def _label_at(self, at: int) -> tuple[str, int]:
        """(kind, number of words) of a label that begins at a token; ("", 0) for none."""
        if self.keys[at] not in _label_beginnings():
            return "", 0
        for length in (2, 1):
            words = tuple(self.keys[at : at + length])
            for kind, strict, marks in _labels().get(words, ()):
                if not strict or not self.marked or self._is_marked_so(self.tokens[at : at + length], words, marks):
                    return kind, length
            if words in _short_labels():
                return _short_labels()[words], length
        return "", 0

    def _text(self, start: int, end: int) -> str:
        return " ".join([token.text for token in self.tokens[start:end]])

    # --- misspelt ----------------------------------------------------------------------------------------------

    def _misspelt(self, level: Level, found: Sequence[Mention]) -> list[Mention]:
        """The name of a level nearest to what is written behind a label or alone, where nothing was read."""
        taken = [False] * len(self.tokens)
        for mention in found:
            taken[mention.start : mention.end] = [True] * (mention.end - mention.start)
        for at, word in enumerate(self.keys):
            # "Mỹ Phước Tân Vạn" is a road, however a ward's name may be read into it.
            own = _own_names().at_keys(self.keys, at) if word in _own_names().beginnings else None
            if own is not None:
                taken[at : own.end] = [True] * (own.end - at)
        self._ends = [0, *(mention.end for mention in found)]
        named = {
            meaning.unit_key for mention in found if mention.level == Level.DISTRICT for meaning in mention.meanings
        }
        heard = self._heard(level, taken, named if level == Level.WARD else set())
        if heard is not None:
            return [heard]
        # A name nearly so is none of another district than the one named: "xã Tân Thới, Thuận An" is not An Thái.
        within = named and level == Level.WARD
        spellings = self.names.spellings_in(frozenset(named)) if within else self.names.spellings[level]
        for start, end, whole in list(self._gaps(taken, level))[:MOST_MISSPELT]:
            best: tuple[int, int, str] | None = None
            if self.names.elsewhere.at_keys(self.keys, start) is not None or self._is_neighbour(level, start, named):
                continue
            for length in range(1, min(4, end - start) + 1):
                if whole and start + length != end:
                    continue
                near = self._nearest(self.keys[start : start + length], spellings)
                if near is not None and (best is None or (near[1], -length) < best[:2]):
                    best = (near[1], -length, near[0])
            if best is not None:
                near_by = self._named(start, start - best[1], best[2], level, 0.97 - 0.07 * best[0])
                # Alone and without its label, a name nearly so needs its district beside it.
                if near_by is not None and (near_by.label or named or level != Level.WARD or start == 0):
                    return [near_by]
        return []

    def _named(self, start: int, end: int, name: str, level: str, likeness: float) -> Mention | None:
        meanings = [meaning for meaning in self.names.phrases.exactly(tuple(name.split())) if meaning.level == level]
        before = max(one for one in self._ends if one <= start)
        mention = self._mention(start, end, meanings, before, likeness)
        if mention is None or mention.evidence in {"maybe", "street", "inside"}:
            return None
        # A label of another level stands before something else.
        return mention if not mention.label or LEVEL_OF.get(mention.label) == level else None

    def _heard(self, level: Level, taken: Sequence[bool], named: set[tuple[str, str]]) -> Mention | None:
        """The last name of a level in a text that sounds like the words ("bến các"), in the districts named if any."""
        sounds, names = self.names.sounds[level], self._sounding
        for end in range(len(names), 1, -1):
            for start in range(max(0, end - 4), end - 1):
                name = sounds.get(" ".join(names[start:end]))
                if name is None or any(taken[start:end]) or not self._together(start, end):
                    continue
                if self._is_neighbour(level, start, named):
                    continue
                mention = self._named(start, end, name, level, 0.92)
                if mention is not None and (not named or any(one.districts & named for one in mention.meanings)):
                    return mention
        return None

    def _is_neighbour(self, level: str, at: int, named: set[tuple[str, str]]) -> bool:
        """Whether a neighbour's ward is written there, behind its label, and no district of ours beside it."""
        if level != Level.WARD or named or self.keys[at] not in self.names.neighbours.beginnings:
            return False
        label = self._label_before(at)[0]
        if not label or LEVEL_OF.get(label) != Level.WARD:
            return False
        return neighbour_at(self.names.neighbours, self.tokens, self.keys, at) is not None

    def _nearest(self, words: Sequence[str], spellings: Sequence[str]) -> tuple[str, int] | None:
        written = " ".join(words)
        if len(written) < 4 or not written.replace(" ", "").isalpha():
            return None
        return nearest(written, spellings)

    def _gaps(self, taken: Sequence[bool], level: str) -> Iterator[tuple[int, int, bool]]:
        """(start, end, only as a whole) of runs nothing was read in: those behind a label of the level first."""
        count = len(self.tokens)
        runs: list[tuple[int, int]] = []
        start = 0
        for at in range(count + 1):
            if at == count or taken[at] or (at > start and self.tokens[at].opens and not self._is_after_stop(at)):
                if at > start:
                    runs.append((start, at))
                start = at + 1 if at < count and taken[at] else at
        for first, end in runs:
            for at in range(first, end):
                label, _words = self._label_before(at)
                if label and LEVEL_OF.get(label) == level:
                    yield at, end, False
        for first, end in reversed(runs):
            if end - first <= 4 and not self._label_before(first)[0]:
                yield first, end, True
        # The last words before a unit already read: "… lai thieuu thuan an".
        for first, end in reversed(runs):
            if end - first > 4 and end < count and taken[end]:
                for length in (2, 3, 1):
                    yield end - length, end, True


def _without_label(meanings: tuple[Meaning, ...]) -> tuple[tuple[Meaning, ...], tuple[Meaning, ...]]:
    """Without a label a name shared by a province or district and a ward means the larger one; and the smaller."""
    for level in (Level.PROVINCE, Level.DISTRICT):
        larger = tuple(meaning for meaning in meanings if meaning.level == level)
        if larger:
            return larger, tuple(meaning for meaning in meanings if meaning.level == Level.WARD)
    return meanings, ()


def _with_tails(found: list[Mention]) -> list[Mention]:
    """Loose names directly before a district or province that fits them are meant as units: "… lai thieu thuan an"."""
    for number, mention in enumerate(found[:-1]):
        behind = found[number + 1]
        if (
            mention.evidence in {"loose", "inside"}
            and behind.level in {Level.DISTRICT, Level.PROVINCE}
            and behind.start == mention.end
            and ((mention.level == Level.WARD and behind.level == Level.PROVINCE) or _fit(mention, behind))
        ):
            found[number] = mention._replace(evidence="tail")
    return found


def _firm_wards(mentions: Sequence[Mention]) -> list[Mention]:
    """The wards of ours that are named as such and rightly spelt."""
    return [one for one in mentions if one.level == Level.WARD and one.is_firm and not one.is_misspelt]


def _fit(ward: Mention, district: Mention) -> bool:
    keys = {meaning.unit_key for meaning in district.meanings}
    return any(meaning.districts & keys for meaning in ward.meanings)


def stands_beside(words: Sequence[str], at: int) -> bool:
    """Whether the words directly before a name say by it, not in it."""
    return at > 0 and _near().ending_at_keys(words, at, 2) is not None


def is_of_the_city(mention: Mention) -> bool:
    """Whether the neighbouring city had a ward of this name before the merger."""
    names = {_spelt(name) for name in table("elsewhere")["same"]}
    return any(_spelt(bare_name(meaning.name)) in names for meaning in mention.meanings)


def is_of_the_city_since(mention: Mention) -> bool:
    """Whether the city of 2025 has a ward of this name outside the territory."""
    names = names_of_the_city_since()
    return any(_spelt(bare_name(meaning.name)) in names for meaning in mention.meanings)


def is_marked_as_the_citys(mention: Mention, *, marked: bool) -> bool | None:
    """Whether a name has the marks of another ward of the city of 2025, which only they tell from ours: "Thạnh An" is
    not our Thanh An. None when the writer leaves them out (`marked` false), and it may be either."""
    for meaning in mention.meanings:
        marks = marks_of_the_city_since().get(_spelt(bare_name(meaning.name)))
        if marks is None or marks == meaning.marks:
            continue
        written = tokens_of(mention.text)
        if tuple(key(token.marked) for token in written[-len(marks) :]) == marks:
            return True
        if not marked:
            return None
    return False


# --- the language ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Numbered:
    singles: frozenset[str]
    phrases: Phrases[bool]


@cache
def _labels() -> dict[tuple[str, ...], list[tuple[str, bool, tuple[str, ...]]]]:
    labels: dict[tuple[str, ...], list[tuple[str, bool, tuple[str, ...]]]] = {}
    for entry in table("labels")["label"]:
        for words in entry["words"]:
            tokens = tokens_of(words)
            labels.setdefault(tuple(key(token.folded) for token in tokens), []).append(
                (entry["kind"], entry.get("strict", False), tuple(token.marked for token in tokens))
            )
    return labels


@cache
def _short_labels() -> dict[tuple[str, ...], str]:
    return {
        tuple(fold(short).split()): entry["kind"]
        for entry in table("labels")["label"]
        for short in entry.get("short", ())
    }


@cache
def _label_beginnings() -> frozenset[str]:
    return frozenset(words[0] for words in (*_labels(), *_short_labels()))


@cache
def _short_names() -> dict[str, tuple[str, ...]]:
    return {fold(short): tuple(words.split()) for short, words in table("short_names")["area"].items()}


@cache
def _things() -> Phrases[tuple[Evidence, tuple[str, ...]]]:
    things: Phrases[tuple[Evidence, tuple[str, ...]]] = Phrases()
    for evidence, phrases in table("things_named_after")["thing"].items():
        for words in phrases:
            marks = tuple(key(token.marked) for token in tokens_of(words))
            things.put(tuple(_spelt(words).split()), (evidence, marks))
    return things


@cache
def _house_words() -> frozenset[str]:
    return frozenset(_spelt(word) for word in table("things_named_after")["around"]["house"])


@cache
def _particles() -> frozenset[str]:
    return frozenset(_spelt(word) for word in table("things_named_after")["around"]["particles"])


@cache
def _not_names() -> frozenset[str]:
    return frozenset(_spelt(word) for word in table("things_named_after")["around"]["not_names"])


@cache
def _near() -> Phrases[bool]:
    return _phrases_of("near")


@cache
def _suffixes() -> dict[str, str]:
    return {fold(word): level for level, words in table("labels")["behind"].items() for word in words}


@cache
def _own_names() -> Phrases[bool]:
    return _phrases_of("own_names")


@cache
def _fillers() -> Phrases[bool]:
    return _phrases_of("fillers")


@cache
def _numbered() -> _Numbered:
    phrases = _phrases_of("numbered")
    singles = frozenset(
        spelt for words in table("things_named_after")["around"]["numbered"] if " " not in (spelt := _spelt(words))
    )
    return _Numbered(singles, phrases)


def _phrases_of(group: str) -> Phrases[bool]:
    phrases: Phrases[bool] = Phrases()
    for words in table("things_named_after")["around"][group]:
        phrases.put(tuple(_spelt(words).split()), True)
    return phrases
