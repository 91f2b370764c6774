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
from incidents.emergencies.screens.queries import shared_view, shift_of, timers
from incidents.records.rights import Verb, may
from opscenter.accounts.models import Person

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
    """The dispatcher's board; the live stream fills it."""
    now = timezone.now()
    own = {
        "map": map_settings(timezone.localdate(now)),
        "agency": person.agency_id,
        "dispatchWithin": settings.EMERGENCY_DISPATCH_S,
    }
    figures = timers(person.agency_id or 0, now, settings.EMERGENCY_DISPATCH_S)
    return render(request, "emergencies/board.html", {"board": own, "person": person, "timers": figures})


@for_verb(Verb.READ_INCIDENT)
def panel(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """The panel of one shared incident, with the fields this person may read."""
    view = shared_view(code, person)
    if view is None:
        raise Http404
    return render(request, "emergencies/panel.html", {"view": view, "incident": view.incident, "person": person})


@for_verb(Verb.READ_INCIDENT)
def report(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """The timeline on paper: what was said and done, and when, as far as this person may read it."""
    view = shared_view(code, person)
    if view is None:
        raise Http404
    return render(request, "emergencies/report.html", {"view": view, "incident": view.incident})


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
    return render(request, template, {"shift": shift, "person": person, "view": shift.view})
