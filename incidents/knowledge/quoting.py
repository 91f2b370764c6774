"""An answer that was given: the exact version, to which report, by whom, and how long it took."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils import timezone

from incidents.conversations.models import Message
from incidents.conversations.phones import normal, spellings
from incidents.knowledge.models import AnswerVersion, Quote
from incidents.knowledge.refusals import AnswerRefusal, AnswerRefused
from incidents.records.editing import lock
from incidents.records.models import Incident, Report
from opscenter.accounts.models import Person
from realtime.change import current_change


def version_to_quote(version_id: int, on: dt.date | None = None) -> AnswerVersion:
    """The version, if it may be read out now. Raises AnswerRefused (NOT_IN_FORCE) and AnswerVersion.DoesNotExist."""
    version = AnswerVersion.objects.select_related("answer__owner").get(pk=version_id)
    if not version.is_in_force(on or timezone.localdate()):
        raise AnswerRefused(AnswerRefusal.NOT_IN_FORCE)
    return version


def quote(
    *,
    version: AnswerVersion,
    report: Report,
    by: Person | None,
    since: dt.datetime,
    confidence: float | None = None,
) -> Quote:
    """Writes down that a version was given to a report, inside the open change; the same one again is the first."""
    at = current_change().at
    seconds = max(0, int((at - since).total_seconds()))
    kept, _made = Quote.objects.get_or_create(
        version=version,
        report=report,
        defaults={
            "by": by, "at": at, "seconds": seconds, "confidence": confidence, "exercise": report.exercise,
        },
    )  # fmt: skip
    return kept


def mark_wrong(*, quote_id: int, by: Person) -> Quote:
    """It did not answer what was asked: it is never given to this person by itself again. Inside the open change."""
    # The incident first, as everywhere: others see it, and its day is counted anew.
    lock(Quote.objects.values_list("report__incident", flat=True).get(pk=quote_id))
    kept = Quote.objects.select_for_update().get(pk=quote_id)
    if kept.wrong_at is None:
        kept.wrong_at, kept.wrong_by = current_change().at, by
        kept.save(update_fields=["wrong_at", "wrong_by"])
    return kept


def given_by_itself(incident: Incident) -> AnswerVersion | None:
    """What the system answered everybody who reported an incident, the newest; None when it did not, or was wrong."""
    rows = Quote.objects.filter(report__incident=incident, by=None, wrong_at=None).select_related("version")
    quotes = list(rows.order_by("pk"))
    reports = set(Report.objects.filter(incident=incident).values_list("pk", flat=True))
    return quotes[-1].version if quotes and reports == {one.report_id for one in quotes} else None


def wrong_for(report: Report) -> frozenset[int]:
    """The answers that were wrong for whoever sent this report, by any of their reports and by any door.

    One person is one conversation: whom their telephone number, or somebody of the room, put together.
    """
    conversations = Message.objects.filter(report=report).values("conversation")
    theirs = Q(report=report) | Q(report__messages__conversation__in=conversations)
    if report.reporter is not None:
        theirs |= Q(report__reporter=report.reporter)
        if number := normal(report.reporter.phone):
            theirs |= Q(report__reporter__phone__in=spellings(number))
    rows = Quote.objects.filter(theirs, wrong_at__isnull=False)
    return frozenset(rows.values_list("version__answer_id", flat=True))
