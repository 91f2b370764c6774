"""Working time against cases worked out by hand, most of them around Tết 2020 and Tết 2026."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.worktime.calendar import OFFICE_HOURS, PLAIN, ZONE, Calendar, NoWorkingTime, due

HOUR = dt.timedelta(hours=1)
DAY = 8 * HOUR

# Tết Canh Tý: Thursday 23 to Wednesday 29 January 2020. Tết Bính Ngọ: Saturday 14 to Sunday 22 February 2026.
TET_2020 = {dt.date(2020, 1, day): False for day in range(23, 30)}
TET_2026 = {dt.date(2026, 2, day): False for day in range(14, 23)}
# Friday 2 January 2026 is free and made up for on Saturday 10 January.
SWAP_2026 = {dt.date(2026, 1, 1): False, dt.date(2026, 1, 2): False, dt.date(2026, 1, 10): True}
CALENDAR = Calendar(days={**TET_2020, **TET_2026, **SWAP_2026})


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("start", "worked", "end"),
    [
        # Within a half-day, over the midday break, over the night, over the week-end.
        ("2019-11-04T08:00", 2 * HOUR, "2019-11-04T10:00"),
        ("2019-11-04T10:30", 2 * HOUR, "2019-11-04T14:00"),
        ("2019-11-04T16:00", 2 * HOUR, "2019-11-05T08:30"),
        ("2019-11-08T16:00", 2 * HOUR, "2019-11-11T08:30"),
        # A whole day from an office's first and last minute ends with an office's last minute.
        ("2019-11-04T07:30", DAY, "2019-11-04T17:00"),
        ("2019-11-04T17:00", DAY, "2019-11-05T17:00"),
        # What comes at night, at midday or on a Sunday begins with the next open minute.
        ("2019-11-04T02:00", HOUR, "2019-11-04T08:30"),
        ("2019-11-04T12:00", HOUR, "2019-11-04T14:00"),
        ("2019-11-10T09:00", HOUR, "2019-11-11T08:30"),
        # Over Tết 2020: the last hour before it, and the first after it.
        ("2020-01-22T16:00", HOUR, "2020-01-22T17:00"),
        ("2020-01-22T16:00", 2 * HOUR, "2020-01-30T08:30"),
        ("2020-01-22T09:00", 3 * DAY, "2020-02-03T09:00"),
        ("2020-01-25T00:00", DAY, "2020-01-30T17:00"),
        # Over Tết 2026, nine days with both week-ends.
        ("2026-02-13T15:00", DAY, "2026-02-23T15:00"),
        ("2026-02-17T12:00", 2 * DAY, "2026-02-24T17:00"),
        # A Saturday that is worked instead of a Friday.
        ("2025-12-31T15:00", DAY, "2026-01-05T15:00"),
        ("2026-01-09T15:00", DAY, "2026-01-10T15:00"),
        ("2026-01-10T15:00", DAY, "2026-01-12T15:00"),
        # Nothing to wait for: at once, or when the offices open.
        ("2019-11-04T08:00", dt.timedelta(), "2019-11-04T08:00"),
        ("2019-11-09T08:00", dt.timedelta(), "2019-11-11T07:30"),
    ],
)
def test_by_hand(start: str, worked: dt.timedelta, end: str) -> None:
    assert CALENDAR.add(at(start), worked) == at(end)


@pytest.mark.parametrize(
    ("begin", "end", "worked"),
    [
        ("2019-11-04T08:00", "2019-11-04T14:00", 4.5 * HOUR),
        ("2020-01-22T16:00", "2020-01-30T08:30", 2 * HOUR),
        ("2026-02-14T00:00", "2026-02-22T23:59", dt.timedelta()),
        ("2019-11-09T00:00", "2019-11-11T00:00", dt.timedelta()),
        ("2019-11-04T14:00", "2019-11-04T08:00", dt.timedelta()),
    ],
)
def test_how_much_lies_between(begin: str, end: str, worked: dt.timedelta) -> None:
    assert CALENDAR.between(at(begin), at(end)) == worked


@pytest.mark.parametrize(
    ("end", "begin"),
    [
        ("2019-11-06T09:00", "2019-11-05T09:00"),
        # Over a week-end, from within one, and over Tết with the days around it.
        ("2019-11-11T09:00", "2019-11-08T09:00"),
        ("2019-11-10T12:00", "2019-11-08T00:00"),
        ("2020-01-30T09:00", "2020-01-22T09:00"),
        ("2026-02-23T00:00", "2026-02-13T00:00"),
        # A Saturday that is worked.
        ("2026-01-12T10:00", "2026-01-10T10:00"),
    ],
)
def test_a_day_before_leaves_out_days_that_are_not_worked(end: str, begin: str) -> None:
    assert CALENDAR.days_before(at(end), dt.timedelta(days=1)) == at(begin)


def test_the_zone_is_vietnams_wherever_the_instant_was_written() -> None:
    # 00:30 UTC is 7:30 in Bình Dương.
    start = dt.datetime(2019, 11, 4, 0, 30, tzinfo=dt.UTC)
    assert CALENDAR.add(start, HOUR) == dt.datetime(2019, 11, 4, 1, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("pauses", "end"),
    [
        ([], "2019-11-05T09:00"),
        # A pause of half a working day moves it by half a working day.
        ([("2019-11-04T13:00", "2019-11-04T17:00")], "2019-11-05T14:30"),
        # Over the night only the hours that would have been worked count.
        ([("2019-11-04T16:00", "2019-11-05T08:30")], "2019-11-05T11:00"),
        # Two that overlap stop the clock once; one after the deadline not at all.
        ([("2019-11-04T13:00", "2019-11-04T16:00"), ("2019-11-04T15:00", "2019-11-04T17:00")], "2019-11-05T14:30"),
        ([("2019-11-06T08:00", "2019-11-07T08:00")], "2019-11-05T09:00"),
        # One that began before the clock did.
        ([("2019-11-01T08:00", "2019-11-04T10:00")], "2019-11-05T10:00"),
    ],
)
def test_pauses(pauses: list[tuple[str, str]], end: str) -> None:
    spans = [(at(begin), at(until)) for begin, until in pauses]
    assert due(CALENDAR, at("2019-11-04T09:00"), DAY, spans) == at(end)


def test_emergencies_know_no_office_hours() -> None:
    assert PLAIN.add(at("2020-01-25T23:30"), HOUR) == at("2020-01-26T00:30")
    assert PLAIN.between(at("2020-01-25T23:30"), at("2020-01-26T00:30")) == HOUR


def test_hours_entered_wrongly_do_not_hang() -> None:
    with pytest.raises(NoWorkingTime):
        Calendar(hours={}).add(at("2019-11-04T08:00"), HOUR)


@given(
    st.integers(0, 6 * 365 * 24 * 60),
    st.integers(0, 20_000),
    st.integers(0, 20_000),
)
def test_it_adds_up(later: int, first: int, second: int) -> None:
    """Adding is undone by measuring, and two steps are one, whatever lies in between."""
    begin = at("2019-12-01T00:00") + dt.timedelta(minutes=later)
    one, two = dt.timedelta(minutes=first), dt.timedelta(minutes=second)
    end = CALENDAR.add(begin, one)
    assert CALENDAR.between(begin, end) == one
    assert CALENDAR.between(begin, CALENDAR.add(end, two)) == one + two


def test_the_usual_office_day() -> None:
    assert Calendar().office_day() == DAY
    assert set(OFFICE_HOURS) == {0, 1, 2, 3, 4}
