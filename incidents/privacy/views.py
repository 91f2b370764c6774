"""Finding a person by what they can name, and giving or erasing what is kept of them. For managers alone."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from incidents.calls.models import Caller
from incidents.conversations.phones import normal, spellings
from incidents.portal.queries import tidy_code
from incidents.privacy.erasing import erase_caller, erase_reporter
from incidents.privacy.exporting import export_reporter
from incidents.privacy.models import DataAct
from incidents.records.models import Reporter
from incidents.records.rights import Verb, may
from opscenter.accounts.models import Person
from realtime.change import change


@dataclass(frozen=True, slots=True)
class Found:
    """A reporter as the page shows them: enough to be sure, not more."""

    pk: int
    name: str
    contact: str
    reports: int


def _manager(request: HttpRequest) -> Person:
    if not may(request.user, Verb.MANAGE_PERSONAL_DATA):
        raise PermissionDenied
    assert isinstance(request.user, Person)
    return request.user


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """The page; a POST looks somebody up, so that no number stands in an address or a log."""
    _manager(request)
    asked = request.POST.get("who", "").strip()[:200]
    calls = Caller.objects.filter(number__in=spellings(normal(asked))).count() if normal(asked) else 0
    found = find(asked) if asked else []
    shown = {"asked": asked, "found": found, "calls": calls, "acts": DataAct.objects.select_related("by")[:50]}
    return render(request, "privacy/home.html", shown)


def find(asked: str) -> list[Found]:
    """The reporters with this phone number, e-mail address or tracking code; at most twenty."""
    number = normal(asked)
    wanted = Q(reports__tracking_code=tidy_code(asked))
    if number:
        wanted |= Q(phone__in=spellings(number))
    if "@" in asked:
        wanted |= Q(email__iexact=asked)
    rows = Reporter.objects.filter(wanted, erased_at=None).distinct().annotate(reports_count=Count("reports"))
    return [
        Found(row.pk, row.name or row.organisation, _hidden(row.phone or row.email or row.door), row.reports_count)
        for row in rows.order_by("-pk")[:20]
    ]


def _hidden(contact: str) -> str:
    return f"{contact[:4]}…{contact[-3:]}" if len(contact) > 8 else contact


@never_cache
@login_required
@require_POST
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """The document, as a file."""
    person = _manager(request)
    with change():
        document = export_reporter(reporter_id=pk, by=person)
    response = JsonResponse(document, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = f'attachment; filename="personal-data-{pk}.json"'
    return response


@login_required
@require_POST
def erase_calls(request: HttpRequest) -> HttpResponse:
    """The calls from a number of somebody who reported nothing, or whose reports stay; asks for the same word."""
    person = _manager(request)
    number = normal(request.POST.get("who", "")[:200])
    if request.POST.get("sure") != "on" or not number:
        messages.warning(request, _("Tick that it cannot be taken back."))
        return redirect("privacy:home")
    with change():
        count = erase_caller(number=number, by=person)
    messages.success(request, ngettext("Erased: %(n)d call.", "Erased: %(n)d calls.", count) % {"n": count})
    return redirect("privacy:home")


@login_required
@require_POST
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Cannot be taken back, so the form asks for the word that says so."""
    person = _manager(request)
    if request.POST.get("sure") != "on":
        messages.warning(request, _("Tick that it cannot be taken back."))
        return redirect("privacy:home")
    with change():
        count = erase_reporter(reporter_id=pk, by=person, why=DataAct.Why.REQUESTED)
    said = ngettext("Erased, with %(n)d report.", "Erased, with %(n)d reports.", count) % {"n": count}
    messages.success(request, said)
    return redirect("privacy:home")
