"""The figures of today: the one definition, for the control room, the wall and reports alike."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count, F, Q
from django.utils import timezone

from incidents.records.lifecycles import LIVE_STATES, IncidentState
from incidents.records.models import Incident, Report, Source


def figures(at: dt.datetime | None = None) -> dict[str, Any]:
    """What is counted at a moment; the day is the local one. Exercises are left out.

    received: incidents opened today. open: on the board now. overdue: of these, past their deadline. needs: of these,
    waiting for a person's decision. resolved, closed: got their result, were answered today. closed_in_time: of these,
    before the deadline. by_group: incidents of today by group (0: not known yet); by_source: reports of today by door;
    by_state: on the board now. Five queries, each through an index of the board or of the day.
    """
    at = at or timezone.now()
    day = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    live = Incident.objects.live()
    board = live.on_board()
    now = board.aggregate(
        open=Count("pk"),
        overdue=Count("pk", filter=Q(due_at__lt=at)),
        needs=Count("pk", filter=~Q(needs=[])),
        **{f"state_{state.value}": Count("pk", filter=Q(state=state.value)) for state in LIVE_STATES},
    )
    groups = live.filter(received_at__gte=day).order_by().values_list("group").annotate(Count("pk"))
    by_group = {str(group or 0): count for group, count in groups}
    # Counted by condition, not grouped: to group, SQLite reads the index of the doors, which holds all reports ever.
    reports = Report.objects.filter(exercise=0, received_at__gte=day).aggregate(
        **{source.value: Count("pk", filter=Q(source=source.value)) for source in Source}
    )
    by_source = {source: count for source, count in reports.items() if count}
    closed = live.filter(closed_at__gte=day, state=IncidentState.CLOSED).aggregate(
        all=Count("pk"), in_time=Count("pk", filter=Q(due_at__isnull=True) | Q(due_at__gte=F("closed_at")))
    )
    return {
        "day": day.date().isoformat(),
        "received": sum(by_group.values()),
        "open": now["open"],
        "overdue": now["overdue"],
        "needs": now["needs"],
        "resolved": live.filter(resolved_at__gte=day).count(),
        "closed": closed["all"],
        "closed_in_time": closed["in_time"],
        "by_state": {state.value: now[f"state_{state.value}"] for state in sorted(LIVE_STATES)},
        "by_group": by_group,
        "by_source": by_source,
    }
