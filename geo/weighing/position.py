"""The answer when a position is given or written: it decides where, the words confirm it or disagree."""

from __future__ import annotations

import math
from collections.abc import Sequence

from geo.areas import covering_in
from geo.plane import distance_m
from geo.resolution import Candidate, Outcome, Resolution
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
    spots_near,
)
from geo.weighing.naming import confidence_of, meaning_name, name_of
from geo.weighing.reading import Read
from geo.weighing.words import from_words

# A pin set by hand, and the least any device's fix is trusted to.
PIN_RADIUS_M = 15.0
# Beyond this a position only hints at a part of town.
VAGUE_M = 1_500.0


def from_point(
    read: Read, guesses: Sequence[WardGuess], point: tuple[float, float] | None, accuracy_m: float | None
) -> Resolution:
    """A position decides where; the words confirm it, or disagree and then both are offered."""
    lon, lat, radius = _position(read, point, accuracy_m)
    covering = covering_in(read.index, lon, lat, read.named_on, radius)
    if covering.is_outside and not covering.near:
        read.say("point_outside")
        if guesses or read.spots or read.districts:
            return from_words(read, guesses)
        return answer_of(read, "outside", [])
    here = covering.ward or (covering.near[0] if covering.near else covering.district)
    place_name = here.name if here is not None else ""
    if radius > VAGUE_M:
        read.say("point_vague", radius_m=radius)
        refined = [guess for guess in guesses if reaches(read, guess, lon, lat, radius)]
        if refined or spots_near(read, lon, lat, radius):
            return from_words(read, refined or guesses)
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
        agreeing = next((guess for guess in firm if reaches(read, guess, lon, lat, radius)), None)
        if agreeing is not None:
            read.say("words_agree", name=name_of(read, agreeing.ground.unit))
            confidence = min(0.98, confidence + 0.05)
        else:
            away = distance_to_unit(read, firm[0].ground.unit, lon, lat)
            name = name_of(read, firm[0].ground.unit)
            read.say("words_disagree", name=name, ward=place_name, distance_m=round(away))
            others = [ward_candidate(read, guess, min(confidence_of(read, guess), 0.45)) for guess in firm[:3]]
            confidence, outcome = 0.5, "ambiguous"
    elif not fits_districts(read, lon, lat, radius):
        name = meaning_name(read, read.districts[0].meanings[0])
        away = min(district_distances(read, lon, lat))
        read.say("words_disagree", name=name, ward=place_name, distance_m=round(away))
        others = district_candidates(read)
        confidence, outcome = 0.5, "ambiguous"
    if read.elsewhere and not read.districts:
        read.say("elsewhere_named", name=read.elsewhere[0].text)
        confidence = min(confidence, 0.7)
    for spot in inside(read)[:1]:
        apart = apart_from(read, spot, lon, lat)
        agrees = apart <= max(500.0, radius)
        read.say("place_agrees" if agrees else "place_disagrees", name=spot.name, distance_m=round(apart))
        if not agrees and spot.exact and not spot.beside and spot.kind != "street":
            others.append(spot_candidate(read, spot, 0.4))
            confidence = min(confidence, 0.7)
    candidate = candidate_at(read, "point", "", (lon, lat), radius, confidence, covering)
    return answer_of(read, outcome, [candidate, *others])


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
