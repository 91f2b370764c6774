"""Who may ask for maps: by the table of rights."""

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
View = Callable[Concatenate[HttpRequest, Person, P], HttpResponse]


def for_verb(verb: Verb) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]]:
    """Gives the view the person; others are asked to sign in, or refused (403)."""

    def guard(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not may(request.user, verb):
                raise PermissionDenied
            return view(request, cast(Person, request.user), *args, **kwargs)

        return cast("Callable[Concatenate[HttpRequest, P], HttpResponseBase]", login_required(checked))

    return guard
