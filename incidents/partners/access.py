"""Who a partner's system is: its key as a bearer token, or as the password of HTTP Basic."""

from __future__ import annotations

import base64
import functools
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from incidents.partners.models import SystemKey
from opscenter import budgets

View = Callable[..., HttpResponse]


def key_of(request: HttpRequest) -> SystemKey | None:
    """The key a request brings, if it is one of ours."""
    scheme, _space, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            value = base64.b64decode(value, validate=True).decode().partition(":")[2]
        except ValueError:
            return None
    elif scheme.lower() != "bearer":
        return None
    return SystemKey.of(value.strip()) if value.strip() else None


def for_systems(view: View) -> View:
    """Only with a key, which the view gets as its second argument; else 401. Requests, and wrong keys by
    themselves, use up a budget of their address."""

    @require_safe
    @never_cache
    @functools.wraps(view)
    def checked(request: HttpRequest, **kwargs: object) -> HttpResponse:
        budgets.spend(request, "partners.read")
        key = key_of(request)
        if key is None:
            if request.headers.get("Authorization"):
                budgets.spend(request, "guess")
            answer = JsonResponse({"code": "unknown_key"}, status=401)
            answer["WWW-Authenticate"] = 'Bearer, Basic realm="1022"'
            return answer
        return view(request, key, **kwargs)

    return checked
