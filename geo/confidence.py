"""How often an answer is right at least, by what it rests on.

The figures are set by hand, not fitted, and on the careful side: real addresses are harder than those of
tests/geo/addresses. There a test holds that of the answers given with about a confidence no smaller share is right, and
`make bench` prints the shares; they lie above what is promised. A person decides whatever stays below ANSWER_FROM.
"""

from __future__ import annotations

from collections.abc import Mapping

from geo.steps.areanames import Evidence

ANSWER_FROM = 0.65

# Evidence → (no district named, lies in the district named, does not lie in it).
_WARD: Mapping[Evidence, tuple[float, float, float]] = {
    "label": (0.96, 0.985, 0.6),
    "seat": (0.92, 0.95, 0.4),
    "segment": (0.86, 0.96, 0.35),
    "tail": (0.9, 0.95, 0.35),
    "numbered": (0.62, 0.92, 0.3),
    "landmark": (0.8, 0.85, 0.2),
    "inside": (0.76, 0.88, 0.3),
    "loose": (0.62, 0.84, 0.25),
    "maybe": (0.45, 0.72, 0.2),
    "street": (0.4, 0.62, 0.15),
}
_DISTRICT: Mapping[Evidence, float] = {
    "label": 0.99,
    "seat": 0.97,
    "segment": 0.98,
    "tail": 0.98,
    "numbered": 0.9,
    "landmark": 0.9,
    "inside": 0.92,
    "loose": 0.9,
    "maybe": 0.85,
    "street": 0.6,
}
_BESIDE = 0.85


def of_ward(evidence: Evidence, agrees: bool | None, likeness: float, *, beside: bool) -> float:
    """How often, at least, a ward named so is the right one."""
    unknown, inside, outside = _WARD[evidence]
    base = unknown if agrees is None else inside if agrees else outside
    return base * likeness * (_BESIDE if beside else 1.0)


def of_district(evidence: Evidence, likeness: float, *, beside: bool) -> float:
    """How often, at least, a district named so is the right one."""
    return _DISTRICT[evidence] * likeness * (0.95 if beside else 1.0)
