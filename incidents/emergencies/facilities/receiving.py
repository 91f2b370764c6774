"""The address at which a hospital's own machine declares its beds, signed like a batch of positions."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from incidents.emergencies.facilities import declaring
from incidents.emergencies.models import Facility
from incidents.emergencies.positions.receiving import signed_by
from opscenter import budgets
from realtime.change import change

LARGEST = 64 * 1024


@csrf_exempt
@require_POST
def machine(request: HttpRequest) -> HttpResponse:
    """POST {"facility": code, "beds": n, "intensive_beds": n, "diverted": false, "why": ""}; beds may be null.

    200 with when it was declared; 403 for a wrong signature or another feed's hospital, 400 with the field that is
    wrong, 429 for more than the budget of one address.
    """
    budgets.spend(request, "facilities.declare")
    body = request.read(LARGEST + 1)
    feed = signed_by(request, body) if len(body) <= LARGEST else None
    if feed is None:
        return JsonResponse({"code": "wrong_signature"}, status=403)
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        sent = None
    if not isinstance(sent, dict):
        return JsonResponse({"code": "unreadable"}, status=400)
    facility = Facility.objects.filter(code=str(sent.get("facility", ""))[:60], feed=feed, is_active=True).first()
    if facility is None:
        return JsonResponse({"code": "not_this_feed"}, status=403)
    for name in ("beds", "intensive_beds"):
        if not _is_number(sent.get(name)):
            return JsonResponse({"code": "invalid", "field": name}, status=400)
    if not isinstance(sent.get("diverted", False), bool):
        return JsonResponse({"code": "invalid", "field": "diverted"}, status=400)
    with change():
        declared = declaring.declare(
            facility_id=facility.pk,
            beds=sent.get("beds"),
            intensive_beds=sent.get("intensive_beds"),
            is_diverted=sent.get("diverted", False),
            diverted_why=str(sent.get("why", "")).replace("\0", "")[:200],
            by=None,
        )
    at = declared.declared_at
    return JsonResponse({"facility": declared.code, "declared_at": at.isoformat() if at else None})


def _is_number(value: Any) -> bool:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return value is None or (is_whole and 0 <= value <= declaring.MOST_BEDS)
