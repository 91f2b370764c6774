"""Which periods are due, by the calendar alone."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incidents.bulletins.models import Rhythm, Schedule
from incidents.bulletins.periods import MOST_MISSED, due, next_after

HOTLINE = dt.timezone(dt.timedelta(hours=7))


def local(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=HOTLINE)


def schedule(**given: Any) -> Schedule:
    return Schedule(**{"rhythm": Rhythm.DAILY, "at": dt.time(7), "since": local("2026-01-01T00:00"), **given})


def told(row: Schedule, now: str) -> list[tuple[str, str]]:
    return [(period.first.isoformat(), period.last.isoformat()) for period in due(row, local(now))]


def test_a_day_is_told_of_the_next_morning() -> None:
    assert told(schedule(), "2026-01-01T06:59") == []
    assert told(schedule(), "2026-01-01T07:00") == [("2025-12-31", "2025-12-31")]
    assert told(schedule(since=local("2026-01-01T08:00")), "2026-01-01T09:00") == []


def test_a_week_ends_with_the_day_before_it_leaves() -> None:
    weekly = schedule(rhythm=Rhythm.WEEKLY, weekday=0)
    # The 5th of January 2026 is a Monday.
    assert told(weekly, "2026-01-05T06:00") == []
    assert told(weekly, "2026-01-05T07:00") == [("2025-12-29", "2026-01-04")]
    assert told(weekly, "2026-01-11T07:00") == [("2025-12-29", "2026-01-04")]


def test_a_month_is_the_whole_one_before() -> None:
    monthly = schedule(rhythm=Rhythm.MONTHLY, day=3)
    assert told(monthly, "2026-03-02T23:00") == [("2025-12-01", "2025-12-31"), ("2026-01-01", "2026-01-31")]
    assert told(monthly, "2026-03-03T07:00")[-1] == ("2026-02-01", "2026-02-28")


def test_a_worker_that_was_away_sends_the_last_ones() -> None:
    missed = told(schedule(), "2026-03-01T12:00")
    assert len(missed) == MOST_MISSED
    assert missed[-1] == ("2026-02-28", "2026-02-28")
    assert missed == sorted(missed)


# How quickly it draws says nothing on a machine that does other things too.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(list(Rhythm)),
    st.times(),
    st.integers(0, 6),
    st.integers(1, 28),
    st.integers(0, 4 * 366 * 86_400),
)
def test_what_comes_next_becomes_due(rhythm: str, at: dt.time, weekday: int, day: int, later_s: int) -> None:
    row = schedule(rhythm=rhythm, at=at, weekday=weekday, day=day)
    moment = local("2026-02-01T00:00") + dt.timedelta(seconds=later_s)
    coming = next_after(row, moment)
    assert coming > moment
    before, after = due(row, coming - dt.timedelta(microseconds=1)), due(row, coming)
    assert after[-1].leaves_at == coming
    assert coming not in [period.leaves_at for period in before]
    assert all(period.first <= period.last < period.leaves_at.date() for period in after)
