"""What the wall shows beside the live stream: names for the codes in it, and who answers in time."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import get_language

from geo.areas import NoAreaSet, area_set_on
from incidents.records.lifecycles import OPEN_ASSIGNMENTS, WITH_RESULT, AssignmentState
from incidents.records.models import Assignment, Category
from incidents.wall.scenes import answer_times, exercise_now, scenes, sources
from opscenter.accounts.models import Agency

# Long enough that one bad morning does not decide, short enough that people see their work in it.
ON_TIME_DAYS = 30


def names(at: dt.datetime | None = None) -> dict[str, Any]:
    """Names in the reader's language: {set, categories: {code: name}, agencies: {id: name}, on_time}, and what the
    scenes show (scenes.py): {scenes, exercise, times, sources}.

    Agencies are those that figure on the wall: they had an assignment in the last ON_TIME_DAYS days or have one open.
    Names of wards come with the borders. Nine queries.
    """
    at = at or timezone.now()
    english = (get_language() or "vi").startswith("en")
    rows = on_time(at)
    agencies = Agency.objects.filter(pk__in=[row["id"] for row in rows])
    try:
        area_set = area_set_on(timezone.localdate(at))
        set_name = area_set.name
    except NoAreaSet:
        set_name = ""
    return {
        "set": set_name,
        "categories": {row.code: row.label for row in Category.objects.all()},
        "agencies": {
            str(row.pk): (row.name_en if english and row.name_en else row.short_name or row.name) for row in agencies
        },
        "on_time": rows,
        "on_time_days": ON_TIME_DAYS,
        "scenes": scenes(),
        "exercise": exercise_now(at),
        "times": answer_times(at),
        "sources": sources(at),
    }


def on_time(at: dt.datetime) -> list[dict[str, int]]:
    """For each agency: assignments open now, of these overdue, finished in ON_TIME_DAYS days, of these in time.

    In time: the result came before the assignment's deadline. Exercises and
    complaints about officials are left out. The agency with most overdue
    first, then the busiest. One query.
    """
    since = at - dt.timedelta(days=ON_TIME_DAYS)
    with_agency = OPEN_ASSIGNMENTS - WITH_RESULT - {AssignmentState.PLANNED}
    is_open = Q(state__in=sorted(with_agency), incident__on_board=True)
    done_states = WITH_RESULT | {AssignmentState.ANSWERED, AssignmentState.REOPENED}
    is_done = Q(state__in=sorted(done_states), result_at__gte=since)
    rows = (
        Assignment.objects.filter(is_open | is_done, incident__exercise=0)
        .exclude(incident__category__is_complaint=True)
        .order_by()
        .values("agency_id")
        .annotate(
            open=Count("pk", filter=is_open),
            overdue=Count("pk", filter=is_open & Q(due_at__lt=at)),
            done=Count("pk", filter=is_done),
            in_time=Count("pk", filter=is_done & (Q(due_at=None) | Q(result_at__lte=F("due_at")))),
        )
    )
    found = [
        {
            "id": row["agency_id"],
            "open": row["open"],
            "overdue": row["overdue"],
            "done": row["done"],
            "in_time": row["in_time"],
        }
        for row in rows
    ]
    return sorted(found, key=lambda row: (-row["overdue"], -row["open"], -row["done"], row["id"]))
