"""What the wall's scenes show beyond the live stream: today's answer times, the channels, a running exercise."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count, Max, Q
from django.utils import timezone

from incidents.figures.counting import Selection, figures_of
from incidents.figures.durations import Durations
from incidents.figures.reading import columns_of
from incidents.records.models import Exercise, Report, Source
from incidents.wall.models import Scene, SceneKind

DEFAULT_SCENES = (
    (SceneKind.MAP, 45),
    (SceneKind.FIGURES, 20),
    (SceneKind.AGENCIES, 20),
    (SceneKind.EMERGENCIES, 20),
    (SceneKind.SOURCES, 15),
)
# A channel that brought nothing for so long has no age any more.
SILENT_DAYS = 7


def scenes() -> list[dict[str, Any]]:
    """[{kind, seconds, title, subtitle}] in their order; the default ones where an administrator made none."""
    rows = list(Scene.objects.all())
    if not rows:
        return [{"kind": kind.value, "seconds": n, "title": "", "subtitle": ""} for kind, n in DEFAULT_SCENES]
    return [
        {"kind": row.kind, "seconds": row.seconds, "title": row.title, "subtitle": row.subtitle}
        for row in rows
        if row.is_shown
    ]


def exercise_now(at: dt.datetime) -> str:
    """The name of the exercise that runs at a moment, or ""."""
    running = Exercise.objects.filter(starts_at__lte=at).exclude(ends_at__lte=at).order_by("starts_at").first()
    return running.name if running is not None else ""


def answer_times(at: dt.datetime) -> dict[str, Any]:
    """Of what was received on the day of a moment: {answered, at_once, first_answer, acceptance, handling}, each
    duration {count, median_s, p90_s}. As the figures' room counts them, a few seconds behind."""
    today = timezone.localdate(at)
    figures = figures_of(Selection().of(columns_of(today, today)), at)
    return {
        "answered": figures.answered,
        "at_once": figures.answered_at_once,
        **{name: _told(getattr(figures, name)) for name in ("first_answer", "acceptance", "handling")},
    }


def _told(durations: Durations) -> dict[str, int | None]:
    return {"count": durations.count, "median_s": durations.median_s, "p90_s": durations.p90_s}


def sources(at: dt.datetime) -> list[dict[str, Any]]:
    """Each channel with when its last report came and how many came today: [{source, name, last, today}].

    `last` is null for one that brought none in SILENT_DAYS days. One query over these days.
    """
    day = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = (
        Report.objects.filter(exercise=0, received_at__gte=day - dt.timedelta(days=SILENT_DAYS))
        .order_by()
        .values("source")
        .annotate(last=Max("received_at"), today=Count("pk", filter=Q(received_at__gte=day)))
    )
    found = {row["source"]: row for row in rows}
    return [
        {
            "source": source.value,
            "name": str(source.label),
            "last": found[source.value]["last"].isoformat() if source.value in found else None,
            "today": found[source.value]["today"] if source.value in found else 0,
        }
        for source in Source
    ]
