"""Known places in a text: exact names first, then names nearly so, through an index of words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from rapidfuzz import fuzz

from geo.folding import fold
from geo.index import Territory
from geo.language import table
from geo.models import Place
from geo.plane import distance_m
from geo.steps.areanames import AreaNames, area_names
from geo.steps.phrases import Phrases
from geo.steps.tokens import Token, marks_of, tokens_of

LEAST_LIKENESS = 88.0
MOST_COMPARED = 60
MOST_WINDOWS = 16
WINDOW = 8
# Points of one name closer together than this are one place: the two sides of a road, two gates.
SAME_PLACE_M = 400.0
_CROSSROADS = {"3": "ba", "4": "tư", "5": "năm", "6": "sáu"}


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """A place of the gazetteer. `words` is its name with short forms written out, folded."""

    place_id: int
    name: str
    kind: str
    lon: float
    lat: float
    radius_m: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """A place named in a text; likeness 1 is its exact name. `beside`: the text says by it, not at it."""

    place: KnownPlace
    text: str
    start: int
    end: int
    likeness: float
    beside: bool


@dataclass(frozen=True, eq=False, slots=True)
class Gazetteer:
    """All places that can be looked up, by phrase and by single words."""

    places: tuple[KnownPlace, ...]
    phrases: Phrases[KnownPlace]
    by_word: dict[str, tuple[int, ...]]


_kept: tuple[Territory, Gazetteer] | None = None


def gazetteer(territory: Territory) -> Gazetteer:
    """The places as of the territory's edition: names or places that change give a new territory."""
    global _kept
    kept = _kept
    if kept is None or kept[0] is not territory:
        kept = (territory, _read(area_names(territory)))
        _kept = kept
    return kept[1]


def _read(names: AreaNames) -> Gazetteer:
    places: list[KnownPlace] = []
    phrases: Phrases[KnownPlace] = Phrases()
    by_word: dict[str, list[int]] = {}
    rows = Place.objects.in_force().order_by("id")
    for row in rows:
        tokens = write_out(tokens_of(row.name))
        if not _names_something(tokens, names):
            continue
        words = tuple(token.folded for token in tokens)
        place = KnownPlace(row.pk, row.name, row.kind, row.point.x, row.point.y, row.radius_m, words)
        for word in set(words):
            by_word.setdefault(word, []).append(len(places))
        places.append(place)
        phrases.add(" ".join(words), place)
    return Gazetteer(tuple(places), phrases, {word: tuple(numbers) for word, numbers in by_word.items()})


def _names_something(tokens: Sequence[Token], names: AreaNames) -> bool:
    """Whether a name has a word of its own beside units' names and fillers: "về Bến Cát" has none."""
    if len("".join(token.folded for token in tokens)) < 5:
        return False
    own = [True] * len(tokens)
    for phrase in names.phrases.find(tokens):
        own[phrase.start : phrase.end] = [False] * (phrase.end - phrase.start)
    return any(
        mine and token.folded.isalpha() and len(token.folded) > 1 and token.folded not in _empty_words()
        for token, mine in zip(tokens, own, strict=True)
    )


def write_out(tokens: Iterable[Token]) -> tuple[Token, ...]:
    """Short forms of things written out: BV, KCN, "ngã 4"."""
    written: list[Token] = []
    shorts = _shorts()
    for token in tokens:
        words = shorts.get(token.folded)
        if token.folded in _CROSSROADS and written and written[-1].folded == "nga":
            words = (_CROSSROADS[token.folded],)
        if words is None:
            written.append(token)
            continue
        written += [
            Token(word, fold(word), marks_of(word), token.start, token.end, token.opens and number == 0)
            for number, word in enumerate(words)
        ]
    return tuple(written)


def find_places(tokens: tuple[Token, ...], known: Gazetteer) -> list[FoundPlace]:
    """The known places a text names, best first. `tokens` as from `write_out`."""
    found: list[FoundPlace] = []
    covered = [False] * len(tokens)
    for phrase in known.phrases.find(tokens):
        if any(covered[phrase.start : phrase.end]):
            continue
        covered[phrase.start : phrase.end] = [True] * (phrase.end - phrase.start)
        found += [
            FoundPlace(
                place,
                _text(tokens, phrase.start, phrase.end),
                phrase.start,
                phrase.end,
                1.0,
                _is_beside(tokens, phrase.start),
            )
            for place in phrase.meanings
        ]
    for start in _thing_starts(tokens)[:MOST_WINDOWS]:
        if not covered[start]:
            found += _nearly(tokens, start, known)
    return sorted(found, key=lambda one: (-one.likeness, -(one.end - one.start), one.start))


def _nearly(tokens: Sequence[Token], start: int, known: Gazetteer) -> list[FoundPlace]:
    """Places whose name is nearly the words from a token on, up to the next break."""
    window = [tokens[start]]
    for token in tokens[start + 1 : start + WINDOW]:
        if token.opens:
            break
        window.append(token)
    words = [token.folded for token in window]
    rare = sorted((word for word in set(words) if word in known.by_word), key=lambda word: len(known.by_word[word]))
    numbers: list[int] = []
    for word in rare:
        numbers += [number for number in known.by_word[word] if number not in numbers]
        if len(numbers) >= MOST_COMPARED:
            break
    best: dict[int, tuple[float, int]] = {}
    for number in numbers[:MOST_COMPARED]:
        place = known.places[number]
        name = " ".join(place.words)
        for length in range(max(2, len(place.words) - 1), min(len(words), len(place.words) + 1) + 1):
            part = words[:length]
            # A different number is a different place, however alike the rest is.
            if _digits(part) != _digits(place.words):
                continue
            score = fuzz.ratio(" ".join(part), name, score_cutoff=LEAST_LIKENESS)
            if score > best.get(number, (0.0, 0))[0]:
                best[number] = (score, length)
    top = max((score for score, _length in best.values()), default=0.0)
    return [
        FoundPlace(
            known.places[number],
            _text(tokens, start, start + length),
            start,
            start + length,
            0.9 * score / 100,
            _is_beside(tokens, start),
        )
        for number, (score, length) in best.items()
        if score >= top - 1
    ]


def distinct(found: Sequence[FoundPlace]) -> list[FoundPlace]:
    """One of each place: points of the same name close together count once."""
    kept: list[FoundPlace] = []
    for one in found:
        if not any(
            distance_m(one.place.lon, one.place.lat, other.place.lon, other.place.lat) <= SAME_PLACE_M
            and one.start == other.start
            for other in kept
        ):
            kept.append(one)
    return kept


def _digits(words: Iterable[str]) -> list[str]:
    return [word for word in words if any(letter.isdigit() for letter in word)]


def _text(tokens: Sequence[Token], start: int, end: int) -> str:
    return " ".join(token.text for token in tokens[start:end])


def _thing_starts(tokens: Sequence[Token]) -> list[int]:
    return [phrase.start for phrase in _things().find(tokens)]


def _is_beside(tokens: Sequence[Token], start: int) -> bool:
    return _near().ending_at(tokens, start, longest=2) is not None


@cache
def _things() -> Phrases[str]:
    return _phrases(words for group in table("things_named_after")["thing"].values() for words in group)


@cache
def _near() -> Phrases[str]:
    return _phrases(table("things_named_after")["around"]["near"])


def _phrases(words: Iterable[str]) -> Phrases[str]:
    phrases: Phrases[str] = Phrases()
    for phrase in words:
        phrases.add(phrase, phrase)
    return phrases


@cache
def _empty_words() -> frozenset[str]:
    words = [
        *table("things_named_after")["around"]["fillers"],
        "về",
        "đi",
        "lên",
        "khu",
        "phường",
        "xã",
        "thị",
        "trấn",
        "thành",
        "phố",
        "huyện",
    ]
    return frozenset(fold(word) for phrase in words for word in phrase.split())


@cache
def _shorts() -> dict[str, tuple[str, ...]]:
    return {fold(short): tuple(words.split()) for short, words in table("short_names")["place"].items()}
