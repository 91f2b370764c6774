"""After a set time personal data goes by itself: when nothing of a person is open and nothing was said for so long."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from incidents.calls.models import Caller
from incidents.conversations.models import Message
from incidents.emergencies.log.erasing import erase_about
from incidents.emergencies.models import LogEntry, ServicePart, SharedIncident
from incidents.privacy.erasing import erase_calls, erase_reporter, erase_words_of
from incidents.privacy.models import DataAct
from incidents.records.editing import lock_many
from incidents.records.models import Report, Reporter
from realtime.change import change

# In one go; the worker asks again at once while there is more.
AT_ONCE = 20


def cutoff(now: dt.datetime | None = None) -> dt.datetime | None:
    """What is older than this goes; None: nothing goes by itself."""
    days = settings.KEEP_PERSONAL_DAYS
    return (now or timezone.now()) - dt.timedelta(days=days) if days else None


def work(now: dt.datetime | None = None) -> int:
    """Erases some of what is due; gives how many people, reports, calls and logs. For the worker."""
    done = _erase_later_words()
    before = cutoff(now)
    if before is None:
        return done
    for pk in _people(before):
        with change():
            erase_reporter(reporter_id=pk, by=None, why=DataAct.Why.RETENTION)
        done += 1
    anonymous = _anonymous(before)
    if anonymous:
        with change():
            done += erase_words_of(report_ids=anonymous, why=DataAct.Why.RETENTION)
    callers = _callers(before)
    if callers:
        with change():
            done += erase_calls(Q(pk__in=callers))
    return done


def _erase_later_words() -> int:
    """Erases what was written about an emergency after its people had been erased, once it is over; gives how many
    incidents. Whatever the set time is: whoever asked to be erased is not written about again."""
    reports = Report.objects.filter(incident=OuterRef("pk"), text__isnull=False)
    written = LogEntry.objects.filter(shared=OuterRef("pk"), text__isnull=False, text__erased_at=None)
    records = ServicePart.objects.filter(shared=OuterRef("pk")).exclude(record="")
    rows = SharedIncident.objects.filter(Exists(written) | Exists(records), incident__on_board=False)
    rows = rows.filter(Exists(reports), ~Exists(reports.filter(text__erased_at=None)))
    over = list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    if not over:
        return 0
    with change():
        lock_many(over)
        erase_about(over, by=None)
    return len(over)


def _callers(before: dt.datetime) -> list[int]:
    """Calls that became no report: missed ones, questions, callers who hung up; with what was typed meanwhile."""
    kept = Reporter.objects.filter(phone=OuterRef("number"), erased_at=None)
    rows = Caller.objects.filter(call__began_at__lt=before, call__is_live=False)
    rows = rows.filter(~Q(number="", name="") | Q(call__draft__isnull=False))
    return list(rows.filter(~Exists(kept)).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


def _people(before: dt.datetime) -> list[int]:
    kept = Report.objects.filter(reporter=OuterRef("pk"), incident__on_board=True)
    recent = Report.objects.filter(reporter=OuterRef("pk"), received_at__gte=before)
    spoken = Message.objects.filter(reporter=OuterRef("pk"), at__gte=before)
    rows = Reporter.objects.filter(~Exists(kept), ~Exists(recent), ~Exists(spoken), erased_at=None)
    return list(rows.filter(created_at__lt=before).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


def _anonymous(before: dt.datetime) -> list[int]:
    spoken = Message.objects.filter(report=OuterRef("pk"), at__gte=before)
    rows = Report.objects.filter(~Exists(spoken), reporter=None, received_at__lt=before, incident__on_board=False)
    rows = rows.filter(text__erased_at=None, text__isnull=False)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
