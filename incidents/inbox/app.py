"""The inbox as an app on a phone, "xử lý 1022": its manifest."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from opscenter import offline


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to put it on its home screen."""
    return JsonResponse(
        {
            "id": "/inbox/",
            "name": _("1022 assignments"),
            "short_name": _("1022 assignments"),
            "lang": request.LANGUAGE_CODE,
            "start_url": "/inbox/",
            "scope": "/inbox/",
            "display": "standalone",
            "background_color": "#ffffff",
            "theme_color": "#12406f",
            "icons": offline.icons(),
        },
        content_type="application/manifest+json",
    )
