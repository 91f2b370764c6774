"""What people decide about the calendar. Each decision has the open deadlines worked out anew by the worker."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from incidents.worktime.models import CalendarChange, Day
from opscenter.accounts.models import Person
from realtime.change import current_change


def decide(*, days: Collection[dt.date], state: Day.State, by: Person) -> int:
    """Confirms proposed days, or rejects them, inside the open change; gives how many are different now."""
    rows = Day.objects.filter(date__in=days).exclude(state=state)
    counted = rows.filter(state=Day.State.CONFIRMED).exists() or state == Day.State.CONFIRMED
    changed = rows.update(state=state)
    if changed and counted:
        calendar_changed(by=by)
    return changed


def calendar_changed(*, by: Person | None) -> CalendarChange:
    """Days, office hours or clocks are others now: the worker takes it from here."""
    return CalendarChange.objects.create(at=current_change().at, by=by)
