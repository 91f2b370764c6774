"""Where might these words be? From a citizen's words and a position to candidates with radius and reasons.

The steps are small and pure (geo/steps); what they know of the language is data (geo/language). This file only
weighs what they found: positions first, then known places, then the names of units; whatever disagrees is said.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from geo.areas import AreaRef, Covering, covering_in, names_date, reference_to, set_index_on
from geo.index import SetIndex, Territory, Unit, territory
from geo.models import Level
from geo.plane import distance_m
from geo.resolution import Candidate, CandidateKind, Outcome, Reason, Resolution
from geo.steps.areanames import (
    Meaning,
    Mention,
    area_names,
    expand_short_names,
    find_elsewhere,
    find_mentions,
    unit_of,
)
from geo.steps.coordinates import WrittenPoint, written_points
from geo.steps.placenames import FoundPlace, distinct, find_places, gazetteer, write_out
from geo.steps.tokens import MOST_CHARACTERS, Token, clean, tokens_of
from geo.steps.units import Ground, circle, grounds, in_districts

# A pin set by hand, and the least any device's fix is trusted to.
PIN_RADIUS_M = 15.0
# Beyond this a position only hints at a part of town.
VAGUE_M = 1_500.0
# Borders in use may be off by this much, so words and position this close agree.
BORDER_SLACK_M = 200.0
BESIDE_M = 150.0
MERGER = dt.date(2025, 7, 1)
MOST_CANDIDATES = 6


@dataclass(slots=True)
class _Read:
    """What the texts gave, and the reasons and words gathered on the way."""

    territory: Territory
    index: SetIndex
    named_on: dt.date | None
    points: list[WrittenPoint] = field(default_factory=list)
    wards: list[Mention] = field(default_factory=list)
    districts: list[Mention] = field(default_factory=list)
    provinces: list[Mention] = field(default_factory=list)
    places: list[FoundPlace] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)

    def say(self, code: str, **params: str | float) -> None:
        reason = Reason(code, params)
        if reason not in self.reasons:
            self.reasons.append(reason)


@dataclass(frozen=True, slots=True)
class _WardGuess:
    """Ground the words may mean, how sure, and the words it rests on."""

    ground: Ground
    mention: Mention
    confidence: float


def resolve(
    words: str,
    *,
    on: dt.date,
    point: tuple[float, float] | None = None,
    accuracy_m: float | None = None,
    address: str = "",
) -> Resolution:
    """Where a report is.

    `words` are the reporter's own, `address` what stands in an address field (it goes before the words), `point`
    (lon, lat in degrees, WGS 84) a pin or a device's fix with its accuracy in metres (None: a pin set by hand).
    `on` decides which units are in force, unless a set is pinned. Never raises for any text; time is bounded by
    reading at most 5,000 characters of each.
    """
    whole = territory()
    index = set_index_on(on)
    if index is None:
        return Resolution("unknown", (), (Reason("no_area_set", {}),))
    if not _is_position(point):
        point = None
    read = _read_texts(whole, index, on, words, address, point)
    guesses = _ward_guesses(read)
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


def _read_texts(
    whole: Territory,
    index: SetIndex,
    on: dt.date,
    words: str,
    address: str,
    point: tuple[float, float] | None,
) -> _Read:
    read = _Read(whole, index, names_date(on))
    if len(words) > MOST_CHARACTERS or len(address) > MOST_CHARACTERS:
        read.say("text_cut")
    near = point or (index.plane.lon, index.plane.lat)
    names, known = area_names(whole), gazetteer(whole)
    for text in (clean(address), clean(words)):
        points = written_points(text, near)
        read.points += points
        plain = tokens_of(_without(text, points))
        tokens = expand_short_names(plain)
        mentions = find_mentions(tokens, names)
        # What the address says of a level stands; the words then only fill in what it leaves open.
        for level, kept in (
            (Level.WARD, read.wards),
            (Level.DISTRICT, read.districts),
            (Level.PROVINCE, read.provinces),
        ):
            if not any(not mention.hint for mention in kept):
                kept += [mention for mention in mentions if mention.level == level]
        written = write_out(plain)
        places = find_places(written, known)
        read.places = read.places or places
        read.elsewhere += find_elsewhere(tokens, names, merged=on >= MERGER)
        read.ignored += _left_over(
            plain,
            [(tokens[mention.start].start, tokens[mention.end - 1].end) for mention in mentions]
            + [(written[place.start].start, written[place.end - 1].end) for place in places],
        )
    return read


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


def _ward_guesses(read: _Read) -> list[_WardGuess]:
    """Ground in the set in force for each ward named, surest first; reasons are said on the way."""
    firm = [mention for mention in read.wards if not mention.hint and not mention.beside]
    labelled = [mention for mention in firm if mention.label]
    chosen = labelled or firm or read.wards
    guesses: list[_WardGuess] = []
    for mention in chosen[:4]:
        guesses += _guesses_of(read, mention)
    best: dict[str, _WardGuess] = {}
    for guess in guesses:
        code = guess.ground.unit.code
        if code not in best or guess.confidence > best[code].confidence:
            best[code] = guess
    return sorted(best.values(), key=lambda guess: (-guess.confidence, -guess.ground.share, guess.ground.unit.code))


def _guesses_of(read: _Read, mention: Mention) -> list[_WardGuess]:
    meanings, consistent = in_districts(read.territory, mention, read.districts)
    if not consistent:
        read.say("ward_district_disagree", ward=mention.meanings[0].name, district=read.districts[0].meanings[0].name)
    units = {(meaning.set_name, meaning.code): meaning for meaning in meanings}
    own = [meaning for meaning in units.values() if meaning.set_name == read.index.name]
    named = own or list(units.values())
    name = _meaning_name(read, named[0])
    code = "ward_named_after" if mention.hint else "ward_misspelt" if mention.likeness < 0.75 else "ward_named"
    read.say(code, text=mention.text, name=name)
    confidence = 0.4 if mention.hint else 0.9 if mention.label else 0.75
    confidence *= mention.likeness
    if mention.beside:
        confidence *= 0.7
    if read.districts and consistent:
        confidence = min(0.97, confidence + 0.05)
    elif not consistent:
        confidence *= 0.6
    guesses = []
    for meaning in named:
        pieces = grounds(read.territory, read.index, meaning)
        if pieces and pieces[0].named_set != read.index.name:
            _say_old_unit(read, pieces)
        guesses += [_WardGuess(piece, mention, confidence * piece.share / len(named)) for piece in pieces]
    if len({guess.ground.named.code for guess in guesses}) > 1:
        read.say(
            "name_in_several",
            name=mention.text,
            wards=", ".join(_full_name(read, guess.ground.unit) for guess in guesses),
        )
    return guesses


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
    read: _Read, guesses: Sequence[_WardGuess], point: tuple[float, float] | None, accuracy_m: float | None
) -> Resolution:
    """A position decides where; the words confirm it, or disagree and then both are offered."""
    lon, lat, radius = _position(read, point, accuracy_m)
    covering = covering_in(read.index, lon, lat, read.named_on, radius)
    if covering.is_outside and not covering.near:
        read.say("point_outside")
        if guesses or read.places or read.districts:
            return _from_words(read, guesses)
        return _answer(read, "outside", [])
    here = covering.ward or (covering.near[0] if covering.near else covering.district)
    place_name = here.name if here is not None else ""
    if radius > VAGUE_M:
        read.say("point_vague", radius_m=radius)
        refined = [guess for guess in guesses if _reaches(read, guess, lon, lat, radius)]
        if refined or _places_near(read, lon, lat, radius):
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
    firm = [guess for guess in guesses if not guess.mention.hint and not guess.mention.beside]
    if firm:
        agreeing = next((guess for guess in firm if _reaches(read, guess, lon, lat, radius)), None)
        if agreeing is not None:
            read.say("words_agree", name=_name(read, agreeing.ground.unit))
            confidence = min(0.98, confidence + 0.05)
        else:
            away = _distance_to(read, firm[0].ground.unit, lon, lat)
            name = _name(read, firm[0].ground.unit)
            read.say("words_disagree", name=name, ward=place_name, distance_m=round(away))
            others = [_ward_candidate(read, guess, min(guess.confidence, 0.45)) for guess in firm[:3]]
            confidence, outcome = 0.5, "ambiguous"
    elif not _fits_districts(read, lon, lat, radius):
        name = _meaning_name(read, read.districts[0].meanings[0])
        away = min(_district_distances(read, lon, lat))
        read.say("words_disagree", name=name, ward=place_name, distance_m=round(away))
        others = _district_candidates(read)
        confidence, outcome = 0.5, "ambiguous"
    if read.elsewhere and not read.districts:
        read.say("elsewhere_named", name=read.elsewhere[0])
        confidence = min(confidence, 0.7)
    for found in _places(read)[:1]:
        apart = distance_m(lon, lat, found.place.lon, found.place.lat)
        agrees = apart <= max(500.0, radius)
        read.say("place_agrees" if agrees else "place_disagrees", name=found.place.name, distance_m=round(apart))
        if not agrees and found.likeness == 1.0 and not found.beside:
            others.append(_place_candidate(read, found, 0.4))
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


def _from_words(read: _Read, guesses: Sequence[_WardGuess]) -> Resolution:
    places = _places(read)
    # A name in the territory's own words outweighs the name of a thing; then the place only refines the ward.
    if places:
        answer = _from_places(read, places, guesses)
        if answer is not None:
            return answer
    if guesses:
        candidates = [_ward_candidate(read, guess, guess.confidence) for guess in guesses]
        mentions = {id(guess.mention) for guess in guesses}
        if len(candidates) > 1:
            if len(mentions) > 1:
                read.say("several_wards", wards=", ".join(_name(read, guess.ground.unit) for guess in guesses))
            sure = guesses[0].confidence >= 0.6 and guesses[1].confidence < 0.15
            return _answer(read, "area" if sure else "ambiguous", candidates)
        return _answer(read, "area", candidates)
    if read.elsewhere and not any(mention.label for mention in read.districts):
        read.say("elsewhere_named", name=read.elsewhere[0])
        return _answer(read, "outside", [])
    districts = _district_candidates(read)
    if districts:
        return _answer(read, "area" if len(districts) == 1 else "ambiguous", districts)
    if read.provinces:
        read.say("only_province", name=read.provinces[0].meanings[0].name)
    else:
        read.say("nothing_found")
    return _answer(read, "unknown", [])


def _from_places(read: _Read, places: Sequence[FoundPlace], guesses: Sequence[_WardGuess]) -> Resolution | None:
    firm = [guess for guess in guesses if not guess.mention.hint]
    fitting = [
        found
        for found in places
        if not firm
        or any(_distance_to(read, guess.ground.unit, found.place.lon, found.place.lat) <= 300 for guess in firm)
    ]
    if not fitting:
        read.say("place_elsewhere", name=places[0].place.name, ward=_name(read, firm[0].ground.unit))
        return None
    if not firm and read.districts:
        inside = [found for found in fitting if _in_named_district(read, found)]
        if not inside:
            return None
        fitting = inside
    top = [found for found in fitting if found.likeness >= fitting[0].likeness - 0.01]
    first = top[0]
    read.say("place_known" if first.likeness == 1.0 else "place_alike", text=first.text, name=first.place.name)
    if first.beside:
        read.say("place_beside")
    same = [found for found in top if found.start == first.start]
    confidence = (0.85 if firm else 0.75) * first.likeness
    if len(same) > 1:
        read.say("place_in_several", name=first.place.name)
        return _answer(read, "ambiguous", [_place_candidate(read, found, confidence / len(same)) for found in same])
    return _answer(read, "located", [_place_candidate(read, first, confidence)])


def _places(read: _Read) -> list[FoundPlace]:
    """Known places inside the territory, one of each."""
    return [
        found
        for found in distinct(read.places)
        if read.index.ward_at(found.place.lon, found.place.lat)
        or read.index.district_at(found.place.lon, found.place.lat)
    ]


def _places_near(read: _Read, lon: float, lat: float, radius: float) -> bool:
    return any(distance_m(lon, lat, found.place.lon, found.place.lat) <= radius for found in _places(read))


def _in_named_district(read: _Read, found: FoundPlace) -> bool:
    for mention in read.districts:
        for meaning in mention.meanings:
            pair = unit_of(read.territory, meaning)
            if pair is not None and pair[0].district_at(found.place.lon, found.place.lat) is pair[1]:
                return True
    return False


def _fits_districts(read: _Read, lon: float, lat: float, radius: float) -> bool:
    """Whether a point lies in one of the districts named, or none is."""
    distances = _district_distances(read, lon, lat)
    return not distances or min(distances) <= radius + BORDER_SLACK_M


def _district_distances(read: _Read, lon: float, lat: float) -> list[float]:
    """Metres from a point to each district firmly named."""
    pairs = [
        unit_of(read.territory, meaning)
        for mention in read.districts
        if not mention.hint and not mention.beside
        for meaning in mention.meanings
    ]
    return [pair[0].distance_to(pair[1], lon, lat) for pair in pairs if pair is not None]


def _reaches(read: _Read, guess: _WardGuess, lon: float, lat: float, radius: float) -> bool:
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
    return Candidate(
        kind=kind,
        name=name,
        lon=round(where[0], 7),
        lat=round(where[1], 7),
        radius_m=round(radius, 1),
        ward=ward,
        district=district,
        confidence=round(confidence * (0.8 if read.index.approximate else 1.0), 3),
        tokens=tokens,
        near=near,
        approximate=read.index.approximate,
    )


def _district_of(read: _Read, ward: AreaRef | None) -> AreaRef | None:
    unit = read.index.units.get(ward.parent_code) if ward is not None else None
    if unit is None or unit.level != Level.DISTRICT:
        return None
    return reference_to(read.index, unit, read.named_on)


def _ward_candidate(read: _Read, guess: _WardGuess, confidence: float) -> Candidate:
    ground = guess.ground
    reference = reference_to(read.index, ground.unit, read.named_on)
    covering = Covering(read.index.set_id, read.index.name, read.index.approximate, reference, None, ())
    where = (ground.lon, ground.lat)
    return _candidate(read, "ward", reference.name, where, ground.radius_m, confidence, covering, (guess.mention.text,))


def _place_candidate(read: _Read, found: FoundPlace, confidence: float) -> Candidate:
    place = found.place
    radius = place.radius_m + (BESIDE_M if found.beside else 0.0)
    covering = covering_in(read.index, place.lon, place.lat, read.named_on, radius)
    return _candidate(read, "place", place.name, (place.lon, place.lat), radius, confidence, covering, (found.text,))


def _district_candidates(read: _Read) -> list[Candidate]:
    candidates: dict[tuple[str, str], Candidate] = {}
    firm = [mention for mention in read.districts if not mention.hint] or read.districts
    for mention in firm[:3]:
        for meaning in mention.meanings:
            pair = unit_of(read.territory, meaning)
            if pair is None or (meaning.set_name, meaning.code) in candidates:
                continue
            index, unit = pair
            own = index is read.index
            lon, lat, radius = circle(index, unit.polygon)
            name = unit.named(read.named_on)[1] if own else meaning.name
            read.say("only_district", name=name)
            district = reference_to(read.index, unit, read.named_on) if own else None
            covering = Covering(read.index.set_id, read.index.name, read.index.approximate, None, district, ())
            confidence = (0.3 if mention.hint else 0.8) * mention.likeness
            candidates[(meaning.set_name, meaning.code)] = _candidate(
                read, "district", name, (lon, lat), radius, confidence, covering, (mention.text,)
            )
    return list(candidates.values())


def _answer(read: _Read, outcome: Outcome, candidates: Sequence[Candidate]) -> Resolution:
    if outcome == "located" and candidates and candidates[0].near:
        read.say("near_border", wards=", ".join(area.name for area in candidates[0].near))
    return Resolution(outcome, tuple(candidates[:MOST_CANDIDATES]), tuple(read.reasons), tuple(read.ignored[:12]))
