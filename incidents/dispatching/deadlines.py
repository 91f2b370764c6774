"""Until when the citizen is to be answered: the one function that says so."""

from __future__ import annotations

import datetime as dt

from incidents.records.lifecycles import OPEN_ASSIGNMENTS
from incidents.records.models import Assignment, Category, Incident

# While nobody knows what it is about: the longest usual time, so that no promise is broken later.
HOURS_WITHOUT_CATEGORY = 72


def due_at(category: Category | None, received_at: dt.datetime) -> dt.datetime:
    """The deadline: the category's hours from the receipt, in elapsed time (nights and holidays count)."""
    hours = category.hours if category is not None else HOURS_WITHOUT_CATEGORY
    return received_at + dt.timedelta(hours=hours)


def pass_on(incident: Incident) -> None:
    """Gives the deadline of a locked incident to its open assignments: the agencies' clocks follow the citizen's."""
    states = sorted(state.value for state in OPEN_ASSIGNMENTS)
    Assignment.objects.filter(incident=incident, state__in=states).update(due_at=incident.due_at)
