"""The address that any telephone exchange can call: signed JSON, one report of one call at a time.

POST /doors/phone/webhook
X-Call-Timestamp: 1571029200                     seconds; at most five minutes from our clock
X-Call-Signature: sha256=<hex HMAC-SHA256(secret, timestamp + "." + raw body)>
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import logging
import time
from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from incidents.calls.lifecycle import PhoneEvent
from incidents.calls.receiving import PhoneReport, receive
from incidents.intake.take import storable

log = logging.getLogger(__name__)
LARGEST = 16 * 1024
# A call that was overheard and sent again later is refused; sent again at once it changes nothing.
WINDOW_S = 300
_LONGEST = 300


def _as_told(value: Any) -> str:
    """What an exchange says beside the call never costs the call: nothing is "", a number its digits, and what no
    database stores or is too long is cut."""
    known = isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool))
    return storable(str(value))[:_LONGEST] if known else ""


Told = Annotated[str, BeforeValidator(_as_told)]


class Sent(BaseModel):
    """The body. `event_ts` is seconds of the epoch or an ISO time with its zone; unknown fields are left aside."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    event: PhoneEvent
    call_id: str = Field(min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$")
    event_ts: dt.datetime
    caller_number: Told = ""
    caller_name: Told = ""
    called_number: Told = ""
    extension: Told = ""
    recording: Told = ""


def signature_of(raw: bytes, timestamp: str, secret: str) -> str:
    """The signature of a body: over its bytes, before anything is parsed."""
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + raw, hashlib.sha256).hexdigest()


@csrf_exempt
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """200 for what was taken or known; 400 unreadable, 403 forged or too old, 413, 503 when the door is not set up."""
    raw = request.read(LARGEST + 1)
    if len(raw) > LARGEST:
        return _say(413, "too large")
    if not settings.PHONE_SECRET:
        return _say(503, "this door is not set up")
    timestamp = request.headers.get("X-Call-Timestamp", "")
    given = request.headers.get("X-Call-Signature", "").strip()
    if not hmac.compare_digest(signature_of(raw, timestamp, settings.PHONE_SECRET).encode(), given.encode()):
        log.warning("a call report of %d bytes has a wrong signature", len(raw))
        return _say(403, "wrong signature")
    if not (timestamp.isascii() and timestamp.isdigit() and abs(time.time() - int(timestamp)) <= WINDOW_S):
        return _say(403, "too old, or from the future")
    try:
        sent = Sent.model_validate(json.loads(raw))
    except (ValueError, RecursionError, ValidationError) as error:
        fields = (
            [".".join(map(str, one["loc"])) for one in error.errors()] if isinstance(error, ValidationError) else []
        )
        return _say(400, f"not readable: {', '.join(fields) or 'not JSON'}")
    if sent.event_ts.tzinfo is None or abs((sent.event_ts - dt.datetime.now(dt.UTC)).total_seconds()) > 86_400:
        return _say(400, "event_ts has no zone, or is more than a day away")
    receive(PhoneReport(**sent.model_dump()))
    return _say(200, "ok")


def _say(status: int, text: str) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain")
