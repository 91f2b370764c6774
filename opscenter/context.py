"""What every template may ask for as `page`: the hotline's name, the theme, and the settings the scripts read."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.functional import SimpleLazyObject

from opscenter.accounts.pages import menu_of

# Screens that are dark unless somebody chose otherwise: a control room at 3 a.m. and the wall.
DARK_SCREENS = ("/room/", "/wall/", "/emergencies/")


def page(request: HttpRequest) -> dict[str, Any]:
    """The context processor. Answers {"page": {"hotline", "theme", "menu", "settings"}}.

    Asks no database for somebody without a session.
    """
    return {"page": SimpleLazyObject(lambda: _page(request))}


def _page(request: HttpRequest) -> dict[str, Any]:
    dark = request.path.startswith(DARK_SCREENS)
    # The room's choice is kept apart from the other screens', so that an office in daylight does not undo it.
    theme_cookie = "theme_room" if dark else "theme"
    chosen = request.COOKIES.get(theme_cookie)
    basemap = None
    if settings.BASEMAP_URL:
        basemap = {
            "kind": settings.BASEMAP_KIND,
            "url": settings.BASEMAP_URL,
            "attribution": settings.BASEMAP_ATTRIBUTION,
        }
    user = getattr(request, "user", None)
    return {
        "hotline": settings.HOTLINE_NAME,
        # By a cookie, so that the first byte already has the right colours and nothing flashes.
        "theme": chosen if chosen in {"dark", "light"} else ("dark" if dark else "light"),
        # Asked for by the pages that show it.
        "menu": SimpleLazyObject(lambda: menu_of(user) if user is not None else []),
        "settings": {
            "signin": resolve_url(settings.LOGIN_URL),
            "person": str(user.pk) if user is not None and user.is_authenticated else "",
            "basemap": basemap,
            "themeCookie": theme_cookie,
        },
    }
