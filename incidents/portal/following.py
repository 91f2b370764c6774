"""Following a report by its tracking code. The code is the only key, so guessing costs a budget of its own."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from incidents.portal.queries import CITIZENS_STATES, Followed, followed, followed_photo, tidy_code
from incidents.records.lifecycles import IncidentState
from opscenter import budgets


def found(request: HttpRequest, code: str) -> Followed:
    """The report of a code. Raises Http404; a wrong code costs the budget `guess`."""
    budgets.spend(request, "portal.track")
    report = followed(code)
    if report is None:
        budgets.spend(request, "guess")
        raise Http404
    return report


def _private(response: HttpResponseBase) -> HttpResponseBase:
    """Not for search engines, nor for any cache in between."""
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Referrer-Policy"] = "no-referrer"
    patch_cache_control(response, private=True, no_store=True)
    return response


@require_safe
def look_up(request: HttpRequest) -> HttpResponseBase:
    """The page to type a code into; with `?code=` it goes on to the report's page, or says that there is none."""
    code = tidy_code(request.GET.get("code", ""))
    if not code:
        return _private(render(request, "portal/look_up.html", {"code": ""}))
    budgets.spend(request, "portal.track")
    report = followed(code)
    if report is not None:
        return redirect("portal:track", code=report.code)
    budgets.spend(request, "guess")
    return _private(render(request, "portal/look_up.html", {"code": code, "unknown": True}, status=404))


@require_safe
def track(request: HttpRequest, code: str) -> HttpResponseBase:
    """A report's page; `?part=state` answers only the part that changes. 404 for a code that is not one."""
    try:
        report = found(request, code)
    except Http404:
        return _private(render(request, "portal/look_up.html", {"code": tidy_code(code), "unknown": True}, status=404))
    if request.GET.get("part") == "line":
        return _private(JsonResponse(_line(report)))
    template = "portal/parts/state.html" if request.GET.get("part") == "state" else "portal/track.html"
    shown = {
        "report": report,
        "just_sent": "moi" in request.GET,
        "action_id": uuid.uuid4(),
        "most_photos": settings.PHOTOS_PER_REPORT,
        "photo_bytes": settings.PHOTO_MAX_BYTES,
    }
    return _private(render(request, template, shown))


def _line(report: Followed) -> dict[str, Any]:
    """The report in one line, for the list of a device."""
    return {
        "state": str(CITIZENS_STATES[IncidentState(report.incident.state)]),
        "topic": report.topic,
        "area": report.area,
        "replies": len(report.replies),
    }


@require_safe
def photo(request: HttpRequest, code: str, photo_id: int) -> HttpResponseBase:
    """A photo that people outside may see, for the holder of the code (`followed_photo`); else 404."""
    budgets.spend(request, "portal.track")
    path = followed_photo(code, photo_id)
    if path is None or not path.is_file():
        budgets.spend(request, "guess")
        raise Http404
    return _private(FileResponse(path.open("rb"), content_type="image/jpeg"))
