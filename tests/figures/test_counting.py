"""The figures from columns are those that direct counting in the tables gives."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import ExtractHour

from incidents.calls.lifecycle import UNSERVED
from incidents.calls.models import Call
from incidents.conversations.models import Rating
from incidents.figures.counting import (
    BY,
    Selection,
    agencies_of,
    counts_by,
    figures_by,
    figures_of,
)
from incidents.figures.durations import Durations, durations, rank
from incidents.figures.hops import Hop, hops_of
from incidents.figures.reading import Columns, columns_of
from incidents.figures.telephone import CallFigures, calls_by_hour, calls_of
from incidents.records.models import Assignment, History, Incident
from tests.figures.history import Past

pytestmark = pytest.mark.django_db(transaction=True)
ANSWERED = Q(outcome__in=["answered_at_once", "handled", "answered_by_itself"])


COUNTS = (
    "received", "reports", "duplicates", "answered", "open", "overdue", "late", "reopened", "returned", "not_ours",
    "rated", "content", "answered_by_itself", "by_itself", "wrong_by_itself",
)  # fmt: skip


def columns(past: Past) -> Columns:
    return columns_of(past.first, past.last, "invented")


def percentiles(values: list[int]) -> Durations:
    """By hand: the smallest value that at least that share does not exceed."""
    values = sorted(values)
    if not values:
        return Durations(0, None, None)
    median, ninth = (next(v for v in values if sum(x <= v for x in values) >= s * len(values)) for s in (0.5, 0.9))
    return Durations(len(values), median, ninth)


def seconds_between(rows: Any, start: str, end: str) -> list[int]:
    return [
        int(after.timestamp()) - int(before.timestamp())
        for before, after in rows.values_list(start, end)
        if after is not None
    ]


def count_directly(incidents: QuerySet[Incident], at: dt.datetime) -> dict[str, Any]:
    ids = list(incidents.values_list("pk", flat=True))
    given = Assignment.objects.filter(incident__in=ids)
    ratings = Rating.objects.filter(report__incident__in=ids)
    reports = incidents.annotate(n=Count("reports")).aggregate(all=Sum("n"))["all"] or 0
    first = []
    for pk, received in incidents.values_list("pk", "received_at"):
        answers = History.objects.filter(incident=pk, kind__in=["closed", "answered_at_once"]).order_by("at")
        if (row := answers.first()) is not None:
            first.append(int(row.at.timestamp()) - int(received.timestamp()))
    late = incidents.filter(ANSWERED, due_at__isnull=False, closed_at__gt=F("due_at")).count()
    return {
        "received": len(ids),
        "reports": reports,
        "duplicates": reports - len(ids),
        "answered": incidents.filter(ANSWERED).count(),
        "answered_at_once": incidents.filter(outcome="answered_at_once").count(),
        "answered_by_itself": incidents.filter(outcome="answered_by_itself").count(),
        "by_itself": incidents.filter(reports__quotes__isnull=False, reports__quotes__by=None).distinct().count(),
        "wrong_by_itself": incidents.filter(reports__quotes__wrong_at__isnull=False).distinct().count(),
        "cancelled": incidents.filter(outcome="cancelled").count(),
        "open": incidents.filter(on_board=True).count(),
        "overdue": incidents.filter(on_board=True, due_at__lt=at).count(),
        "on_time": incidents.filter(ANSWERED).count() - late,
        "late": late,
        "reopened": incidents.filter(history__kind="reopened").distinct().count(),
        "returned": given.filter(state="returned").count(),
        "not_ours": given.filter(state="returned", return_code__in=["not_competent", "other_area"]).count(),
        "rated": ratings.count(),
        "content": ratings.filter(happy=True).count(),
        "first_answer": percentiles(first),
        "acceptance": percentiles(seconds_between(given, "sent_at", "accepted_at")),
        "handling": percentiles(seconds_between(given, "sent_at", "result_at")),
    }


def told(figures: Any) -> dict[str, Any]:
    return {name: getattr(figures, name) for name in figures.__slots__}


SELECTIONS: list[tuple[Selection, Q]] = [
    (Selection(), Q(exercise=0)),
    (Selection(exercise=7), Q(exercise=7)),
    (Selection(groups=frozenset({3})), Q(exercise=0, group=3)),
    (Selection(groups=frozenset({0, 2})), Q(exercise=0) & (Q(group=2) | Q(group=None))),
    (Selection(sources=frozenset({"web", "zalo"})), Q(exercise=0, source__in=["web", "zalo"])),
    (Selection(sources=frozenset({"viber"})), Q(exercise=0, source="viber")),
]


def test_columns_count_what_the_tables_hold(past: Past, world: Any) -> None:
    for selection, query in SELECTIONS:
        counted = figures_of(selection.of(columns(past)), past.at)
        assert told(counted) == count_directly(Incident.objects.filter(query), past.at), selection
    # An agency's are those it was given, whoever led.
    counted = figures_of(Selection(agencies=frozenset({world.fire.pk})).of(columns(past)), past.at)
    theirs = Incident.objects.filter(exercise=0, assignments__agency=world.fire).distinct()
    assert told(counted) == count_directly(theirs, past.at)


def test_wards_are_those_of_the_set_that_is_asked_for(past: Past) -> None:
    live = Selection().of(columns(past))
    wards = {key: figures.received for key, figures in figures_by(live, "ward", past.at).items()}
    expected = {"": 0, "90001": 0, "90002": 0}
    for point, known in Incident.objects.filter(exercise=0).values_list("point", "ward_code"):
        code = known if point is None or point.x > 106.7 else "90001" if point.x <= 106.65 else "90002"
        expected[code] += 1
    assert wards == expected
    without = Selection().of(columns_of(past.first, past.last))
    assert set(figures_by(without, "ward", past.at)) == {""}


def test_parts_add_up_to_the_whole(past: Past) -> None:
    live = Selection().of(columns(past))
    whole = figures_of(live, past.at)
    for by in BY:
        parts = figures_by(live, by, past.at)
        for name in COUNTS:
            assert sum(getattr(part, name) for part in parts.values()) == getattr(whole, name), (by, name)
        counts = counts_by(live, by)
        assert {key: part.received for key, part in parts.items()} == {key: n for (key,), n in counts.items()}


def test_hours_and_days_are_local(past: Past) -> None:
    live = Selection().of(columns(past))
    zone = past.at.tzinfo
    rows = Incident.objects.filter(exercise=0)
    hours = dict(rows.annotate(h=ExtractHour("received_at", tzinfo=zone)).values_list("h").annotate(Count("pk")))
    assert {key: n for (key,), n in counts_by(live, "hour").items()} == hours
    days: dict[dt.date, int] = {}
    for at in rows.values_list("received_at", flat=True):
        day = at.astimezone(zone).date()
        days[day] = days.get(day, 0) + 1
    assert {key: n for (key,), n in counts_by(live, "day").items()} == days
    weekdays = {day.weekday() for day in days}
    assert {key for (key,) in counts_by(live, "weekday")} == weekdays
    # Told apart by two keys at once.
    expected = {
        (group or 0, source): count
        for group, source, count in Incident.objects.filter(exercise=0)
        .values_list("group", "source")
        .annotate(Count("pk"))
    }
    assert counts_by(live, "group", "source") == expected


def test_agencies_own_assignments(past: Past, world: Any) -> None:
    told_by_agency = agencies_of(Selection().of(columns(past)), past.at)
    for agency in (world.an_lac, world.binh_minh, world.fire):
        rows = Assignment.objects.filter(agency=agency, incident__exercise=0)
        figures = told_by_agency[agency.pk]
        assert figures.given == rows.count()
        done = rows.filter(result_at__isnull=False)
        assert figures.done == done.count()
        assert figures.in_time == done.filter(Q(due_at=None) | Q(result_at__lte=F("due_at"))).count()
        assert figures.returned == rows.filter(state="returned").count()
        assert figures.not_ours == rows.filter(return_code__in=["not_competent", "other_area"]).count()
        assert figures.accepting == hop_directly(rows, "accepted_at", "accept_due_at", past.at)
        assert figures.open == rows.filter(state__in=["sent", "accepted"]).count()
        assert figures.handling == percentiles(seconds_between(rows, "sent_at", "result_at"))


def hop_directly(rows: Any, done: str, due: str, at: dt.datetime) -> Hop:
    timed = rows.filter(**{f"{due}__isnull": False})
    taken = timed.filter(**{f"{done}__isnull": False})
    waits = timed.filter(**{f"{done}__isnull": True, f"{due}__lt": at}, state__in=["sent", "accepted"])
    in_time = taken.filter(**{f"{done}__lte": F(due)}).count()
    return Hop(in_time=in_time, late=taken.count() - in_time, overdue=waits.count())


def test_on_time_by_hop(past: Past) -> None:
    for selection, query in SELECTIONS:
        counted = hops_of(selection.of(columns(past)), past.at)
        incidents = Incident.objects.filter(query)
        rows = Assignment.objects.filter(incident__in=incidents)
        clocks = [("seen", "seen_at", "seen_due_at"), ("accepted", "accepted_at", "accept_due_at")]
        for name, done, due in [*clocks, ("result", "result_at", "due_at")]:
            assert counted[name] == hop_directly(rows, done, due, past.at), (selection, name)
        timed = incidents.filter(ANSWERED, due_at__isnull=False)
        assert counted["answered"] == Hop(
            in_time=timed.filter(closed_at__lte=F("due_at")).count(),
            late=timed.filter(closed_at__gt=F("due_at")).count(),
            overdue=incidents.filter(on_board=True, due_at__lt=past.at).count(),
        )


def test_the_telephone(past: Past, world: Any) -> None:
    for exercise in (0, 7):
        told = calls_of(Selection(exercise=exercise).of(columns(past)))
        rows = Call.objects.filter(exercise=exercise)
        waits = [int(wait.total_seconds()) for row in rows if row.answered_at and (wait := row.wait()) is not None]
        in_vain = [int((row.ended_at - row.began_at).total_seconds()) for row in rows.filter(state__in=UNSERVED)]
        assert told == CallFigures(
            calls=rows.count(),
            answered=rows.filter(state__in=["ended", "answered", "elsewhere"]).count(),
            abandoned=rows.filter(state="abandoned").count(),
            missed=rows.filter(state="missed").count(),
            called_back=rows.filter(callback__in=["reached", "called_again"]).count(),
            to_call_back=rows.filter(callback="due").count(),
            passed_on=rows.exclude(transferred_to="").count(),
            with_report=0,
            wait=percentiles(waits),
            wait_in_vain=percentiles(in_vain),
            talk=percentiles([int(talk.total_seconds()) for row in rows if (talk := row.talk()) is not None]),
            wrap_up=percentiles([40] * rows.filter(wrapped_at__isnull=False).count()),
        )
        assert told.calls == sum(hour.calls for hour in calls_by_hour(Selection(exercise=exercise).of(columns(past))))
    # A call has no ward, group or agency: it is not told where these are asked for.
    assert calls_of(Selection(agencies=frozenset({world.fire.pk})).of(columns(past))).calls == 0


def test_an_empty_period(past: Past) -> None:
    nothing = Selection().of(columns_of(dt.date(2001, 1, 1), dt.date(2001, 12, 31), "invented"))
    figures = figures_of(nothing, past.at)
    assert figures.received == 0
    assert figures.on_time_share is None
    assert figures.first_answer == Durations(0, None, None)
    assert counts_by(nothing, "day") == {}


@pytest.mark.parametrize(
    ("count", "share", "place"), [(1, 0.5, 0), (2, 0.5, 0), (3, 0.5, 1), (10, 0.9, 8), (11, 0.9, 9)]
)
def test_the_rank_of_a_percentile(count: int, share: float, place: int) -> None:
    assert rank(count, share) == place


def test_durations_leave_out_what_has_not_come() -> None:
    import numpy as np

    assert durations(np.array([-1, 30, 10, 20, -1])) == Durations(3, 20, 30)
