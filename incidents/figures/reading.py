"""The columns of a period, as of one area set. Kept in the process; only days that were made anew are read again."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from incidents.figures.columns import ASSIGNMENT, CALL, INCIDENT, LAYOUT, WARD, unpack
from incidents.figures.models import DayAreas, DayColumns

# Three years and some: about 130 MB at a thousand incidents a day.
KEPT_DAYS = 1_200


@dataclass(frozen=True, slots=True)
class Columns:
    """A period's incidents and assignments; an assignment's `incident` is a place among these incidents.

    `days` holds each incident's local day (days since 1970), `wards` a place in `ward_codes`: the ward as of the set
    asked for, place 0 is "", for what no ward covers. `calls` are the period's, whatever became of them.
    """

    incidents: NDArray[np.void]
    assignments: NDArray[np.void]
    calls: NDArray[np.void]
    days: NDArray[np.int32]
    wards: NDArray[np.int16]
    ward_codes: tuple[str, ...]
    # What counting.py has worked out of these incidents, whatever units they lie in.
    kept: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def moved(self, wards: NDArray[np.int16], codes: tuple[str, ...]) -> Columns:
        """The same incidents in other units."""
        return replace(self, wards=wards, ward_codes=codes)

    def only(self, mask: NDArray[np.bool_]) -> Columns:
        """The incidents of a mask, with their assignments; the calls stay."""
        if mask.all():
            return self
        kept = np.flatnonzero(mask)
        place = np.full(len(mask), -1, dtype=np.int32)
        place[kept] = np.arange(len(kept), dtype=np.int32)
        assignments = self.assignments[mask[self.assignments["incident"]]]
        assignments["incident"] = place[assignments["incident"]]
        return replace(
            self,
            incidents=self.incidents[kept],
            assignments=assignments,
            days=self.days[kept],
            wards=self.wards[kept],
            kept={},
        )


@dataclass(frozen=True, slots=True)
class _Day:
    made: uuid.UUID
    incidents: NDArray[np.void]
    assignments: NDArray[np.void]
    calls: NDArray[np.void]


# A day's codes, each once, and for each incident a place among them.
_Wards = tuple[NDArray[np.bytes_], NDArray[np.int16]]
_lock = threading.Lock()
_days: OrderedDict[dt.date, _Day] = OrderedDict()
_wards: OrderedDict[tuple[dt.date, str], tuple[uuid.UUID, _Wards]] = OrderedDict()


def columns_of(first: dt.date, last: dt.date, area_set: str = "", *, keep: bool = True) -> Columns:
    """The columns of the local days first to last, both included; wards as of `area_set`, empty codes without one.

    Four queries at most. What the worker has not made yet is not in it (a few seconds behind at the most). Without
    `keep` nothing that was read stays in the process: for whoever goes through years once.
    """
    days = _read_days(first, last, keep)
    wards = _read_wards(first, last, area_set, days, keep) if area_set else {}
    starts = np.cumsum([0, *(len(day.incidents) for day in days.values())])[:-1]
    assignments = _joined([day.assignments for day in days.values()], ASSIGNMENT)
    assignments["incident"] += np.repeat(starts, [len(day.assignments) for day in days.values()]).astype(np.int32)
    numbers, codes = _numbered([(wards.get(day), len(held.incidents)) for day, held in days.items()])
    return Columns(
        incidents=_joined([day.incidents for day in days.values()], INCIDENT),
        assignments=assignments,
        calls=_joined([day.calls for day in days.values()], CALL),
        days=np.repeat(
            np.array([(day - _EPOCH).days for day in days], dtype=np.int32),
            [len(day.incidents) for day in days.values()],
        ),
        wards=numbers,
        ward_codes=codes,
    )


def incidents_by_day(first: dt.date, last: dt.date) -> dict[dt.date, tuple[uuid.UUID, NDArray[np.void]]]:
    """The incidents of each day of a period that has any, and a mark that is another one when the day was made anew.

    Two queries at most.
    """
    return {day: (held.made, held.incidents) for day, held in _read_days(first, last, True).items()}


def _numbered(days: list[tuple[_Wards | None, int]]) -> tuple[NDArray[np.int16], tuple[str, ...]]:
    """The wards of days one after the other as places among all codes, and these codes."""
    places: dict[str, int] = {"": 0}
    parts = []
    for wards, count in days:
        if wards is None:
            parts.append(np.zeros(count, dtype=np.int16))
            continue
        codes, numbers = wards
        own = [places.setdefault(code.decode(), len(places)) for code in codes.tolist()]
        parts.append(np.array(own, dtype=np.int16)[numbers])
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int16), tuple(places)


_EPOCH = dt.date(1970, 1, 1)


def _joined(parts: list[NDArray[np.void]], layout: np.dtype[np.void]) -> NDArray[np.void]:
    """Rows one after the other, as bytes: NumPy would go through them field by field."""
    if not parts:
        return np.zeros(0, dtype=layout)
    return np.concatenate([part.view(np.uint8) for part in parts]).view(layout)


def _unpacked(row: tuple[dt.date, uuid.UUID, bytes, bytes, bytes]) -> tuple[dt.date, _Day]:
    day, made, incidents, assignments, calls = row
    return day, _Day(made, unpack(incidents, INCIDENT), unpack(assignments, ASSIGNMENT), unpack(calls, CALL))


def _read_days(first: dt.date, last: dt.date, keep: bool) -> dict[dt.date, _Day]:
    rows = DayColumns.objects.filter(day__gte=first, day__lte=last, layout=LAYOUT).order_by("day")
    made = dict(rows.values_list("day", "made"))
    with _lock:
        held = {day: _days[day] for day in made if day in _days and _days[day].made == made[day]}
    missing = [day for day in made if day not in held]
    if missing:
        # All of them in one query: a day at a time would cost a year three hundred.
        wanted = rows.filter(day__in=missing) if len(missing) < 300 else rows
        fields = wanted.values_list("day", "made", "incidents", "assignments", "calls")
        # Years are unpacked by two threads: zlib lets go of the interpreter's lock.
        with ThreadPoolExecutor(2) as threads:
            held.update(threads.map(_unpacked, fields))
    with _lock:
        if keep:
            _days.update((day, held[day]) for day in missing if day in held)
        while len(_days) > KEPT_DAYS:
            _days.popitem(last=False)
    return {day: held[day] for day in sorted(held)}


def _read_wards(
    first: dt.date, last: dt.date, area_set: str, days: dict[dt.date, _Day], keep: bool
) -> dict[dt.date, _Wards]:
    rows = DayAreas.objects.filter(day__gte=first, day__lte=last, area_set=area_set)
    made = dict(rows.values_list("day", "made"))
    with _lock:
        held = {
            day: _wards[day, area_set][1]
            for day in made
            if (day, area_set) in _wards and _wards[day, area_set][0] == made[day]
        }
    missing = [day for day in made if day not in held]
    if missing:
        wanted = rows.filter(day__in=missing) if len(missing) < 300 else rows
        for day, made_now, wards in wanted.values_list("day", "made", "wards"):
            codes: NDArray[np.bytes_]
            codes, numbers = np.unique(np.frombuffer(unpack(wards, WARD), dtype=WARD), return_inverse=True)
            held[day] = codes, numbers.astype(np.int16)
            if keep:
                with _lock:
                    _wards[day, area_set] = (made_now, held[day])
    with _lock:
        while len(_wards) > 2 * KEPT_DAYS:
            _wards.popitem(last=False)
    # A day may have been made anew between the two queries: then its wards are of another length, and are left out.
    return {day: wards for day, wards in held.items() if day in days and len(wards[1]) == len(days[day].incidents)}
