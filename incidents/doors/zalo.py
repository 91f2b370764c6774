"""Zalo OA: events of the webhook, their signature, and sending a text with the token of zalo_token.py.

The scheme of the signature was not read on Zalo's own page, so it is a setting: see README.md.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import logging
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from incidents.delivery.outcomes import Failure, Outcome, Result
from incidents.delivery.ways import Outgoing
from incidents.doors import zalo_token
from incidents.doors.chat import ChatDoor, Heard, Malformed, Message, point_of, texts
from incidents.doors.posting import post
from incidents.records.models import Source

log = logging.getLogger(__name__)

# Of the user's own messages; what else users do (follow, click, send a sticker) is acknowledged and no report.
_REPORTS = {f"user_send_{kind}" for kind in ("text", "image", "location", "link", "video", "audio", "file")}
_PICTURES = {"image", "photo"}
_BAD_TOKEN = frozenset({-216, -124})
# Zalo's error code → what it means (from independent descriptions, not Zalo's page); any other is tried again.
_ERRORS = {
    -201: (Outcome.PERMANENT, Failure.BROKEN_MESSAGE),
    -213: (Outcome.PERMANENT, Failure.REFUSED),
    -217: (Outcome.PERMANENT, Failure.REFUSED),
    -227: (Outcome.PERMANENT, Failure.REFUSED),
    -230: (Outcome.PERMANENT, Failure.WINDOW_CLOSED),
    -234: (Outcome.PERMANENT, Failure.WINDOW_CLOSED),
}


class Zalo(ChatDoor):
    source = Source.ZALO
    settings = ("ZALO_APP_ID", "ZALO_OA_SECRET")
    # Free of charge for two days, paid for up to seven.
    reply_window = dt.timedelta(hours=48)
    longest = 2000
    media_hosts = (".zdn.vn", ".zadn.vn", ".zaloapp.com")

    def is_signed(self, raw: bytes, headers: Mapping[str, str]) -> bool:
        mac = mac_of(
            raw,
            _timestamp(raw),
            app_id=settings.ZALO_APP_ID,
            secret=settings.ZALO_OA_SECRET,
            scheme=settings.ZALO_SIGNATURE_SCHEME,
        )
        return hmac.compare_digest(f"mac={mac}".encode(), headers.get("X-ZEvent-Signature", "").strip().encode())

    def parse(self, raw: bytes) -> list[Heard]:
        try:
            event = json.loads(raw)
            return [_message(event)] if event["event_name"] in _REPORTS else []
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise Malformed("not an event, or a message without sender, id or readable attachments") from error

    def can_send(self) -> bool:
        return bool(settings.ZALO_REFRESH_TOKEN)

    def send(self, outgoing: Outgoing) -> Result:
        token = zalo_token.current()
        if not token:
            return Result(Outcome.TEMPORARY, Failure.SENDER_REFUSED, "no access token")
        content = {"recipient": {"user_id": outgoing.address}, "message": {"text": outgoing.body}}
        answer = post(f"{settings.ZALO_API}/v3.0/oa/message/cs", json=content, headers={"access_token": token})
        if isinstance(answer, Result):
            return answer
        code = answer.get("error", 0)
        if code == 0:
            return Result(Outcome.SENT, provider_id=str((answer.get("data") or {}).get("message_id") or ""))
        if code in _BAD_TOKEN:
            zalo_token.is_refused(token)
            return Result(Outcome.TEMPORARY, Failure.SENDER_REFUSED, f"error {code}")
        return Result(*_ERRORS.get(code, (Outcome.TEMPORARY, Failure.REJECTED_FOR_NOW)), f"error {code}")


def mac_of(raw: bytes, timestamp: str, *, app_id: str, secret: str, scheme: str) -> str:
    """The signature of the raw body: `sha256`, as most describe it, or `hmac`, as a minority does."""
    if scheme == "hmac":
        return hmac.new(secret.encode(), app_id.encode() + raw + timestamp.encode(), hashlib.sha256).hexdigest()
    return hashlib.sha256(app_id.encode() + raw + timestamp.encode() + secret.encode()).hexdigest()


def _timestamp(raw: bytes) -> str:
    """The moment that the body says; a body that cannot be read has none, and its signature fits nothing."""
    try:
        return str(json.loads(raw).get("timestamp", ""))
    except (ValueError, RecursionError, AttributeError):
        return ""


def _message(event: dict[str, Any]) -> Message:
    message, sender, number = event["message"], str(event["sender"]["id"]), str(event["message"]["msg_id"])
    if not sender or not number:
        raise KeyError("msg_id")
    attached = [(row.get("type"), dict(row.get("payload") or {})) for row in message.get("attachments") or ()]
    # A place arrives in three shapes.
    places = [payload.get("coordinates") for _kind, payload in attached]
    places += [payload for _kind, payload in attached] + [message.get("location")]
    media = texts(payload.get("url") for kind, payload in attached if kind in _PICTURES)
    points = (point_of(place) for place in places)
    return Message(number, sender, str(message.get("text") or ""), next(filter(None, points), None), media)


door = Zalo()
