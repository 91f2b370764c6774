"""iCalendar (RFC 5545) of somebody's shifts and deadlines, for a calendar that reads by a personal key."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event

from incidents.records.lifecycles import OPEN_ASSIGNMENTS, AssignmentState
from incidents.records.models import Assignment, UnitWork
from incidents.roster.models import Shift
from opscenter import budgets
from opscenter.accounts.models import Person, PersonalKey
from opscenter.accounts.own_keys import person_of
from opscenter.accounts.roles import AGENCY_ROLES, Role

BEHIND, AHEAD = dt.timedelta(days=31), dt.timedelta(days=120)
MOST_DEADLINES = 500
# How often a calendar should look again.
_AGAIN = dt.timedelta(minutes=30)


@never_cache
@require_safe
def feed(request: HttpRequest, key: str) -> HttpResponse:
    """The calendar of whoever's key it is; 404 for any other, at the cost of the budget of guesses."""
    person = person_of(key, PersonalKey.Purpose.CALENDAR)
    if person is None:
        budgets.spend(request, "guess")
        raise Http404
    with override(person.language):
        calendar = calendar_of(person, timezone.now())
    response = HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="1022.ics"'
    response["Referrer-Policy"] = "no-referrer"
    return response


def calendar_of(person: Person, at: dt.datetime) -> Calendar:
    """Shifts from a month ago to four months ahead; for agencies the deadlines of what is open. No citizen's words."""
    calendar = Calendar()
    calendar.add("prodid", "-//1022//shifts and deadlines//VI")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", settings.HOTLINE_NAME)
    calendar.add("refresh-interval", _AGAIN, parameters={"VALUE": "DURATION"})
    shifts = Shift.objects.filter(people=person, ends_at__gte=at - BEHIND, begins_at__lt=at + AHEAD)
    for shift in shifts.select_related("kind"):
        event = _event(f"shift-{shift.pk}", _("Shift: %(name)s") % {"name": shift.kind.name}, shift.changed_at)
        event.add("dtstart", shift.begins_at.astimezone(dt.UTC))
        event.add("dtend", shift.ends_at.astimezone(dt.UTC))
        event.add("sequence", shift.version)
        calendar.add_component(event)
    for row in _deadlines(person):
        category = row.incident.category.label if row.incident.category else ""
        words = _("Deadline %(code)s %(category)s") % {"code": row.incident.code, "category": category}
        event = _event(f"assignment-{row.pk}", words.strip(), row.sent_at)
        assert row.due_at is not None
        # A calendar knows whole seconds.
        due_at = row.due_at.astimezone(dt.UTC).replace(microsecond=0)
        event.add("dtstart", due_at)
        event.add("dtend", due_at)
        event.add("sequence", row.incident.version)
        event.add("url", f"{settings.PUBLIC_URL.rstrip('/')}/inbox/")
        calendar.add_component(event)
    return calendar


def _event(name: str, summary: str, changed_at: dt.datetime) -> Event:
    event = Event()
    event.add("uid", f"{name}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2].strip('> ') or '1022'}")
    event.add("dtstamp", changed_at.astimezone(dt.UTC))
    event.add("summary", summary)
    return event


def _deadlines(person: Person) -> list[Assignment]:
    """The open assignments of the person's agency, or of their unit if they work in one."""
    if person.role not in AGENCY_ROLES:
        return []
    rows = Assignment.objects.filter(agency=person.agency, due_at__isnull=False, state__in=sorted(OPEN_ASSIGNMENTS))
    rows = rows.exclude(state=AssignmentState.PLANNED)
    if person.role in {Role.HANDLER, Role.CREW}:
        works = UnitWork.objects.filter(unit=person.handling_unit, ended_at=None)
        rows = rows.filter(pk__in=works.values("assignment_id"))
    return list(rows.select_related("incident__category").order_by("due_at")[:MOST_DEADLINES])
