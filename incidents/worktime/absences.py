"""Who of an agency is away, and who stands in: entered by the agency's own focal point or dispatcher."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.worktime.models import Absence
from opscenter.accounts.models import Person
from opscenter.accounts.roles import AGENCY_ROLES
from realtime.change import current_change

# Longer than any leave; a mistyped year is noticed.
AT_MOST = dt.timedelta(days=400)
# So many deputies of deputies are asked.
_FOLLOWED = 5


class WrongAbsence(Exception):
    """What was entered cannot be; `field` is the one to correct, `str()` says why in the reader's language."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


def colleagues(manager: Person) -> QuerySet[Person]:
    """The people of the manager's own agency who may be away or stand in."""
    rows = Person.objects.filter(agency=manager.agency, agency__isnull=False, is_active=True, role__in=AGENCY_ROLES)
    return rows.select_related("handling_unit").order_by("handling_unit__name", "full_name", "pk")


def may_stand_in(person: Person, deputy: Person) -> bool:
    """Whether a deputy sees what the person is given: one of the same unit, or who receives for the whole agency."""
    same = deputy.agency_id == person.agency_id and deputy.pk != person.pk
    return same and (deputy.handling_unit_id is None or deputy.handling_unit_id == person.handling_unit_id)


def enter(*, person_id: int, starts: dt.date, ends: dt.date, deputy_id: int | None, by: Person) -> Absence:
    """Notes that somebody of the own agency is away from the first to the last day, both included.

    Needs an open change. Raises WrongAbsence, also for people who are not theirs.
    """
    # Locked, so that two who enter the same leave do not enter it twice.
    person = colleagues(by).select_for_update(of=("self",)).filter(pk=person_id).first()
    if person is None:
        raise WrongAbsence("person", _("Choose somebody of your agency."))
    today = timezone.localdate(current_change().at)
    if ends < starts:
        raise WrongAbsence("ends", _("The last day lies before the first."))
    if ends < today:
        raise WrongAbsence("ends", _("These days are over."))
    if ends - starts > AT_MOST:
        raise WrongAbsence("ends", _("This is longer than a year: check the dates."))
    if _meeting(starts, ends).filter(person=person).exists():
        raise WrongAbsence("starts", _("An absence is entered for these days already."))
    deputy = None
    if deputy_id is not None:
        deputy = colleagues(by).filter(pk=deputy_id).first()
        if deputy is None or not may_stand_in(person, deputy):
            raise WrongAbsence("deputy", _("Choose somebody of the same unit, or one who receives for the agency."))
        if _meeting(starts, ends).filter(person=deputy, deputy__isnull=True).exists():
            raise WrongAbsence("deputy", _("%(name)s is away too, and nobody stands in.") % {"name": deputy})
    return Absence.objects.create(person=person, deputy=deputy, starts=starts, ends=ends, by=by)


def end(*, absence_id: int, by: Person) -> None:
    """Somebody is back, or does not go: the days from today on are free again. Needs an open change.

    Raises Absence.DoesNotExist for one that is not theirs or is over.
    """
    today = timezone.localdate(current_change().at)
    row = Absence.objects.select_for_update(of=("self",)).get(
        pk=absence_id, person__agency=by.agency, person__agency__isnull=False, ends__gte=today
    )
    if row.starts >= today:
        row.delete()
        return
    row.ends = today - dt.timedelta(days=1)
    row.save(update_fields=["ends"])


def who_does_it(person: Person, day: dt.date) -> Person:
    """The person, or who stands in on a day; a deputy who is away too is stood in for in turn."""
    seen = {person.pk}
    for _turn in range(_FOLLOWED):
        away = Absence.objects.on(day).filter(person=person, deputy__isnull=False).select_related("deputy").first()
        if away is None or away.deputy is None or away.deputy.pk in seen or not away.deputy.is_active:
            break
        person = away.deputy
        seen.add(person.pk)
    return person


def _meeting(starts: dt.date, ends: dt.date) -> QuerySet[Absence]:
    return Absence.objects.filter(Q(starts__lte=ends), Q(ends__gte=starts))
