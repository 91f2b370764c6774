from __future__ import annotations

import datetime as dt

import pytest

from incidents.dispatching.deadlines import due_at
from incidents.records.models import Category
from incidents.worktime.calendar import ZONE

pytestmark = pytest.mark.django_db


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    """A moment of the week that begins on Monday, 4 November 2019."""
    return dt.datetime(2019, 11, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("group", "hours", "received", "due"),
    [
        # 24 hours of a category are one working day.
        (3, 24, at(4, 9), at(5, 9)),
        (3, 72, at(4, 9), at(7, 9)),
        (3, 24, at(8, 16), at(11, 16)),
        (1, 48, at(9, 12), at(12, 17)),
        # Half of a working day over the midday break.
        (3, 12, at(4, 9, 30), at(4, 15)),
        # Emergencies know no office hours.
        (2, 1, at(9, 23, 30), at(10, 0, 30)),
    ],
)
def test_hours_of_a_category(group: int, hours: int, received: dt.datetime, due: dt.datetime) -> None:
    assert due_at(Category(group=group, hours=hours), received) == due


def test_without_a_category() -> None:
    assert due_at(None, at(4, 9)) == at(7, 9)
    assert due_at(None, at(9, 23, 30), group=2) == at(10, 0, 30)
