"""The address that Zalo calls. Answers at once; what it learns is taken before it answers."""

from __future__ import annotations

import hmac
import logging

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from incidents.doors.zalo import Malformed, Message, mac_of, parse, read
from incidents.intake.join import join_place
from incidents.intake.take import ReporterDetails, take_report
from incidents.records.models import Source
from opscenter import budgets

log = logging.getLogger(__name__)
LARGEST = 256 * 1024


@csrf_exempt
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """200 for what was taken, seen before or needs nothing, also for the empty POST at set-up; 400, 403, 413, 503."""
    budgets.spend(request, "zalo.webhook")
    raw = request.read(LARGEST + 1)
    if len(raw) > LARGEST:
        return HttpResponse("too large", status=413, content_type="text/plain")
    if not raw.strip():
        return HttpResponse("ok", content_type="text/plain")
    if not (settings.ZALO_APP_ID and settings.ZALO_OA_SECRET):
        return HttpResponse("this door is not set up", status=503, content_type="text/plain")
    try:
        event = read(raw)
        if not is_signed(request.headers.get("X-ZEvent-Signature", ""), raw, str(event.get("timestamp", ""))):
            log.warning("a Zalo event of %d bytes has a wrong signature; see doors/README.md, Zalo", len(raw))
            return HttpResponse("wrong signature", status=403, content_type="text/plain")
        message = parse(event)
    except Malformed as error:
        return HttpResponse(str(error), status=400, content_type="text/plain")
    if message is not None:
        take(message)
    return HttpResponse("ok", content_type="text/plain")


def is_signed(header: str, raw: bytes, timestamp: str) -> bool:
    """Whether the header is the signature of these bytes, compared in constant time."""
    keys = {"app_id": settings.ZALO_APP_ID, "secret": settings.ZALO_OA_SECRET}
    mac = mac_of(raw, timestamp, scheme=settings.ZALO_SIGNATURE_SCHEME, **keys)
    return hmac.compare_digest(f"mac={mac}".encode(), header.strip().encode())


def take(message: Message) -> None:
    """Joins a bare place to the sender's last report, or takes the message as a report."""
    if message.point and not message.text.strip():
        source = Source.ZALO.value
        if join_place(source=source, source_id=message.id, door_id=message.sender, point=message.point):
            return
    take_report(
        source=Source.ZALO,
        source_id=message.id,
        words=message.text,
        point=message.point,
        reporter=ReporterDetails(door=Source.ZALO, door_id=message.sender),
        door_data={"media_urls": list(message.media)} if message.media else {},
    )
