"""The wall: by a link for a screen without an account, or for somebody signed in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from incidents.wall.models import is_in_force
from incidents.wall.queries import names
from opscenter import budgets
from opscenter.accounts.models import Person
from opscenter.accounts.roles import ROOM_ROLES, Role

# A page for leaders; the room's own people may look at what leaders see.
MAY_WATCH = ROOM_ROLES | {Role.LEADER}


def _private(response: HttpResponseBase) -> HttpResponseBase:
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Referrer-Policy"] = "no-referrer"
    patch_cache_control(response, private=True, no_store=True)
    return response


def _check_role(request: HttpRequest) -> None:
    person = request.user
    if not isinstance(person, Person) or person.role not in MAY_WATCH:
        raise PermissionDenied


def _check_link(request: HttpRequest, token: str) -> None:
    """A wrong guess costs a budget of its own; a revoked link is answered like one that never was."""
    if not is_in_force(token):
        budgets.spend(request, "guess")
        raise Http404


def _wall(request: HttpRequest, stream: str, names_url: str) -> HttpResponse:
    wall = {"stream": stream, "names": names_url, "now": names()}
    return render(request, "wall/wall.html", {"wall": wall, "is_linked": bool(stream)})


@require_safe
@login_required
def own_wall(request: HttpRequest) -> HttpResponseBase:
    """The wall for somebody signed in: leaders and the room. 403 for other roles."""
    _check_role(request)
    return _private(_wall(request, "", reverse("wall:own_names")))


@require_safe
def linked_wall(request: HttpRequest, token: str) -> HttpResponseBase:
    """The wall by its link. 404 when the link is not in force."""
    _check_link(request, token)
    return _private(_wall(request, f"wall={token}", reverse("wall:names", kwargs={"token": token})))


@require_safe
@login_required
def own_names(request: HttpRequest) -> HttpResponseBase:
    """Names and on-time figures (JSON) for somebody signed in."""
    _check_role(request)
    return _private(JsonResponse(names()))


@require_safe
def linked_names(request: HttpRequest, token: str) -> HttpResponseBase:
    """Names and on-time figures (JSON) for the holder of a link; the page asks once a minute."""
    _check_link(request, token)
    return _private(JsonResponse(names()))
