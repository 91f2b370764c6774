"""The page of the figures. What it counts stands in counting.py, what it shows in telling.py."""

from __future__ import annotations

from typing import Any, cast
from uuid import uuid4

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from geo.index import territory
from incidents.figures.asking import Asked, Question
from incidents.figures.files import kinds
from incidents.figures.mapped import MAPPED, mapped_figures
from incidents.figures.telling import Told, tell
from incidents.figures.wording import difference
from incidents.records.rights import Verb, may
from opscenter.accounts.models import Person
from opscenter.accounts.roles import AGENCY_ROLES


def reader_of(request: HttpRequest) -> Person:
    """Who reads the figures. Raises PermissionDenied for a role that does not."""
    if not may(request.user, Verb.READ_FIGURES):
        raise PermissionDenied
    return cast(Person, request.user)


@never_cache
@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """Figures, course, tables and map of the period asked for; 422 with the form when the question is wrong."""
    person = reader_of(request)
    form = Question(request.GET, person)
    context: dict[str, Any] = {"form": form, "is_agency": person.role in AGENCY_ROLES}
    if not form.is_valid():
        return render(request, "figures/page.html", context, status=422)
    told = tell(form.asked(), timezone.now())
    context |= {
        "told": told,
        "received_change": difference(told.figures.received, told.before.received),
        "drawn": _drawn(told),
        "address": told.asked.address(),
        "kinds": kinds(),
        "mapped": MAPPED,
        "has_districts": has_districts(told.asked.area_set),
        "action_id": uuid4(),
    }
    return render(request, "figures/page.html", context)


def has_districts(area_set: str) -> bool:
    index = territory().named(area_set)
    return index is not None and bool(index.districts)


def _drawn(told: Told) -> dict[str, Any]:
    """What the page's script draws: the course by group, the hours, the channels, the wards."""
    return {
        "course": [{"at": at.isoformat(), **{str(group): n for group, n in by.items()}} for at, by in told.course],
        "monthly": bool(told.course) and len(told.course) < told.asked.days and told.asked.days > 1,
        "hours": told.hours,
        "call_hours": [[hour.answered, hour.abandoned + hour.missed] for hour in told.call_hours],
        "sources": [[part.name, part.figures.received] for part in told.by["source"]],
        **_areas(told),
        "borders": _borders(told.asked),
    }


def _areas(told: Told) -> dict[str, Any]:
    """Each ward's figures, and its district's under the district's name where the set has districts."""
    index = territory().named(told.asked.area_set)
    if index is None:
        return {"wards": {}, "districts": {}}
    wards = mapped_figures(told.columns, index, "ward", told.at)
    districts = mapped_figures(told.columns, index, "district", told.at) if index.districts else {}
    names = {unit.code: index.units[unit.parent_code].name for unit in index.wards if unit.parent_code in index.units}
    return {
        "wards": wards,
        "districts": {code: {"name": names.get(code, ""), **values} for code, values in districts.items()},
    }


def _borders(asked: Asked) -> dict[str, Any] | None:
    index = territory().named(asked.area_set)
    if index is None:
        return None
    return {"url": reverse("geo:borders", args=[index.name, index.token]), "approximate": index.approximate}
