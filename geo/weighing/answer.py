"""The whole answer from its candidates: what may be relied on, and what to ask when nothing may."""

from __future__ import annotations

from collections.abc import Sequence

from geo.areas import AreaRef
from geo.confidence import ANSWER_FROM
from geo.resolution import Candidate, Outcome, Reason, Resolution
from geo.weighing.candidates import whole_unit
from geo.weighing.reading import Read

MOST_CANDIDATES = 6
MOST_ASKED = 4


def answer_of(read: Read, outcome: Outcome, candidates: Sequence[Candidate]) -> Resolution:
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


def _decided(read: Read, outcome: Outcome, candidates: Sequence[Candidate]) -> Candidate | None:
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
            return whole_unit(read, read.index.units[code], min(sums[code], 0.99), best.tokens)
    return None


def _question(
    read: Read, outcome: Outcome, candidates: Sequence[Candidate], decided: Candidate | None
) -> Reason | None:
    """What the caller should be asked, so that the ward is known; None when it is."""
    if outcome == "outside":
        return None
    if decided is not None and decided.ward is not None:
        wards = [decided.ward, *decided.near]
        return Reason("ask_which_side", {"wards": _listed(wards)}) if decided.near else None
    offered = {candidate.ward.code: candidate.ward for candidate in candidates if candidate.ward is not None}
    if candidates and candidates[0].near:
        offered = {**offered, **{ward.code: ward for ward in candidates[0].near}}
    # Nobody is read a list of ten: a circle that wide only says which part of town.
    wards = list(offered.values()) if outcome != "area" or len(offered) <= MOST_ASKED else []
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
    return ", ".join(area.name for area in areas[:MOST_ASKED])


def _named_apart(candidates: Sequence[Candidate]) -> bool:
    """Whether a ward and a district are named that do not go together."""
    wards = {candidate.district.code for candidate in candidates if candidate.kind != "district" and candidate.district}
    named = {candidate.district.code for candidate in candidates if candidate.kind == "district" and candidate.district}
    return bool(wards and named and not wards & named)
