"""What people confirmed, and what it says of new words: pairs of syllables that always meant the same category.

A lesson points to its report and stores no word of it. Each process counts the pairs of the newest lessons in memory
and follows what was added or revoked since; an exercise has counts of its own.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from django.db import connection
from django.db.models import Max

from geo.folding import fold_name
from incidents.records.covering import mask
from incidents.records.exercises import check_same
from incidents.records.models import Category, Incident, Report
from incidents.triage.models import Lesson
from opscenter.accounts.models import Person
from realtime.change import current_change

# A pair speaks from so many confirmed reports on, and only when nearly all of them meant the same.
LEAST_REPORTS = 3
LEAST_SHARE = 0.8
# A pair that many reports share says more. Together they stay below what a keyword of weight 3 says.
_MANY_REPORTS = 8
_MOST_WEIGHT = 2.5
# What is older has been learnt by the keywords, or does not matter any more.
_NEWEST = 3_000
# A slow transaction's lesson shows up after those of quicker ones: so far back is read again.
_LATE = dt.timedelta(minutes=1)
_EDITION = (
    "SELECT (SELECT MAX(id) FROM triage_lesson WHERE exercise = %s),"
    " (SELECT MAX(changed_at) FROM triage_lesson WHERE exercise = %s)"
)


@dataclass(frozen=True, slots=True)
class Hint:
    """What lessons say for one category: how much, by which words, from how many confirmed reports at most."""

    category_id: int
    weight: float
    words: tuple[str, ...]
    reports: int


@dataclass(slots=True)
class _Counts:
    """The pairs of one exercise, as far as they were read."""

    edition: tuple[int, str] = (0, "")
    read_until: dt.datetime | None = None
    by_report: dict[int, tuple[int, frozenset[str]]] = field(default_factory=dict)
    pairs: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    def forget(self, report_id: int) -> None:
        category_id, pairs = self.by_report.pop(report_id, (0, frozenset()))
        for pair in pairs:
            self.pairs[pair][category_id] -= 1

    def learn(self, report_id: int, category_id: int, words: str) -> None:
        pairs = frozenset(pairs_of(words))
        self.by_report[report_id] = (category_id, pairs)
        for pair in pairs:
            self.pairs[pair][category_id] += 1


_lock = threading.Lock()
_counts: dict[int, _Counts] = {}


def learn(incident: Incident, category: Category, *, by: Person) -> Lesson | None:
    """Notes, in the open change, what a person confirmed the incident's first report to be about."""
    report = Report.objects.filter(incident=incident).order_by("pk").first()
    if report is None:
        return None
    at = current_change().at
    values = {"category": category, "by": by, "at": at, "revoked_at": None, "revoked_by": None}
    exercise = check_same(incident.exercise, report.exercise)
    lesson, _created = Lesson.objects.update_or_create(report=report, defaults={**values, "exercise": exercise})
    return lesson


def revoke(lessons: Iterable[Lesson], *, by: Person) -> int:
    """Takes lessons back in the open change; gives how many counted until now."""
    at = current_change().at
    ids = [lesson.pk for lesson in lessons]
    counted = Lesson.objects.filter(pk__in=ids, revoked_at=None)
    return counted.update(revoked_at=at, revoked_by=by, changed_at=at)


def hints(words: str, exercise: int) -> list[Hint]:
    """What people confirmed of reports with the same words, category by category. One query, four after a change."""
    counts = _read(exercise)
    weights: dict[int, float] = defaultdict(float)
    by: dict[int, list[str]] = defaultdict(list)
    reports: dict[int, int] = defaultdict(int)
    for pair in dict.fromkeys(pairs_of(words)):
        meant = counts.pairs.get(pair)
        total = sum(meant.values()) if meant else 0
        if meant is None or total < LEAST_REPORTS:
            continue
        category_id, times = max(meant.items(), key=lambda item: (item[1], -item[0]))
        if times < LEAST_REPORTS or times / total < LEAST_SHARE:
            continue
        weights[category_id] += 1.0 if times >= _MANY_REPORTS else 0.5
        by[category_id].append(pair)
        reports[category_id] = max(reports[category_id], times)
    return [Hint(pk, min(weight, _MOST_WEIGHT), tuple(by[pk]), reports[pk]) for pk, weight in weights.items()]


def pairs_of(words: str) -> list[str]:
    """The pairs of neighbouring syllables, folded, without numbers: nobody's house, number or plate."""
    # What was masked stands between its neighbours as a number would.
    syllables = fold_name(mask(words).replace("•", "0")).split()
    return [f"{one} {other}" for one, other in pairwise(syllables) if (one + other).isalpha()]


def _read(exercise: int) -> _Counts:
    edition = _edition(exercise)
    known = _counts.get(exercise)
    if known is not None and known.edition == edition:
        return known
    with _lock:
        counts = _counts.get(exercise) or _Counts()
        rows = Lesson.objects.filter(exercise=exercise)
        if rows.count() < len(counts.by_report) or edition < counts.edition:
            # Another database, or a restored one.
            counts = _Counts()
        newest = rows.aggregate(Max("changed_at"))["changed_at__max"]
        new = rows.filter(changed_at__gte=counts.read_until - _LATE) if counts.read_until else rows
        fields = ("report_id", "category_id", "revoked_at", "report__text__words")
        for report_id, category_id, revoked_at, words in new.order_by("-pk").values_list(*fields)[:_NEWEST]:
            counts.forget(report_id)
            if revoked_at is None:
                counts.learn(report_id, category_id, words or "")
        counts.edition, counts.read_until = edition, newest
        _counts[exercise] = counts
        return counts


def _edition(exercise: int) -> tuple[int, str]:
    """The newest lesson and the last change, each from the end of an index, however many lessons there are."""
    with connection.cursor() as cursor:
        # By hand, as for the keywords.
        cursor.execute(_EDITION, [exercise, exercise])
        newest, changed_at = cursor.fetchone()
    return newest or 0, str(changed_at or "")
