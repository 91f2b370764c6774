"""The control room: one page with map, queue and forms, and the panel of an incident made by the server."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from geo.areas import set_index_on
from geo.ground import ground_version
from geo.showing import map_settings
from incidents.dispatching.competence import decision_date
from incidents.doors.questions import asked_in_forms
from incidents.figures.mapped import MAPPED
from incidents.records.lifecycles import IncidentState
from incidents.records.models import Category, Exercise
from incidents.records.names import INCIDENT_STATES
from incidents.records.rights import Verb, may
from incidents.room import queries
from incidents.room.access import room_only
from opscenter.accounts.models import Agency, Person


@require_GET
@never_cache
@room_only
def home(request: HttpRequest, person: Person, code: str = "") -> HttpResponse:
    """The page itself; with a code, that incident is open from the start."""
    now = timezone.now()
    running = Exercise.objects.filter(starts_at__lte=now).exclude(ends_at__lte=now).first()
    index = set_index_on(timezone.localdate())
    settings = {"map": map_settings(timezone.localdate()), "open": code, "person": str(person)}
    return render(
        request,
        "room/room.html",
        {
            "room": settings,
            "exercise": running,
            "has_streets": bool(ground_version()),
            "mapped": MAPPED,
            "has_districts": index is not None and bool(index.districts),
            "categories": queries.categories(),
            "asked": asked_in_forms(Category.objects.filter(is_active=True)),
            "agencies": queries.agencies_by_kind(decision_date(timezone.localdate())),
        },
    )


@require_GET
@never_cache
@room_only
def panel(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """The panel of one incident, for the page above."""
    today = timezone.localdate()
    agencies = Agency.objects.in_force(decision_date(today)).order_by("kind", "name")
    shown = queries.panel(code, person, agencies)
    if shown is None:
        raise Http404
    return render(request, "room/panel.html", {"panel": shown, "incident": shown.incident})


@require_GET
@never_cache
@ensure_csrf_cookie
@room_only
def photo(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """One photo with what people outside see of it: boxes over faces and plates, and whether it is shown at all."""
    shown = queries.photo(pk, person)
    if shown is None:
        raise Http404
    return render(request, "room/photo.html", {"shown": shown, "photo": shown.photo})


@require_POST
@room_only
def caller(request: HttpRequest, person: Person) -> HttpResponse:
    """The earlier incidents of a number, while a call is being taken. A POST, so that no number lands in a log."""
    phone = "".join(letter for letter in request.POST.get("phone", "") if letter.isdigit() or letter == "+")
    rows = queries.earlier(phone, person) if len(phone) >= 8 else []
    return JsonResponse(
        {
            "earlier": [
                {
                    "code": row.code,
                    "summary": row.summary,
                    "group": row.group or 0,
                    "received_at": row.received_at.isoformat(),
                    "state": str(INCIDENT_STATES[IncidentState(row.state)]),
                }
                for row in rows
            ]
        }
    )


@require_GET
@never_cache
@room_only
def surges(request: HttpRequest, person: Person) -> HttpResponse:
    """The banner: what looks like one event that many report; a supervisor decides there. Empty most of the time."""
    shown = queries.surges()
    return render(request, "room/surges.html", {"surges": shown, "may_decide": may(person, Verb.DECIDE_SURGE)})
