"""The raw data of call figures: one row a call, for whoever counts (the one definition of wait and talk)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from incidents.calls.lifecycle import UNSERVED
from incidents.calls.models import Call


@dataclass(frozen=True, slots=True)
class CallFigure:
    """One call: seconds waited, talked and written up; None where that never happened or is not over."""

    call: int
    began_at: dt.datetime
    state: str
    line: str
    wait_s: float | None
    talk_s: float | None
    wrap_up_s: float | None
    by: int | None
    transferred_to: str
    callback: str
    has_report: bool


def exercises(since: dt.datetime, until: dt.datetime) -> list[int]:
    """The exercises that calls of [since, until) belong to; 0 is none. One query."""
    calls = Call.objects.filter(began_at__gte=since, began_at__lt=until)
    return sorted(calls.order_by().values_list("exercise", flat=True).distinct())


def waits(agency_id: int, since: dt.datetime, until: dt.datetime) -> list[float]:
    """Seconds until each live call was answered, for the targets of emergencies: the hotline's, whoever asks.

    A call that nobody answered is in no time; one that still rings is no case yet.
    """
    return [inf if row.state in UNSERVED else row.wait_s for row in rows(since, until) if row.wait_s is not None]


def rows(since: dt.datetime, until: dt.datetime, *, exercise: int = 0) -> Iterator[CallFigure]:
    """The calls that began in [since, until), by time. One query."""
    calls = Call.objects.filter(began_at__gte=since, began_at__lt=until, exercise=exercise)
    for call in calls.order_by("began_at", "pk").iterator():
        wait, talk = call.wait(), call.talk()
        written = call.wrapped_at - call.ended_at if call.wrapped_at and call.ended_at else None
        yield CallFigure(
            call=call.pk,
            began_at=call.began_at,
            state=call.state,
            line=call.line,
            wait_s=wait.total_seconds() if wait is not None else None,
            talk_s=talk.total_seconds() if talk is not None else None,
            wrap_up_s=max(written.total_seconds(), 0.0) if written is not None else None,
            by=call.taken_by_id,
            transferred_to=call.transferred_to,
            callback=call.callback,
            has_report=call.report_id is not None,
        )
