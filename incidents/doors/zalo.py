"""Zalo OA: what an event of the webhook says, and whether it is Zalo's. Pure: no database, no settings.

The scheme of the signature was not read on Zalo's own page, so it is a setting: see README.md.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
from dataclasses import dataclass
from typing import Any

# Of the user's own messages; what else users do (follow, click, send a sticker) is acknowledged and no report.
_REPORTS = {f"user_send_{kind}" for kind in ("text", "image", "location", "link", "video", "audio", "file")}


class Malformed(ValueError):
    """Not a Zalo event: cut off, not JSON, or without what its kind must have."""


@dataclass(frozen=True)
class Message:
    """What a citizen sent. `point` is (lon, lat); `media` are addresses at Zalo that nothing here fetches."""

    id: str
    sender: str
    text: str
    point: tuple[float, float] | None
    media: tuple[str, ...]


def read(raw: bytes) -> dict[str, Any]:
    """The event in the body. Raises Malformed."""
    try:
        event = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Malformed("not JSON") from error
    if not isinstance(event, dict) or not isinstance(event.get("event_name"), str):
        raise Malformed("no event_name")
    return event


def mac_of(raw: bytes, timestamp: str, *, app_id: str, secret: str, scheme: str) -> str:
    """The signature of the raw body: `sha256`, as most describe it, or `hmac`, as a minority does."""
    if scheme == "hmac":
        return hmac.new(secret.encode(), app_id.encode() + raw + timestamp.encode(), hashlib.sha256).hexdigest()
    return hashlib.sha256(app_id.encode() + raw + timestamp.encode() + secret.encode()).hexdigest()


def parse(event: dict[str, Any]) -> Message | None:
    """The citizen's message in an event; None for echoes of our own and for what is no message. Raises Malformed."""
    if event["event_name"] not in _REPORTS:
        return None
    try:
        message, sender = event["message"], str(event["sender"]["id"])
        payloads = [dict(one.get("payload") or {}) for one in message.get("attachments") or ()]
        places = [payload["coordinates"] for payload in payloads if payload.get("coordinates")]
        points = [_point(place) for place in (*places, *payloads, message.get("location") or {})]
        media = tuple(str(payload["url"])[:500] for payload in payloads if payload.get("url"))[:10]
        text, number = str(message.get("text") or ""), str(message["msg_id"])
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise Malformed("a message without sender, id or readable attachments") from error
    if not sender or not number:
        raise Malformed("an empty sender or id")
    return Message(number, sender, text, next(filter(None, points), None), media)


def _point(place: dict[str, Any]) -> tuple[float, float] | None:
    lat, lon = place.get("latitude", place.get("lat")), place.get("longitude", place.get("lon", place.get("long")))
    point = (math.nan, math.nan) if lat is None or lon is None else (float(lon), float(lat))
    return point if abs(point[0]) <= 180 and abs(point[1]) <= 90 else None
