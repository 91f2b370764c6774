"""Planning shifts, and handing over from one to the next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from incidents.bulletins.issuing import queue
from incidents.roster.matters import names, open_matters
from incidents.roster.models import Handover, Shift, ShiftKind
from opscenter.accounts.models import Person
from opscenter.accounts.roles import ROOM_ROLES, Role
from realtime.change import current_change

# A note may be written from so long before a shift ends until so long after.
WRITTEN_FROM, WRITTEN_UNTIL = dt.timedelta(hours=2), dt.timedelta(hours=12)


class Changed(Exception):
    """Somebody else changed it meanwhile."""


class NotTheirs(Exception):
    """Not by this person."""


def room_people() -> QuerySet[Person]:
    """Who can be planned: the people of the control room who may sign in."""
    return Person.objects.filter(role__in=sorted(ROOM_ROLES), is_active=True).order_by("full_name", "username")


def plan(*, kind: ShiftKind, day: dt.date, people: Collection[Person], version: int) -> Shift:
    """Says who is on a shift, inside the open change. Raises Changed when it is not the version that was seen."""
    at = current_change().at
    begins_at, ends_at = kind.hours(day)
    given = {"begins_at": begins_at, "ends_at": ends_at, "changed_at": at}
    Shift.objects.bulk_create([Shift(kind=kind, day=day, **given)], ignore_conflicts=True)
    shift = Shift.objects.select_for_update().get(kind=kind, day=day)
    if shift.version != version:
        raise Changed
    shift.version, shift.changed_at = version + 1, at
    shift.save(update_fields=["version", "changed_at"])
    shift.people.set(people)
    return shift


def copy_week(monday: dt.date) -> int:
    """Plans a week as the one before, inside the open change: only shifts that nobody has planned; gives how many."""
    made = 0
    before = Shift.objects.filter(day__gte=monday - dt.timedelta(days=7), day__lt=monday, kind__is_active=True)
    for shift in before.select_related("kind").prefetch_related("people"):
        day = shift.day + dt.timedelta(days=7)
        if not Shift.objects.filter(kind=shift.kind, day=day).exists():
            people = [person for person in shift.people.all() if person.is_active and person.role in ROOM_ROLES]
            plan(kind=shift.kind, day=day, people=people, version=0)
            made += 1
    return made


def on_duty(at: dt.datetime) -> list[Shift]:
    """The shifts that are going on, with their people."""
    rows = Shift.objects.filter(begins_at__lte=at, ends_at__gt=at).select_related("kind")
    return list(rows.prefetch_related("people"))


def to_hand_over(person: Person, at: dt.datetime) -> Shift | None:
    """The shift whose note this person may write now: their own that ends, or for supervisors any."""
    rows = Shift.objects.filter(ends_at__lte=at + WRITTEN_FROM, ends_at__gt=at - WRITTEN_UNTIL)
    rows = rows.filter(handover__confirmed_at__isnull=True)
    if person.role not in {Role.SUPERVISOR, Role.ADMINISTRATOR}:
        rows = rows.filter(people=person)
    return rows.select_related("kind").order_by("-ends_at", "-pk").first()


def write_note(*, shift: Shift, text: str, by: Person) -> Handover:
    """Writes a shift's note with the open matters as they stand, inside the open change; again until it is confirmed.

    Raises Changed when the next shift has confirmed it. The supervisors get it by e-mail, once for each writing.
    """
    at = current_change().at
    Shift.objects.select_for_update().get(pk=shift.pk)
    known = Handover.objects.filter(shift=shift).first()
    if known is not None and known.confirmed_at is not None:
        raise Changed
    fields = {
        "text": text,
        "matters": [matter.as_json() for matter in open_matters(at)],
        "written_by": by,
        "written_at": at,
    }
    note, _made = Handover.objects.update_or_create(shift=shift, defaults=fields)
    _mail(note)
    return note


def may_confirm(note: Handover, person: Person) -> bool:
    """Somebody of a shift that follows, or a supervisor; never who wrote it."""
    if person.pk == note.written_by_id or note.confirmed_at is not None:
        return False
    if person.role in {Role.SUPERVISOR, Role.ADMINISTRATOR}:
        return True
    following = Shift.objects.filter(begins_at__gt=note.shift.begins_at, begins_at__lte=note.shift.ends_at)
    return following.filter(people=person).exists()


def confirm(*, note_id: int, remark: str, by: Person) -> Handover:
    """The next shift has read it and takes over, inside the open change. Raises NotTheirs, Changed."""
    note = Handover.objects.select_for_update(of=("self",)).select_related("shift__kind").get(pk=note_id)
    if note.confirmed_at is not None:
        raise Changed
    if not may_confirm(note, by):
        raise NotTheirs
    note.confirmed_by, note.confirmed_at, note.remark = by, current_change().at, remark
    note.save(update_fields=["confirmed_by", "confirmed_at", "remark"])
    return note


def _mail(note: Handover) -> None:
    rows = Person.objects.filter(role=Role.SUPERVISOR, is_active=True).exclude(email="").order_by("pk")
    for person in rows:
        with override(person.language):
            labels = names()
            lines = [f"{labels[one['kind']]}: {one['count']}" for one in note.matters if one["count"]]
            about = {"shift": str(note.shift.kind), "day": f"{note.shift.day:%d/%m/%Y}", "by": str(note.written_by)}
            subject = _("Hand-over of the shift %(shift)s, %(day)s") % about
            body = [
                _("%(hotline)s: hand-over of the shift %(shift)s of %(day)s, written by %(by)s.")
                % {**about, "hotline": settings.HOTLINE_NAME},
                "",
                *lines,
                "",
                note.text,
            ]
        key = f"handover:{note.pk}:{timezone.localtime(note.written_at):%Y%m%d%H%M%S%f}:{person.pk}"
        queue(key=key, address=person.email, subject=subject, body="\n".join(body).strip() + "\n")
