"""The history of an incident as sentences in the reader's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.records.history import HistoryKind
from incidents.records.models import Category, History
from opscenter.accounts.models import Agency, HandlingUnit

_KINDS: dict[HistoryKind, str | Promise] = {
    HistoryKind.RECEIVED: gettext_lazy("Received"),
    HistoryKind.REPORT_ADDED: gettext_lazy("Another report of the same thing"),
    HistoryKind.CATEGORY_SUGGESTED: gettext_lazy("Category suggested"),
    HistoryKind.AGENCY_SUGGESTED: gettext_lazy("Agency suggested"),
    HistoryKind.STEP_FAILED: gettext_lazy("An automatic step failed"),
    HistoryKind.PLACE_SET: gettext_lazy("Place corrected"),
    HistoryKind.PLACE_PROPOSED: gettext_lazy("Place proposed by the outside geocoder"),
    HistoryKind.CATEGORY_SET: gettext_lazy("Category set"),
    HistoryKind.COMPLAINT_SET: gettext_lazy("Set whom it complains of"),
    HistoryKind.EMERGENCY_SET: gettext_lazy("Made an emergency"),
    HistoryKind.EMERGENCY_WITHDRAWN: gettext_lazy("Emergency withdrawn"),
    HistoryKind.DISPATCHED: gettext_lazy("Dispatched"),
    HistoryKind.DISPATCH_WITHDRAWN: gettext_lazy("Dispatch withdrawn"),
    HistoryKind.ASSIGNMENT_CANCELLED: gettext_lazy("Assignment taken back"),
    HistoryKind.SEEN: gettext_lazy("Seen by the agency"),
    HistoryKind.ACCEPTED: gettext_lazy("Accepted by the agency"),
    HistoryKind.RETURNED: gettext_lazy("Given back by the agency"),
    HistoryKind.HANDED_ON: gettext_lazy("Handed on to a unit"),
    HistoryKind.STARTED: gettext_lazy("Work begun"),
    HistoryKind.RESULT_GIVEN: gettext_lazy("Result given"),
    HistoryKind.RESULT_REJECTED: gettext_lazy("Result not taken"),
    HistoryKind.ANSWERED_AT_ONCE: gettext_lazy("Answered at once"),
    HistoryKind.CLOSED: gettext_lazy("Answered and closed"),
    HistoryKind.CANCELLED: gettext_lazy("Cancelled"),
    HistoryKind.REOPENED: gettext_lazy("Opened again"),
    HistoryKind.TOOK_IN: gettext_lazy("Took another incident in"),
    HistoryKind.MERGED_AWAY: gettext_lazy("Merged into another incident"),
    HistoryKind.UNMERGED: gettext_lazy("Parted from another incident"),
    HistoryKind.PHOTO_ADDED: gettext_lazy("Photo added"),
    HistoryKind.FILES_KEPT: gettext_lazy("Files of a mail kept"),
    HistoryKind.PHOTO_REDACTED: gettext_lazy("Decided what outsiders see of a photo"),
    HistoryKind.NOTE_ADDED: gettext_lazy("Note added"),
    HistoryKind.PLANNED: gettext_lazy("Planned for a later day"),
    HistoryKind.SENT_AS_PLANNED: gettext_lazy("Sent on the planned day"),
    HistoryKind.TRANSFERRED: gettext_lazy("Passed on to another agency"),
    HistoryKind.ASKED: gettext_lazy("The citizen was asked for more"),
    HistoryKind.POSTPONED: gettext_lazy("Work planned for a later day"),
    HistoryKind.RESUMED: gettext_lazy("Work goes on"),
    HistoryKind.REPORTED: gettext_lazy("The unit has reported"),
    HistoryKind.SENT_BACK_TO_UNIT: gettext_lazy("Sent back to the unit"),
    HistoryKind.RESULTS_PUT_TOGETHER: gettext_lazy("Results put together"),
    HistoryKind.DISAGREED: gettext_lazy("The agencies do not agree"),
    HistoryKind.CLOCK_WARNED: gettext_lazy("Warned: the time is running out"),
    HistoryKind.CLOCK_ESCALATED: gettext_lazy("Overdue: the next higher was told"),
    HistoryKind.DEADLINES_RECOMPUTED: gettext_lazy("Deadlines worked out anew: the calendar changed"),
    HistoryKind.MESSAGE_SENT: gettext_lazy("Message sent to the citizen"),
    HistoryKind.MESSAGE_FAILED: gettext_lazy("Message to the citizen failed"),
    HistoryKind.CHILD_OPENED: gettext_lazy("A task of it goes its own way"),
    HistoryKind.WORDS_ERASED: gettext_lazy("Words erased"),
    HistoryKind.MESSAGE_HEARD: gettext_lazy("Message from the citizen"),
    HistoryKind.REPLIED: gettext_lazy("Reply to the citizen"),
    HistoryKind.NO_REPLY_NEEDED: gettext_lazy("No reply needed"),
    HistoryKind.SPLIT_OFF: gettext_lazy("A message became a report of its own"),
    HistoryKind.MEDIA_FAILED: gettext_lazy("A picture could not be fetched"),
    HistoryKind.RATED: gettext_lazy("Answer rated by the citizen"),
    HistoryKind.CHAT_ENDED: gettext_lazy("Chat ended by the citizen"),
    HistoryKind.CONVERSATION_CHANGED: gettext_lazy("Conversation put together or taken apart"),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One line: when, what, of whom or to whom, and who did it."""

    at: dt.datetime
    what: str
    about: str
    by: str


def timeline(rows: Sequence[History]) -> list[Moment]:
    """The rows (fetched with `by`) as sentences, newest first. Three queries at most, for names."""
    agency_ids = {pk for row in rows for pk in _agencies(row.data)}
    unit_ids = {pk for row in rows if (pk := row.data.get("unit"))}
    category_ids = {pk for row in rows if (pk := row.data.get("category"))}
    agencies = dict(Agency.objects.filter(pk__in=agency_ids).values_list("pk", "name")) if agency_ids else {}
    units = dict(HandlingUnit.objects.filter(pk__in=unit_ids).values_list("pk", "name")) if unit_ids else {}
    categories = {row.pk: row.label for row in Category.objects.filter(pk__in=category_ids)} if category_ids else {}
    moments = []
    for row in rows:
        names = [agencies.get(pk, "") for pk in _agencies(row.data)]
        names += [f"1022-{other:06d}" for other in (row.data.get("into"), row.data.get("other")) if other]
        names += [units.get(row.data.get("unit"), ""), categories.get(row.data.get("category"), "")]
        moments.append(
            Moment(
                at=row.at,
                what=_what(row),
                about=", ".join(name for name in names if name),
                by=str(row.by) if row.by else _("the system"),
            )
        )
    return moments[::-1]


def _what(row: History) -> str:
    if (row.kind, row.why) == (HistoryKind.ANSWERED_AT_ONCE, "by_itself"):
        return _("What the system answered was left to stand")
    return str(_KINDS[HistoryKind(row.kind)]) if row.kind in _KINDS else row.kind


def _agencies(data: Mapping[str, Any]) -> list[int]:
    """The agencies a row names: one, or the list of a dispatch."""
    if data.get("agency"):
        return [data["agency"]]
    return list(data.get("agencies") or ())
