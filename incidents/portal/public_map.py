"""The map that everybody may see: what was reported in streets and parks, coarse, without a word of anybody.

Never on it: emergencies, complaints about officials, exercises, and whatever 113, 114 or 115 were called to.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from incidents.portal.queries import CITIZENS_STATES
from incidents.records.lifecycles import SERVICE_KINDS, IncidentState
from incidents.records.models import Assignment, Incident
from incidents.records.models.categories import Group
from opscenter import budgets

# Three decimals of a degree: about 110 m, so that no house can be told.
DECIMALS = 3
MOST = 2000
# What was answered stays to be seen for so long.
DONE_FOR = dt.timedelta(days=30)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The map's page."""
    return render(request, "portal/public_map.html")


@require_safe
def points(request: HttpRequest) -> JsonResponse:
    """The newest as {topic, state, done, at, lat, lon}; the same for everybody, so caches may keep it a minute."""
    budgets.spend(request, "portal.track")
    response = JsonResponse({"reports": [_shown(row) for row in safe(timezone.now())[:MOST]]})
    patch_cache_control(response, public=True, max_age=60)
    response["Vary"] = "Accept-Language, Cookie"
    return response


def safe(now: dt.datetime) -> Any:
    """The incidents that everybody may see, newest first."""
    service = Assignment.objects.filter(incident=OuterRef("pk"), agency__kind__in=sorted(SERVICE_KINDS))
    rows = Incident.objects.live().filter(
        ~Exists(service),
        group=Group.FIELD,
        category__group=Group.FIELD,
        category__is_public=True,
        category__is_complaint=False,
        point__isnull=False,
    )
    recent = rows.filter(on_board=True) | rows.filter(state=IncidentState.CLOSED, closed_at__gt=now - DONE_FOR)
    return recent.select_related("category").order_by("-pk")


def _shown(row: Incident) -> dict[str, Any]:
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
    }
