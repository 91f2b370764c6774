"""Which periods of a schedule are due: pure calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone

from incidents.bulletins.models import Rhythm, Schedule

# A worker that was away longer sends no more of what it missed: nobody reads seven old mails.
MOST_MISSED = 7


@dataclass(frozen=True, slots=True)
class Period:
    """Local days first to last, both included, and when its report is to leave."""

    first: dt.date
    last: dt.date
    leaves_at: dt.datetime


def due(schedule: Schedule, now: dt.datetime) -> list[Period]:
    """The periods whose time has come since the schedule began, the oldest first, MOST_MISSED at the most."""
    found: list[Period] = []
    for period in _backwards(schedule, timezone.localdate(now)):
        if period.leaves_at < schedule.since or len(found) == MOST_MISSED:
            break
        if period.leaves_at <= now:
            found.append(period)
    return found[::-1]


def next_after(schedule: Schedule, now: dt.datetime) -> dt.datetime:
    """When the next report leaves."""
    coming = [period.leaves_at for period in _around(schedule, timezone.localdate(now)) if period.leaves_at > now]
    return min(coming)


def _around(schedule: Schedule, today: dt.date) -> Iterator[Period]:
    for day in range(63):
        period = _leaving_on(schedule, today + dt.timedelta(days=day))
        if period is not None:
            yield period


def _backwards(schedule: Schedule, today: dt.date) -> Iterator[Period]:
    # As many days as the rarest rhythm needs for MOST_MISSED.
    for day in range(31 * (MOST_MISSED + 1)):
        period = _leaving_on(schedule, today - dt.timedelta(days=day))
        if period is not None:
            yield period


def _leaving_on(schedule: Schedule, day: dt.date) -> Period | None:
    """The period whose report leaves on a day; None on a day on which none does."""
    before = day - dt.timedelta(days=1)
    match schedule.rhythm:
        case Rhythm.WEEKLY:
            first = day - dt.timedelta(days=7) if day.weekday() == schedule.weekday else None
            last = before
        case Rhythm.MONTHLY:
            last = day.replace(day=1) - dt.timedelta(days=1)
            first = last.replace(day=1) if day.day == schedule.day else None
        case _:
            first = last = before
    if first is None:
        return None
    return Period(first, last, dt.datetime.combine(day, schedule.at, tzinfo=timezone.get_current_timezone()))
