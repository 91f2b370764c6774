"""The page of an agency's people: who has how much to do, who is away, who stands in."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from incidents.inbox.queries import AT_WORK, Worker, workers_of
from incidents.inbox.views import for_agencies
from incidents.records.models import UnitWork
from incidents.records.rights import Verb, may
from incidents.worktime.absences import colleagues
from incidents.worktime.models import Absence
from opscenter.accounts.models import HandlingUnit, Person


@dataclass(frozen=True, slots=True)
class UnitLoad:
    """A handling unit: its people, and what it has that is in nobody's own hands."""

    unit: HandlingUnit
    workers: tuple[Worker, ...]
    open: int
    late: int


def loads_of(manager: Person) -> list[UnitLoad]:
    """The units of the manager's agency in use, each with its people. Five queries."""
    unnamed = {
        row["unit_id"]: (row["open"], row["late"])
        for row in UnitWork.objects.filter(
            ended_at=None, person=None, assignment__state__in=AT_WORK, assignment__agency=manager.agency
        )
        .order_by()
        .values("unit_id")
        .annotate(open=Count("pk"), late=Count("pk", filter=Q(assignment__due_at__lt=timezone.now())))
    }
    workers = workers_of(manager)
    units = HandlingUnit.objects.filter(agency=manager.agency, is_active=True).order_by("name", "pk")
    return [
        UnitLoad(unit, tuple(one for one in workers if one.unit.pk == unit.pk), *unnamed.get(unit.pk, (0, 0)))
        for unit in units
    ]


@require_safe
@never_cache
@ensure_csrf_cookie
@for_agencies
def people(request: HttpRequest, person: Person) -> HttpResponse:
    """The list, and the form for an absence. 403 for who does not receive for an agency."""
    if not may(person, Verb.PLAN_PEOPLE):
        raise PermissionDenied
    today = timezone.localdate()
    rows = Absence.objects.filter(person__agency=person.agency, ends__gte=today)
    context = {
        "loads": loads_of(person),
        "colleagues": colleagues(person),
        "absences": rows.select_related("person__handling_unit", "deputy").order_by("starts", "pk"),
        "today": today,
        "agency": person.agency,
    }
    return render(request, "inbox/people.html", context)
