"""The answers for the words that somebody types: the index of this process, kept up to date, and what is shown."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connections
from django.utils import timezone

from incidents.knowledge.lifecycle import VersionState
from incidents.knowledge.models import AnswerVersion, Generation, QuestionForm, Synonym
from incidents.knowledge.searching import Area, Entry, Index
from opscenter.accounts.models import Agency

log = logging.getLogger(__name__)

# An answer goes out by itself above the set confidence (OPSCENTER_ANSWER_CONFIDENCE), and so far ahead of the next.
AHEAD = 0.2
_LOOK_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One answer for the words. `in_force` False: shown struck through, never read out."""

    version: AnswerVersion
    confidence: float
    in_force: bool

    def as_json(self) -> dict[str, Any]:
        version = self.version
        return {
            "version": version.pk,
            "question": version.question,
            "text": version.text,
            "agency": version.answer.owner.name,
            "basis": version.rests_on(),
            "valid_from": version.valid_from.isoformat(),
            "valid_until": version.valid_until.isoformat() if version.valid_until else None,
            "sample": version.answer.is_sample,
            "confidence": round(self.confidence, 3),
            "in_force": self.in_force,
        }


class _Shelf:
    """The index of one generation and day."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._looked = 0.0
        self._key: tuple[int, dt.date] | None = None
        self._index = Index(())
        self._building: threading.Thread | None = None

    def index(self, on: dt.date) -> Index:
        """Asks once a second whether the answers changed, or the day; the next index is then built beside the requests,
        which find by the one before until it is there. What may be read out is asked of the rows, never of the index.

        Only one for another day than today's is built here, and the first one where nobody built it at the start.
        """
        with self._lock:
            now = time.monotonic()
            if self._key is not None and self._key[1] == on and now - self._looked < _LOOK_EVERY_S:
                return self._index
            number = Generation.objects.filter(pk=1).values_list("number", flat=True).first() or 0
            self._looked = now
            if self._key is None or (self._key != (number, on) and on != timezone.localdate()):
                self._index, self._key = _built(on), (number, on)
            elif self._key != (number, on) and self._building is None:
                self._building = threading.Thread(target=self._build, args=(number, on), name="answers", daemon=True)
                self._building.start()
            return self._index

    def _build(self, number: int, on: dt.date) -> None:
        try:
            index = _built(on)
            with self._lock:
                self._index, self._key = index, (number, on)
        except Exception:
            # The one before stays, and the next look tries again.
            log.exception("the index of answers could not be built")
        finally:
            connections.close_all()
            with self._lock:
                self._building = None

    def settle(self) -> None:
        """Waits until what is being built is there."""
        with self._lock:
            building = self._building
        if building is not None:
            building.join()

    def look_again(self) -> None:
        """For tests, which empty the database without a change."""
        self.settle()
        with self._lock:
            self._key = None


def _built(on: dt.date) -> Index:
    return Index(entries(on), list(Synonym.objects.values_list("said", "means")))


_shelf = _Shelf()
look_again = _shelf.look_again


def read_answers() -> None:
    """Builds today's index: at a process's start, beside everything else, so that no caller waits for it."""
    _shelf.index(timezone.localdate())


def entries(on: dt.date) -> list[Entry]:
    """What can be found on a date: of each answer the version in force, else the last one that was. Two queries."""
    states = [VersionState.APPROVED, VersionState.WITHDRAWN]
    rows = AnswerVersion.objects.filter(state__in=states, valid_from__lte=on).select_related(
        "answer__category", "answer__owner"
    )
    latest: dict[int, AnswerVersion] = {}
    for row in rows.order_by("answer_id", "number"):
        before = latest.get(row.answer_id)
        if before is None or row.is_in_force(on) or not before.is_in_force(on):
            latest[row.answer_id] = row
    forms: dict[int, list[str]] = {}
    for answer_id, text in QuestionForm.objects.values_list("answer_id", "text"):
        forms.setdefault(answer_id, []).append(text)
    return [
        Entry(
            row.pk,
            (row.question, *forms.get(row.answer_id, ())),
            row.text,
            row.answer.category.code if row.answer.category else "",
            area_of(row.answer.owner),
        )
        for row in latest.values()
    ]


def area_of(owner: Agency) -> Area | None:
    """The unit for which a committee's answers hold; None for agencies whose answers hold everywhere."""
    return (owner.area_set, owner.area_code) if owner.area_code else None


def suggest(
    words: str,
    *,
    on: dt.date | None = None,
    category: str = "",
    most: int = 5,
    within: Collection[Area] | None = None,
) -> list[Suggestion]:
    """The answers for these words, the best first; what is no longer in force after what is. Three queries.

    `within`: the units it is about, as far as they are known; what other units' committees answered is left out. None:
    wherever it is.
    """
    on = on or timezone.localdate()
    found = _shelf.index(on).search(words, category, most, within)
    rows = AnswerVersion.objects.select_related("answer__owner").prefetch_related("bases__document")
    versions = rows.in_bulk([one.id for one in found])
    suggestions = [
        Suggestion(versions[one.id], one.confidence, versions[one.id].is_in_force(on))
        for one in found
        if one.id in versions
    ]
    return sorted(suggestions, key=lambda one: not one.in_force)


def best_answer(
    words: str, *, on: dt.date | None = None, but: frozenset[int] = frozenset(), within: Collection[Area] = ()
) -> Suggestion | None:
    """The one answer that may go out without a person: in force, sure, and clearly ahead of the next; else None.

    `but` are answers (ids of Answer) that must not be given again; `within` the units that it is about, where known.
    """
    found = [one for one in suggest(words, on=on, within=within) if one.version.answer_id not in but]
    if not found or not found[0].in_force or found[0].confidence < settings.ANSWER_CONFIDENCE:
        return None
    if len(found) > 1 and found[0].confidence - found[1].confidence < AHEAD:
        return None
    return found[0]
