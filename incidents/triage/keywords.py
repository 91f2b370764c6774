"""The phrases of all keywords, kept in memory by each process until one small query shows that some changed."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from incidents.triage.models import Keyword
from incidents.triage.phrases import Index, indexed


@dataclass(frozen=True, slots=True)
class Book:
    """Phrase → the categories it speaks for with their weights; and the phrases ready to be found."""

    edition: tuple[Any, ...]
    by_phrase: Mapping[str, Sequence[tuple[int, float]]]
    index: Index


_lock = threading.Lock()
_book = Book((), {}, {})


def book() -> Book:
    """The keywords as they are now. One query, two when they changed."""
    global _book
    with connection.cursor() as cursor:
        # By hand: it is asked for every report, and the ORM takes five times as long to say the same.
        cursor.execute("SELECT COUNT(*), MAX(id), MAX(changed_at) FROM triage_keyword")
        edition = tuple(cursor.fetchone())
    known = _book
    if known.edition == edition:
        return known
    with _lock:
        by_phrase: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for phrase, category_id, weight in Keyword.objects.values_list("phrase", "category_id", "weight"):
            by_phrase[phrase].append((category_id, weight))
        _book = Book(edition, by_phrase, indexed(by_phrase))
        return _book
