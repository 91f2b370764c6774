"""Contact drills: asking each contact point now and then to confirm that somebody is there, and hearing it."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence

from django.conf import settings
from django.db.models import Max, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from geo.areas import date_within_set
from incidents.contacts.links import hash_of
from incidents.contacts.models import Drill
from incidents.delivery.models import Door, Kind
from incidents.delivery.queue import door_of, enqueue
from incidents.delivery.ways import is_open
from incidents.worktime.clocks import calendar
from opscenter.accounts.models import Agency, ContactPoint, Person
from realtime.change import change, current_change

# Drills by the schedule go out on days of the calendar that are worked, in these hours: they are to be answered, not
# to wake anybody up.
HOURS = range(8, 16)
AT_ONCE = 20
# Asked again by hand within this time, nothing is sent: the first message is still on its way.
NOT_AGAIN_WITHIN = dt.timedelta(minutes=10)
LINK_LIVES = dt.timedelta(days=7)


def start_due(at: dt.datetime | None = None) -> int:
    """Starts the drills that are due by the schedule; gives how many."""
    at = at or timezone.now()
    local = timezone.localtime(at)
    if settings.CONTACT_DRILL_DAYS <= 0 or local.hour not in HOURS or not calendar().is_worked(local.date()):
        return 0
    before = at - dt.timedelta(days=settings.CONTACT_DRILL_DAYS)
    agencies = Agency.objects.in_force(date_within_set(local.date()))
    rows = (
        ContactPoint.objects.filter(is_active=True, agency__in=agencies)
        .exclude(kind=ContactPoint.Kind.PHONE)
        .annotate(asked_at=Max("drills__started_at"))
        .filter(Q(asked_at__isnull=True) | Q(asked_at__lt=before))
        .order_by("pk")
    )
    doors = [point for point in rows[: AT_ONCE * 5] if is_open(door_of(point))]
    return sum(start(contact_id=point.pk, by=None, unless_since=before) for point in doors[:AT_ONCE])


def start(*, contact_id: int, by: Person | None, unless_since: dt.datetime | None = None) -> bool:
    """Asks a contact point to confirm, in a change of its own; False when it was asked a moment ago, or no machine
    can write to it."""
    with change() as c:
        # Locked, so that two workers do not ask twice.
        point = ContactPoint.objects.select_for_update(of=("self",)).select_related("agency").get(pk=contact_id)
        since = unless_since or c.at - NOT_AGAIN_WITHIN
        if not point.is_active or door_of(point) == Door.CALL:
            return False
        if Drill.objects.filter(contact_point=point, started_at__gte=since).exists():
            return False
        token = secrets.token_urlsafe(18)
        drill = Drill.objects.create(contact_point=point, token_hash=hash_of(token), started_at=c.at, started_by=by)
        with override(settings.LANGUAGE_CODE):
            enqueue(kind=Kind.DRILL, door=door_of(point), contact_point=point, text=_text(drill, point, token))
        return True


def _text(drill: Drill, point: ContactPoint, token: str) -> tuple[str, str]:
    values = {
        "hotline": settings.HOTLINE_NAME,
        "agency": point.agency.short_name or point.agency.name,
        "link": settings.PUBLIC_URL + reverse("contacts:confirm", args=[token]),
        "code": drill.pk,
    }
    subject = _("Contact drill of %(hotline)s") % values
    if point.kind == ContactPoint.Kind.EMAIL:
        words = _("%(hotline)s checks that %(agency)s can be reached. Please confirm: %(link)s or answer this mail.")
    else:
        words = _("%(hotline)s checks that %(agency)s can be reached. Please confirm: %(link)s or write: XN %(code)s")
    return subject, words % values


def confirm(*, contacts: Sequence[ContactPoint], how: Drill.How, code: str = "") -> int:
    """Notes that somebody is there, for the newest drill of each of these contact points (or the one of the code), in
    a change of its own; gives how many drills it confirmed."""
    with change() as c:
        done = 0
        for point in contacts:
            waiting = Drill.objects.filter(contact_point=point, confirmed_at=None)
            named = waiting.filter(pk=int(code)) if code.isdecimal() else waiting
            newest = (named.first() or waiting.first()) if code else waiting.first()
            if newest is not None:
                done += _note(newest, how, None, c.at)
        return done


def confirm_by_link(token: str) -> Drill | None:
    """Confirms the drill of a link, in a change of its own; None when there is none. Twice is once."""
    drill = of_link(token)
    if drill is not None:
        with change() as c:
            _note(drill, Drill.How.LINK, None, c.at)
        drill.refresh_from_db()
    return drill


def of_link(token: str) -> Drill | None:
    """The drill of a link that still counts."""
    since = timezone.now() - LINK_LIVES
    return (
        Drill.objects.select_related("contact_point__agency")
        .filter(token_hash=hash_of(token), started_at__gt=since, contact_point__is_active=True)
        .first()
    )


def heard(*, contact_id: int, by: Person) -> Drill:
    """Somebody of the room rang up and spoke to them; inside the open change."""
    at = current_change().at
    return Drill.objects.create(
        contact_point_id=contact_id,
        started_at=at,
        started_by=by,
        confirmed_at=at,
        how=Drill.How.CALL,
        confirmed_by=by,
    )


def _note(drill: Drill, how: Drill.How, by: Person | None, at: dt.datetime) -> int:
    fresh = Drill.objects.filter(pk=drill.pk, confirmed_at=None)
    return fresh.update(confirmed_at=at, how=how, confirmed_by=by)
