"""The map that everybody may see: what was reported in streets and parks, coarse, without a word of anybody.

Never on it: emergencies, complaints about officials, exercises, and whatever 113, 114 or 115 were called to.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from incidents.portal.queries import CITIZENS_STATES
from incidents.records.lifecycles import IncidentState
from incidents.records.models import Incident
from incidents.records.redacting import outside_path, seen_outside
from incidents.records.serving import served
from opscenter import budgets

# Three decimals of a degree: about 110 m, so that no house can be told.
DECIMALS = 3
MOST = 2000


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The map's page."""
    return render(request, "portal/public_map.html")


@require_safe
def points(request: HttpRequest) -> JsonResponse:
    """The newest as {topic, state, done, at, lat, lon, photo}; the same for everybody, so caches may keep it a minute.

    `photo` is the address of a picture that a person has released, else "".
    """
    budgets.spend(request, "portal.track")
    now = timezone.now()
    rows = list(safe(now)[:MOST])
    keys = seen_outside(rows, now)
    response = JsonResponse({"reports": [_shown(row, keys.get(row.pk, "")) for row in rows]})
    patch_cache_control(response, public=True, max_age=60)
    response["Vary"] = "Accept-Language, Cookie"
    return response


def safe(now: dt.datetime) -> Any:
    """The incidents that everybody may see, newest first."""
    return Incident.objects.for_everybody(now).select_related("category").order_by("-pk")


@require_safe
def photo(request: HttpRequest, key: str) -> HttpResponseBase:
    """A released photo of an incident that everybody may see; 404 once another decision was taken about it.

    No cache may show it without asking again: what was released can be held back, or covered further.
    """
    budgets.spend(request, "portal.track")
    path = outside_path(key, timezone.now())
    try:
        if path is not None:
            return served(request, path)
    except OSError:
        pass
    budgets.spend(request, "guess")
    raise Http404


def _shown(row: Incident, key: str) -> dict[str, Any]:
    assert row.category is not None
    assert row.point is not None
    return {
        "topic": row.category.label,
        "state": str(CITIZENS_STATES[IncidentState(row.state)]),
        "done": not row.on_board,
        # The day, not the minute.
        "at": timezone.localdate(row.received_at).isoformat(),
        "lat": round(row.point.y, DECIMALS),
        "lon": round(row.point.x, DECIMALS),
        "photo": reverse("portal:public_photo", args=[key]) if key else "",
    }
