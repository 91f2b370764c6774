"""Facebook Messenger: events of a page's webhook, their signature, and sending a text by the Graph API."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings

from incidents.delivery.models import Kind, Receipt
from incidents.delivery.outcomes import Failure, Outcome, Result
from incidents.delivery.ways import Outgoing
from incidents.doors.chat import ChatDoor, Heard, Malformed, Message, Told, point_of, texts
from incidents.doors.posting import post
from incidents.records.models import Source

# Without a tag a page may answer for a day; what a person writes may go under this one for seven.
_TAGGED = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
_OUTSIDE_WINDOW = 10
# All else nobody wrote, and must not go under it: that is left to the citizen's next door.
_BY_A_PERSON = frozenset({Kind.REPLY, Kind.ANSWERED, Kind.QUESTION})
# Graph's error code → what it means; any other is tried again.
_ERRORS = {
    _OUTSIDE_WINDOW: (Outcome.PERMANENT, Failure.WINDOW_CLOSED),
    100: (Outcome.PERMANENT, Failure.REFUSED),
    190: (Outcome.TEMPORARY, Failure.SENDER_REFUSED),
    200: (Outcome.TEMPORARY, Failure.SENDER_REFUSED),
    551: (Outcome.PERMANENT, Failure.REFUSED),
}


class Facebook(ChatDoor):
    source = Source.FACEBOOK
    settings = ("FACEBOOK_APP_SECRET", "FACEBOOK_VERIFY_TOKEN")
    reply_window = dt.timedelta(days=7)
    longest = 2000
    media_hosts = (".fbcdn.net", ".fbsbx.com")

    def is_signed(self, raw: bytes, headers: Mapping[str, str]) -> bool:
        mac = hmac.new(settings.FACEBOOK_APP_SECRET.encode(), raw, hashlib.sha256).hexdigest()
        return hmac.compare_digest(f"sha256={mac}".encode(), headers.get("X-Hub-Signature-256", "").strip().encode())

    def challenge(self, query: Mapping[str, str]) -> str | None:
        known, given = settings.FACEBOOK_VERIFY_TOKEN, query.get("hub.verify_token", "")
        is_ours = known and hmac.compare_digest(known.encode(), given.encode())
        return query.get("hub.challenge", "") if is_ours and query.get("hub.mode") == "subscribe" else None

    def parse(self, raw: bytes) -> list[Heard]:
        try:
            event = json.loads(raw)
            if event["object"] != "page":
                return []
            return [found for entry in event["entry"] for one in entry.get("messaging") or () for found in _read(one)]
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise Malformed("not an event of a page, or a message without sender or id") from error

    def can_send(self) -> bool:
        return bool(settings.FACEBOOK_PAGE_TOKEN)

    def send(self, outgoing: Outgoing) -> Result:
        content: dict[str, Any] = {
            "recipient": {"id": outgoing.address},
            "message": {"text": outgoing.body},
            "messaging_type": "RESPONSE",
            # In the body, not in the address: addresses stand in logs.
            "access_token": settings.FACEBOOK_PAGE_TOKEN,
        }
        result = _sent(content)
        if result.failure == Failure.WINDOW_CLOSED and outgoing.kind in _BY_A_PERSON:
            result = _sent({**content, **_TAGGED})
        return result


def _sent(content: dict[str, Any]) -> Result:
    answer = post(f"{settings.FACEBOOK_API}/me/messages", json=content, errors_have_content=True)
    if isinstance(answer, Result):
        return answer
    error = answer.get("error")
    if not isinstance(error, dict):
        return Result(Outcome.SENT, provider_id=str(answer.get("message_id") or ""))
    outcome, failure = _ERRORS.get(error.get("code", 0), (Outcome.TEMPORARY, Failure.REJECTED_FOR_NOW))
    return Result(outcome, failure, f"{error.get('code')} {error.get('error_subcode')}")


def _read(one: dict[str, Any]) -> Iterator[Heard]:
    # Of what was read it only tells until when, not which.
    delivered = (one.get("delivery") or {}).get("mids") or ()
    yield from (Told(str(number), Receipt.DELIVERED) for number in delivered)
    message = one.get("message")
    if not message or message.get("is_echo"):
        return
    number, sender = str(message["mid"]), str(one["sender"]["id"])
    if not number or not sender:
        raise KeyError("mid")
    attached = [(row.get("type"), row.get("payload") or {}) for row in message.get("attachments") or ()]
    media = texts(payload.get("url") for kind, payload in attached if kind == "image")
    points = (point_of(payload.get("coordinates")) for _kind, payload in attached)
    yield Message(number, sender, str(message.get("text") or ""), next(filter(None, points), None), media)


door = Facebook()
