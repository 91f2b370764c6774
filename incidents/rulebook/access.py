"""Who may open the pages of the rules: supervisors read and try, administrators write."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from incidents.records.rights import Verb, may
from opscenter.accounts.models import Person

P = ParamSpec("P")


def readers_only(
    view: Callable[Concatenate[HttpRequest, Person, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Gives the view the person; others are asked to sign in, or refused (403). What writes asks for more."""
    return _checked(view, frozenset({"GET", "HEAD"}))


def askers_only(
    view: Callable[Concatenate[HttpRequest, Person, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """As `readers_only`, for a page whose POST asks something and writes nothing."""
    return _checked(view, frozenset({"GET", "HEAD", "POST"}))


def _checked(
    view: Callable[Concatenate[HttpRequest, Person, P], HttpResponse], reading: frozenset[str]
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    @wraps(view)
    def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not may(request.user, Verb.READ_RULES):
            raise PermissionDenied
        if request.method not in reading and not may(request.user, Verb.EDIT_RULES):
            raise PermissionDenied
        return view(request, cast(Person, request.user), *args, **kwargs)

    return cast("Callable[Concatenate[HttpRequest, P], HttpResponseBase]", login_required(checked))
