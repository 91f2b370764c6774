"""Who is behind a connection: the person of its cookie, looked up as Django does for a page."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.http.cookie import parse_cookie


def visitor(scope: dict[str, Any]) -> Any:
    """The person signed in by the cookie of this connection, else Django's AnonymousUser; reads the database.

    Asked anew it answers anew, so that a sign-out or a changed password is noticed. Synchronous, so that the hub can
    ask in a thread of its own: Channels' own middleware has all connections share one.
    """
    header = b"; ".join(value for name, value in scope["headers"] if name.lower() == b"cookie")
    store = import_module(settings.SESSION_ENGINE).SessionStore
    key = parse_cookie(header.decode("latin-1")).get(settings.SESSION_COOKIE_NAME)
    # get_user asks nothing of a request but its session.
    return get_user(SimpleNamespace(session=store(key)))  # type: ignore[arg-type]
