"""The screens of the services: the dispatcher's board with its panel, the crew's page, the printable report."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from geo.showing import map_settings
from incidents.emergencies.facilities.choosing import hospitals
from incidents.emergencies.facilities.declaring import declarable_by, shown_to
from incidents.emergencies.major.sitreps import sheet
from incidents.emergencies.models import Target
from incidents.emergencies.screens.after_action import after_action
from incidents.emergencies.screens.queries import shared_view, shift_of
from incidents.emergencies.screens.replaying import replay_of
from incidents.emergencies.services.visibility import MATRIX, Field, may_read
from incidents.emergencies.targets.measuring import limit_of, standings
from incidents.records.rights import Verb, may
from opscenter.accounts.models import Person

# How often a crew that works alone can choose to report.
_ALONE_MIN = (10, 15, 30, 60)
# For how long mutual aid can be asked in one press.
_AID_MIN = (30, 60, 120, 240)
# Halves of the board, each for a monitor of its own.
_VIEWS = ("map", "list")
# How often a service can have its crews on scene report.
_CHECK_IN_MIN = (5, 10, 15, 20, 30)
Checked = Callable[..., HttpResponseBase]


def for_verb(verb: Verb) -> Callable[[Checked], Checked]:
    """Only people whose role holds the verb; the view gets the person as its second argument."""

    def decorate(view: Checked) -> Checked:
        @require_safe
        @never_cache
        @ensure_csrf_cookie
        @login_required
        @wraps(view)
        def checked(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            person = request.user
            if not isinstance(person, Person) or not may(person, verb):
                raise PermissionDenied
            return view(request, person, *args, **kwargs)

        return checked

    return decorate


@for_verb(Verb.SEND_UNIT)
def board(request: HttpRequest, person: Person) -> HttpResponse:
    """The dispatcher's board; the live stream fills it. `?view=map`, `?view=list`: halves, for two monitors."""
    view = request.GET.get("view", "")
    now = timezone.now()
    own = {
        "map": map_settings(timezone.localdate(now)),
        "agency": person.agency_id,
        "dispatchWithin": limit_of(Target.Measure.DISPATCH) or settings.EMERGENCY_DISPATCH_S,
        "sceneWithin": limit_of(Target.Measure.SCENE) or 0,
    }
    shown = {"board": own, "person": person, "standings": standings(person.agency_id or 0, now)}
    shown["view"] = view if view in _VIEWS else ""
    return render(request, "emergencies/board.html", shown)


@for_verb(Verb.READ_INCIDENT)
def panel(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """The panel of one shared incident, with the fields this person may read."""
    view = shared_view(code, person)
    if view is None:
        raise Http404
    return render(
        request,
        "emergencies/panel.html",
        {"view": view, "incident": view.incident, "person": person, "check_in_min": _CHECK_IN_MIN, "aid_min": _AID_MIN},
    )


@for_verb(Verb.READ_INCIDENT)
def report(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """The report afterwards, on paper: each hop against its target, units, who decided what, and the whole timeline, as
    far as this person may read it."""
    view = shared_view(code, person)
    if view is None:
        raise Http404
    shown = {
        "view": view,
        "incident": view.incident,
        "after": after_action(view.shared, view.reader),
        "now": timezone.now(),
    }
    return render(request, "emergencies/report.html", shown)


@for_verb(Verb.READ_INCIDENT)
def replay(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """One incident again: its map with the tracks of its units, its log and a slider over both."""
    view = shared_view(code, person)
    if view is None:
        raise Http404
    now = timezone.now()
    course = {"map": map_settings(timezone.localdate(now)), "code": view.incident.code, "replay": replay_of(view, now)}
    shown = {
        "view": view,
        "incident": view.incident,
        "course": course,
        "seesUnits": view.reader in MATRIX[Field.SORTIES],
        "kept": settings.TRACKS_KEPT_H,
    }
    return render(request, "emergencies/replay.html", shown)


@require_safe
def crew_manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to put the crew's page on its home screen; an iPhone shows notifications only then."""
    icons = [
        {"src": static(f"icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": "any"}
        for size in (192, 512)
    ]
    return JsonResponse(
        {
            "id": "/crew/",
            "name": _("1022 crew"),
            "short_name": _("1022 crew"),
            "lang": request.LANGUAGE_CODE,
            "start_url": "/crew/",
            "scope": "/crew/",
            "display": "standalone",
            "background_color": "#ffffff",
            "theme_color": "#12406f",
            "icons": icons,
        },
        content_type="application/manifest+json",
    )


@for_verb(Verb.CREW)
def crew(request: HttpRequest, person: Person) -> HttpResponse:
    """The crew's page, or only its inside for scripts (header X-Panel)."""
    shift = shift_of(person)
    template = "emergencies/shift.html" if "X-Panel" in request.headers else "emergencies/crew.html"
    return render(request, template, {"shift": shift, "person": person, "view": shift.view, "alone": _ALONE_MIN})


@for_verb(Verb.READ_INCIDENT)
def major(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """The command board of a major incident, or only its inside for scripts (header X-Panel)."""
    view = shared_view(code, person)
    if view is None:
        raise Http404
    template = "emergencies/command.html" if "X-Panel" in request.headers else "emergencies/major.html"
    may_run = may(person, Verb.RUN_MAJOR) and (person.works_in_room or view.own is not None)
    may_count = may(person, Verb.COUNT_CASUALTIES) and may_read(person, Field.CASUALTIES)
    shown = {
        "view": view,
        "incident": view.incident,
        "major": view.major,
        "person": person,
        "runs": may_run,
        "counts": may_count,
        "settings": {"code": view.incident.code, "id": view.incident.pk},
    }
    return render(request, template, shown)


@for_verb(Verb.READ_INCIDENT)
def sitrep(request: HttpRequest, person: Person, code: str, number: int) -> HttpResponse:
    """One report of the situation on one page of paper, for whom the matrix lets read it."""
    view = shared_view(code, person)
    found = sheet(view.incident, number) if view is not None and may_read(person, Field.SITREPS) else None
    if view is None or found is None:
        raise Http404
    return render(request, "emergencies/sitrep.html", {"view": view, "incident": view.incident, "sheet": found})


@for_verb(Verb.SEE_FACILITIES)
def facilities(request: HttpRequest, person: Person) -> HttpResponse:
    """The hospitals as they declare themselves, with the forms of whoever may declare for them."""
    own = set(declarable_by(person).values_list("pk", flat=True))
    shown = [(one, one.facility.pk in own) for one in hospitals(shown_to(person), timezone.now())]
    template = "emergencies/hospitals.html" if "X-Panel" in request.headers else "emergencies/facilities.html"
    return render(request, template, {"hospitals": shown, "person": person})


@for_verb(Verb.SEND_UNIT)
def targets(request: HttpRequest, person: Person) -> HttpResponse:
    """How the last 24 hours stand against the targets: the line of the board's head, asked for anew by the page."""
    return render(
        request, "emergencies/standings.html", {"standings": standings(person.agency_id or 0, timezone.now())}
    )
