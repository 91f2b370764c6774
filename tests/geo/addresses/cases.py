"""One address with what it means, and how answers are counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from geo.resolution import Resolution

OLD, NEW = dt.date(2019, 12, 1), dt.date(2025, 8, 1)


@dataclass(frozen=True, slots=True)
class Case:
    """An address of one class. `ward` and `district` are codes of the set in force; "" where the words do not say."""

    kind: str
    text: str
    on: dt.date
    ward: str
    district: str


@dataclass(slots=True)
class Tally:
    """Answers of one class: right, wrong, left open; `said` counts those whose words name the unit at all."""

    count: int = 0
    ward_said: int = 0
    ward_right: int = 0
    ward_wrong: int = 0
    district_said: int = 0
    district_right: int = 0
    district_wrong: int = 0
    missed: list[tuple[Case, str]] = field(default_factory=list)

    def add(self, case: Case, ward: str, district: str) -> None:
        self.count += 1
        self.ward_said += bool(case.ward)
        self.ward_right += bool(case.ward) and ward == case.ward
        self.ward_wrong += bool(ward) and ward != case.ward
        self.district_said += bool(case.district)
        self.district_right += bool(case.district) and district == case.district
        self.district_wrong += bool(district) and district != case.district
        if ward != case.ward or district != case.district:
            self.missed.append((case, f"{ward or '-'}/{district or '-'}"))

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.count + other.count,
            self.ward_said + other.ward_said,
            self.ward_right + other.ward_right,
            self.ward_wrong + other.ward_wrong,
            self.district_said + other.district_said,
            self.district_right + other.district_right,
            self.district_wrong + other.district_wrong,
            self.missed + other.missed,
        )

    @property
    def ward_share(self) -> float:
        return self.ward_right / self.ward_said if self.ward_said else 1.0

    @property
    def district_share(self) -> float:
        return self.district_right / self.district_said if self.district_said else 1.0

    @property
    def ward_wrong_share(self) -> float:
        return self.ward_wrong / self.count if self.count else 0.0

    @property
    def district_wrong_share(self) -> float:
        return self.district_wrong / self.count if self.count else 0.0


def codes(answer: Resolution) -> tuple[str, str]:
    """The ward and district relied on, "" for none."""
    best = answer.answer
    if best is None:
        return "", ""
    return best.ward.code if best.ward else "", best.district.code if best.district else ""


def tallies(cases: Iterable[Case], answers: Iterable[tuple[str, str]]) -> Mapping[str, Tally]:
    """A tally for each class, in the order of the cases."""
    found: dict[str, Tally] = {}
    for case, (ward, district) in zip(cases, answers, strict=True):
        found.setdefault(case.kind, Tally()).add(case, ward, district)
    return found


def written() -> list[Case]:
    """The addresses of written.txt."""
    cases = []
    for line in (Path(__file__).parent / "written.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            kind, text, ward, district = (part.strip() for part in line.split(" | "))
            cases.append(Case(f"written: {kind}", text, OLD, ward.strip("-"), district.strip("-")))
    return cases
