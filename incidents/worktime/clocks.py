"""The calendar in force and the clocks of a category: from the tables, or what is usual where a table is empty."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from incidents.records.models import Category
from incidents.records.models.categories import Group
from incidents.worktime.calendar import OFFICE_HOURS, PLAIN, ZONE, Calendar, Pauses, Spans, due
from incidents.worktime.models import Clock, Day, OfficeHours

# While nobody knows what it is about: the longest usual time, so that no promise is broken later.
HOURS_WITHOUT_CATEGORY = 72
HOURS_OF_AN_EMERGENCY = 1
_DAY_H = 24
# What counts for a group without a row of its own.
_EMERGENCY = Clock(group=Group.EMERGENCY, working_time=False, seen_minutes=2, accept_minutes=5, step_minutes=10)
_OTHERS = Clock(group=Group.FIELD)


@dataclass(frozen=True)
class Clocks:
    """How long each step may take, and in which time that is counted."""

    calendar: Calendar
    seen: dt.timedelta
    accepted: dt.timedelta
    result: dt.timedelta
    answer: dt.timedelta
    step: dt.timedelta

    def due(self, start: dt.datetime, time: dt.timedelta, pauses: Pauses = ()) -> dt.datetime:
        """The instant at which `time` has passed since `start`, pauses left out."""
        return due(self.calendar, start, time, pauses)


def calendar() -> Calendar:
    """The offices' calendar as it is confirmed now. Two queries."""
    hours: dict[int, Spans] = {}
    for row in OfficeHours.objects.order_by("weekday", "opens"):
        hours[row.weekday] = (*hours.get(row.weekday, ()), (row.opens, row.closes))
    days = Day.objects.filter(state=Day.State.CONFIRMED).values_list("date", "kind")
    return Calendar(hours or OFFICE_HOURS, {date: kind == Day.Kind.WORKED for date, kind in days})


def opening(day: dt.date) -> dt.datetime:
    """When the offices open on a day, or on the next one that is worked."""
    return calendar().add(dt.datetime.combine(day, dt.time(), ZONE), dt.timedelta())


def clocks(category: Category | None, group: int | None = None) -> Clocks:
    """The clocks of a category, else of a group. The category's hours until the answer are counted in working days
    of one office day for each 24 hours, or as they are where every hour counts. One to three queries."""
    group = category.group if category is not None else group
    row = _row(category, group)
    hours = category.hours if category is not None else _hours_without_category(group)
    own = calendar() if row.working_time else PLAIN
    answer = own.office_day() * hours / _DAY_H if row.working_time else dt.timedelta(hours=hours)
    return Clocks(
        calendar=own,
        seen=dt.timedelta(minutes=row.seen_minutes),
        accepted=dt.timedelta(minutes=row.accept_minutes),
        result=answer * row.result_percent / 100,
        answer=answer,
        step=dt.timedelta(minutes=row.step_minutes),
    )


def _row(category: Category | None, group: int | None) -> Clock:
    rows = Clock.objects.filter(category=category) if category is not None and category.pk else Clock.objects.none()
    rows = rows | Clock.objects.filter(group=group) if group is not None else rows
    found = sorted(rows, key=lambda row: row.category_id is None)
    return found[0] if found else _EMERGENCY if group == Group.EMERGENCY else _OTHERS


def _hours_without_category(group: int | None) -> int:
    return HOURS_OF_AN_EMERGENCY if group == Group.EMERGENCY else HOURS_WITHOUT_CATEGORY
