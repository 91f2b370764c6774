"""Working time as a pure function: which hours of which days are worked, and what that makes of a deadline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
Spans = tuple[tuple[dt.time, dt.time], ...]

# Monday to Friday, 7:30 to 11:30 and 13:00 to 17:00: what counts until somebody enters other office hours.
_OFFICE_DAY: Spans = ((dt.time(7, 30), dt.time(11, 30)), (dt.time(13, 0), dt.time(17, 0)))
OFFICE_HOURS: Mapping[int, Spans] = dict.fromkeys(range(5), _OFFICE_DAY)
# So many days without an open hour mean that the hours are entered wrongly.
_LONGEST_REST = 400


class NoWorkingTime(Exception):
    """More than a year without a single open hour."""


@dataclass(frozen=True)
class Calendar:
    """`hours`: the open spans of each weekday (0 is Monday). `days`: the exceptions, True for a day that is worked
    though its weekday is not (làm bù), False for a holiday."""

    hours: Mapping[int, Spans] = field(default_factory=lambda: OFFICE_HOURS)
    days: Mapping[dt.date, bool] = field(default_factory=dict)

    def is_worked(self, day: dt.date) -> bool:
        """Whether the offices are open on a day."""
        return self.days.get(day, bool(self.hours.get(day.weekday())))

    def spans(self, day: dt.date) -> list[tuple[dt.datetime, dt.datetime]]:
        """The open spans of one day. A make-up Saturday has the hours of the week's first working day."""
        if not self.is_worked(day):
            return []
        own = self.hours.get(day.weekday()) or self.hours[min(self.hours)]
        return [(dt.datetime.combine(day, a, ZONE), dt.datetime.combine(day, b, ZONE)) for a, b in own]

    def office_day(self) -> dt.timedelta:
        """How long the offices are open on the week's first working day."""
        spans = self.hours[min(self.hours)] if self.hours else ()
        return sum((_length(a, b) for a, b in spans), dt.timedelta())

    def add(self, at: dt.datetime, worked: dt.timedelta) -> dt.datetime:
        """The instant at which so much working time has passed since `at`. Raises NoWorkingTime.

        It ends within a span: a deadline of one day from 17:00 is 17:00 of the next working day, not 7:30 after it.
        """
        left = worked
        local = at.astimezone(ZONE)
        for number in range(_LONGEST_REST + worked // dt.timedelta(hours=1)):
            for begin, end in self.spans(local.date() + dt.timedelta(days=number)):
                begin = max(begin, local)
                if begin > end:
                    continue
                if left <= end - begin and not (left == dt.timedelta() and begin == end):
                    return begin + left
                left -= end - begin
        raise NoWorkingTime

    def days_before(self, at: dt.datetime, time: dt.timedelta) -> dt.datetime:
        """So long before `at`, night hours and all, but leaving out whole days that are not worked."""
        end, left = at.astimezone(ZONE), time
        day = end.date()
        for _day in range(_LONGEST_REST):
            begin = dt.datetime.combine(day, dt.time(), ZONE)
            if self.is_worked(day):
                if left <= end - begin:
                    return end - left
                left -= end - begin
            day, end = day - dt.timedelta(days=1), begin
        raise NoWorkingTime

    def between(self, begin: dt.datetime, end: dt.datetime) -> dt.timedelta:
        """How much working time lies between two instants; nothing when `end` is not after `begin`."""
        total = dt.timedelta()
        day = begin.astimezone(ZONE).date()
        while day <= end.astimezone(ZONE).date():
            for opens, closes in self.spans(day):
                total += max(dt.timedelta(), min(end, closes) - max(begin, opens))
            day += dt.timedelta(days=1)
        return total


class PlainTime(Calendar):
    """Every hour counts: emergencies, and work that knows no office hours."""

    def add(self, at: dt.datetime, worked: dt.timedelta) -> dt.datetime:
        return at + worked

    def between(self, begin: dt.datetime, end: dt.datetime) -> dt.timedelta:
        return max(dt.timedelta(), end - begin)


PLAIN = PlainTime()
Pauses = Iterable[tuple[dt.datetime, dt.datetime]]


def due(calendar: Calendar, start: dt.datetime, worked: dt.timedelta, pauses: Pauses = ()) -> dt.datetime:
    """When `worked` has passed since `start`, with the clock standing still in each pause [from, to)."""
    left, at = worked, start
    for begin, end in sorted(pauses):
        begin, end = max(begin, at), max(end, at)
        ran = calendar.between(at, begin)
        if ran >= left:
            break
        left, at = left - ran, end
    return calendar.add(at, left)


def _length(begin: dt.time, end: dt.time) -> dt.timedelta:
    day = dt.date(2000, 1, 1)
    return dt.datetime.combine(day, end) - dt.datetime.combine(day, begin)
