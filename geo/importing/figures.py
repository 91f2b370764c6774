"""Known figures of units (codes, names, areas, middles, neighbours): what an imported file is compared with."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

FIELDS = ("code", "level", "parent_code", "name", "area_km2", "lon", "lat", "box", "neighbours")


class BadFigures(ValueError):
    """The table of figures cannot be read; the text says which line and why."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of one unit. `box` is (west, south, east, north) in degrees; empty parts are unknown."""

    code: str
    level: str
    parent_code: str
    name: str
    area_km2: float | None
    lon: float | None
    lat: float | None
    box: tuple[float, float, float, float] | None
    neighbours: frozenset[str]


@dataclass(frozen=True, slots=True)
class KnownName:
    """A unit's name in one set, [valid_from, valid_until)."""

    set_name: str
    code: str
    name: str
    valid_from: dt.date
    valid_until: dt.date | None
    source: str


def folder() -> Path:
    return Path(settings.BASE_DIR) / "fixtures" / "areas"


def shipped_figures(set_name: str) -> Path | None:
    """The table of figures that came with the application for a set, if there is one."""
    path = folder() / f"units_{set_name}.csv"
    return path if path.exists() else None


def read_figures(path: Path) -> dict[str, Figures]:
    """The figures of a CSV file by code. Raises BadFigures, naming the line."""
    found: dict[str, Figures] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = {"code", "name"} - set(reader.fieldnames or ())
        if missing:
            raise BadFigures(f"{path.name}: no column {', '.join(sorted(missing))}")
        for row in reader:
            try:
                figures = _figures(row)
            except ValueError as error:
                raise BadFigures(f"{path.name}, line {reader.line_num}: {error}") from error
            if figures.code in found:
                raise BadFigures(f"{path.name}, line {reader.line_num}: {figures.code} stands twice")
            found[figures.code] = figures
    return found


def _figures(row: Mapping[str, str]) -> Figures:
    box = [float(part) for part in (row.get("box") or "").split()]
    if len(box) not in (0, 4):
        raise ValueError("a box is four numbers: west south east north")
    return Figures(
        code=row["code"].strip(),
        level=(row.get("level") or "ward").strip(),
        parent_code=(row.get("parent_code") or "").strip(),
        name=row["name"].strip(),
        area_km2=_number(row.get("area_km2")),
        lon=_number(row.get("lon")),
        lat=_number(row.get("lat")),
        box=(box[0], box[1], box[2], box[3]) if box else None,
        neighbours=frozenset((row.get("neighbours") or "").split()),
    )


def _number(text: str | None) -> float | None:
    return float(text) if text and text.strip() else None


def known_names(set_names: Iterable[str] = ()) -> list[KnownName]:
    """The dated names that came with the application, of the given sets or of all."""
    wanted = set(set_names)
    path = folder() / "names.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [
            KnownName(
                row["set"],
                row["code"],
                row["name"],
                dt.date.fromisoformat(row["valid_from"]),
                dt.date.fromisoformat(row["valid_until"]) if row["valid_until"] else None,
                row["source"],
            )
            for row in csv.DictReader(file)
            if not wanted or row["set"] in wanted
        ]
