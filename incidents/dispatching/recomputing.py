"""A change of the calendar moves the deadlines of what is open: worked out anew by the worker, with history."""

from __future__ import annotations

from django.db.models import F
from django.utils import timezone

from incidents.dispatching import deadlines
from incidents.records.editing import lock
from incidents.records.history import HistoryKind, append
from incidents.records.models import Incident
from incidents.worktime.models import CalendarChange
from realtime.change import change

# One change each, and a short one: whoever works on an incident waits for one of them at most.
_AT_ONCE = 50


def work() -> int:
    """Goes on with the oldest change of the calendar that is not through; gives how many incidents were looked at."""
    row = CalendarChange.objects.filter(finished_at=None).order_by("pk").first()
    if row is None:
        return 0
    board = Incident.objects.on_board().filter(pk__gt=row.done_up_to).order_by("pk").values_list("pk", flat=True)
    ids = list(board[:_AT_ONCE])
    if not ids:
        CalendarChange.objects.filter(pk=row.pk, finished_at=None).update(finished_at=timezone.now())
        return 0
    for incident_id in ids:
        recompute(incident_id=incident_id, calendar_change=row.pk)
    return len(ids)


def recompute(*, incident_id: int, calendar_change: int) -> bool:
    """Works one incident's clocks out anew in a change of its own; whether the citizen's deadline moved.

    What two workers take up at once is done once: the second finds the mark moved on and the clocks right.
    """
    with change() as c:
        mark = CalendarChange.objects.filter(pk=calendar_change, done_up_to__lt=incident_id)
        if not mark.update(done_up_to=incident_id):
            return False
        incident = Incident.objects.get(pk=incident_id)
        before = incident.due_at
        if before is None or not incident.on_board:
            return False
        # Looked at without the lock first: most deadlines do not move, and nobody need be told of those.
        own = deadlines.due_now(incident)
        if own == before:
            return False
        incident = lock(incident_id)
        deadlines.refresh(incident)
        append(
            incident,
            HistoryKind.DEADLINES_RECOMPUTED,
            by=None,
            why="calendar",
            data={
                "change": calendar_change,
                "before": before.isoformat(),
                "after": incident.due_at.isoformat() if incident.due_at is not None else None,
                "at": c.at.isoformat(),
            },
        )
        CalendarChange.objects.filter(pk=calendar_change).update(changed=F("changed") + 1)
        return True
