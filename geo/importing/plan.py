"""One import from beginning to end: read, check, report; then load. The command and the tests both use it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from geo.importing.checking import Findings, Limits, check_units
from geo.importing.figures import Figures, known_names, read_figures, shipped_figures
from geo.importing.loading import (
    NewUnit,
    date_conflict,
    dissolve,
    load_generation,
    measure_lineage,
    set_with_dates,
)
from geo.importing.reading import ReadFile, ReadUnit, read_units
from geo.kinds import split_label
from geo.models import AreaKind, AreaSet, Generation, Level


@dataclass(frozen=True, slots=True)
class AreaImport:
    """What the operator asked for. `mapping` names the file's fields for code, name, parent, parent_name."""

    path: Path
    set_name: str
    valid_from: dt.date
    valid_until: dt.date | None = None
    level: str = "ward"
    mapping: Mapping[str, str] = field(default_factory=dict)
    crs: str = ""
    layer: str = ""
    reference: Path | None = None
    without_reference: bool = False
    source: str = ""
    licence: str = ""
    is_approximate: bool = False
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """A file read and checked, with the units that loading would store."""

    asked: AreaImport
    read: ReadFile
    reference: Path | None
    findings: Findings
    units: tuple[NewUnit, ...]

    @property
    def can_be_loaded(self) -> bool:
        return self.findings.is_clean

    def report(self) -> Iterator[str]:
        """Lines for a person: what was read, what would be loaded, what is wrong."""
        asked = self.asked
        yield f"{asked.path.name}: {len(self.read.units)} units, reference system {self.read.system}"
        yield "fields: " + ", ".join(f"{use} = {name}" for use, name in self.read.fields.items())
        until = asked.valid_until or "further notice"
        yield f"set {asked.set_name}: from {asked.valid_from} until {until}"
        yield f"compared with: {self.reference.name if self.reference else 'no reference figures'}"
        for level, count in Counter(unit.level for unit in self.units).items():
            yield f"to load: {count} of level {level}"
        for remark in self.findings.remarks:
            yield f"remark: {remark}"
        for problem in self.findings.problems:
            yield f"PROBLEM ({problem.kind}): {problem.text}"

    def load(self, *, file_sha256: str = "") -> Generation:
        """Stores and puts in force. Only for a plan without problems."""
        if not self.can_be_loaded:
            raise ValueError("a plan with problems is not loaded")
        asked = self.asked
        generation = load_generation(
            set_with_dates(asked.set_name, asked.valid_from, asked.valid_until),
            self.units,
            source=asked.source,
            licence=asked.licence,
            is_approximate=asked.is_approximate,
            file_sha256=file_sha256,
        )
        measure_lineage()
        return generation


def plan_import(asked: AreaImport) -> ImportPlan:
    """Reads and checks; writes nothing. Raises UnreadableFile or BadFigures."""
    read = read_units(asked.path, mapping=asked.mapping, crs=asked.crs, layer=asked.layer, level=asked.level)
    reference = None if asked.without_reference else asked.reference or shipped_figures(asked.set_name)
    figures = read_figures(reference) if reference is not None else {}
    of_level = {code: known for code, known in figures.items() if known.level == asked.level}
    findings = check_units(read.units, of_level, asked.limits)
    conflict = date_conflict(asked.set_name, asked.valid_from, asked.valid_until)
    if conflict:
        findings.add("dates", (), conflict)
    _check_level(asked, findings)
    _check_parents(read.units, of_level, findings)
    return ImportPlan(asked, read, reference, findings, tuple(_units(asked, read.units, figures)))


def _check_level(asked: AreaImport, findings: Findings) -> None:
    """A file of districts must not put a set out of force that has its wards."""
    if asked.level == Level.WARD:
        return
    area_set = AreaSet.objects.filter(name=asked.set_name).select_related("current").first()
    generation = area_set.current if area_set is not None else None
    wards = generation.areas.filter(level=Level.WARD).count() if generation is not None else 0
    if wards:
        findings.add("level", (), f"the set {asked.set_name!r} has {wards} wards, which this file would replace")


def _check_parents(units: tuple[ReadUnit, ...], figures: Mapping[str, Figures], findings: Findings) -> None:
    for unit in units:
        known = figures.get(unit.code)
        if known is not None and known.parent_code and unit.parent_code not in ("", known.parent_code):
            findings.add(
                "parent",
                (unit.code,),
                f"{unit.label} is put under {unit.parent_code} instead of {known.parent_code}",
            )


def _units(asked: AreaImport, read: tuple[ReadUnit, ...], figures: Mapping[str, Figures]) -> Iterator[NewUnit]:
    """The units as read, then the ones above them, dissolved from their parts."""
    own = []
    parents: dict[str, str] = {}
    for unit in read:
        if unit.trouble or not unit.code:
            continue
        known = figures.get(unit.code)
        parent = unit.parent_code or (known.parent_code if known else "")
        if parent and unit.parent_name:
            parents.setdefault(parent, unit.parent_name)
        own.append(NewUnit(asked.level, unit.code, parent, _name(unit, known), unit.polygon))
    yield from own
    below = own
    for level in (Level.DISTRICT, Level.PROVINCE):
        names = _names_of_level(asked.set_name, figures, level) | {
            code: name for code, name in parents.items() if code not in figures
        }
        parent_of = {code: known.parent_code for code, known in figures.items() if known.level == level}
        # A code above the units is of this level when the figures say so; without figures it is a district.
        here = [unit for unit in below if unit.parent_code in names or (not figures and level == Level.DISTRICT)]
        above = [
            NewUnit(level, unit.code, parent_of.get(unit.code, ""), unit.name, unit.polygon)
            for unit in dissolve(here, names, level=level)
        ]
        yield from above
        below = [*below, *above] if asked.level == Level.WARD else below


def _names_of_level(set_name: str, figures: Mapping[str, Figures], level: str) -> dict[str, str]:
    names = {code: known.name for code, known in figures.items() if known.level == level}
    earliest: dict[str, str] = {}
    for known in known_names([set_name]):
        if known.code in names:
            earliest.setdefault(known.code, known.name)
    return names | earliest


def _name(unit: ReadUnit, known: Figures | None) -> str:
    """The reference's name, which carries the legal label; the file's own where nothing is known."""
    if known is not None:
        return known.name
    kind, _bare = split_label(unit.name)
    return unit.name if kind != AreaKind.OTHER or unit.name else unit.code
