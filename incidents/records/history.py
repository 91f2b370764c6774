"""The record of what was done to an incident. Rows are appended, never changed: triggers refuse it."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from incidents.records.editing import is_held
from incidents.records.models import History, Incident
from opscenter.accounts.models import Person
from realtime.change import current_change


class HistoryKind(StrEnum):
    """Everything that can happen to an incident."""

    RECEIVED = "received"
    REPORT_ADDED = "report_added"
    CATEGORY_SUGGESTED = "category_suggested"
    AGENCY_SUGGESTED = "agency_suggested"
    STEP_FAILED = "step_failed"
    PLACE_SET = "place_set"
    PLACE_PROPOSED = "place_proposed"
    CATEGORY_SET = "category_set"
    COMPLAINT_SET = "complaint_set"
    EMERGENCY_SET = "emergency_set"
    EMERGENCY_WITHDRAWN = "emergency_withdrawn"
    DISPATCHED = "dispatched"
    DISPATCH_WITHDRAWN = "dispatch_withdrawn"
    ASSIGNMENT_CANCELLED = "assignment_cancelled"
    PLANNED = "planned"
    SENT_AS_PLANNED = "sent_as_planned"
    TRANSFERRED = "transferred"
    SEEN = "seen"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    HANDED_ON = "handed_on"
    STARTED = "started"
    ASKED = "asked"
    POSTPONED = "postponed"
    RESUMED = "resumed"
    REPORTED = "reported"
    SENT_BACK_TO_UNIT = "sent_back_to_unit"
    RESULT_GIVEN = "result_given"
    RESULTS_PUT_TOGETHER = "results_put_together"
    DISAGREED = "disagreed"
    CLOCK_WARNED = "clock_warned"
    CLOCK_ESCALATED = "clock_escalated"
    DEADLINES_RECOMPUTED = "deadlines_recomputed"
    RESULT_REJECTED = "result_rejected"
    ANSWERED_AT_ONCE = "answered_at_once"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    REOPENED = "reopened"
    TOOK_IN = "took_in"
    MERGED_AWAY = "merged_away"
    UNMERGED = "unmerged"
    PHOTO_ADDED = "photo_added"
    PHOTO_REDACTED = "photo_redacted"
    FILES_KEPT = "files_kept"
    NOTE_ADDED = "note_added"
    MESSAGE_SENT = "message_sent"
    MESSAGE_FAILED = "message_failed"
    CHILD_OPENED = "child_opened"
    WORDS_ERASED = "words_erased"
    MESSAGE_HEARD = "message_heard"
    REPLIED = "replied"
    NO_REPLY_NEEDED = "no_reply_needed"
    SPLIT_OFF = "split_off"
    MEDIA_FAILED = "media_failed"
    RATED = "rated"
    CHAT_ENDED = "chat_ended"
    CONVERSATION_CHANGED = "conversation_changed"


class NotLocked(Exception):
    """A history row for an incident that this change has not locked: its version would not have been raised."""


# Rooms above that keep a record of their own of what was done.
_watchers: list[Callable[[Incident, History], None]] = []


def register_appended(watcher: Callable[[Incident, History], None]) -> None:
    """Adds a function that is called inside the change with each row and its locked incident."""
    if watcher not in _watchers:
        _watchers.append(watcher)


def append(
    incident: Incident, kind: HistoryKind, *, by: Person | None, why: str = "", data: dict[str, Any] | None = None
) -> History:
    """Writes down one thing that was done, in the open change, at its time and under the version it leads to.

    `why` is a code of at most 60 characters, `data` holds ids, codes and numbers: no words of people, no personal
    data. Raises NotLocked when the incident was not locked or opened in this change.
    """
    if not is_held(incident):
        raise NotLocked(f"incident {incident.pk} is not locked by this change")
    row = History.objects.create(
        incident=incident,
        version=incident.version,
        at=current_change().at,
        by=by,
        kind=HistoryKind(kind),
        why=why,
        data=data or {},
        exercise=incident.exercise,
    )
    for watcher in _watchers:
        watcher(incident, row)
    return row
