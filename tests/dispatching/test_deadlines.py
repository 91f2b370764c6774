from __future__ import annotations

import datetime as dt

from incidents.dispatching.deadlines import HOURS_WITHOUT_CATEGORY, due_at
from incidents.records.models import Category


def test_elapsed_hours_also_over_a_night() -> None:
    received = dt.datetime(2019, 11, 24, 23, 30, tzinfo=dt.UTC)
    assert due_at(Category(hours=24), received) == received + dt.timedelta(days=1)
    assert due_at(Category(hours=1), received) == received + dt.timedelta(hours=1)
    assert due_at(None, received) == received + dt.timedelta(hours=HOURS_WITHOUT_CATEGORY)
