"""Where might these words be? From a citizen's words and a position to candidates with radius and reasons.

The steps are small and pure (geo/steps); what they know of the language is data (geo/language). This file only
weighs what they found: positions first, then known places, then the names of units; whatever disagrees is said.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from geo.areas import AreaRef, Covering, covering_in, names_date, reference_to, set_index_on
from geo.confidence import ANSWER_FROM, of_district, of_ward
from geo.gazetteer.index import gazetteer
from geo.gazetteer.lookups import Gazetteer
from geo.index import SetIndex, Territory, Unit, territory
from geo.models import Level
from geo.plane import distance_m
from geo.resolution import Candidate, CandidateKind, Outcome, Reason, Resolution
from geo.steps.areanames import (
    Elsewhere,
    Meaning,
    Mention,
    Reading,
    area_names,
    expand_short_names,
    is_of_the_city,
    unit_of,
)
from geo.steps.coordinates import WrittenPoint, written_points
from geo.steps.landmarks import find_landmarks
from geo.steps.spots import Spot, find_spots
from geo.steps.tokens import MOST_CHARACTERS, Token, clean, is_marked, tokens_of
from geo.steps.units import Ground, circle_of, point_in
from geo.steps.wards import WardGuess, read_as_wards, ward_guesses
from geo.steps.written import write_out

# A pin set by hand, and the least any device's fix is trusted to.
PIN_RADIUS_M = 15.0
# Beyond this a position only hints at a part of town.
VAGUE_M = 1_500.0
# Borders in use may be off by this much, so words and position this close agree.
BORDER_SLACK_M = 200.0
BESIDE_M = 150.0
MERGER = dt.date(2025, 7, 1)
MOST_CANDIDATES = 6
MOST_WARDS_ALONG = 24
# Of a unit that was split, the part that holds at least this share is where an address of it lies.
MOSTLY = 0.9


@dataclass(slots=True)
class _Read:
    """What the texts gave, and the reasons and words gathered on the way."""

    territory: Territory
    index: SetIndex
    gazetteer: Gazetteer
    named_on: dt.date | None
    points: list[WrittenPoint] = field(default_factory=list)
    wards: list[Mention] = field(default_factory=list)
    districts: list[Mention] = field(default_factory=list)
    provinces: list[Mention] = field(default_factory=list)
    spots: list[Spot] = field(default_factory=list)
    elsewhere: list[Elsewhere] = field(default_factory=list)
    strangers: list[Elsewhere] = field(default_factory=list)  # districts by their label that are none of ours
    ignored: list[str] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)

    def say(self, code: str, **params: str | float) -> None:
        reason = Reason(code, params)
        if reason not in self.reasons:
            self.reasons.append(reason)


def resolve(
    words: str,
    *,
    on: dt.date,
    point: tuple[float, float] | None = None,
    accuracy_m: float | None = None,
    address: str = "",
    exercise: int = 0,
    pinned: bool = True,
) -> Resolution:
    """Where a report is.

    `words` are the reporter's own, `address` what stands in an address field (it goes before the words), `point`
    (lon, lat in degrees, WGS 84) a pin or a device's fix with its accuracy in metres (None: a pin set by hand).
    `on` decides which units are in force, unless a set is pinned (`pinned` false: the date decides all the same).
    `exercise`: names that people taught count in their own exercise only (0: live).
    Never raises for any text; time is bounded by reading at most 5,000 characters of each.
    """
    whole = territory()
    index = set_index_on(on, pinned=pinned)
    if index is None:
        return Resolution("unknown", (), (Reason("no_area_set", {}),))
    if not _is_position(point):
        point = None
    named_on = names_date(on, pinned=pinned)
    read = _read_texts(_Read(whole, index, gazetteer(), named_on), words, address, point, exercise)
    guesses = _ward_guesses(read, on)
    if index.approximate:
        read.say("approximate_areas")
    if point is not None or read.points:
        return _from_point(read, guesses, point, accuracy_m)
    return _from_words(read, guesses)


def _is_position(point: tuple[float, float] | None) -> bool:
    return (
        point is not None
        and all(math.isfinite(value) for value in point)
        and abs(point[0]) <= 180
        and abs(point[1]) <= 90
    )


# --- reading ---------------------------------------------------------------------------------------------------


def _read_texts(read: _Read, words: str, address: str, point: tuple[float, float] | None, exercise: int) -> _Read:
    whole, index = read.territory, read.index
    if len(words) > MOST_CHARACTERS or len(address) > MOST_CHARACTERS:
        read.say("text_cut")
    if "\ufffd" in words or "\ufffd" in address:
        read.say("text_broken")
    near = point or (index.plane.lon, index.plane.lat)
    names = area_names(whole)
    for text in (clean(address), clean(words)):
        if not text:
            continue
        points = written_points(text, near)
        read.points += points
        plain = tokens_of(_without(text, points))
        if not plain:
            continue
        tokens, marked = expand_short_names(plain), is_marked(plain)
        reading = Reading(tokens, names, marked)
        mentions = reading.mentions()
        elsewhere = reading.elsewhere(mentions)
        in_city = any(one.city for one in elsewhere)
        mentions = read_as_wards(mentions, index, in_city=in_city)
        written = write_out(plain)
        landmarks = find_landmarks(written, tokens, names)
        mentions = [*_outside(mentions, landmarks), *landmarks]
        # What the address says of a level stands; the words then only fill in what it leaves open.
        for level, kept in (
            (Level.WARD, read.wards),
            (Level.DISTRICT, read.districts),
            (Level.PROVINCE, read.provinces),
        ):
            if not any(mention.is_firm for mention in kept):
                kept += [mention for mention in mentions if mention.level == level]
        units = [
            (tokens[one.start].start, tokens[one.end - 1].end, bool(one.label))
            for one in mentions
            if not one.is_misspelt
        ]
        spots = find_spots(written, read.gazetteer, units, exercise)
        read.spots = read.spots or spots
        read.elsewhere += [one for one in elsewhere if not one.unknown]
        read.strangers += [one for one in elsewhere if one.unknown]
        read.ignored += _left_over(
            plain,
            [(tokens[mention.start].start, tokens[mention.end - 1].end) for mention in mentions]
            + [(spot.start, spot.end) for spot in spots],
        )
    return read


def _outside(mentions: Sequence[Mention], landmarks: Sequence[Mention]) -> list[Mention]:
    """The units named elsewhere than in a landmark's own name: "chợ Thủ Dầu Một" names no district."""
    return [
        mention
        for mention in mentions
        if mention.label or not any(one.start <= mention.start < one.end for one in landmarks)
    ]


def _without(text: str, points: Sequence[WrittenPoint]) -> str:
    """The text with written positions blanked, so that a link's words are not read as names."""
    for point in points:
        text = text[: point.start] + " " * (point.end - point.start) + text[point.end :]
    return text


def _left_over(tokens: Sequence[Token], used: Sequence[tuple[int, int]], most: int = 12) -> list[str]:
    """Runs of words nothing was made of."""
    runs: list[list[str]] = [[]]
    for token in tokens:
        if any(start <= token.start < end for start, end in used):
            runs.append([])
        else:
            if token.opens:
                runs.append([])
            runs[-1].append(token.text)
    return [" ".join(run)[:120] for run in runs if run][:most]


# --- wards the words may mean ----------------------------------------------------------------------------------


def _ward_guesses(read: _Read, on: dt.date) -> list[WardGuess]:
    """Ground in the set in force for each ward named, surest first; reasons are said on the way."""
    if read.elsewhere and not _names_ours(read):
        if on < MERGER or not all(one.city for one in read.elsewhere):
            read.wards = _renamed_by_the_merger(read)
        else:
            read.elsewhere = []
    if read.strangers and not _names_ours(read):
        read.say("district_unknown", name=read.strangers[0].text)
    guesses = ward_guesses(read.territory, read.index, read.wards, read.districts)
    said: set[int] = set()
    for guess in guesses:
        if id(guess.mention) not in said:
            said.add(id(guess.mention))
            _say_named(read, guess, [other for other in guesses if other.mention is guess.mention])
    return guesses


def _names_ours(read: _Read) -> bool:
    """Whether a district or the province is named as one of the territory."""
    return any(mention.is_firm for mention in (*read.districts, *read.provinces))


def _renamed_by_the_merger(read: _Read) -> list[Mention]:
    """Beside a name outside only a ward counts that the city has had since 2025 and had none of that name before."""
    if not all(one.city for one in read.elsewhere):
        return []
    kept = []
    for mention in read.wards:
        meanings = tuple(meaning for meaning in mention.meanings if not _has_districts(read, meaning))
        if meanings and not is_of_the_city(mention) and mention.is_firm:
            kept.append(replace(mention, meanings=meanings))
    return kept


def _has_districts(read: _Read, meaning: Meaning) -> bool:
    index = read.territory.named(meaning.set_name)
    return index is not None and bool(index.districts)


def _say_named(read: _Read, guess: WardGuess, same: Sequence[WardGuess]) -> None:
    mention = guess.mention
    if guess.agrees is False:
        district = next((one for one in read.districts if one.is_firm), read.districts[0])
        read.say("ward_district_disagree", ward=guess.meaning.name, district=district.meanings[0].name)
    code = (
        "landmark"
        if mention.evidence == "landmark"
        else "ward_named"
        if mention.evidence not in {"inside", "maybe", "street", "loose"}
        else "ward_named_after"
    )
    if mention.likeness < 0.75 or (mention.likeness < 0.95 and mention.is_misspelt):
        code = "ward_misspelt"
    read.say(code, text=mention.text, name=_meaning_name(read, guess.meaning))
    by_meaning: dict[tuple[str, str], list[Ground]] = {}
    for other in same:
        by_meaning.setdefault(other.meaning.unit_key, []).append(other.ground)
    for pieces in by_meaning.values():
        if pieces[0].named_set != read.index.name:
            _say_old_unit(read, pieces)
    if len(by_meaning) > 1:
        wards = ", ".join(_full_name(read, other.ground.unit) for other in same)
        read.say("name_in_several", name=mention.text, wards=wards)


def _say_old_unit(read: _Read, pieces: Sequence[Ground]) -> None:
    named = pieces[0]
    if len(pieces) == 1:
        read.say("old_unit", name=named.named.name, set=named.named_set, ward=_name(read, named.unit))
    else:
        wards = ", ".join(_name(read, piece.unit) for piece in pieces)
        read.say("old_unit_split", name=named.named.name, set=named.named_set, wards=wards)


def _meaning_name(read: _Read, meaning: Meaning) -> str:
    """The name of a meaning's unit: as called now in the set in force, as written in another."""
    pair = unit_of(read.territory, meaning)
    return _name(read, pair[1]) if pair is not None and pair[0] is read.index else meaning.name


def _name(read: _Read, unit: Unit) -> str:
    return unit.named(read.named_on)[1]


def _full_name(read: _Read, unit: Unit) -> str:
    district = read.index.units.get(unit.parent_code)
    return f"{_name(read, unit)} ({_name(read, district)})" if district is not None else _name(read, unit)


# --- weighing --------------------------------------------------------------------------------------------------


def _from_point(
    read: _Read, guesses: Sequence[WardGuess], point: tuple[float, float] | None, accuracy_m: float | None
) -> Resolution:
    """A position decides where; the words confirm it, or disagree and then both are offered."""
    lon, lat, radius = _position(read, point, accuracy_m)
    covering = covering_in(read.index, lon, lat, read.named_on, radius)
    if covering.is_outside and not covering.near:
        read.say("point_outside")
        if guesses or read.spots or read.districts:
            return _from_words(read, guesses)
        return _answer(read, "outside", [])
    here = covering.ward or (covering.near[0] if covering.near else covering.district)
    place_name = here.name if here is not None else ""
    if radius > VAGUE_M:
        read.say("point_vague", radius_m=radius)
        refined = [guess for guess in guesses if _reaches(read, guess, lon, lat, radius)]
        if refined or _spots_near(read, lon, lat, radius):
            return _from_words(read, refined or guesses)
    elif read.points:
        read.say("point_in_text", ward=place_name)
    else:
        read.say("point_given", ward=place_name, radius_m=radius)
    confidence = 0.92 if radius <= 100 else 0.85 if radius <= 500 else 0.7 if radius <= VAGUE_M else 0.4
    if covering.ward is None and covering.district is None:
        confidence *= 0.6
    others: list[Candidate] = []
    outcome: Outcome = "located" if radius <= VAGUE_M else "area"
    firm = [guess for guess in guesses if guess.mention.is_firm]
    if firm:
        agreeing = next((guess for guess in firm if _reaches(read, guess, lon, lat, radius)), None)
        if agreeing is not None:
            read.say("words_agree", name=_name(read, agreeing.ground.unit))
            confidence = min(0.98, confidence + 0.05)
        else:
            away = _distance_to(read, firm[0].ground.unit, lon, lat)
            name = _name(read, firm[0].ground.unit)
            read.say("words_disagree", name=name, ward=place_name, distance_m=round(away))
            others = [_ward_candidate(read, guess, min(_confidence(read, guess), 0.45)) for guess in firm[:3]]
            confidence, outcome = 0.5, "ambiguous"
    elif not _fits_districts(read, lon, lat, radius):
        name = _meaning_name(read, read.districts[0].meanings[0])
        away = min(_district_distances(read, lon, lat))
        read.say("words_disagree", name=name, ward=place_name, distance_m=round(away))
        others = _district_candidates(read)
        confidence, outcome = 0.5, "ambiguous"
    if read.elsewhere and not read.districts:
        read.say("elsewhere_named", name=read.elsewhere[0].text)
        confidence = min(confidence, 0.7)
    for spot in _inside(read)[:1]:
        apart = _apart(read, spot, lon, lat)
        agrees = apart <= max(500.0, radius)
        read.say("place_agrees" if agrees else "place_disagrees", name=spot.name, distance_m=round(apart))
        if not agrees and spot.exact and not spot.beside and spot.kind != "street":
            others.append(_spot_candidate(read, spot, 0.4))
            confidence = min(confidence, 0.7)
    candidate = _candidate(read, "point", "", (lon, lat), radius, confidence, covering)
    return _answer(read, outcome, [candidate, *others])


def _position(read: _Read, point: tuple[float, float] | None, accuracy_m: float | None) -> tuple[float, float, float]:
    """(lon, lat, radius in metres): what is written in the text goes before where the device was."""
    usable = accuracy_m is not None and math.isfinite(accuracy_m) and accuracy_m > 0
    given_radius = max(PIN_RADIUS_M, accuracy_m or 0.0) if usable else PIN_RADIUS_M
    if not read.points:
        assert point is not None
        return point[0], point[1], given_radius
    written = read.points[0]
    if point is not None:
        apart = distance_m(point[0], point[1], written.lon, written.lat)
        if apart > given_radius + written.radius_m + BORDER_SLACK_M:
            read.say("points_differ", distance_m=round(apart))
    return written.lon, written.lat, written.radius_m


def _from_words(read: _Read, guesses: Sequence[WardGuess]) -> Resolution:
    if read.elsewhere and not guesses and not _names_ours(read):
        # Streets elsewhere have the names of ours.
        read.say("elsewhere_named", name=read.elsewhere[0].text)
        return _answer(read, "outside", [])
    # A name in the territory's own words outweighs the name of a thing; then the place only refines the ward.
    spots = _inside(read)
    if spots:
        answer = _from_spots(read, spots, guesses)
        if answer is not None:
            return answer
    if guesses:
        candidates = [_ward_candidate(read, guess, _confidence(read, guess)) for guess in guesses]
        if len({id(guess.mention) for guess in guesses}) > 1:
            read.say("several_wards", wards=", ".join(_name(read, guess.ground.unit) for guess in guesses))
        if candidates[0].confidence < ANSWER_FROM:
            candidates = [*candidates, *_district_candidates(read, silent=True)]
        sure = candidates[0].confidence >= ANSWER_FROM and guesses[0].share >= MOSTLY
        return _answer(read, "area" if sure else "ambiguous", candidates)
    districts = _district_candidates(read)
    if districts:
        return _answer(read, "area" if districts[0].confidence >= ANSWER_FROM else "ambiguous", districts)
    if read.provinces:
        read.say("only_province", name=read.provinces[0].meanings[0].name)
    else:
        read.say("nothing_found")
    return _answer(read, "unknown", [])


def _confidence(read: _Read, guess: WardGuess) -> float:
    mention = guess.mention
    # A district that is none of ours: the ward may be another one of that name, elsewhere.
    agrees = False if guess.agrees is None and read.strangers and not _names_ours(read) else guess.agrees
    return guess.share * of_ward(mention.evidence, agrees, mention.likeness, beside=mention.beside)


# --- spots: places, streets and what lies along them -----------------------------------------------------------

# The most exact first: where a text names several, the first that fits says where.
_EXACTNESS = ("crossing", "kilometre", "house", "between", "place", "alias", "street")
# Borders are off by up to 200 m, and so may a place be.
FITS_M = 300.0


@dataclass(frozen=True, slots=True)
class _Placed:
    """A spot with the ward it is taken to lie in: the one named, or None for whichever covers it."""

    spot: Spot
    unit: Unit | None
    confidence: float


def _from_spots(read: _Read, spots: Sequence[Spot], guesses: Sequence[WardGuess]) -> Resolution | None:
    firm = [guess for guess in guesses if guess.mention.is_firm]
    placed = _in_wards(read, spots, firm) if firm else _anywhere(read, spots, guesses)
    if not placed:
        if firm:
            read.say("place_elsewhere", name=spots[0].name, ward=_name(read, firm[0].ground.unit))
        return None
    first = min(placed, key=lambda one: (_EXACTNESS.index(one.spot.kind), one.spot.beside, -one.confidence))
    same = [one for one in placed if (one.spot.kind, one.spot.start) == (first.spot.kind, first.spot.start)]
    same.sort(key=lambda one: -one.confidence)
    if first.confidence < ANSWER_FROM and guesses and _confidence(read, guesses[0]) > first.confidence:
        return None
    _say_spot(read, first.spot)
    candidates = [_spot_candidate(read, one.spot, one.confidence, one.unit) for one in same]
    if len(candidates) > 1:
        read.say("place_in_several", name=first.spot.name)
    if candidates[0].confidence < ANSWER_FROM:
        candidates = [*candidates, *_district_candidates(read, silent=True)]
    return _answer(read, "located" if candidates[0].confidence >= ANSWER_FROM else "ambiguous", candidates)


def _in_wards(read: _Read, spots: Sequence[Spot], firm: Sequence[WardGuess]) -> list[_Placed]:
    """The spots that lie in a ward named, as surely as the ward does."""
    placed = []
    for spot in spots:
        for guess in firm:
            unit, confidence = guess.ground.unit, min(0.99, _confidence(read, guess) + 0.01)
            if spot.street is not None and spot.kind == "street":
                at = read.gazetteer.stretch(spot.street, unit.polygon)
                if at is not None:
                    inside = replace(spot, lon=at.lon, lat=at.lat, radius_m=at.radius_m, how=at.how)
                    placed.append(_Placed(inside, unit, confidence))
            elif _distance_to(read, unit, spot.lon, spot.lat) <= FITS_M:
                placed.append(_Placed(spot, unit, confidence))
    return placed


def _anywhere(read: _Read, spots: Sequence[Spot], guesses: Sequence[WardGuess]) -> list[_Placed]:
    """The spots in the districts named, if any are."""
    codes = {
        meaning.code
        for mention in read.districts
        if mention.is_firm
        for meaning in mention.meanings
        if meaning.set_name == read.index.name
    }
    hinted = {guess.ground.unit.code for guess in guesses}
    placed: list[_Placed] = []
    for spot in spots:
        if spot.kind == "street":
            placed += _along(read, spot, codes)
            continue
        ward = read.index.ward_at(spot.lon, spot.lat)
        if codes and not any(
            _distance_to(read, read.index.units[code], spot.lon, spot.lat) <= FITS_M for code in codes
        ):
            continue
        confidence = spot.worth * (0.85 if spot.beside and spot.kind != "crossing" else 1.0)
        confidence += 0.06 * bool(codes) + 0.04 * (ward is not None and ward.code in hinted)
        placed.append(_Placed(spot, None, min(0.97, confidence)))
    return _only_ones(placed)


def _only_ones(placed: list[_Placed]) -> list[_Placed]:
    """A name of several places of which one alone lies in the district named is that one."""
    for number, one in enumerate(placed):
        namesakes = [
            other for other in placed if (other.spot.kind, other.spot.start) == (one.spot.kind, one.spot.start)
        ]
        if len(namesakes) == 1 and one.spot.worth < 0.5:
            placed[number] = replace(one, confidence=min(0.9, 2 * one.confidence))
    return placed


def _along(read: _Read, spot: Spot, codes: set[str]) -> list[_Placed]:
    """The stretches of a street in each ward it runs through, each as sure as it is long."""
    assert spot.street is not None
    wards = read.index.wards_near(spot.lon, spot.lat, spot.radius_m)
    pieces = []
    for _distance, ward in wards[:MOST_WARDS_ALONG]:
        if not codes or ward.parent_code in codes:
            at = read.gazetteer.stretch(spot.street, ward.polygon)
            if at is not None:
                pieces.append((at, ward))
    total = sum(at.radius_m for at, _ward in pieces)
    return [
        _Placed(
            replace(spot, lon=at.lon, lat=at.lat, radius_m=at.radius_m, how=at.how),
            ward,
            (0.05 * bool(codes) + spot.worth) * at.radius_m / total,
        )
        for at, ward in pieces
    ]


def _say_spot(read: _Read, spot: Spot) -> None:
    code = {"place": "place_known" if spot.exact else "place_alike", "street": "street_known"}.get(spot.kind, spot.how)
    read.say(code, text=spot.text, name=spot.name)
    if spot.beside:
        read.say("place_beside")


def _inside(read: _Read) -> list[Spot]:
    """The spots that lie in the territory."""
    index = read.index
    return [
        spot
        for spot in read.spots
        if spot.kind == "street" or index.ward_at(spot.lon, spot.lat) or index.district_at(spot.lon, spot.lat)
    ]


def _spots_near(read: _Read, lon: float, lat: float, radius: float) -> bool:
    return any(_apart(read, spot, lon, lat) <= radius for spot in _inside(read))


def _apart(read: _Read, spot: Spot, lon: float, lat: float) -> float:
    """Metres from a point to a spot: to the nearest of a street or area."""
    if spot.kind == "street" and spot.street is not None:
        return read.gazetteer.along(spot.street, lon, lat)
    if spot.place is not None:
        return read.gazetteer.place_distance(spot.place, lon, lat)
    return distance_m(lon, lat, spot.lon, spot.lat)


def _fits_districts(read: _Read, lon: float, lat: float, radius: float) -> bool:
    """Whether a point lies in one of the districts named, or none is."""
    distances = _district_distances(read, lon, lat)
    return not distances or min(distances) <= radius + BORDER_SLACK_M


def _district_distances(read: _Read, lon: float, lat: float) -> list[float]:
    """Metres from a point to each district firmly named."""
    pairs = [
        unit_of(read.territory, meaning)
        for mention in read.districts
        if mention.is_firm
        for meaning in mention.meanings
    ]
    return [pair[0].distance_to(pair[1], lon, lat) for pair in pairs if pair is not None]


def _reaches(read: _Read, guess: WardGuess, lon: float, lat: float, radius: float) -> bool:
    return _distance_to(read, guess.ground.unit, lon, lat) <= radius + BORDER_SLACK_M


def _distance_to(read: _Read, unit: Unit, lon: float, lat: float) -> float:
    """Metres from a point to a unit, 0 inside."""
    return read.index.distance_to(unit, lon, lat)


# --- candidates ------------------------------------------------------------------------------------------------


def _candidate(
    read: _Read,
    kind: CandidateKind,
    name: str,
    where: tuple[float, float],
    radius: float,
    confidence: float,
    covering: Covering,
    tokens: tuple[str, ...] = (),
) -> Candidate:
    ward, near = covering.ward, covering.near
    if ward is None and covering.district is None and near:
        ward, near = near[0], near[1:]
    district = covering.district or _district_of(read, ward)
    # A unit named in words is that unit wherever its border runs.
    doubtful = read.index.approximate and kind not in {"ward", "district"}
    return Candidate(
        kind=kind,
        name=name,
        lon=round(where[0], 7),
        lat=round(where[1], 7),
        radius_m=round(radius, 1),
        ward=ward,
        district=district,
        confidence=round(min(confidence, 0.99) * (0.8 if doubtful else 1.0), 3),
        tokens=tokens,
        near=near,
        approximate=read.index.approximate,
    )


def _district_of(read: _Read, ward: AreaRef | None) -> AreaRef | None:
    unit = read.index.units.get(ward.parent_code) if ward is not None else None
    if unit is None or unit.level != Level.DISTRICT:
        return None
    return reference_to(read.index, unit, read.named_on)


def _ward_candidate(read: _Read, guess: WardGuess, confidence: float) -> Candidate:
    ground = guess.ground
    reference = reference_to(read.index, ground.unit, read.named_on)
    covering = Covering(read.index.set_id, read.index.name, read.index.approximate, reference, None, ())
    where = (ground.lon, ground.lat)
    return _candidate(read, "ward", reference.name, where, ground.radius_m, confidence, covering, (guess.mention.text,))


_KIND_OF: Mapping[str, CandidateKind] = {
    "crossing": "crossing",
    "kilometre": "kilometre",
    "house": "house",
    "street": "street",
}


def _spot_candidate(read: _Read, spot: Spot, confidence: float, unit: Unit | None = None) -> Candidate:
    """A spot as candidate; in the ward given, moved to its edge where the border in use is drawn short of it."""
    lon, lat, radius = spot.lon, spot.lat, spot.radius_m
    kind = _KIND_OF.get(spot.kind, "place")
    if unit is None:
        covering = covering_in(read.index, lon, lat, read.named_on, radius)
        return _candidate(read, kind, spot.name, (lon, lat), radius, confidence, covering, (spot.text,))
    moved = point_in(unit, lon, lat)
    radius += distance_m(lon, lat, *moved)
    ward = reference_to(read.index, unit, read.named_on)
    covering = Covering(read.index.set_id, read.index.name, read.index.approximate, ward, None, ())
    return _candidate(read, kind, spot.name, moved, radius, confidence, covering, (spot.text,))


def _district_candidates(read: _Read, *, silent: bool = False) -> list[Candidate]:
    """The districts named, surest first; `silent` ones stand beside wards of the set in force."""
    candidates: dict[tuple[str, str], Candidate] = {}
    firm = [mention for mention in read.districts if mention.is_firm] or read.districts
    for mention in firm[:3]:
        for meaning in mention.meanings:
            pair = unit_of(read.territory, meaning)
            if pair is None or meaning.unit_key in candidates:
                continue
            index, unit = pair
            own = index is read.index
            if silent and not own:
                continue
            name = unit.named(read.named_on)[1] if own else meaning.name
            if not silent:
                read.say("only_district", name=name)
            confidence = of_district(mention.evidence, mention.likeness, beside=mention.beside)
            share = 1 / len(firm[:3]) / len(mention.meanings)
            candidates[meaning.unit_key] = _district_candidate(
                read, index, unit, name, confidence * share, (mention.text,)
            )
    return sorted(candidates.values(), key=lambda candidate: -candidate.confidence)


def _district_candidate(
    read: _Read, index: SetIndex, unit: Unit, name: str, confidence: float, tokens: tuple[str, ...]
) -> Candidate:
    lon, lat, radius = circle_of(read.territory, index, unit)
    district = reference_to(read.index, unit, read.named_on) if index is read.index else None
    covering = Covering(read.index.set_id, read.index.name, read.index.approximate, None, district, ())
    return _candidate(read, "district", name, (lon, lat), radius, confidence, covering, tokens)


def _answer(read: _Read, outcome: Outcome, candidates: Sequence[Candidate]) -> Resolution:
    if outcome == "located" and candidates and candidates[0].near:
        read.say("near_border", wards=", ".join(area.name for area in candidates[0].near))
    kept = tuple(candidates[:MOST_CANDIDATES])
    decided = _decided(read, outcome, candidates)
    return Resolution(
        outcome,
        kept,
        tuple(read.reasons),
        tuple(read.ignored[:12]),
        answer=decided,
        set_name=read.index.name,
        generation=read.index.token,
        gazetteer=read.gazetteer.version,
        question=_question(read, outcome, kept, decided),
    )


def _decided(read: _Read, outcome: Outcome, candidates: Sequence[Candidate]) -> Candidate | None:
    """What can be relied on: the first candidate when it is sure enough, else the ward or district they share."""
    if not candidates or outcome in {"outside", "unknown"}:
        return None
    best = candidates[0]
    if outcome != "ambiguous" and best.confidence >= ANSWER_FROM:
        return best
    wards: dict[str, float] = {}
    districts: dict[str, float] = {}
    for candidate in candidates:
        if candidate.ward is not None:
            wards[candidate.ward.code] = wards.get(candidate.ward.code, 0.0) + candidate.confidence
        if candidate.district is not None:
            code, before = candidate.district.code, districts.get(candidate.district.code, 0.0)
            named = candidate.kind == "district"
            districts[code] = max(before, candidate.confidence) if named else before + candidate.confidence
    for sums in (wards, districts):
        code = max(sums, key=lambda one: sums[one], default="")
        shared = len(sums) == 1 or sums is districts
        if code and shared and sums[code] >= ANSWER_FROM and not _named_apart(candidates):
            return _whole_unit(read, read.index.units[code], min(sums[code], 0.99), best.tokens)
    return None


def _whole_unit(read: _Read, unit: Unit, confidence: float, tokens: tuple[str, ...]) -> Candidate:
    reference = reference_to(read.index, unit, read.named_on)
    ward = reference if unit.level == Level.WARD else None
    covering = Covering(
        read.index.set_id, read.index.name, read.index.approximate, ward, None if ward else reference, ()
    )
    lon, lat, radius = circle_of(read.territory, read.index, unit)
    return _candidate(
        read, "ward" if ward else "district", reference.name, (lon, lat), radius, confidence, covering, tokens
    )


def _question(
    read: _Read, outcome: Outcome, candidates: Sequence[Candidate], decided: Candidate | None
) -> Reason | None:
    """What the caller should be asked, so that the ward is known; None when it is."""
    if outcome == "outside":
        return None
    if decided is not None and decided.ward is not None:
        wards = [decided.ward, *decided.near]
        return Reason("ask_which_side", {"wards": _listed(wards)}) if decided.near else None
    offered = {candidate.ward.code: candidate.ward for candidate in candidates if candidate.ward is not None}
    wards = list(offered.values())
    names = {ward.name for ward in wards}
    districts = {one.district.code: one.district for one in candidates if one.ward is not None and one.district}
    if len(wards) > 1 and len(districts) == len(wards) and len(names) < len(wards):
        return Reason("ask_which_district", {"name": wards[0].name, "districts": _listed(list(districts.values()))})
    if len(wards) > 1:
        return Reason("ask_which_ward", {"wards": _listed(wards)})
    if wards:
        return Reason("ask_if_ward", {"ward": wards[0].name})
    district = decided.district if decided is not None else None
    return Reason("ask_ward_in", {"district": district.name}) if district is not None else Reason("ask_ward", {})


def _listed(areas: Sequence[AreaRef]) -> str:
    return ", ".join(area.name for area in areas[:4])


def _named_apart(candidates: Sequence[Candidate]) -> bool:
    """Whether a ward and a district are named that do not go together."""
    wards = {candidate.district.code for candidate in candidates if candidate.kind != "district" and candidate.district}
    named = {candidate.district.code for candidate in candidates if candidate.kind == "district" and candidate.district}
    return bool(wards and named and not wards & named)
