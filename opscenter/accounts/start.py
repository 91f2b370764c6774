"""Where somebody goes after signing in: the page of their role."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from opscenter.accounts.models import Person
from opscenter.accounts.roles import Role

PAGES = {
    Role.CALL_TAKER: "room:home",
    Role.SUPERVISOR: "room:home",
    Role.ADMINISTRATOR: "room:home",
    Role.FOCAL_POINT: "inbox:home",
    Role.HANDLER: "inbox:home",
    Role.DISPATCHER: "emergencies:board",
    Role.CREW: "emergencies:crew",
    Role.LEADER: "wall:own",
}


@never_cache
@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Redirects by role. A partner's machine has no page of its own and is told so."""
    person = request.user
    assert isinstance(person, Person)
    page = PAGES.get(Role(person.role))
    return redirect(page) if page else render(request, "account/no_page.html")
