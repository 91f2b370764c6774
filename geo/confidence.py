"""How often an answer is right, by what it rests on.

The figures are fitted on generated addresses (tests/geo/addresses/hurried.py): of n addresses with a kind of evidence,
r of them right, the figure is about (r + 30 h) / (n + 30), where h is what was thought before, so that a handful
decides little. `python -m tests.geo.addresses.calibration` prints both, and beside them addresses that nothing was
fitted on. What the generator has no say in is set by hand: a district that contradicts the ward, landmarks (0.8 by
hand, then 18 of 18 known points lay in the ward that the list says), and things named after a ward without a district
("maybe"), which a person shall decide. Nothing is fitted on real addresses;
confirmed reports are what it should be fitted on next. A person decides whatever stays below ANSWER_FROM.
"""

from __future__ import annotations

from collections.abc import Mapping

from geo.steps.areanames import Evidence

ANSWER_FROM = 0.65
_UNITS: frozenset[Evidence] = frozenset({"label", "segment", "tail"})

# Evidence → (no district named, lies in the district named, does not lie in it).
_WARD: Mapping[Evidence, tuple[float, float, float]] = {
    "label": (0.985, 0.985, 0.6),
    "seat": (0.95, 0.97, 0.4),
    "segment": (0.97, 0.985, 0.35),
    "tail": (0.92, 0.96, 0.35),
    "numbered": (0.7, 0.92, 0.3),
    "landmark": (0.87, 0.9, 0.2),
    "inside": (0.85, 0.9, 0.3),
    "loose": (0.81, 0.88, 0.25),
    "maybe": (0.45, 0.8, 0.2),
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
# "Gần chợ Búng" is nearly always in its ward, "giáp phường Bình Hòa" as often in the next one.
_BESIDE, _BESIDE_UNIT = 0.85, 0.6


def of_ward(evidence: Evidence, agrees: bool | None, likeness: float, *, beside: bool) -> float:
    """How often a ward named so is the right one."""
    unknown, inside, outside = _WARD[evidence]
    base = unknown if agrees is None else inside if agrees else outside
    return base * likeness * ((_BESIDE_UNIT if evidence in _UNITS else _BESIDE) if beside else 1.0)


def of_district(evidence: Evidence, likeness: float, *, beside: bool) -> float:
    """How often a district named so is the right one."""
    return _DISTRICT[evidence] * likeness * (0.95 if beside else 1.0)
