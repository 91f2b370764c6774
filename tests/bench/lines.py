"""One line of the table: what we measured, what it is held against, and how far it must not fall."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Line:
    """`ratio` is ours / baseline. `floor` and `ceiling` bound the ratio, or ours where there is no baseline."""

    name: str
    ours: float
    unit: str
    baseline: str = ""
    baseline_value: float | None = None
    floor: float | None = None
    ceiling: float | None = None
    # An aim is reported when missed, and does not fail the run.
    aim: bool = False

    @property
    def ratio(self) -> float | None:
        return round(self.ours / self.baseline_value, 3) if self.baseline_value else None

    @property
    def verdict(self) -> str:
        """`ok`, `missed` or `FAILED`; empty where nothing is asked."""
        if self.floor is None and self.ceiling is None:
            return ""
        value = self.ours if self.baseline_value is None else self.ours / self.baseline_value
        if (self.floor is None or value >= self.floor) and (self.ceiling is None or value <= self.ceiling):
            return "ok"
        return "missed" if self.aim else "FAILED"

    def as_json(self) -> dict[str, Any]:
        """The line as build/bench.json has it."""
        own = asdict(self)
        return {key: own[key] for key in ("name", "ours", "unit", "baseline", "baseline_value")} | {"ratio": self.ratio}


def table(lines: list[Line]) -> str:
    """The lines for reading, in columns."""
    head = ("measured", "ours", "unit", "baseline", "its value", "ratio", "asked", "")
    rows = [head]
    for line in lines:
        asked = " ".join(
            f"{sign} {bound:g}" for sign, bound in (("≥", line.floor), ("≤", line.ceiling)) if bound is not None
        )
        value = "" if line.baseline_value is None else f"{line.baseline_value:,.4g}"
        ratio = "" if line.ratio is None else f"{line.ratio:.3g}"
        rows.append((line.name, f"{line.ours:,.4g}", line.unit, line.baseline, value, ratio, asked, line.verdict))
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    text = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([text[0], "─" * max(map(len, text)), *text[1:]])
