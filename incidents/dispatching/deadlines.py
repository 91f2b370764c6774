"""Until when: the clocks of an incident and of its assignments, as stored instants, in working time.

Four clocks run one after the other: an agency has seen it, accepted it, given its result; the citizen is answered.
They stand still in pauses. What is stored is worked out anew when the category, a pause or the calendar changes.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import Max

from incidents.dispatching.alarms import ALARM_FIELDS, set_alarm
from incidents.records.history import HistoryKind
from incidents.records.lifecycles import OPEN_ASSIGNMENTS, AssignmentState
from incidents.records.models import Assignment, Category, History, Incident, Pause
from incidents.worktime.calendar import Pauses
from incidents.worktime.clocks import Clocks, clocks

_OPEN = sorted(state.value for state in OPEN_ASSIGNMENTS)


def due_at(category: Category | None, received_at: dt.datetime, group: int | None = None) -> dt.datetime:
    """Until when the citizen is to be answered, if nothing stands in between."""
    own = clocks(category, group)
    return own.due(received_at, own.answer)


def begin(assignment: Assignment, incident: Incident) -> None:
    """Sets the clocks of an assignment that is sent now, or will be when it is planned; it is not saved."""
    _set(assignment, incident, clocks(incident.category, incident.group), ())


def pass_on(incident: Incident) -> None:
    """Works out the clocks of a locked incident's open assignments anew, and stores them."""
    own = clocks(incident.category, incident.group)
    for row in Assignment.objects.filter(incident=incident, state__in=_OPEN).order_by("pk"):
        row.incident = incident
        _set(row, incident, own, pauses_of(row))
        set_alarm(row)
        row.save(update_fields=["seen_due_at", "accept_due_at", "due_at", *ALARM_FIELDS])


def due_now(incident: Incident) -> dt.datetime:
    """The citizen's deadline as the calendar, the pauses and the category give it now; nothing is written."""
    own = clocks(incident.category, incident.group)
    return own.due(starts_at(incident), own.answer, _lead_pauses(incident))


def refresh(incident: Incident) -> None:
    """Works out all clocks of a locked incident anew and stores them."""
    incident.due_at = due_now(incident)
    incident.save(update_fields=["due_at"])
    pass_on(incident)


def starts_at(incident: Incident) -> dt.datetime:
    """From when the citizen's clock runs: the receipt, the last opening again, or the day it is planned for."""
    reopened = History.objects.filter(incident=incident, kind=HistoryKind.REOPENED).aggregate(at=Max("at"))["at"]
    planned = Assignment.objects.filter(
        incident=incident, role=Assignment.Role.LEAD, state__in=_OPEN, planned_for__isnull=False
    ).aggregate(at=Max("planned_for"))["at"]
    return max(at for at in (incident.received_at, reopened, planned) if at is not None)


def pauses_of(assignment: Assignment) -> list[tuple[dt.datetime, dt.datetime]]:
    """The spans in which its clocks stood still; an open pause counts up to its limit."""
    rows = Pause.objects.filter(assignment=assignment).order_by("since")
    return [(row.since, row.ended_at or row.until) for row in rows]


def _lead_pauses(incident: Incident) -> list[tuple[dt.datetime, dt.datetime]]:
    rows = Pause.objects.filter(assignment__incident=incident, assignment__role=Assignment.Role.LEAD)
    return [(row.since, row.ended_at or row.until) for row in rows.order_by("since")]


def _set(row: Assignment, incident: Incident, own: Clocks, pauses: Pauses) -> None:
    start = row.planned_for if row.state == AssignmentState.PLANNED and row.planned_for is not None else row.sent_at
    row.seen_due_at = own.due(start, own.seen)
    row.accept_due_at = own.due(start, own.accepted)
    result = own.due(start, own.result, pauses)
    # What was given late may still be due before the citizen's deadline, when that is ahead.
    row.due_at = min(result, incident.due_at) if incident.due_at is not None and incident.due_at > start else result
