"""How the last 24 hours stand against the targets, and how one emergency did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from incidents.emergencies.models import Sortie, Target
from incidents.records.models import Assignment

WINDOW = dt.timedelta(hours=24)

# The seconds of each case of one service (its id) that began in [since, until); live ones alone.
Measured = Callable[[int, dt.datetime, dt.datetime], Sequence[float]]
_measures: dict[str, Measured] = {}


def register_measure(measure: Target.Measure, measured: Measured) -> None:
    """Says how a target is measured; rooms above bring what they alone know, such as calls."""
    _measures[measure.value] = measured


@dataclass(frozen=True, slots=True)
class Standing:
    """A target and how it stands: cases, the percent of them in time (None: there were none)."""

    target: Target
    cases: int
    percent: int | None

    @property
    def is_met(self) -> bool:
        return self.percent is None or self.percent >= self.target.percent

    @property
    def within(self) -> str:
        return in_words(self.target.seconds)


def in_words(seconds: float) -> str:
    """ "45 s", "12 min"; in the reader's language."""
    if seconds < 120:
        return _("%(n)s s") % {"n": round(seconds)}
    return _("%(n)s min") % {"n": number_format(seconds / 60, decimal_pos=0 if seconds % 60 == 0 else 1)}


def standings(agency_id: int, at: dt.datetime) -> list[Standing]:
    """Every active target that is measured, for one service and the last 24 hours. One query a target."""
    found = []
    for target in Target.objects.filter(is_active=True):
        measured = _measures.get(target.measure)
        if measured is None:
            continue
        cases = measured(agency_id, at - WINDOW, at)
        in_time = sum(seconds <= target.seconds for seconds in cases)
        # Rounded down: 89.6 % is not 90 %.
        found.append(Standing(target, len(cases), int(100 * in_time / len(cases)) if cases else None))
    return found


def limit_of(measure: Target.Measure) -> int | None:
    """The seconds of a target, None without one."""
    return Target.objects.filter(measure=measure, is_active=True).values_list("seconds", flat=True).first()


def taken(agency_id: int, since: dt.datetime, until: dt.datetime) -> list[float]:
    """Told → taken."""
    rows = Assignment.objects.filter(
        agency=agency_id, sent_at__gte=since, sent_at__lt=until, part__isnull=False, incident__exercise=0
    ).exclude(accepted_at=None)
    return [
        (there - told).total_seconds() for told, there in rows.values_list("sent_at", "accepted_at") if told and there
    ]


def dispatched(agency_id: int, since: dt.datetime, until: dt.datetime) -> list[float]:
    """Told → the first unit sent."""
    return [(row.sent_at - row.assignment.sent_at).total_seconds() for row in _firsts(agency_id, since, until)]


def on_scene(agency_id: int, since: dt.datetime, until: dt.datetime) -> list[float]:
    """The first unit sent → on scene."""
    rows = _firsts(agency_id, since, until)
    return [(row.on_scene_at - row.sent_at).total_seconds() for row in rows if row.on_scene_at is not None]


def _firsts(agency_id: int, since: dt.datetime, until: dt.datetime) -> list[Sortie]:
    rows = Sortie.objects.filter(
        unit__agency=agency_id, sent_at__gte=since, sent_at__lt=until, incident__exercise=0
    ).select_related("assignment")
    firsts: dict[int, Sortie] = {}
    for row in rows.order_by("sent_at", "pk"):
        firsts.setdefault(row.assignment_id, row)
    return list(firsts.values())


def register_all() -> None:
    """What this room measures itself; called once, when the application starts."""
    register_measure(Target.Measure.TAKEN, taken)
    register_measure(Target.Measure.DISPATCH, dispatched)
    register_measure(Target.Measure.SCENE, on_scene)
