"""Reads the CSV files of fixtures/: comment lines (source, date) first, then a header, then rows."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class WrongReference(Exception):
    """Lines that cannot be loaded; nothing was written. `problems` are sentences that name file and line."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class WrongValue(ValueError):
    """One value of one line; the reader adds file and line."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line; `line` counts from 1 with the comments."""

    line: int
    values: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values[column]

    def whole(self, column: str) -> int:
        try:
            return int(self[column])
        except ValueError as error:
            raise WrongValue(f"{column} is {self[column]!r}, not a whole number") from error

    def decimal(self, column: str) -> float:
        try:
            return float(self[column])
        except ValueError as error:
            raise WrongValue(f"{column} is {self[column]!r}, not a number") from error

    def flag(self, column: str) -> bool:
        if self[column] not in {"0", "1"}:
            raise WrongValue(f"{column} is {self[column]!r}, not 0 or 1")
        return self[column] == "1"

    def date(self, column: str) -> dt.date:
        try:
            return dt.date.fromisoformat(self[column])
        except ValueError as error:
            raise WrongValue(f"{column} is {self[column]!r}, not a date like 2025-07-01") from error

    def date_or_none(self, column: str) -> dt.date | None:
        return self.date(column) if self[column] else None


def read(path: Path, columns: frozenset[str]) -> list[Row]:
    """The rows of a file, values stripped. Raises WrongReference when a column or a value is missing or too many."""
    numbered = [
        (number, line)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if line.strip() and not line.startswith("#")
    ]
    if not numbered:
        raise WrongReference([f"{path.name}: no header line"])
    header = [name.strip() for name in next(csv.reader([numbered[0][1]]))]
    if set(header) != columns:
        wrong = sorted(columns.symmetric_difference(header))
        raise WrongReference([f"{path.name}: missing or unknown columns: {', '.join(wrong)}"])
    rows, problems = [], []
    # One line of the file is one row: no value holds a line break.
    for number, text in numbered[1:]:
        cells = next(csv.reader([text]))
        if len(cells) != len(header):
            problems.append(f"{path.name}, line {number}: {len(cells)} values for {len(header)} columns")
            continue
        rows.append(Row(number, {name: cell.strip() for name, cell in zip(header, cells, strict=True)}))
    if problems:
        raise WrongReference(problems)
    return rows


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
