"""The address at which a source posts its warnings, signed."""

from __future__ import annotations

import hmac
import time

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from incidents.partners.models import WarningSource
from incidents.partners.warnings.reading import LARGEST, Unreadable, alerts_in, read, root_of
from incidents.partners.warnings.taking import NotTheirs, take
from incidents.webhooks.signing import signature_of
from opscenter import budgets

# A signed message is good for so long: clocks differ, recordings of old ones are useless.
SIGNED_FOR_S = 300


@csrf_exempt
@require_POST
def warning(request: HttpRequest) -> HttpResponse:
    """POST a CAP message with X-Source, X-Time and X-Signature. 200 also for one that is known; 400 with why not,
    403 for a wrong signature or a sender that is not the source's, 413 for what is too large.
    """
    budgets.spend(request, "partners.warning")
    body = request.read(LARGEST + 1)
    if len(body) > LARGEST:
        return JsonResponse({"code": "too_large"}, status=413)
    source = _signed_by(request, body)
    if source is None:
        return JsonResponse({"code": "wrong_signature"}, status=403)
    try:
        messages = [read(alert) for alert in alerts_in(root_of(body))]
        if not messages:
            raise Unreadable("no_alert")
        taken = [take(source, message) for message in messages]
    except Unreadable as error:
        return JsonResponse({"code": "unreadable", "why": str(error)}, status=400)
    except NotTheirs:
        return JsonResponse({"code": "wrong_sender"}, status=403)
    return JsonResponse({"taken": sum(one is not None for one in taken)})


def _signed_by(request: HttpRequest, body: bytes) -> WarningSource | None:
    moment = request.headers.get("X-Time", "")
    source = WarningSource.objects.filter(name=request.headers.get("X-Source", "")[:40], is_active=True).first()
    if source is None or not moment.isascii() or not moment.isdigit():
        return None
    if abs(time.time() - int(moment[:12])) > SIGNED_FOR_S:
        return None
    right = signature_of(source.secret, moment, body).encode()
    return source if hmac.compare_digest(right, request.headers.get("X-Signature", "").encode()) else None
