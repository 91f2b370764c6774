"""What is measured of each incident and assignment: read from the tables, one day at a time, and put into columns."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import shapely
from django.db.models import Count, Min, Q
from django.utils import timezone
from numpy.typing import NDArray

from geo.index import SetIndex
from geo.lineage import shares
from incidents.calls import figures as calls
from incidents.calls.lifecycle import CallState
from incidents.calls.models import Callback
from incidents.conversations.models import Rating
from incidents.dispatching.closing import Outcome
from incidents.figures.columns import ASSIGNMENT, CALL, HOME, INCIDENT, WARD
from incidents.knowledge.models import Quote
from incidents.records.history import HistoryKind
from incidents.records.lifecycles import AssignmentState
from incidents.records.models import Assignment, History, Incident, Report, ReturnReason, Source

# Their place in these tuples is what the columns hold; new ones go to the end.
SOURCES = tuple(source.value for source in Source)
OUTCOMES = ("", *(outcome.value for outcome in Outcome))
STATES = tuple(state.value for state in AssignmentState)
CALL_STATES = tuple(state.value for state in CallState)
CALLBACKS = tuple(callback.value for callback in Callback)
# Why it was given back as not theirs; "dealt with already" and "not clear" are no question of competence.
NOT_OURS = frozenset({ReturnReason.NOT_COMPETENT.value, ReturnReason.OTHER_AREA.value})
_GONE = frozenset({AssignmentState.RETURNED, AssignmentState.CANCELLED})
_FIRST_ANSWERS = (HistoryKind.ANSWERED_AT_ONCE.value, HistoryKind.CLOSED.value)


@dataclass(frozen=True, slots=True)
class DayFacts:
    """A local day's incidents, by id, their assignments, the wards of those without a point, and the day's calls."""

    incidents: NDArray[np.void]
    assignments: NDArray[np.void]
    homes: NDArray[np.void]
    calls: NDArray[np.void]


def instants_of(day: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """When a local day begins and when the next one does."""
    zone = timezone.get_current_timezone()
    return (
        dt.datetime.combine(day, dt.time(), tzinfo=zone),
        dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=zone),
    )


def facts_of(day: dt.date) -> DayFacts:
    """What is measured of the incidents received on a local day. Eight queries, however many there are.

    source: of the first report. agency: who leads, else who led last. first_answer: until the citizen was first
    told the answer, also when it was opened again later; what the system told counts where a person let it stand.
    seen, accepted, result: of each assignment, from its sending.
    """
    begin, end = instants_of(day)
    rows = list(
        Incident.objects.filter(received_at__gte=begin, received_at__lt=end)
        .select_related("category")
        .only(
            "exercise", "received_at", "due_at", "resolved_at", "closed_at", "group", "category__is_complaint",
            "outcome", "point", "source", "area_set", "ward_code",
        )
        .order_by("pk")
    )  # fmt: skip
    ids = Incident.objects.filter(received_at__gte=begin, received_at__lt=end).order_by().values("pk")
    reports = dict(Report.objects.filter(incident__in=ids).order_by().values_list("incident_id").annotate(Count("pk")))
    told = {
        incident_id: (first, reopened)
        for incident_id, first, reopened in History.objects.filter(incident__in=ids)
        .order_by()
        .values("incident_id")
        .annotate(
            first=Min("at", filter=Q(kind__in=_FIRST_ANSWERS)),
            reopened=Count("pk", filter=Q(kind=HistoryKind.REOPENED.value)),
        )
        .values_list("incident_id", "first", "reopened")
    }
    rated = {
        incident_id: (count, content)
        for incident_id, count, content in Rating.objects.filter(report__incident__in=ids)
        .order_by()
        .values("report__incident")
        .annotate(count=Count("pk"), content=Count("pk", filter=Q(happy=True)))
        .values_list("report__incident", "count", "content")
    }
    by_itself = {
        incident_id: (first, wrong > 0)
        for incident_id, first, wrong in Quote.objects.filter(report__incident__in=ids, by=None)
        .order_by()
        .values("report__incident")
        .annotate(first=Min("at", filter=Q(wrong_at=None)), wrong=Count("pk", filter=Q(wrong_at__isnull=False)))
        .values_list("report__incident", "first", "wrong")
    }
    given: dict[int, list[Assignment]] = defaultdict(list)
    for assignment in Assignment.objects.filter(incident__in=ids).order_by("pk"):
        given[assignment.incident_id].append(assignment)
    incidents = np.zeros(len(rows), dtype=INCIDENT)
    assignments: list[tuple[int | float, ...]] = []
    for place, row in enumerate(rows):
        first, reopened = told.get(row.pk, (None, 0))
        answered_by_itself, wrong = by_itself.get(row.pk, (None, False))
        if row.outcome == Outcome.ANSWERED_BY_ITSELF:
            first = answered_by_itself or first
        incidents[place] = (
            row.pk,
            row.exercise,
            seconds(row.received_at),
            seconds(row.due_at),
            seconds(row.resolved_at),
            seconds(row.closed_at),
            timezone.localtime(row.received_at).hour,
            row.group or 0,
            row.category_id or 0,
            SOURCES.index(row.source) if row.source in SOURCES else 0,
            _lead(given[row.pk]),
            OUTCOMES.index(row.outcome) if row.outcome in OUTCOMES else 0,
            bool(row.category and row.category.is_complaint),
            between(row.received_at, first),
            min(reports.get(row.pk, 0), 65_535),
            min(reopened, 65_535),
            *rated.get(row.pk, (0, 0)),
            row.pk in by_itself,
            wrong,
            row.point.x if row.point else np.nan,
            row.point.y if row.point else np.nan,
        )
        assignments += [
            (
                place,
                one.agency_id,
                one.role == Assignment.Role.LEAD,
                STATES.index(one.state),
                one.state == AssignmentState.RETURNED and one.return_code in NOT_OURS,
                seconds(one.sent_at),
                seconds(one.seen_due_at),
                seconds(one.accept_due_at),
                seconds(one.due_at),
                between(one.sent_at, one.seen_at),
                between(one.sent_at, one.accepted_at),
                between(one.sent_at, one.result_at),
            )
            for one in given[row.pk]
        ]
    homes = [
        (place, row.area_set.encode(), row.ward_code.encode())
        for place, row in enumerate(rows)
        if row.point is None and row.ward_code
    ]
    return DayFacts(
        incidents, np.array(assignments, dtype=ASSIGNMENT), np.array(homes, dtype=HOME), _calls_of(begin, end)
    )


def _calls_of(begin: dt.datetime, end: dt.datetime) -> NDArray[np.void]:
    """The calls that began on a day, in no exercise or in any. One query an exercise of that day, and one more."""
    rows = [
        (
            exercise,
            timezone.localtime(one.began_at).hour,
            CALL_STATES.index(one.state),
            CALLBACKS.index(one.callback),
            *(-1 if value is None else int(value) for value in (one.wait_s, one.talk_s, one.wrap_up_s)),
            bool(one.transferred_to),
            one.has_report,
        )
        for exercise in calls.exercises(begin, end)
        for one in calls.rows(begin, end, exercise=exercise)
    ]
    return np.array(rows, dtype=CALL)


def _lead(assignments: list[Assignment]) -> int:
    leads = [one for one in assignments if one.role == Assignment.Role.LEAD]
    kept = [one for one in leads if one.state not in _GONE] or leads
    return kept[-1].agency_id if kept else 0


def seconds(at: dt.datetime | None) -> int:
    """Whole seconds since 1970, UTC; 0 for never."""
    return int(at.timestamp()) if at is not None else 0


def between(start: dt.datetime, end: dt.datetime | None) -> int:
    """Whole seconds from one instant to another, as the columns hold them; -1 when it has not come yet."""
    return max(0, seconds(end) - seconds(start)) if end is not None else -1


def wards_of(incidents: NDArray[np.void], homes: NDArray[np.void], index: SetIndex) -> NDArray[np.bytes_]:
    """The code of the ward that covers each incident's point as of a set; on a common border the lower code.

    Of an incident without a point only a ward of some set may be known: as of another set it lies in one of the
    wards that took over its ground (`_by_lineage`), so that no total changes with the set.
    """
    codes = np.array([unit.code.encode() for unit in index.wards] or [b""], dtype=WARD)
    found = np.full(len(incidents), -1, dtype=np.int64)
    placed = np.flatnonzero(~np.isnan(incidents["lon"]))
    if len(placed) and index.wards:
        points = shapely.points(incidents["lon"][placed], incidents["lat"][placed])
        at, ward = index.wards_covering(points)
        order = np.argsort(codes[ward], kind="stable")[::-1]
        # The lowest code is written last.
        found[placed[at[order]]] = ward[order]
    wards = np.where(found >= 0, codes[np.maximum(found, 0)], b"").astype(WARD)
    for set_name in np.unique(homes["set"]).tolist():
        theirs = homes[homes["set"] == set_name]
        places = theirs["incident"]
        wards[places] = _by_lineage(incidents["id"][places], theirs["ward"], set_name.decode(), index)
    return wards


# The fraction of the golden ratio: its multiples spread over 0 to 1 as evenly as any.
_EVEN = (5**0.5 - 1) / 2


def _by_lineage(ids: NDArray[np.int64], wards: NDArray[np.bytes_], from_set: str, index: SetIndex) -> list[bytes]:
    """The ward as of a set of each incident, of which a ward of another set is known.

    Where that ward was divided, each incident is laid into one of its parts, by its id, so that of many the parts get
    their share of the ground. Nothing says better where one of them is; each stays in one ward, so every filter and
    table agrees on it.
    """
    if from_set == index.name:
        known = {unit.code.encode() for unit in index.wards}
        return [ward if ward in known else b"" for ward in wards.tolist()]
    parts = shares(from_set, index.name)
    ends = {old: (list(accumulate(of[code] for code in sorted(of))), sorted(of)) for old, of in parts.items()}
    found = []
    for number, ward in zip(ids.tolist(), wards.tolist(), strict=True):
        upto, codes = ends.get(ward.decode(), ([], []))
        # Shares add up to 1 but for rounding: the last part takes what is left.
        place = min(bisect_right(upto, number * _EVEN % 1.0), len(codes) - 1)
        found.append(codes[place].encode() if codes else b"")
    return found
