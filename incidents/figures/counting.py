"""The one definition of each figure. Screens, exports and reports call these functions and count nothing themselves.

A period's figures are those of what was *received* in it: the same incidents stay in them whatever happens later, so
the figures of a period only settle, and shares have one denominator. Exercises are apart (`Selection.exercise`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from incidents.dispatching.closing import Outcome
from incidents.figures.durations import Durations, durations, in_order
from incidents.figures.facts import OUTCOMES, SOURCES, STATES
from incidents.figures.hops import OPEN_STATES, Hop, hop, past
from incidents.figures.reading import Columns
from incidents.records.lifecycles import AssignmentState

Mask = NDArray[np.bool_]
_AT_ONCE = OUTCOMES.index(Outcome.ANSWERED_AT_ONCE.value)
_BY_ITSELF = OUTCOMES.index(Outcome.ANSWERED_BY_ITSELF.value)
_HANDLED = OUTCOMES.index(Outcome.HANDLED.value)
_CANCELLED = OUTCOMES.index(Outcome.CANCELLED.value)
_RETURNED = STATES.index(AssignmentState.RETURNED.value)
_EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which incidents are counted; an empty filter lets everything through. `wards` are codes of the set asked for."""

    groups: frozenset[int] = frozenset()
    categories: frozenset[int] = frozenset()
    sources: frozenset[str] = frozenset()
    agencies: frozenset[int] = frozenset()
    wards: frozenset[str] = frozenset()
    exercise: int = 0
    complaints: bool = True

    @property
    def has_calls(self) -> bool:
        """Whether calls can be told of it: a call has no group, category or ward, and is no agency's."""
        return not (self.groups or self.categories or self.sources or self.agencies or self.wards)

    def of(self, columns: Columns) -> Columns:
        """The selected incidents with their assignments, and the calls, none where these cannot be told.

        An agency's incidents are those it has or had an assignment of.
        """
        rows = columns.incidents
        mask: Mask = rows["exercise"] == self.exercise
        if self.groups:
            mask &= np.isin(rows["group"], sorted(self.groups))
        if self.categories:
            mask &= np.isin(rows["category"], sorted(self.categories))
        if self.sources:
            mask &= np.isin(rows["source"], [SOURCES.index(source) for source in self.sources])
        if self.wards:
            mask &= np.isin(columns.wards, [n for n, code in enumerate(columns.ward_codes) if code in self.wards])
        if self.agencies:
            theirs = np.isin(columns.assignments["agency"], sorted(self.agencies))
            having = np.zeros(len(rows), dtype=bool)
            having[columns.assignments["incident"][theirs]] = True
            mask &= having
        if not self.complaints:
            mask &= rows["complaint"] == 0
        calls = columns.calls[columns.calls["exercise"] == self.exercise] if self.has_calls else columns.calls[:0]
        return replace(columns.only(mask), calls=calls)


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one selection at a moment. What each is stands in FIGURES, in words."""

    received: int
    reports: int
    duplicates: int
    answered: int
    answered_at_once: int
    # Ended with what the system had answered by itself; how many it had answered, and how often that was wrong.
    answered_by_itself: int
    by_itself: int
    wrong_by_itself: int
    cancelled: int
    open: int
    overdue: int
    on_time: int
    late: int
    reopened: int
    returned: int
    not_ours: int
    rated: int
    content: int
    first_answer: Durations = field(default=Durations(0, None, None))
    acceptance: Durations = field(default=Durations(0, None, None))
    handling: Durations = field(default=Durations(0, None, None))

    @property
    def at_once_share(self) -> float | None:
        """Of the answered, how many were answered at once; 0 to 1."""
        return self.answered_at_once / self.answered if self.answered else None

    @property
    def on_time_share(self) -> float | None:
        """Of the answered, how many before their deadline; 0 to 1."""
        return self.on_time / (self.on_time + self.late) if self.on_time + self.late else None

    @property
    def content_share(self) -> float | None:
        """Of the ratings citizens gave, how many were content with the answer; 0 to 1."""
        return self.content / self.rated if self.rated else None


def figures_of(columns: Columns, at: dt.datetime) -> Figures:
    """The figures of selected columns; `at` decides what is overdue."""
    return _figures(columns, at, np.zeros(len(columns.incidents), dtype=np.int16), 1)[0]


@dataclass(frozen=True, slots=True)
class _Flags:
    """Yes and no of each row under several names: which combination it has, and what is yes in each of them."""

    names: tuple[str, ...]
    combination: NDArray[np.intp]
    yes: NDArray[np.int64]

    @classmethod
    def of(cls, **flags: Mask) -> _Flags:
        code = np.zeros(len(next(iter(flags.values()))), dtype=np.int32)
        for place, flag in enumerate(flags.values()):
            code |= flag.astype(np.int32) << place
        combinations, combination = np.unique(code, return_inverse=True)
        yes = (combinations[:, None] >> np.arange(len(flags))) & 1
        return cls(tuple(flags), combination, yes.astype(np.int64))

    def counts(self, part: NDArray[np.intp], parts: int) -> dict[str, list[int]]:
        """How many rows of each part say yes: one pass for all of them."""
        several = len(self.yes)
        rows = np.bincount(part * several + self.combination, minlength=parts * several).reshape(parts, several)
        return dict(zip(self.names, (rows @ self.yes).T.tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class _Took:
    """Durations that are known, in order of length: whose they are, and how long."""

    whose: NDArray[np.intp]
    seconds: NDArray[Any]

    @classmethod
    def of(cls, values: NDArray[Any]) -> _Took:
        known = np.flatnonzero(values >= 0)
        known = known[np.argsort(values[known], kind="stable")]
        return cls(known, values[known])

    def of_parts(self, part: NDArray[np.int16], parts: int) -> list[Durations]:
        """The durations of each part. Sorting small numbers is a radix sort, and keeps the order within each."""
        own = part[self.whose]
        seconds = self.seconds[np.argsort(own, kind="stable")] if parts > 1 else self.seconds
        counts = np.bincount(own, minlength=parts)
        ends = np.cumsum(counts)
        return [in_order(seconds[start:end]) for start, end in zip(ends - counts, ends, strict=True)]


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is counted of each incident and each assignment, worked out once for all tables of a page."""

    incidents: _Flags
    totals: dict[str, NDArray[np.float64]]
    first_answer: _Took
    incident_of: NDArray[np.int32]
    assignments: _Flags
    acceptance: _Took
    handling: _Took


def _facts(columns: Columns, at: dt.datetime) -> _Facts:
    known: _Facts | None = columns.kept.get(at)
    if known is None:
        known = columns.kept[at] = _facts_of(columns, at)
    return known


def _facts_of(columns: Columns, at: dt.datetime) -> _Facts:
    rows, given = columns.incidents, columns.assignments
    due, closed, outcome = (np.ascontiguousarray(rows[name]) for name in ("due", "closed", "outcome"))
    answered = np.isin(outcome, (_AT_ONCE, _BY_ITSELF, _HANDLED))
    late = answered & (due > 0) & (closed > due)
    is_open = closed == 0
    reports = rows["reports"].astype(np.float64)
    return _Facts(
        incidents=_Flags.of(
            answered=answered,
            answered_at_once=outcome == _AT_ONCE,
            answered_by_itself=outcome == _BY_ITSELF,
            by_itself=rows["by_itself"] > 0,
            wrong_by_itself=rows["wrong"] > 0,
            cancelled=outcome == _CANCELLED,
            open=is_open,
            overdue=is_open & past(due, at),
            on_time=answered & ~late,
            late=late,
            reopened=rows["reopened"] > 0,
        ),
        totals={
            "reports": reports,
            "duplicates": np.maximum(reports - 1, 0),
            "rated": rows["rated"].astype(np.float64),
            "content": rows["content"].astype(np.float64),
        },
        first_answer=_Took.of(np.ascontiguousarray(rows["first_answer"])),
        incident_of=np.ascontiguousarray(given["incident"]),
        assignments=_Flags.of(returned=given["state"] == _RETURNED, not_ours=given["not_ours"] > 0),
        acceptance=_Took.of(np.ascontiguousarray(given["accepted"])),
        handling=_Took.of(np.ascontiguousarray(given["result"])),
    )


def _figures(columns: Columns, at: dt.datetime, part: NDArray[np.int16], parts: int) -> list[Figures]:
    """The figures of each part of the columns; `part` says of each incident which one it belongs to."""
    facts = _facts(columns, at)
    number, part_given = part.astype(np.intp), part[facts.incident_of]
    columns_of_counts: dict[str, list[Any]] = {
        "received": np.bincount(number, minlength=parts).tolist(),
        **facts.incidents.counts(number, parts),
        **{
            name: np.bincount(number, weights=values, minlength=parts).astype(np.int64).tolist()
            for name, values in facts.totals.items()
        },
        **facts.assignments.counts(part_given.astype(np.intp), parts),
        "first_answer": facts.first_answer.of_parts(part, parts),
        "acceptance": facts.acceptance.of_parts(part_given, parts),
        "handling": facts.handling.of_parts(part_given, parts),
    }
    return [
        Figures(**dict(zip(columns_of_counts, values, strict=True)))
        for values in zip(*columns_of_counts.values(), strict=True)
    ]


# By what a period may be told apart: a name → the key of each incident.
BY: dict[str, Callable[[Columns], NDArray[Any]]] = {
    "group": lambda columns: columns.incidents["group"],
    "category": lambda columns: columns.incidents["category"],
    "source": lambda columns: columns.incidents["source"],
    "agency": lambda columns: columns.incidents["agency"],
    "ward": lambda columns: columns.wards,
    "hour": lambda columns: columns.incidents["hour"],
    "weekday": lambda columns: (columns.days + 3) % 7,  # 1 January 1970 was a Thursday; 0 is Monday
    "day": lambda columns: columns.days,
    "month": lambda columns: _months(columns.days),
}


def _months(days: NDArray[np.int32]) -> NDArray[np.int64]:
    """Months since January 1970."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


Key = int | str | dt.date


def key_of(columns: Columns, by: str, value: Any) -> Key:
    """A key as people and files read it: a source's or a ward's code, a day, a month's first day, else a number."""
    match by:
        case "source":
            return SOURCES[int(value)]
        case "ward":
            return columns.ward_codes[int(value)]
        case "day":
            return _EPOCH + dt.timedelta(days=int(value))
        case "month":
            return dt.date(1970 + int(value) // 12, int(value) % 12 + 1, 1)
    return int(value)


def figures_by(columns: Columns, by: str, at: dt.datetime) -> dict[Key, Figures]:
    """The figures of each part of the selection; the parts' counts add up to the whole. Keys in their own order."""
    values, part = np.unique(BY[by](columns), return_inverse=True)
    told = _figures(columns, at, part.astype(np.int16), len(values))
    return {key_of(columns, by, value): figures for value, figures in zip(values, told, strict=True)}


def counts_by(columns: Columns, *by: str) -> dict[tuple[Key, ...], int]:
    """How many were received, told apart by one or more keys; only what occurs."""
    if not len(columns.incidents):
        return {}
    parts = [np.unique(BY[name](columns), return_inverse=True) for name in by]
    joint = np.zeros(len(columns.incidents), dtype=np.int64)
    for values, inverse in parts:
        joint = joint * len(values) + inverse
    found, counts = np.unique(joint, return_counts=True)
    told: dict[tuple[Key, ...], int] = {}
    for number, count in zip(found.tolist(), counts.tolist(), strict=True):
        key: list[Key] = []
        for (values, _), name in zip(reversed(parts), reversed(by), strict=True):
            number, place = divmod(number, len(values))
            key.append(key_of(columns, name, values[place]))
        told[tuple(reversed(key))] = count
    return told


@dataclass(frozen=True, slots=True)
class AgencyFigures:
    """One agency's assignments: how many, open, overdue, with a result, of these in time, given back, of these as not
    its own; how many it accepted in time and too late.
    """

    given: int
    open: int
    overdue: int
    done: int
    in_time: int
    returned: int
    not_ours: int
    accepting: Hop
    acceptance: Durations
    handling: Durations

    @property
    def in_time_share(self) -> float | None:
        return self.in_time / self.done if self.done else None


def agencies_of(columns: Columns, at: dt.datetime, only: Collection[int] = ()) -> dict[int, AgencyFigures]:
    """The figures of each agency's own assignments among the selected incidents; `only` these agencies, or all."""
    own = np.ascontiguousarray(columns.assignments["agency"])
    rows = columns.assignments[np.argsort(own, kind="stable")]
    agencies, starts, counts = np.unique(rows["agency"], return_index=True, return_counts=True)
    told: dict[int, AgencyFigures] = {}
    for agency, start, count in zip(agencies.tolist(), starts, counts, strict=True):
        if only and agency not in only:
            continue
        mine = rows[start : start + count]
        done = mine["result"] >= 0
        is_open = np.isin(mine["state"], OPEN_STATES) & ~done
        in_time = done & ((mine["due"] == 0) | (mine["sent"] + mine["result"] <= mine["due"]))
        told[agency] = AgencyFigures(
            given=len(mine),
            open=int(is_open.sum()),
            overdue=int((is_open & past(mine["due"], at)).sum()),
            done=int(done.sum()),
            in_time=int(in_time.sum()),
            returned=int((mine["state"] == _RETURNED).sum()),
            not_ours=int((mine["not_ours"] > 0).sum()),
            accepting=hop(mine, "accepted", at),
            acceptance=durations(mine["accepted"]),
            handling=durations(mine["result"]),
        )
    return told
