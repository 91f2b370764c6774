"""The answer when a position is given or written: it decides where, the words confirm it or disagree."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from geo.areas import Covering, covering_in, reference_to
from geo.index import Unit
from geo.plane import distance_m
from geo.resolution import Candidate, Outcome, Resolution
from geo.steps.spots import Spot
from geo.steps.units import point_in
from geo.steps.wards import WardGuess
from geo.weighing.answer import answer_of
from geo.weighing.candidates import candidate_at, district_candidates, spot_candidate, ward_candidate
from geo.weighing.distances import (
    BORDER_SLACK_M,
    apart_from,
    distance_to_unit,
    district_distances,
    fits_districts,
    inside,
    reaches,
)
from geo.weighing.naming import confidence_of, meaning_name, name_of
from geo.weighing.placing import FITS_M
from geo.weighing.reading import Read
from geo.weighing.words import from_words

# A pin set by hand, and the least any device's fix is trusted to.
PIN_RADIUS_M = 15.0
# Beyond this a position only hints at a part of town.
VAGUE_M = 1_500.0
# Up to here a position says where better than a thing named beside it.
PRECISE_M = 100.0
# A position this close to a ward named counts as in it: nobody sees the border.
AT_BORDER_M = 30.0
# This far from a thing one is at it.
AT_M = 50.0
# A position with the word of somebody who names the ward next door: a person asks.
DOUBTED = 0.6


def from_point(
    read: Read, guesses: Sequence[WardGuess], point: tuple[float, float] | None, accuracy_m: float | None
) -> Resolution:
    """A position decides where; the words narrow and confirm it, or disagree and then both are offered."""
    lon, lat, radius = _position(read, point, accuracy_m)
    covering = covering_in(read.index, lon, lat, read.named_on, radius)
    if covering.is_outside and not covering.near:
        read.say("point_outside")
        if guesses or read.spots or read.districts:
            return from_words(read, guesses)
        return answer_of(read, "outside", [])
    here = covering.ward or (covering.near[0] if covering.near else covering.district)
    place_name = here.name if here is not None else ""
    firm = [guess for guess in guesses if guess.mention.is_firm]
    spots = inside(read)
    if radius > VAGUE_M:
        read.say("point_vague", radius_m=radius)
        refined = [guess for guess in guesses if reaches(read, guess, lon, lat, radius)]
        near_by = [spot for spot in spots if apart_from(read, spot, lon, lat) <= radius]
        if refined or (near_by and not firm):
            read.spots = near_by or read.spots
            return from_words(read, refined or guesses)
    elif read.points:
        read.say("point_in_text", ward=place_name)
    else:
        read.say("point_given", ward=place_name, radius_m=radius)
    # Of the ward that holds the whole circle; what reaches over a border is less sure by as much (`this_side`).
    confidence = 0.95 if radius <= PRECISE_M else 0.93 if radius <= 500 else 0.9 if radius <= VAGUE_M else 0.4
    others: list[Candidate] = []
    outcome: Outcome = "located" if radius <= VAGUE_M else "area"
    settled: WardGuess | None = None
    if firm:
        named = min(firm, key=lambda guess: distance_to_unit(read, guess.ground.unit, lon, lat))
        away = distance_to_unit(read, named.ground.unit, lon, lat)
        name = name_of(read, named.ground.unit)
        if away <= max(radius, AT_BORDER_M):
            settled = named
            read.say("words_agree" if away <= 0 else "words_settle", name=name)
            confidence = min(0.98, confidence + 0.05)
        else:
            read.say("words_disagree", name=name, ward=place_name, distance_m=round(away))
            others = [ward_candidate(read, guess, min(confidence_of(read, guess), 0.45)) for guess in firm[:3]]
            if away <= radius + BORDER_SLACK_M:
                # Next door: the place is known to the metre, only the side of the border is open.
                confidence = min(confidence, DOUBTED)
            else:
                confidence, outcome = 0.5, "ambiguous"
    elif not fits_districts(read, lon, lat, radius):
        name = meaning_name(read, read.districts[0].meanings[0])
        away = min(district_distances(read, lon, lat))
        read.say("words_disagree", name=name, ward=place_name, distance_m=round(away))
        others = district_candidates(read)
        confidence, outcome = 0.5, "ambiguous"
    if covering.is_outside and settled is None:
        confidence *= 0.6
    if read.elsewhere and not read.districts:
        read.say("elsewhere_named", name=read.elsewhere[0].text)
        confidence = min(confidence, 0.7)
    agreeing = [spot for spot in spots if apart_from(read, spot, lon, lat) <= max(500.0, radius)]
    for spot in (agreeing or spots)[:1]:
        read.say(
            "place_agrees" if agreeing else "place_disagrees",
            name=spot.name,
            distance_m=round(apart_from(read, spot, lon, lat)),
        )
        if agreeing and spot.exact and not others:
            confidence = max(confidence, min(0.98, confidence + 0.03))
        elif not agreeing and spot.exact and not spot.beside and spot.kind != "street":
            others.append(spot_candidate(read, spot, 0.4))
            confidence = min(confidence, 0.7)
    unit = settled.ground.unit if settled is not None else None
    narrower = _narrower(read, agreeing, lon, lat, radius, unit) if not others and outcome == "located" else None
    if narrower is not None:
        read.say("place_narrows", name=narrower.name, radius_m=radius)
        worth = max(confidence, min(0.98, narrower.worth + 0.05))
        return answer_of(read, outcome, [spot_candidate(read, narrower, worth, unit)])
    # A pin at something named is called by it.
    called = next((spot.name for spot in agreeing if _is_at(read, spot, lon, lat)), "")
    candidate = _point_candidate(read, called, (lon, lat, radius), confidence, covering, settled)
    return answer_of(read, outcome, [candidate, *others])


def _narrower(
    read: Read, agreeing: Sequence[Spot], lon: float, lat: float, radius: float, unit: Unit | None
) -> Spot | None:
    """The thing named that says better than a wide circle where in it: a house, a crossing, a place."""
    if radius <= PRECISE_M:
        return None
    for spot in agreeing:
        exact = spot.exact and spot.kind != "street" and spot.radius_m < radius
        meets = exact and distance_m(lon, lat, spot.lon, spot.lat) <= radius + spot.radius_m
        if meets and (unit is None or distance_to_unit(read, unit, spot.lon, spot.lat) <= FITS_M):
            return spot
    return None


def _is_at(read: Read, spot: Spot, lon: float, lat: float) -> bool:
    return spot.exact and not spot.beside and not spot.away_m and apart_from(read, spot, lon, lat) <= AT_M


def _point_candidate(
    read: Read,
    name: str,
    where: tuple[float, float, float],
    confidence: float,
    covering: Covering,
    settled: WardGuess | None,
) -> Candidate:
    """The position itself; moved into the ward that the words name where its circle reaches that one."""
    lon, lat, radius = where
    if settled is None:
        return candidate_at(read, "point", name, (lon, lat), radius, confidence, covering)
    unit = settled.ground.unit
    moved = point_in(unit, lon, lat)
    radius += distance_m(lon, lat, *moved)
    covering = replace(covering, ward=reference_to(read.index, unit, read.named_on), district=None, near=())
    return candidate_at(read, "point", name, moved, radius, confidence, covering, (settled.mention.text,))


def _position(read: Read, point: tuple[float, float] | None, accuracy_m: float | None) -> tuple[float, float, float]:
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
