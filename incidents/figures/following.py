"""Keeps the columns true: the worker follows the numbered log, marks the days of what changed, makes them anew."""

from __future__ import annotations

import datetime as dt
import uuid

import numpy as np
from django.db.models import Max, Min
from django.utils import timezone
from numpy.typing import NDArray

from geo.index import SetIndex, territory
from incidents.calls.described import CALL as CALL_ENTITY
from incidents.calls.models import Call
from incidents.figures.columns import HOME, INCIDENT, LAYOUT, pack, unpack
from incidents.figures.facts import facts_of, wards_of
from incidents.figures.models import DayAreas, DayColumns, Followed, StaleDay
from incidents.records.editing import ENTITY
from incidents.records.models import Incident
from realtime import log
from realtime.change import change
from realtime.models import Event

# A busy day changes every second; its columns are made at most this often.
SETTLE = dt.timedelta(seconds=5)
_EVENTS_AT_ONCE = 2_000


def follow() -> int:
    """Marks the days of the incidents and calls that changed since the last look; gives how many events were read.

    Where the log cannot say (first start, a restore, events pruned before they were read) every day is marked.
    """
    state = log.state()
    followed = Followed.objects.filter(id=1).first()
    if followed is None or followed.epoch != state.epoch or not state.floor <= followed.offset <= state.top:
        return _mark_everything(state)
    upto = min(state.top, followed.offset + _EVENTS_AT_ONCE)
    if upto == followed.offset:
        return 0
    events = Event.objects.filter(offset__gt=followed.offset, offset__lte=upto)
    incidents = Incident.objects.filter(pk__in=events.filter(entity=ENTITY).values("entity_id"))
    calls = Call.objects.filter(pk__in=events.filter(entity=CALL_ENTITY).values("entity_id"))
    with change() as c:
        # Claimed: of several workers one marks these events, and the mark cannot be lost once they count as read.
        mine = Followed.objects.filter(id=1, epoch=followed.epoch, offset=followed.offset).update(offset=upto)
        if mine:
            instants = [*incidents.values_list("received_at", flat=True), *calls.values_list("began_at", flat=True)]
            _mark({_day(at) for at in instants}, c.at)
    return upto - followed.offset if mine else 0


def _mark_everything(state: log.LogState) -> int:
    span = [
        *Incident.objects.aggregate(first=Min("received_at"), last=Max("received_at")).values(),
        *Call.objects.aggregate(first=Min("began_at"), last=Max("began_at")).values(),
    ]
    days = sorted({_day(at) for at in span if at is not None})
    with change() as c:
        Followed.objects.update_or_create(id=1, defaults={"epoch": state.epoch, "offset": state.top})
        if days:
            _mark({days[0] + dt.timedelta(days=n) for n in range((days[-1] - days[0]).days + 1)}, c.at)
    return 1


def _mark(days: set[dt.date], at: dt.datetime) -> None:
    StaleDay.objects.bulk_create(
        [StaleDay(day=day, since=at, mark=uuid.uuid4()) for day in sorted(days)],
        update_conflicts=True,
        update_fields=["mark"],
        unique_fields=["day"],
    )


def _day(at: dt.datetime) -> dt.date:
    return timezone.localdate(at)


def make_days(most: int = 20, *, at: dt.datetime | None = None) -> int:
    """Makes the columns of stale days that have settled; gives how many. The newest day first."""
    settled = StaleDay.objects.filter(since__lte=(at or timezone.now()) - SETTLE).order_by("-day")
    days = list(settled[:most])
    for stale in days:
        make_day(stale)
    return len(days)


def make_day(stale: StaleDay) -> None:
    """Makes one day's columns from the tables, with the wards as of every set there is.

    The day stays marked when it changed meanwhile, and what another worker made of a newer mark is not undone.
    """
    facts = facts_of(stale.day)
    with change() as c:
        if not StaleDay.objects.filter(day=stale.day, mark=stale.mark).delete()[0] and not (
            StaleDay.objects.filter(day=stale.day).update(since=c.at)
        ):
            return
        if not len(facts.incidents) and not len(facts.calls):
            DayColumns.objects.filter(day=stale.day).delete()
            return
        DayColumns.objects.update_or_create(
            day=stale.day,
            defaults={
                "layout": LAYOUT,
                "made": uuid.uuid4(),
                "incidents": pack(facts.incidents),
                "assignments": pack(facts.assignments),
                "homes": pack(facts.homes),
                "calls": pack(facts.calls),
            },
        )
        for index in territory().sets:
            _store_areas(stale.day, index, facts.incidents, facts.homes)


def make_areas(most: int = 50) -> int:
    """Works out the wards of days that were made before a set was there, or with other polygons of it.

    Days of an older layout are marked. Gives how much was done.
    """
    old = list(DayColumns.objects.exclude(layout=LAYOUT).values_list("day", flat=True)[:most])
    if old:
        with change() as c:
            _mark(set(old), c.at - SETTLE)
            DayColumns.objects.filter(day__in=old).delete()
        return len(old)
    done = 0
    for index in territory().sets:
        current = DayAreas.objects.filter(area_set=index.name, generation=index.token).values("day")
        for day in DayColumns.objects.exclude(pk__in=current).order_by("-day")[: most - done]:
            with change():
                _store_areas(day.day, index, unpack(day.incidents, INCIDENT), unpack(day.homes, HOME))
            done += 1
    return done


def _store_areas(day: dt.date, index: SetIndex, incidents: NDArray[np.void], homes: NDArray[np.void]) -> None:
    DayAreas.objects.update_or_create(
        day_id=day,
        area_set=index.name,
        defaults={
            "generation": index.token,
            "made": uuid.uuid4(),
            "wards": pack(wards_of(incidents, homes, index)),
        },
    )


def catch_up() -> None:
    """Makes everything that is stale at once, without waiting for a day to settle: for tests and a first start."""
    work = True
    while work:
        later = timezone.now() + 2 * SETTLE
        work = bool(follow() or make_days(at=later) or make_areas())
