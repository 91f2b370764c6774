"""Making the report of a period that is due: its files are asked for and its mails queued, in one change, once."""

from __future__ import annotations

import datetime as dt
import logging
from urllib.parse import urlencode

from django.conf import settings
from django.db import IntegrityError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from geo.areas import date_within_set
from incidents.bulletins.models import Issue, Mail, Schedule, To
from incidents.bulletins.periods import Period, due
from incidents.figures.asking import Asked, Question
from incidents.figures.counting import Figures, figures_of
from incidents.figures.files import kinds
from incidents.figures.models import File
from incidents.figures.reading import columns_of
from incidents.figures.wording import number, percent
from opscenter.accounts.models import Agency, ContactPoint
from realtime.change import change, current_change

log = logging.getLogger(__name__)


def issue_due(now: dt.datetime | None = None) -> int:
    """Makes what is due of all schedules; gives how many reports."""
    now = now or timezone.now()
    made = 0
    for schedule in Schedule.objects.filter(is_active=True, by__is_active=True).select_related("by").order_by("pk"):
        for period in due(schedule, now):
            for agency in _agencies(schedule, period):
                done = Issue.objects.filter(schedule=schedule, first=period.first, last=period.last)
                if not done.filter(agency=agency.pk if agency else 0).exists():
                    made += _issue(schedule, period, agency)
    return made


def _agencies(schedule: Schedule, period: Period) -> list[Agency | None]:
    """Whose reports: None for everything. Of the agencies those that a mail can reach."""
    if schedule.to == To.ADDRESSES:
        return [None]
    rows = Agency.objects.in_force(date_within_set(period.last)).order_by("pk")
    return list(rows.filter(contact_points__kind=ContactPoint.Kind.EMAIL, contact_points__is_active=True).distinct())


def _issue(schedule: Schedule, period: Period, agency: Agency | None) -> int:
    """1, or 0 when another worker was first or an agency was given nothing."""
    with override(schedule.language):
        question = _question(period, agency)
        form = Question(QueryDict(question), schedule.by)
        if not form.is_valid():
            log.error("the question of the schedule %s cannot be asked: %s", schedule.pk, form.errors.as_json())
            return 0
        asked = form.asked()
        figures = figures_of(asked.selection.of(columns_of(asked.first, asked.last, asked.area_set)), timezone.now())
        subject, body = _words(schedule, asked, agency, figures)
    addresses = _addresses(schedule, agency)
    try:
        with change() as c:
            issue = Issue.objects.create(
                schedule=schedule,
                first=period.first,
                last=period.last,
                agency=agency.pk if agency else 0,
                made_at=c.at,
            )
            if agency is not None and not figures.received:
                # Nothing was given to it: that is known now, and no mail says so.
                return 0
            offered = dict(kinds())
            for kind in schedule.kinds:
                if kind in offered:
                    issue.files.add(
                        File.objects.create(
                            kind=kind, question=question, language=schedule.language, by=schedule.by, asked_at=c.at
                        )
                    )
            for address in addresses:
                queue(key=f"issue:{issue.pk}:{address}", address=address, subject=subject, body=body, issue=issue)
    except IntegrityError:
        # Another worker made it in the same moment.
        return 0
    return 1


def queue(*, key: str, address: str, subject: str, body: str, issue: Issue | None = None) -> Mail:
    """Queues one mail inside the open change; the same `key` a second time is refused by the database."""
    at = current_change().at
    return Mail.objects.create(
        key=key[:200], issue=issue, address=address, subject=subject[:200], body=body, next_try_at=at, created_at=at
    )


def _question(period: Period, agency: Agency | None) -> str:
    asked = {"period": "own", "first": period.first.isoformat(), "last": period.last.isoformat()}
    return urlencode({**asked, **({"agency": str(agency.pk)} if agency else {})})


def _addresses(schedule: Schedule, agency: Agency | None) -> list[str]:
    if agency is None:
        return schedule.address_list()
    rows = ContactPoint.objects.filter(agency=agency, kind=ContactPoint.Kind.EMAIL, is_active=True)
    return list(dict.fromkeys(rows.order_by("order", "pk").values_list("address", flat=True)))


def _words(schedule: Schedule, asked: Asked, agency: Agency | None, figures: Figures) -> tuple[str, str]:
    """The subject and the text, in the schedule's language."""
    days = f"{asked.first:%d/%m/%Y}"
    if asked.last != asked.first:
        days += f" – {asked.last:%d/%m/%Y}"
    about = {
        "name": schedule.name,
        "days": days,
        "hotline": settings.HOTLINE_NAME,
        "agency": str(agency) if agency else "",
        "received": number(figures.received),
        "answered": number(figures.answered),
        "open": number(figures.open),
        "overdue": number(figures.overdue),
        "on_time": percent(figures.on_time_share),
    }
    subject = _("%(name)s, %(days)s") % about
    lines = [
        _("%(name)s of %(hotline)s for %(days)s.") % about,
        *([_("About what was given to %(agency)s.") % about] if agency else []),
        "",
        _("Received: %(received)s") % about,
        _("Answered: %(answered)s, of these on time: %(on_time)s") % about,
        _("Still open: %(open)s, of these overdue: %(overdue)s") % about,
        "",
        _("This mail is sent by the system; who gets it is set in its scheduled reports."),
    ]
    return subject, "\n".join(lines) + "\n"
