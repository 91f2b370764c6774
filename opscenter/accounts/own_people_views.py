"""The page on which an agency's focal point manages the people of its own handling units."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from opscenter.accounts import own_people
from opscenter.accounts.bulk import is_user_name
from opscenter.accounts.models import HandlingUnit, Person
from opscenter.accounts.roles import Role


def _manager(request: HttpRequest) -> Person:
    person = request.user
    if not isinstance(person, Person) or Role(person.role) not in own_people.MANAGES:
        raise PermissionDenied
    return person


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """The list; POST username, full_name and unit adds somebody and shows the password, this once. 403, 422."""
    manager = _manager(request)
    if request.method != "POST":
        return _page(request, manager)
    username, full_name = request.POST.get("username", "").strip(), " ".join(request.POST.get("full_name", "").split())
    typed = request.POST.get("unit", "")
    number = int(typed) if typed.isdecimal() and len(typed) < 19 else 0
    unit = HandlingUnit.objects.filter(agency=manager.agency, is_active=True, pk=number).first()
    error = ""
    if not is_user_name(username):
        error = _("The user name has 3 letters at least; letters, digits and . @ + - _ only.")
    elif not full_name or len(full_name) > 150:
        error = _("The full name is missing, or too long.")
    elif unit is None:
        error = _("Choose a unit.")
    if error or unit is None:
        return _page(request, manager, 422, error=error, typed=request.POST)
    try:
        made, password = own_people.add(manager=manager, username=username, full_name=full_name, unit=unit)
    except IntegrityError:
        return _page(request, manager, 422, error=_("This user name exists already."), typed=request.POST)
    return _page(request, manager, issued=made, password=password)


@never_cache
@login_required
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """POST act=reset, off or on. 404 for somebody who is not theirs."""
    manager = _manager(request)
    wanted = request.POST.get("act", "")
    try:
        if wanted == "reset":
            person, password = own_people.reset(manager=manager, person_id=pk)
            return _page(request, manager, issued=person, password=password)
        person = own_people.switch(manager=manager, person_id=pk, on=wanted == "on")
    except own_people.NotTheirs:
        raise Http404 from None
    said = _("%(name)s may sign in again.") if person.is_active else _("%(name)s can no longer sign in.")
    messages.success(request, said % {"name": person})
    return redirect("own_people")


def _page(request: HttpRequest, manager: Person, status: int = 200, **context: object) -> HttpResponse:
    units = HandlingUnit.objects.filter(agency=manager.agency, is_active=True).order_by("name", "pk")
    values = {"people": own_people.people_of(manager), "units": units, "agency": manager.agency, **context}
    return render(request, "account/own_people.html", values, status=status)
