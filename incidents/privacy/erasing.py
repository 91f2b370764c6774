"""Erasing a person: their name, numbers, words, photos and exact place go; what happened, where about and when stays.

The history keeps a row that says so, and needs no other change: it never held words or names.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from incidents.calls.models import Call, CallDraft, Caller
from incidents.conversations.models import Message, Participant
from incidents.conversations.phones import normal, spellings
from incidents.delivery.models import Delivery, PushDevice
from incidents.doors import files
from incidents.emergencies.log.erasing import erase_about
from incidents.geocoding.models import Proposal
from incidents.privacy.afterwards import beside, forget, forget_label, has_words, reports_of_merged
from incidents.privacy.models import DataAct
from incidents.records.editing import lock_many
from incidents.records.history import HistoryKind, append
from incidents.records.models import Complaint, Incident, Photo, Redaction, Report, Reporter, ReportWords
from opscenter.accounts.models import Person
from realtime.change import current_change


def erase_reporter(*, reporter_id: int, by: Person | None, why: DataAct.Why) -> int:
    """Erases one reporter with all their reports, in the open change; gives how many reports. Twice changes nothing."""
    reporter = Reporter.objects.get(pk=reporter_id)
    if reporter.erased_at is not None:
        return 0
    reports = list(Report.objects.filter(reporter=reporter).order_by("pk"))
    _erase_words(reports, by, why)
    number = normal(reporter.phone)
    erase_calls(Q(number__in=spellings(number) if number else []) | Q(call__report__in=reports))
    Participant.objects.filter(reporter=reporter).delete()
    blank = dict.fromkeys(("name", "organisation", "on_behalf_of", "phone", "email", "door_id"), "")
    Reporter.objects.filter(pk=reporter.pk).update(**blank, erased_at=current_change().at)
    _note(DataAct.Kind.ERASED, why, reporter, len(reports), by)
    return len(reports)


def erase_words_of(*, report_ids: Sequence[int], why: DataAct.Why) -> int:
    """Erases what anonymous reports say, in the open change; gives how many."""
    reports = list(Report.objects.filter(pk__in=report_ids, reporter=None).order_by("pk"))
    if reports:
        _erase_words(reports, None, why)
        _note(DataAct.Kind.ERASED, why, None, len(reports), None)
    return len(reports)


def erase_calls(callers: Q) -> int:
    """Erases who called, what was typed meanwhile and where the recording lies, in the open change; gives how many.

    The call with its times stays. The recording itself is the exchange's.
    """
    calls = list(Caller.objects.filter(callers).exclude(number="", name="").values_list("call_id", flat=True))
    drafts = CallDraft.objects.filter(call__caller__in=Caller.objects.filter(callers))
    drafts.delete()
    Caller.objects.filter(pk__in=calls).update(number="", name="")
    Call.objects.filter(pk__in=calls).exclude(recording="").update(recording="")
    return len(calls)


def erase_caller(*, number: str, by: Person | None) -> int:
    """Erases the calls from a number (E.164) of somebody who may have reported nothing; gives how many."""
    done = erase_calls(Q(number__in=spellings(number)))
    if done:
        _note(DataAct.Kind.ERASED, DataAct.Why.REQUESTED, None, 0, by)
    return done


def _erase_words(reports: Sequence[Report], by: Person | None, why: DataAct.Why) -> None:
    at = current_change().at
    hosts = {report.incident_id for report in reports}
    merged, tasks = beside(hosts)
    held = {one.pk: one for one in lock_many(hosts | merged | tasks)}
    incidents = {pk: held[pk] for pk in sorted(hosts)}
    ids = [report.pk for report in reports]
    ReportWords.objects.filter(report__in=ids).update(words="", address="", erased_at=at)
    Complaint.objects.filter(report__in=ids).update(official="", erased_at=at)
    Message.objects.filter(report__in=ids).update(text="", point=None, erased_at=at)
    Delivery.objects.filter(report__in=ids).update(subject="", body="", link="")
    PushDevice.reports.through.objects.filter(report__in=ids).delete()
    Proposal.objects.filter(incident__in=incidents).delete()
    _erase_photos(ids)
    files.erase_of(ids)
    # Also of reports without a reporter: a number may stand in the call that they came by.
    erase_calls(Q(call__report__in=ids))
    for report in reports:
        # The door's own numbers may be an address; the report's own keeps it apart from others.
        report.source_id, report.door_data, report.given_point = f"erased:{report.pk}", {}, None
        report.save(update_fields=["source_id", "door_data", "given_point"])
        Message.objects.filter(report=report).exclude(source_id="").update(source_id="")
    erase_about(incidents, by=by)
    for incident in incidents.values():
        theirs = [report.pk for report in reports if report.incident_id == incident.pk]
        if incident.reports.order_by("pk").values_list("pk", flat=True).first() in theirs:
            _forget_summary(incident)
        append(incident, HistoryKind.WORDS_ERASED, by=by, why=why, data={"reports": theirs})
        if not has_words(incident.reports.values_list("pk", flat=True)):
            forget([incident, *(held[pk] for pk in tasks if held[pk].parent_id == incident.pk)])
    for pk in merged:
        _forget_merged(held[pk], ids)


def _forget_merged(incident: Incident, erased: Sequence[int]) -> None:
    """What was merged away keeps a line and a place of its own, of the reports it brought along."""
    reports = reports_of_merged(incident.pk)
    if reports and reports[0] in erased:
        _forget_summary(incident)
    if reports and not has_words(reports):
        forget([incident])


def _forget_summary(incident: Incident) -> None:
    """The list's line was made of the first report's words, and the label and trace of the place perhaps too."""
    incident.summary = ""
    incident.save(update_fields=["summary"])
    forget_label(incident)


def _erase_photos(report_ids: Sequence[int]) -> None:
    rows = list(Photo.objects.filter(report__in=report_ids))
    files = [name for row in rows for name in (row.original, row.shown, row.thumbnail)]
    # Every decision about them drew files of its own; the rows go with the photos.
    for redaction in Redaction.objects.filter(photo__in=rows):
        files += [redaction.shown, redaction.thumbnail]
    Photo.objects.filter(pk__in=[row.pk for row in rows]).delete()

    def remove() -> None:
        for name in files:
            (Path(settings.MEDIA_ROOT) / name).unlink(missing_ok=True)

    # Only once nothing names them any more; what a kill leaves is removed as files without a row.
    transaction.on_commit(remove, robust=True)


def _note(kind: DataAct.Kind, why: DataAct.Why, reporter: Reporter | None, reports: int, by: Person | None) -> None:
    DataAct.objects.create(kind=kind, why=why, reporter=reporter, reports=reports, by=by, at=current_change().at)
