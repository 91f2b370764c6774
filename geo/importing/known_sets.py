"""The area sets that fixtures/areas/sets.toml names, and their starter areas."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass

from geo.importing.figures import folder, read_figures, shipped_figures
from geo.importing.loading import (
    NewUnit,
    date_conflict,
    dissolve,
    load_generation,
    measure_lineage,
    set_with_dates,
)
from geo.importing.starter import grow_cells
from geo.models import AreaSet, Level

SOURCE = "Cells grown from known middles and areas of the units (fixtures/areas)"


@dataclass(frozen=True, slots=True)
class KnownSet:
    """A set by name with its dates, half-open."""

    name: str
    valid_from: dt.date
    valid_until: dt.date | None


def known_sets() -> list[KnownSet]:
    """The sets of fixtures/areas/sets.toml, in the order of the file."""
    with (folder() / "sets.toml").open("rb") as file:
        return [
            KnownSet(entry["name"], entry["valid_from"], entry.get("valid_until"))
            for entry in tomllib.load(file)["set"]
        ]


def load_starter_areas() -> list[str]:
    """Grows and loads starter areas for each known set that has no areas yet; returns the names of those sets.

    A set that would share days with one the operator imported under another name is left out.
    """
    loaded = []
    for known in known_sets():
        if AreaSet.objects.filter(name=known.name, current__complete=True).exists():
            continue
        if date_conflict(known.name, known.valid_from, known.valid_until):
            continue
        area_set = set_with_dates(known.name, known.valid_from, known.valid_until)
        load_generation(area_set, starter_units(known.name), source=SOURCE, licence="MIT", is_approximate=True)
        loaded.append(known.name)
    if loaded:
        measure_lineage()
    return loaded


def starter_units(set_name: str) -> list[NewUnit]:
    """The starter areas of a set: its wards as cells, and the units above joined from them."""
    path = shipped_figures(set_name)
    if path is None:
        return []
    figures = read_figures(path)
    wards = {code: unit for code, unit in figures.items() if unit.level == Level.WARD}
    cells = grow_cells(wards)
    units = [NewUnit(Level.WARD, code, wards[code].parent_code, wards[code].name, cell) for code, cell in cells.items()]
    below = units
    for level in (Level.DISTRICT, Level.PROVINCE):
        of_level = {code: unit for code, unit in figures.items() if unit.level == level}
        joined = dissolve(
            [unit for unit in below if unit.parent_code in of_level],
            {code: unit.name for code, unit in of_level.items()},
            level=level,
        )
        below = [NewUnit(level, unit.code, of_level[unit.code].parent_code, unit.name, unit.polygon) for unit in joined]
        units = [*units, *below]
    return units
