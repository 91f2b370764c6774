"""Spots weighed: places, streets and what lies along them, in the wards or districts that the words name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from geo.confidence import ANSWER_FROM
from geo.gazetteer.answers import Spot as Stretch
from geo.index import Unit
from geo.plane import about_m
from geo.resolution import Resolution
from geo.steps.spots import Spot
from geo.steps.units import circle_of
from geo.steps.wards import WardGuess
from geo.weighing.answer import answer_of
from geo.weighing.candidates import district_candidates, spot_candidate
from geo.weighing.distances import distance_to_unit
from geo.weighing.naming import confidence_of, name_of
from geo.weighing.reading import Read

MOST_WARDS_ALONG = 24
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


def from_spots(read: Read, spots: Sequence[Spot], guesses: Sequence[WardGuess]) -> Resolution | None:
    firm = [guess for guess in guesses if guess.mention.is_firm]
    placed = _in_wards(read, spots, firm) if firm else _anywhere(read, spots, guesses)
    if not placed:
        if firm:
            read.say("place_elsewhere", name=spots[0].name, ward=name_of(read, firm[0].ground.unit))
        return None
    first = min(placed, key=lambda one: (_EXACTNESS.index(one.spot.kind), one.spot.beside, -one.confidence))
    same = [one for one in placed if (one.spot.kind, one.spot.start) == (first.spot.kind, first.spot.start)]
    same.sort(key=lambda one: -one.confidence)
    if first.confidence < ANSWER_FROM and guesses and confidence_of(read, guesses[0]) > first.confidence:
        return None
    _say_spot(read, first.spot)
    candidates = [spot_candidate(read, one.spot, one.confidence, one.unit) for one in same]
    if len(candidates) > 1:
        read.say("place_in_several", name=first.spot.name)
    if candidates[0].confidence < ANSWER_FROM:
        candidates = [*candidates, *district_candidates(read, silent=True)]
    return answer_of(read, "located" if candidates[0].confidence >= ANSWER_FROM else "ambiguous", candidates)


def _in_wards(read: Read, spots: Sequence[Spot], firm: Sequence[WardGuess]) -> list[_Placed]:
    """The spots that lie in a ward named, as surely as the ward does."""
    placed = []
    for spot in spots:
        for guess in firm:
            unit, confidence = guess.ground.unit, min(0.99, confidence_of(read, guess) + 0.01)
            if spot.street is not None and spot.kind == "street":
                if not _may_reach(read, spot, unit, spot.radius_m):
                    continue
                at = read.gazetteer.stretch(spot.street, unit.polygon)
                if at is not None:
                    inside = spot._replace(lon=at.lon, lat=at.lat, radius_m=at.radius_m, how=at.how)
                    placed.append(_Placed(inside, unit, confidence))
            elif _fits(read, spot, unit):
                placed.append(_Placed(spot, unit, confidence))
    return placed


def _off_by(spot: Spot) -> float:
    """How far from the point of a spot the place itself is: as far as the words say, when they do not say which way."""
    return spot.away_m if spot.direction is None else 0.0


def _fits(read: Read, spot: Spot, unit: Unit) -> bool:
    """Whether a spot lies in a unit, as far as borders and words are exact."""
    slack = FITS_M + _off_by(spot)
    return _may_reach(read, spot, unit, slack) and distance_to_unit(read, unit, spot.lon, spot.lat) <= slack


def _may_reach(read: Read, spot: Spot, unit: Unit, within_m: float) -> bool:
    """Whether a circle round a spot meets the circle of a unit: most things of one name are elsewhere."""
    lon, lat, radius = circle_of(read.territory, read.index, unit)
    return about_m(lon, lat, spot.lon, spot.lat) <= 1.02 * (radius + within_m)


def _anywhere(read: Read, spots: Sequence[Spot], guesses: Sequence[WardGuess]) -> list[_Placed]:
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
    for start in dict.fromkeys(spot.start for spot in spots if spot.kind == "street"):
        placed += _streets(read, [spot for spot in spots if spot.kind == "street" and spot.start == start], codes)
    for spot in spots:
        if spot.kind == "street":
            continue
        ward = read.index.ward_at(spot.lon, spot.lat)
        if codes and not any(_fits(read, spot, read.index.units[code]) for code in codes):
            continue
        confidence = spot.worth * (0.92 if spot.beside and spot.kind != "crossing" else 1.0)
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


def _streets(read: Read, namesakes: Sequence[Spot], codes: set[str]) -> list[_Placed]:
    """The stretches of the streets of one name, in the districts named if any are: each street has its share, and of
    it each stretch as much as it is long."""
    ways = [(spot, pieces) for spot in namesakes if (pieces := _along(read, spot, codes))]
    placed = []
    for spot, pieces in ways:
        worth = (0.05 * bool(codes) + spot.worth) / len(ways) / sum(at.radius_m for at, _ward in pieces)
        for at, ward in pieces:
            stretch = spot._replace(lon=at.lon, lat=at.lat, radius_m=at.radius_m, how=at.how)
            placed.append(_Placed(stretch, ward, worth * at.radius_m))
    return placed


def _along(read: Read, spot: Spot, codes: set[str]) -> list[tuple[Stretch, Unit]]:
    """The stretches of a street in each ward it runs through, of the districts with these codes if there are any."""
    assert spot.street is not None
    pieces = []
    for _distance, ward in read.index.wards_near(spot.lon, spot.lat, spot.radius_m)[:MOST_WARDS_ALONG]:
        if not codes or ward.parent_code in codes:
            at = read.gazetteer.stretch(spot.street, ward.polygon)
            if at is not None:
                pieces.append((at, ward))
    return pieces


def _say_spot(read: Read, spot: Spot) -> None:
    code = {"place": "place_known" if spot.exact else "place_alike", "street": "street_known"}.get(spot.kind, spot.how)
    read.say(code, text=spot.text, name=spot.name)
    if spot.away_m and spot.direction is not None:
        read.say("place_away", distance_m=round(spot.away_m), direction=spot.direction)
    elif spot.away_m:
        read.say("place_around", distance_m=round(spot.away_m))
    elif spot.beside:
        read.say("place_beside")
