"""The wall: by a link for a screen without an account, or for somebody signed in."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import override
from django.views.decorators.http import require_safe

from incidents.records.keys import MAY_WATCH_WALL
from incidents.records.live import OWN_WALL
from incidents.wall.models import is_in_force
from incidents.wall.queries import names
from opscenter import budgets
from opscenter.accounts.models import Person


def _private(response: HttpResponseBase) -> HttpResponseBase:
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Referrer-Policy"] = "no-referrer"
    patch_cache_control(response, private=True, no_store=True)
    return response


def _check_role(request: HttpRequest) -> None:
    person = request.user
    if not isinstance(person, Person) or person.role not in MAY_WATCH_WALL:
        raise PermissionDenied


def _check_link(request: HttpRequest, token: str) -> None:
    """A wrong guess costs a budget of its own; a revoked link is answered like one that never was."""
    if not is_in_force(token):
        budgets.spend(request, "guess")
        raise Http404


def _language(request: HttpRequest) -> str:
    """A screen on a wall has no one to choose a language, and its browser's is whatever it was installed with."""
    asked = request.GET.get("lang", "")
    return asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _wall(request: HttpRequest, token: str, names_url: str) -> HttpResponse:
    """The page; `token` goes into the stream's address, so that only what a wall may show is ever sent to it."""
    wall = {"stream": f"wall={token}", "linked": token != OWN_WALL, "names": names_url, "now": names()}
    return render(request, "wall/wall.html", {"wall": wall})


@require_safe
@login_required
def own_wall(request: HttpRequest) -> HttpResponseBase:
    """The wall for somebody signed in: leaders and the room. 403 for other roles."""
    _check_role(request)
    return _private(_wall(request, OWN_WALL, reverse("wall:own_names")))


@require_safe
def linked_wall(request: HttpRequest, token: str) -> HttpResponseBase:
    """The wall by its link, in Vietnamese or in `?lang=`. 404 when the link is not in force."""
    _check_link(request, token)
    language = _language(request)
    with override(language):
        return _private(_wall(request, token, reverse("wall:names", kwargs={"token": token}, query={"lang": language})))


@require_safe
@login_required
def own_names(request: HttpRequest) -> HttpResponseBase:
    """Names and on-time figures (JSON) for somebody signed in."""
    _check_role(request)
    return _private(JsonResponse(names()))


@require_safe
def linked_names(request: HttpRequest, token: str) -> HttpResponseBase:
    """Names and on-time figures (JSON) for the holder of a link, in its language; the page asks once a minute."""
    _check_link(request, token)
    with override(_language(request)):
        return _private(JsonResponse(names()))
