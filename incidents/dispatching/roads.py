"""Which numbered road do these words speak of, and whose is it? Pure; the owner follows from the letters."""

from __future__ import annotations

import re
from dataclasses import dataclass

from geo.folding import fold
from incidents.dispatching.models import RoadOwner

_LETTERS = {
    RoadOwner.NATIONAL: "QL",
    RoadOwner.PROVINCIAL: "ĐT",
    RoadOwner.DISTRICT: "ĐH",
    RoadOwner.COMMUNE: "ĐX",
}
# Folded words. Three digits that others follow are a telephone number ("đt 0900 000 001"), not a road.
_NOT_A_NUMBER = r"(?![a-z0-9]|[ .-]?\d{3})"
_WRITTEN: tuple[tuple[RoadOwner, re.Pattern[str]], ...] = tuple(
    (owner, re.compile(rf"\b(?:{names})[ .-]*({digits}[a-z]?){_NOT_A_NUMBER}"))
    for owner, names, digits in (
        (RoadOwner.NATIONAL, r"ql|quoc lo|duong quoc lo", r"[1-9]\d{0,2}"),
        (RoadOwner.PROVINCIAL, r"dt|tl|tinh lo|duong tinh", r"[1-9]\d{0,2}"),
        (RoadOwner.DISTRICT, r"dh|hl|huong lo|huyen lo|duong huyen", r"[1-9]\d{0,2}"),
        (RoadOwner.COMMUNE, r"dx|duong xa", r"\d{1,3}"),
    )
)


@dataclass(frozen=True, slots=True)
class Road:
    """A numbered road: "ĐT743", and who looks after it."""

    name: str
    owner: RoadOwner


def road_in(*texts: str) -> Road | None:
    """The road that the texts name first, the earlier text before the later; None without a numbered road.

    Of a crossing the higher road counts: its owner looks after the crossing.
    """
    for text in texts:
        folded = fold(text)
        for owner, written in _WRITTEN:
            if found := written.search(folded):
                return Road(f"{_LETTERS[owner]}{found.group(1).upper()}", owner)
    return None
