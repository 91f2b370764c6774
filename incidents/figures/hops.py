"""On time by hop: the four clocks of worktime/, which dispatching/deadlines.py stores as instants."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from incidents.dispatching.closing import Outcome
from incidents.figures.facts import OUTCOMES, STATES
from incidents.figures.reading import Columns
from incidents.records.lifecycles import OPEN_ASSIGNMENTS

OPEN_STATES = tuple(STATES.index(state.value) for state in OPEN_ASSIGNMENTS)
_ANSWERED = tuple(
    OUTCOMES.index(outcome.value) for outcome in (Outcome.ANSWERED_AT_ONCE, Outcome.HANDLED, Outcome.ANSWERED_BY_ITSELF)
)


@dataclass(frozen=True, slots=True)
class Hop:
    """One step with its clock (worktime/): done in time, done too late, not done and past its instant.

    What has no clock, is still within it, or ended before the step came, is in none of the three.
    """

    in_time: int
    late: int
    overdue: int

    @property
    def share(self) -> float | None:
        """Of the steps taken, how many in time; 0 to 1."""
        return self.in_time / (self.in_time + self.late) if self.in_time + self.late else None


# An assignment's steps: (the instant it was due, seconds from sending until it was taken).
_HOPS = {"seen": ("seen_due", "seen"), "accepted": ("accept_due", "accepted"), "result": ("due", "result")}
HOPS = (*_HOPS, "answered")


def hops_of(columns: Columns, at: dt.datetime) -> dict[str, Hop]:
    """On time by hop: an agency saw it, accepted it, gave its result (each assignment); the citizen was answered."""
    rows = columns.incidents
    has_clock, answered = rows["due"] > 0, np.isin(rows["outcome"], _ANSWERED)
    late = rows["closed"] > rows["due"]
    return {
        **{name: hop(columns.assignments, name, at) for name in _HOPS},
        "answered": Hop(
            in_time=int((has_clock & answered & ~late).sum()),
            late=int((has_clock & answered & late).sum()),
            overdue=int(((rows["closed"] == 0) & past(rows["due"], at)).sum()),
        ),
    }


def hop(rows: NDArray[np.void], name: str, at: dt.datetime) -> Hop:
    """One step of assignments: "seen", "accepted" or "result"."""
    due, took = (rows[field] for field in _HOPS[name])
    has_clock, done = due > 0, took >= 0
    in_time = rows["sent"] + took <= due
    waits = np.isin(rows["state"], OPEN_STATES) & ~done
    return Hop(
        in_time=int((has_clock & done & in_time).sum()),
        late=int((has_clock & done & ~in_time).sum()),
        overdue=int((waits & past(due, at)).sum()),
    )


def past(due: NDArray[np.int64], at: dt.datetime) -> NDArray[np.bool_]:
    """Which instants have gone by; 0 is none."""
    return (due > 0) & (due < int(at.timestamp()))
