"""The addresses that take positions: signed batches of a partner's system, and Traccar's phone client one by one."""

from __future__ import annotations

import hmac
import json
import time
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from incidents.emergencies.models import Feed
from incidents.emergencies.positions.collecting import collector
from incidents.emergencies.positions.fixes import Fix, RefusedFix, WhyNot, of_osmand, read
from incidents.webhooks.signing import signature_of
from opscenter import budgets

LARGEST = 1024 * 1024
MOST_FIXES = 5_000
# A signed batch is good for so long: clocks differ, recordings of old ones are useless.
SIGNED_FOR_S = 300


@csrf_exempt
@require_POST
def batch(request: HttpRequest) -> HttpResponse:
    """POST {"fixes": [{"id", "timestamp", "lat", "lon", …}]} with X-Feed, X-Time and X-Signature.

    200 with how many were taken and, for the others, why not: one bad fix harms no other. 403 for a wrong signature,
    413 for what is too large, 429 for more than the budget of one address.
    """
    budgets.spend(request, "positions.batch")
    body = request.read(LARGEST + 1)
    if len(body) > LARGEST:
        collector.refuse(request.headers.get("X-Feed", "?"), "?", WhyNot.TOO_MANY)
        return JsonResponse({"code": "too_large"}, status=413)
    feed = signed_by(request, body)
    if feed is None:
        return JsonResponse({"code": "wrong_signature"}, status=403)
    fixes = _fixes(body)
    if fixes is None:
        return JsonResponse({"code": "unreadable"}, status=400)
    if len(fixes) > MOST_FIXES:
        collector.refuse(feed.name, "?", WhyNot.TOO_MANY, len(fixes))
        return JsonResponse({"code": "too_many", "most": MOST_FIXES}, status=413)
    now = timezone.now()
    taken: list[tuple[int, Fix]] = []
    refused: list[dict[str, Any]] = []
    for number, sent in enumerate(fixes):
        code = str(sent.get("id", ""))[:60] if isinstance(sent, dict) else ""
        try:
            known = collector.device(code)
            if known is None:
                raise RefusedFix(WhyNot.UNKNOWN_DEVICE)
            if known.feed != feed.pk:
                raise RefusedFix(WhyNot.NOT_THIS_FEED)
            taken.append((known.unit, read(sent, now)))
        except RefusedFix as error:
            collector.refuse(feed.name, code, error.why)
            refused.append({"fix": number, "why": error.why.value})
    collector.take(taken)
    return JsonResponse({"taken": len(taken), "refused": refused})


def signed_by(request: HttpRequest, body: bytes) -> Feed | None:
    """The active feed under whose secret this body was signed just now."""
    moment = request.headers.get("X-Time", "")
    feed = Feed.objects.filter(name=request.headers.get("X-Feed", "")[:40], is_active=True).first()
    if feed is None or not moment.isascii() or not moment.isdigit():
        return None
    if abs(time.time() - int(moment[:12])) > SIGNED_FOR_S:
        return None
    right = signature_of(feed.secret, moment, body)
    return feed if hmac.compare_digest(right, request.headers.get("X-Signature", "")) else None


def _fixes(body: bytes) -> list[Any] | None:
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return None
    fixes = sent.get("fixes") if isinstance(sent, dict) else None
    return fixes if isinstance(fixes, list) else None


@csrf_exempt
@require_http_methods(["GET", "POST"])
def osmand(request: HttpRequest) -> HttpResponse:
    """One fix by the OsmAnd protocol. 200 when it was taken; 400 with the reason: the phone then drops it.

    Only unknown devices use up a budget: a known one costs no statement, and a whole service's phones may stand behind
    one address of a mobile operator.
    """
    sent = {**request.GET.dict(), **request.POST.dict()}
    code = str(sent.get("id") or sent.get("deviceid") or "")[:60]
    try:
        known = collector.device(code) if code else None
        if known is None:
            budgets.spend(request, "guess")
            raise RefusedFix(WhyNot.UNKNOWN_DEVICE)
        if known.feed is not None:
            raise RefusedFix(WhyNot.NOT_THIS_FEED)
        fix = of_osmand(sent, timezone.now())
    except RefusedFix as error:
        collector.refuse("osmand", code or "?", error.why)
        return HttpResponse(error.why.value, status=400, content_type="text/plain")
    collector.take([(known.unit, fix)])
    return HttpResponse(status=200)
