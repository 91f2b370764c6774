"""The citizens' pages as an app on the phone: what it is called, and the list of what was reported from this device."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from opscenter import offline


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """What a browser needs to install it."""
    response = JsonResponse(
        {
            "id": "/",
            "name": settings.HOTLINE_NAME,
            "short_name": "1022",
            "description": _("Report a problem and follow what becomes of it."),
            "lang": request.LANGUAGE_CODE,
            "start_url": reverse("portal:home"),
            "scope": "/",
            "display": "standalone",
            "background_color": "#eef1f4",
            "theme_color": "#12407a",
            "icons": offline.icons(),
            "shortcuts": [
                {"name": _("Report a problem"), "url": reverse("portal:home")},
                {"name": _("My reports"), "url": reverse("portal:mine")},
            ],
        },
        content_type="application/manifest+json",
    )
    response["Cache-Control"] = "public, max-age=3600"
    response["Vary"] = "Accept-Language, Cookie"
    return response


@require_safe
@ensure_csrf_cookie
def mine(request: HttpRequest) -> HttpResponse:
    """What was reported from this device. The list is the browser's: the server knows of no device."""
    return render(request, "portal/mine.html")
