"""Candidates of every kind: a position, a ward, a district, a spot; each with its ward, district and radius."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from geo.areas import AreaRef, Covering, covering_in, reference_to
from geo.confidence import of_district
from geo.index import SetIndex, Unit
from geo.models import Level
from geo.plane import distance_m
from geo.resolution import Candidate, CandidateKind
from geo.steps.areanames import Mention, unit_of
from geo.steps.spots import Spot
from geo.steps.units import circle_of, point_in
from geo.steps.wards import WardGuess
from geo.weighing.reading import Read


def candidate_at(
    read: Read,
    kind: CandidateKind,
    name: str,
    where: tuple[float, float],
    radius: float,
    confidence: float,
    covering: Covering,
    tokens: tuple[str, ...] = (),
) -> Candidate:
    """What lies at a point, in the unit that covers it: in starter cells less sure."""
    ward, near = covering.ward, covering.near
    if ward is None and covering.district is None and near:
        ward, near = near[0], near[1:]
    district = covering.district or _district_of(read, ward)
    if near and covering.ward is not None:
        confidence *= this_side(read, near, where, radius)
    return Candidate(
        kind=kind,
        name=name,
        lon=round(where[0], 7),
        lat=round(where[1], 7),
        radius_m=round(radius, 1),
        ward=ward,
        district=district,
        confidence=round(min(confidence, 0.99) * (0.8 if read.index.approximate else 1.0), 3),
        tokens=tokens,
        near=near,
        approximate=read.index.approximate,
    )


def this_side(read: Read, near: Sequence[AreaRef], where: tuple[float, float], radius: float) -> float:
    """How often a place is on the side of the border that its point is on, when its circle reaches over it.

    Errors are taken as normal, the radius as one and a half standard deviations: at the border it is one in two.
    """
    away = min(read.index.distance_to(read.index.units[area.code], *where) for area in near)
    return 0.5 * (1 + math.erf(1.5 * away / max(radius, 1.0) / math.sqrt(2)))


def _district_of(read: Read, ward: AreaRef | None) -> AreaRef | None:
    unit = read.index.units.get(ward.parent_code) if ward is not None else None
    if unit is None or unit.level != Level.DISTRICT:
        return None
    return reference_to(read.index, unit, read.named_on)


def ward_candidate(read: Read, guess: WardGuess, confidence: float) -> Candidate:
    ground = guess.ground
    ward = reference_to(read.index, ground.unit, read.named_on)
    circle = ground.lon, ground.lat, ground.radius_m
    return _unit_candidate(read, ward.name, circle, confidence, (guess.mention.text,), ward=ward)


def _unit_candidate(
    read: Read,
    name: str,
    circle: tuple[float, float, float],
    confidence: float,
    tokens: tuple[str, ...],
    *,
    ward: AreaRef | None = None,
    district: AreaRef | None = None,
) -> Candidate:
    """A ward, or else a district, that words name; it is that unit wherever its border runs."""
    lon, lat, radius = circle
    return Candidate(
        kind="ward" if ward is not None else "district",
        name=name,
        lon=round(lon, 7),
        lat=round(lat, 7),
        radius_m=round(radius, 1),
        ward=ward,
        district=district or _district_of(read, ward),
        confidence=round(min(confidence, 0.99), 3),
        tokens=tokens,
        approximate=read.index.approximate,
    )


_KIND_OF: Mapping[str, CandidateKind] = {
    "crossing": "crossing",
    "kilometre": "kilometre",
    "house": "house",
    "street": "street",
}


def spot_candidate(read: Read, spot: Spot, confidence: float, unit: Unit | None = None) -> Candidate:
    """A spot as candidate; in the ward given, moved to its edge where the border in use is drawn short of it."""
    lon, lat, radius = spot.lon, spot.lat, spot.radius_m
    kind = _KIND_OF.get(spot.kind, "place")
    if unit is None:
        covering = covering_in(read.index, lon, lat, read.named_on, radius)
        return candidate_at(read, kind, spot.name, (lon, lat), radius, confidence, covering, (spot.text,))
    moved = point_in(unit, lon, lat)
    radius += distance_m(lon, lat, *moved)
    ward = reference_to(read.index, unit, read.named_on)
    covering = Covering(read.index.set_id, read.index.name, read.index.approximate, ward, None, ())
    return candidate_at(read, kind, spot.name, moved, radius, confidence, covering, (spot.text,))


def district_candidates(read: Read, *, silent: bool = False) -> list[Candidate]:
    """The districts named, surest first; `silent` ones stand beside wards of the set in force."""
    candidates: dict[tuple[str, str], Candidate] = {}
    firm = [mention for mention in read.districts if mention.is_firm] or read.districts
    # One named again is no other.
    once: dict[frozenset[tuple[str, str]], Mention] = {}
    for mention in firm:
        once.setdefault(frozenset(meaning.unit_key for meaning in mention.meanings), mention)
    firm = list(once.values())
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
    read: Read, index: SetIndex, unit: Unit, name: str, confidence: float, tokens: tuple[str, ...]
) -> Candidate:
    district = reference_to(read.index, unit, read.named_on) if index is read.index else None
    circle = circle_of(read.territory, index, unit)
    return _unit_candidate(read, name, circle, confidence, tokens, district=district)


def whole_unit(read: Read, unit: Unit, confidence: float, tokens: tuple[str, ...]) -> Candidate:
    reference = reference_to(read.index, unit, read.named_on)
    circle = circle_of(read.territory, read.index, unit)
    if unit.level == Level.WARD:
        return _unit_candidate(read, reference.name, circle, confidence, tokens, ward=reference)
    return _unit_candidate(read, reference.name, circle, confidence, tokens, district=reference)
