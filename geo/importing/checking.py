"""Is this file what it says it is? Pure checks of read units against themselves and against known figures.

Every problem names the units it concerns. Problems stop an import; remarks only inform.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from geo.folding import fold_name
from geo.importing.figures import Figures
from geo.importing.reading import ReadUnit
from geo.kinds import bare_name
from geo.plane import Plane, area_km2

SLIT_M = 10.0


@dataclass(frozen=True)
class Limits:
    """What is still let through. Areas in square metres, lengths in metres, the rest are ratios.

    The defaults let through what separately digitised borders differ by, and stop a unit that is not the one
    its code says.
    """

    overlap_m2: float = 20_000.0
    gap_m2: float = 20_000.0
    area_ratio: float = 1.35
    middle_shift: float = 0.6  # of the square root of the unit's area
    shared_neighbours: float = 0.5
    border_m: float = 150.0  # shorter common borders do not make neighbours


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong. `codes` are the units concerned."""

    kind: str
    codes: tuple[str, ...]
    text: str


@dataclass(slots=True)
class Findings:
    """All that was found. An import goes on only without problems."""

    problems: list[Problem] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def add(self, kind: str, codes: Sequence[str], text: str) -> None:
        self.problems.append(Problem(kind, tuple(codes), text))

    @property
    def is_clean(self) -> bool:
        return not self.problems


@dataclass(frozen=True, slots=True)
class Measured:
    """What a unit's polygon itself says: area, middle (degrees), and the codes it shares a border with."""

    area_km2: float
    lon: float
    lat: float
    neighbours: frozenset[str]


def check_units(units: Sequence[ReadUnit], figures: Mapping[str, Figures], limits: Limits | None = None) -> Findings:
    """Problems and remarks of the units of one level. Empty `figures`: only the file itself is checked."""
    limits = limits or Limits()
    findings = Findings()
    if not units:
        findings.add("empty", (), "the file holds no unit")
        return findings
    sound = _check_each(units, findings)
    _check_codes(units, figures, findings)
    if not sound:
        return findings
    plane = plane_of(sound)
    flat = {unit.code: plane.metres(unit.polygon) for unit in sound}
    labels = {unit.code: unit.label for unit in sound}
    _check_overlaps(flat, labels, limits, findings)
    _check_gaps(flat, labels, limits, findings)
    if figures:
        measured = measure(sound, plane, flat, limits.border_m)
        _check_names(sound, figures, findings)
        compare_with_figures(measured, figures, labels, limits, findings)
    else:
        findings.remarks.append("no reference figures for this set: areas and neighbours were not compared")
    return findings


def compare_with_figures(
    measured: Mapping[str, Measured],
    figures: Mapping[str, Figures],
    labels: Mapping[str, str],
    limits: Limits,
    findings: Findings,
) -> None:
    """Adds a problem for each unit whose area, place or neighbours are not those of its code."""
    swapped = _check_swaps(measured, figures, labels, findings)
    _check_figures(measured, figures, labels, swapped, limits, findings)


def plane_of(units: Sequence[ReadUnit]) -> Plane:
    """A plane in metres through the middle of the units."""
    west, south, east, north = shapely.total_bounds([unit.polygon for unit in units])
    return Plane((west + east) / 2, (south + north) / 2)


def measure(
    units: Sequence[ReadUnit], plane: Plane, flat: Mapping[str, BaseGeometry], border_m: float
) -> dict[str, Measured]:
    """Area, middle and neighbours of each unit, by code."""
    neighbours = neighbours_of(flat, border_m)
    measured = {}
    for unit in units:
        middle = flat[unit.code].centroid
        lon, lat = plane.degrees(middle.x, middle.y)
        measured[unit.code] = Measured(area_km2(unit.polygon), lon, lat, neighbours[unit.code])
    return measured


def neighbours_of(flat: Mapping[str, BaseGeometry], border_m: float) -> dict[str, frozenset[str]]:
    """Which units share a border of at least `border_m` metres; borders up to 20 m apart count as shared."""
    codes = list(flat)
    shapes = [flat[code] for code in codes]
    near = STRtree(shapes).query(shapes, predicate="dwithin", distance=20.0)
    found: dict[str, set[str]] = {code: set() for code in codes}
    for one, other in near.T:
        if one < other:
            common = shapes[one].boundary.intersection(shapes[other].buffer(20.0, quad_segs=2)).length
            if common >= border_m:
                found[codes[one]].add(codes[other])
                found[codes[other]].add(codes[one])
    return {code: frozenset(neighbours) for code, neighbours in found.items()}


def _check_each(units: Sequence[ReadUnit], findings: Findings) -> list[ReadUnit]:
    """The units with a code and a usable polygon, each code once."""
    sound: dict[str, ReadUnit] = {}
    seen: dict[str, ReadUnit] = {}
    for unit in units:
        if not unit.code:
            findings.add("no_code", (), f"{unit.label} has no code")
            continue
        if unit.code in seen:
            findings.add("duplicate_code", (unit.code,), f"the code {unit.code} stands twice: {unit.label}")
            continue
        seen[unit.code] = unit
        if unit.trouble:
            findings.add("geometry", (unit.code,), f"{unit.label}: {unit.trouble}")
            continue
        if unit.mended:
            findings.remarks.append(f"{unit.label}: mended ({unit.mended})")
        sound[unit.code] = unit
    return list(sound.values())


def _check_codes(units: Sequence[ReadUnit], figures: Mapping[str, Figures], findings: Findings) -> None:
    present = {unit.code for unit in units if unit.code}
    for code in sorted(figures.keys() - present):
        findings.add("missing_code", (code,), f"{code} {figures[code].name} is missing")
    if figures:
        for unit in units:
            if unit.code and unit.code not in figures:
                findings.add("unknown_code", (unit.code,), f"{unit.label} is not in the reference figures")


def _check_overlaps(
    flat: Mapping[str, BaseGeometry], labels: Mapping[str, str], limits: Limits, findings: Findings
) -> None:
    codes = list(flat)
    shapes = [flat[code] for code in codes]
    slivers = 0
    for one, other in STRtree(shapes).query(shapes, predicate="intersects").T:
        if one >= other:
            continue
        common = shapes[one].intersection(shapes[other]).area
        if common > limits.overlap_m2:
            findings.add(
                "overlap",
                (codes[one], codes[other]),
                f"{labels[codes[one]]} and {labels[codes[other]]} overlap by {_square(common)}",
            )
        elif common > 1:
            slivers += 1
    if slivers:
        findings.remarks.append(f"{slivers} pairs of units overlap by less than {_square(limits.overlap_m2)}")


def _check_gaps(
    flat: Mapping[str, BaseGeometry], labels: Mapping[str, str], limits: Limits, findings: Findings
) -> None:
    # Slits of a few metres between borders drawn twice are closed first: through them a gap would be open to the
    # outside, and not be a hole.
    whole = shapely.union_all([shape.buffer(SLIT_M / 2, join_style="mitre") for shape in flat.values()])
    holes = [
        shapely.Polygon(ring).buffer(SLIT_M / 2, join_style="mitre")
        for part in shapely.get_parts(whole)
        for ring in part.interiors
    ]
    small = 0
    for hole in holes:
        if hole.area <= limits.gap_m2:
            small += hole.area > 1
            continue
        around = sorted(code for code, shape in flat.items() if shape.dwithin(hole, SLIT_M))
        names = ", ".join(labels[code] for code in around)
        findings.add("gap", around, f"a gap of {_square(hole.area)} between {names}")
    if small:
        findings.remarks.append(f"{small} gaps smaller than {_square(limits.gap_m2)}")


def _check_names(units: Sequence[ReadUnit], figures: Mapping[str, Figures], findings: Findings) -> None:
    """A name that belongs to another code of the set is a swap of labels; any other difference is a remark."""
    owners: dict[str, list[str]] = {}
    for figure in figures.values():
        owners.setdefault(fold_name(bare_name(figure.name)), []).append(figure.code)
    for unit in units:
        known = figures.get(unit.code)
        if known is None or not unit.name:
            continue
        bare = fold_name(bare_name(unit.name))
        if bare == fold_name(bare_name(known.name)):
            continue
        others = [code for code in owners.get(bare, ()) if code != unit.code]
        if others:
            findings.add(
                "name",
                (unit.code, *others),
                f"{unit.label}: the code is that of {known.name}, the name that of {', '.join(others)}",
            )
        else:
            findings.remarks.append(f"{unit.label} is called {known.name} in the reference figures")


def _check_swaps(
    measured: Mapping[str, Measured],
    figures: Mapping[str, Figures],
    labels: Mapping[str, str],
    findings: Findings,
) -> set[str]:
    """Pairs that would fit the figures clearly better with their polygons exchanged; returns their codes."""
    known = [code for code in measured if code in figures and figures[code].lon is not None]
    fit = {code: _misfit(measured[code], figures[code]) for code in known}
    pairs = []
    for one, other in combinations(known, 2):
        as_is = fit[one] + fit[other]
        # Only a unit that fits badly where it stands can be one of two swapped ones.
        if as_is < 0.3:
            continue
        exchanged = _misfit(measured[one], figures[other]) + _misfit(measured[other], figures[one])
        if exchanged < 0.4 * as_is:
            pairs.append((exchanged / as_is, one, other))
    swapped: set[str] = set()
    for _ratio, one, other in sorted(pairs):
        if one not in swapped and other not in swapped:
            swapped |= {one, other}
            findings.add(
                "swapped",
                (one, other),
                f"{labels[one]} and {labels[other]} are swapped: each has the area and place of the other",
            )
    return swapped


def _misfit(measured: Measured, known: Figures) -> float:
    """How badly a polygon fits a unit's figures: 0 is exact, 1 is a whole unit's width away."""
    assert known.lon is not None
    assert known.lat is not None
    width = math.sqrt(known.area_km2 or measured.area_km2)
    shift = _apart_km(measured, known) / width
    ratio = abs(math.log(measured.area_km2 / known.area_km2)) if known.area_km2 else 0.0
    return shift + ratio


def _apart_km(measured: Measured, known: Figures) -> float:
    assert known.lon is not None
    assert known.lat is not None
    # Good to a percent over the few kilometres compared here.
    east = (measured.lon - known.lon) * 111.32 * math.cos(math.radians(known.lat))
    north = (measured.lat - known.lat) * 110.6
    return math.hypot(east, north)


def _check_figures(
    measured: Mapping[str, Measured],
    figures: Mapping[str, Figures],
    labels: Mapping[str, str],
    swapped: set[str],
    limits: Limits,
    findings: Findings,
) -> None:
    for code, unit in measured.items():
        known = figures.get(code)
        if known is None or code in swapped:
            continue
        if known.area_km2:
            ratio = unit.area_km2 / known.area_km2
            if not 1 / limits.area_ratio <= ratio <= limits.area_ratio:
                findings.add(
                    "area",
                    (code,),
                    f"{labels[code]} has {unit.area_km2:.2f} km² instead of {known.area_km2:.2f} km²",
                )
        if known.lon is not None:
            apart = _apart_km(unit, known)
            if apart > limits.middle_shift * math.sqrt(known.area_km2 or unit.area_km2):
                findings.add("place", (code,), f"{labels[code]} lies {apart:.1f} km from where it should")
        if known.neighbours:
            either = unit.neighbours | known.neighbours
            common = unit.neighbours & known.neighbours
            if len(common) < limits.shared_neighbours * len(either):
                findings.add(
                    "neighbours",
                    (code,),
                    f"{labels[code]} touches {_list(unit.neighbours)} instead of {_list(known.neighbours)}",
                )


def _list(codes: frozenset[str]) -> str:
    return ", ".join(sorted(codes)) or "nothing"


def _square(square_metres: float) -> str:
    return f"{square_metres / 1e6:.3f} km²" if square_metres >= 10_000 else f"{square_metres:.0f} m²"
