"""Places, streets, crossings, house numbers and kilometres that a text names, found in the gazetteer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Literal, NamedTuple

from geo.folding import fold_name
from geo.gazetteer.answers import Entry, EntryKind
from geo.gazetteer.lookups import Gazetteer
from geo.language import table
from geo.plane import about_m, moved
from geo.steps.offsets import Offset, offset_from
from geo.steps.phrases import Phrases
from geo.steps.things import things
from geo.steps.tokens import Token

SpotKind = Literal["crossing", "kilometre", "house", "place", "between", "street", "alias"]
# Points of one name closer together than this are one place: the two sides of a road, two gates.
SAME_PLACE_M = 400.0
BESIDE_M = 150.0
MOST_ENTRIES = 12
MOST_NEAR = 3
# Streets of one name of which a stretch between two others is looked for.
MOST_ALONG = 4
LONGEST_NAME = 8
# "Cách … về hướng bắc" may be anything between north-west and north-east.
VAGUE_WAY = 0.4
# Two things named with "giữa" that lie no farther apart confirm each other.
TOGETHER_M = 3_000.0
_ENDS = frozenset({"place", "crossing", "alias"})
_POINTS = frozenset({"crossing", "kilometre", "house", "place", "alias"})
LEAST_LIKENESS = 0.86
_DASHES = frozenset({" - ", " – ", " — "})

# How often a spot found so is the right one when no ward is named beside it.
WORTH = {
    "crossing": 0.91,
    "house_known": 0.9,
    "house_parent": 0.87,
    "house_between": 0.86,
    "house_beyond": 0.66,
    "km_post": 0.93,
    "km_between": 0.91,
    "km_beyond": 0.66,
    "place": 0.85,
    "alias": 0.8,
    "between": 0.85,
    "street": 0.86,
}


class Spot(NamedTuple):
    """A point that the words [start, end) of the text (in characters) may mean, with its radius in metres.

    `worth` is how often such a find is right; of several of one name each has its share. A street's own point is its
    middle: `street` is its number, to be narrowed to the ward named. `place` is a place's number. `away_m` is how far
    from it the words say, and the point is moved there when they say which way (`direction`, eighths from north).
    """

    kind: SpotKind
    how: str
    name: str
    text: str
    lon: float
    lat: float
    radius_m: float
    worth: float
    start: int
    end: int
    beside: bool = False
    exact: bool = True
    street: int | None = None
    place: int | None = None
    away_m: float = 0.0
    direction: int | None = None


class _Found(NamedTuple):
    """A name of the gazetteer at tokens [start, end)."""

    start: int
    end: int
    entries: tuple[Entry, ...]
    likeness: float

    def of(self, *kinds: str) -> list[int]:
        return [entry.number for entry in self.entries if entry.kind in kinds][:MOST_ENTRIES]


def find_spots(
    tokens: tuple[Token, ...], gazetteer: Gazetteer, units: Sequence[tuple[int, int, bool]], exercise: int = 0
) -> list[Spot]:
    """The spots a text names, the most exact kind first. `tokens` as from `write_out`.

    `units` says where names of units stand in it (start and end in characters, whether labelled): no names of places.
    """
    if not tokens:
        return []
    return _Search(tokens, gazetteer, units, exercise).spots()


class _Search:
    def __init__(
        self, tokens: tuple[Token, ...], gazetteer: Gazetteer, units: Sequence[tuple[int, int, bool]], exercise: int
    ) -> None:
        self.tokens, self.gazetteer, self.units = tokens, gazetteer, units
        self.words = [token.folded for token in tokens]
        covered = bytearray(tokens[-1].end)
        for start, end, _labelled in units:
            covered[start:end] = b"\1" * (end - start)
        self.in_units = {at for at, token in enumerate(tokens) if covered[token.start] and covered[token.end - 1]}
        self._kept: dict[tuple[int, int], tuple[bool, str]] = {}
        self._offsets: dict[tuple[int, int], Offset | None] = {}
        self.found = self._names(exercise)

    def spots(self) -> list[Spot]:
        if not self.found:
            return []
        streets = [found for found in self.found if found.of("street", "road")]
        stretches, bounds = self._stretches(streets)
        crossings = [found for found in self._crossings(streets) if bounds.isdisjoint(one.start for one in found[1])]
        crossed = bounds | {found.start for _spot, pair in crossings for found in pair}
        spots = [*stretches, *(spot for spot, _pair in crossings)]
        spots += self._kilometres(streets)
        spots += self._houses([found for found in streets if found.start not in crossed])
        spots += self._places()
        spots += [] if stretches else self._between(spots)
        spots += self._streets([found for found in streets if found.start not in crossed])
        return spots

    # --- names -------------------------------------------------------------------------------------------------

    def _names(self, exercise: int) -> list[_Found]:
        """Names that do not overlap, longer ones first, then nearly written ones behind what things are called."""
        # One word is only a name behind "đường" or with a number in it: "An" is a street in every town.
        alone = {at for at, word in enumerate(self.words) if not word.isalpha() or self._is_labelled(at)}
        hits = self.gazetteer.scan(self.words, exercise, alone)
        hits.sort(key=lambda hit: (hit.start - hit.end, hit.start))
        kept: list[_Found] = []
        for hit in hits:
            if any(hit.start < other.end and other.start < hit.end for other in kept):
                continue
            # A known name may have a dash of its own: "Ngã tư Phạm Ngọc Thạch - Trần Ngọc Lên".
            if any(token.opens and token.gap not in _DASHES for token in self.tokens[hit.start + 1 : hit.end]):
                continue
            counts = {kind: self._counts(kind, hit.start, hit.end) for kind in {entry.kind for entry in hit.entries}}
            entries = tuple([entry for entry in hit.entries if counts[entry.kind]])
            if entries:
                kept.append(_Found(hit.start, hit.end, entries, 1.0))
        return sorted([*kept, *self._nearly(kept)], key=lambda found: found.start)

    def _counts(self, kind: EntryKind, start: int, end: int) -> bool:
        """Whether a name may be meant as one: a unit's own name is none, a street's needs "đường" or its own phrase."""
        if kind == "alias":
            return True
        first, last = self.tokens[start].start, self.tokens[end - 1].end
        if kind == "place":
            return end - start > 1 and not self._is_unit(start, end)
        if any(unit[0] <= first and last <= unit[1] and unit[2] for unit in self.units):
            return False
        if kind == "road" or self._is_labelled(start):
            return True
        if end - start == 1 or self._is_unit(start, end):
            return self._number_before(start) is not None and end - start > 1
        return True

    def _is_unit(self, start: int, end: int) -> bool:
        """Whether words are only names of units and fillers: "về Bến Cát" names no place of its own."""
        return all(at in self.in_units or self.words[at] in _empty() for at in range(start, end))

    def _is_labelled(self, start: int) -> bool:
        return start > 0 and self.words[start - 1] in {"duong", "pho", "d", "dg"} and not self.tokens[start].opens

    def _nearly(self, kept: Sequence[_Found]) -> Iterator[_Found]:
        # The words of a unit's name are no misspelt name of something else.
        covered = self.in_units.union(*(range(found.start, found.end) for found in kept))
        tried, behind, begins = 0, 0, things().beginnings
        for at, word in enumerate(self.words):
            is_street = word in {"duong", "pho"}
            if (not is_street and word not in begins) or at < behind or at in covered:
                continue
            if tried >= MOST_NEAR:
                break
            thing = None if is_street else things().at_keys(self.words, at)
            if thing is None and not is_street:
                continue
            behind = thing.end if thing is not None else at + 1
            start = at + 1 if is_street else at
            longest = 0
            while longest < LONGEST_NAME and start + longest < len(self.tokens) and start + longest not in covered:
                if longest and self.tokens[start + longest].opens:
                    break
                longest += 1
            # A thing without a name of its own is none; and of a number nothing is nearly right.
            if longest < 2 or not any(word.isalpha() for word in self.words[behind : start + longest]):
                continue
            tried += 1
            near = self.gazetteer.names.near(self.words, start, longest, 2, LEAST_LIKENESS)
            best = [one for one in near if one.likeness >= near[0].likeness - 0.005]
            best = [one for one in best if (one.entry.kind == "place") == (start == at) and one.end - one.start > 1]
            best = [one for one in best if one.end == best[0].end and not self._is_unit(one.start, one.end)]
            if best:
                covered |= set(range(at, best[0].end))
                yield _Found(start, best[0].end, tuple(one.entry for one in best), best[0].likeness)

    # --- kinds -------------------------------------------------------------------------------------------------

    def _crossings(self, streets: Sequence[_Found]) -> Iterator[tuple[Spot, tuple[_Found, _Found]]]:
        for one, other in pairwise(streets):
            between = self.words[one.end : other.start]
            said = _crossing().ending_at_keys(self.words, one.start, 3) or (
                self._is_labelled(one.start) and _crossing().ending_at_keys(self.words, one.start - 1, 3)
            )
            joined = len(between) <= 3 and all(word in _joins() for word in between)
            if not joined or (not said and not between and self.tokens[other.start].opens):
                continue
            spots = []
            for first in one.of("street", "road"):
                for second in other.of("street", "road"):
                    name = f"{self.gazetteer.street(first).name} – {self.gazetteer.street(second).name}"
                    for found in self.gazetteer.crossings(first, second):
                        spots.append(
                            self._spot(
                                "crossing", "crossing", name, found.lon, found.lat, found.radius_m, one.start, other.end
                            )
                        )
            yield from ((spot, (one, other)) for spot in _shared(spots))

    def _stretches(self, streets: Sequence[_Found]) -> tuple[list[Spot], set[int]]:
        """(the middles of stretches of a street between two others; where the names of all three begin).

        "Đường X, giữa đường Y và đường Z", "đoạn từ Y đến Z đường X".
        """
        for at, (one, other) in enumerate(pairwise(streets)):
            first = one.start - self._is_labelled(one.start)
            between = self.words[one.end : other.start]
            to = any(word in _to() for word in between)
            said = _between_words().ending_at_keys(self.words, first, 2) or (to and self.words[first - 1] == "tu")
            if first < 1 or not said or len(between) > 3 or not all(word in _joins() | _to() for word in between):
                continue
            for along in (*reversed(streets[:at]), *streets[at + 2 :]):
                spots = list(self._stretch(along, one, other))
                if spots:
                    return _shared(spots), {along.start, one.start, other.start}
        return [], set()

    def _stretch(self, along: _Found, one: _Found, other: _Found) -> Iterator[Spot]:
        """Middles of the ways along one street from a crossing with one to a crossing with the other."""
        first, last = min(along.start, one.start), max(along.end, other.end)
        known = self.gazetteer
        for street in along.of("street", "road")[:MOST_ALONG]:
            ends = [
                [(met.lon, met.lat) for number in found.of("street", "road") for met in known.crossings(street, number)]
                for found in (one, other)
            ]
            ways = (known.between_on(street, begin, end) for begin in ends[0][:2] for end in ends[1][:2])
            shortest = min((way for way in ways if way is not None), key=lambda way: way.radius_m, default=None)
            if shortest is not None:
                names = (known.street(found.of("street", "road")[0]).name for found in (one, other))
                name = f"{known.street(street).name} ({' – '.join(names)})"
                at = (shortest.lon, shortest.lat, shortest.radius_m)
                yield self._spot("between", "between", name, *at, first, last)

    def _kilometres(self, streets: Sequence[_Found]) -> list[Spot]:
        kilometre = self._kilometre() if streets else None
        if kilometre is None:
            return []
        value, start, end = kilometre
        spots = []
        for found in streets:
            for number in found.of("road", "street"):
                at = self.gazetteer.kilometre(number, value)
                if at is not None:
                    name = f"Km{value:g} {self.gazetteer.street(number).name}"
                    first, last = min(start, found.start), max(end, found.end)
                    spots.append(
                        self._spot("kilometre", at.how, name, at.lon, at.lat, at.radius_m, first, last, street=number)
                    )
        return _shared(spots)

    def _kilometre(self) -> tuple[float, int, int] | None:
        """(kilometre, words [start, end)) of the first one written: "km 12", "Km12+300", "km 12,5", "mốc số 12"."""
        words = _kilometre_words()
        for at, word in enumerate(self.words):
            if word not in words.beginnings and not word.startswith("km"):
                continue
            glued = word[2:] if word.startswith("km") and word[2:].isdigit() else ""
            phrase = words.at_keys(self.words, at)
            number = at if glued else phrase.end if phrase is not None else -1
            if 0 <= number < len(self.words) and self.words[number] == "so":
                number += 1
            if not 0 <= number < len(self.words):
                continue
            digits = glued or self.words[number]
            if not digits.isdigit() or len(digits) > 3:
                continue
            end = number + 1
            more = self.words[end] if end < len(self.words) and self.words[end].isdigit() else ""
            value = float(digits)
            if more and self.tokens[end].gap.strip() == "+":
                value, end = value + int(more[:4]) / 1000, end + 1
            elif more and self.tokens[end].gap in {",", "."} and len(more) <= 3:
                # "km 12,5": half way to the next one. With a space behind the comma something else begins.
                value, end = value + int(more) / 10 ** len(more), end + 1
            return value, at, end
        return None

    def _houses(self, streets: Sequence[_Found]) -> list[Spot]:
        spots: list[Spot] = []
        for found in streets:
            number = self._number_before(found.start)
            if number is None:
                continue
            text, start = number
            own = []
            for street in found.of("street", "road"):
                at = self.gazetteer.house(street, text)
                if at is not None:
                    name = f"{text} {self.gazetteer.street(street).name}"
                    own.append(
                        self._spot("house", at.how, name, at.lon, at.lat, at.radius_m, start, found.end, street=street)
                    )
            spots += _less(_shared(own), found.likeness)
        return spots

    def _number_before(self, start: int) -> tuple[str, int] | None:
        """(house number as written, its first word) directly before a street's name or its "đường"."""
        at = start
        while at > 0 and self.words[at - 1] in {"duong", "pho", "d", "dg"}:
            at -= 1
        end = at
        while at > 0 and self.words[at - 1][:1].isdigit() and end - at < 4:
            at -= 1
            if self.tokens[at].gap not in {"/", "-"}:
                break
        if at == end:
            return None
        if at > 0 and not self.tokens[at].opens and self.words[at - 1] in _counted():
            return None
        pieces = [self.tokens[at].text, *(f"/{token.text}" for token in self.tokens[at + 1 : end])]
        return "".join(pieces), at

    def _places(self) -> list[Spot]:
        spots = []
        for found in self.found:
            own = []
            for number in found.of("place"):
                place = self.gazetteer.place(number)
                own.append(
                    self._spot(
                        "place",
                        "place",
                        place.name,
                        place.lon,
                        place.lat,
                        place.radius_m,
                        found.start,
                        found.end,
                        place=number,
                    )
                )
            learnt = []
            for number in found.of("alias"):
                alias = self.gazetteer.alias(number)
                name = alias.label or alias.phrase
                learnt.append(
                    self._spot("alias", "alias", name, alias.lon, alias.lat, alias.radius_m, found.start, found.end)
                )
            likeness = found.likeness if found.likeness == 1.0 else 0.92 * found.likeness
            # What people taught never silently takes the place of a name that is known.
            for spot in (*_shared(own), *_shared(learnt)):
                exact = found.likeness == 1.0
                spots.append(spot if exact else spot._replace(worth=spot.worth * likeness, exact=False))
        return spots

    def _between(self, spots: Sequence[Spot]) -> list[Spot]:
        """The middle between two things named behind "giữa"."""
        between = _between_words()
        for at in range(len(self.words) if len(spots) > 1 else 0):
            if self.words[at] not in between.beginnings or between.at_keys(self.words, at) is None:
                continue
            behind = [spot for spot in spots if spot.start >= self.tokens[at].start and spot.kind in _ENDS]
            pairs = [(one, other) for one in behind for other in behind if other.start >= one.end]
            if pairs:
                # Of several places of their names the two are meant that lie together.
                apart, one, other = min(
                    ((about_m(one.lon, one.lat, other.lon, other.lat), one, other) for one, other in pairs),
                    key=lambda pair: pair[0],
                )
                middle = self.gazetteer.between((one.lon, one.lat), (other.lon, other.lat))
                together = apart <= TOGETHER_M
                return [
                    Spot(
                        "between",
                        "between",
                        f"{one.name} – {other.name}",
                        f"{one.text} – {other.text}",
                        middle.lon,
                        middle.lat,
                        middle.radius_m,
                        WORTH["between"] * (1.0 if together else min(one.worth, other.worth)),
                        one.start,
                        other.end,
                    )
                ]
        return []

    def _streets(self, streets: Sequence[_Found]) -> list[Spot]:
        spots: list[Spot] = []
        for found in streets:
            own = []
            for number in found.of("street", "road"):
                whole = self.gazetteer.whole(number)
                name = self.gazetteer.street(number).name
                own.append(
                    self._spot(
                        "street",
                        "street",
                        name,
                        whole.lon,
                        whole.lat,
                        whole.radius_m,
                        found.start,
                        found.end,
                        street=number,
                    )
                )
            spots += _less(own, found.likeness)
        return spots

    def _said(self, start: int, end: int) -> tuple[bool, str]:
        """(whether the text says by these words, not at them; the words), worked out once for all of one name."""
        kept = self._kept.get((start, end))
        if kept is None:
            first = start
            while first > 0 and self.words[first - 1] in {"duong", "so", "hem", "nha"}:
                first -= 1
            beside = _near().ending_at_keys(self.words, first, 2) is not None
            text = " ".join(dict.fromkeys(token.text for token in self.tokens[start:end]))
            kept = self._kept[(start, end)] = beside, text
        return kept

    def _spot(
        self,
        kind: SpotKind,
        how: str,
        name: str,
        lon: float,
        lat: float,
        radius_m: float,
        start: int,
        end: int,
        *,
        street: int | None = None,
        place: int | None = None,
    ) -> Spot:
        beside, text = self._said(start, end)
        offset = self._offset(start, end) if kind in _POINTS else None
        radius = radius_m + (BESIDE_M if beside and offset is None else 0.0)
        if offset is not None and offset.direction is not None:
            lon, lat = moved(lon, lat, offset.distance_m, offset.direction)
            radius += VAGUE_WAY * offset.distance_m
        elif offset is not None:
            radius += offset.distance_m
        return Spot(
            kind,
            how,
            name,
            text,
            lon,
            lat,
            radius,
            WORTH[how],
            self.tokens[start].start,
            self.tokens[end - 1].end,
            beside,
            True,
            street,
            place,
            offset.distance_m if offset is not None else 0.0,
            offset.direction if offset is not None else None,
        )

    def _offset(self, start: int, end: int) -> Offset | None:
        if (start, end) not in self._offsets:
            self._offsets[(start, end)] = offset_from(self.tokens, self.words, start, end)
        return self._offsets[(start, end)]


def _shared(spots: Sequence[Spot]) -> list[Spot]:
    """One of each place; of several places of one name each has its share of the worth."""
    kept: list[Spot] = []
    for spot in spots:
        if not any(about_m(spot.lon, spot.lat, other.lon, other.lat) <= SAME_PLACE_M for other in kept):
            kept.append(spot)
    return kept if len(kept) < 2 else [spot._replace(worth=spot.worth / len(kept)) for spot in kept]


def _less(spots: Sequence[Spot], likeness: float) -> Sequence[Spot]:
    """Spots of a name nearly written are worth less."""
    return spots if likeness == 1.0 else [spot._replace(worth=spot.worth * likeness) for spot in spots]


# --- the language ----------------------------------------------------------------------------------------------


@cache
def _near() -> Phrases[bool]:
    return _phrases(table("things_named_after")["around"]["near"])


@cache
def _crossing() -> Phrases[bool]:
    return _phrases(table("relations")["crossing"])


@cache
def _between_words() -> Phrases[bool]:
    return _phrases(table("relations")["between"])


@cache
def _to() -> frozenset[str]:
    return frozenset(fold_name(word) for word in table("relations")["to"])


@cache
def _kilometre_words() -> Phrases[bool]:
    return _phrases(table("relations")["kilometre"])


@cache
def _joins() -> frozenset[str]:
    return frozenset(word for phrase in table("relations")["joins"] for word in fold_name(phrase).split())


@cache
def _counted() -> frozenset[str]:
    """Words whose number is no house's: "KP 3", "tổ 5"."""
    numbered = table("things_named_after")["around"]["numbered"]
    return frozenset(fold_name(words).split()[-1] for words in numbered)


@cache
def _empty() -> frozenset[str]:
    labels = ["phường", "xã", "thị trấn", "thị xã", "thành phố", "huyện", "tỉnh", "khu", "đi", "về", "lên"]
    fillers = table("things_named_after")["around"]["fillers"]
    return frozenset(word for phrase in (*labels, *fillers) for word in fold_name(phrase).split())


def _phrases(words: Sequence[str]) -> Phrases[bool]:
    phrases: Phrases[bool] = Phrases()
    for phrase in words:
        phrases.put(tuple(fold_name(phrase).split()), True)
    return phrases
