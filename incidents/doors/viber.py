"""Viber: events of the webhook, their signature, and sending a text."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from incidents.delivery.models import Receipt
from incidents.delivery.outcomes import Failure, Outcome, Result
from incidents.delivery.ways import Outgoing
from incidents.doors.chat import ChatDoor, Heard, Malformed, Message, Told, point_of, texts
from incidents.doors.posting import post
from incidents.records.models import Source

_RECEIPTS = {"delivered": Receipt.DELIVERED, "seen": Receipt.READ, "failed": Receipt.FAILED}
# What Viber's status of a sent message means; any other is tried again.
_STATUS = {
    2: Result(Outcome.TEMPORARY, Failure.SENDER_REFUSED, "invalidAuthToken"),
    3: Result(Outcome.PERMANENT, Failure.BROKEN_MESSAGE, "badData"),
    4: Result(Outcome.PERMANENT, Failure.BROKEN_MESSAGE, "missingData"),
    5: Result(Outcome.PERMANENT, Failure.NO_ADDRESS, "receiverNotRegistered"),
    6: Result(Outcome.PERMANENT, Failure.REFUSED, "receiverNotSubscribed"),
    7: Result(Outcome.TEMPORARY, Failure.SENDER_REFUSED, "publicAccountBlocked"),
}


class Viber(ChatDoor):
    source = Source.VIBER
    settings = ("VIBER_TOKEN",)
    longest = 7000
    media_hosts = (".viber.com",)

    def is_signed(self, raw: bytes, headers: Mapping[str, str]) -> bool:
        mac = hmac.new(settings.VIBER_TOKEN.encode(), raw, hashlib.sha256).hexdigest()
        return hmac.compare_digest(mac.encode(), headers.get("X-Viber-Content-Signature", "").strip().encode())

    def parse(self, raw: bytes) -> list[Heard]:
        try:
            event = json.loads(raw)
            kind, number = str(event["event"]), str(event.get("message_token") or "")
            if kind in _RECEIPTS and number:
                return [Told(number, _RECEIPTS[kind], str(event.get("desc") or "")[:200])]
            return [_message(number, event)] if kind == "message" else []
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise Malformed("not an event, or a message without sender, token or readable content") from error

    def can_send(self) -> bool:
        return self.is_set_up()

    def send(self, outgoing: Outgoing) -> Result:
        content = {
            "receiver": outgoing.address,
            "type": "text",
            "text": outgoing.body,
            "sender": {"name": settings.HOTLINE_NAME[:28]},
            "tracking_data": outgoing.message_id,
        }
        headers = {"X-Viber-Auth-Token": settings.VIBER_TOKEN}
        answer = post(f"{settings.VIBER_API}/pa/send_message", json=content, headers=headers)
        if isinstance(answer, Result):
            return answer
        if answer.get("status") == 0:
            return Result(Outcome.SENT, provider_id=str(answer.get("message_token") or ""))
        detail = str(answer.get("status_message") or answer.get("status"))[:200]
        return _STATUS.get(answer.get("status", 0), Result(Outcome.TEMPORARY, Failure.REJECTED_FOR_NOW, detail))


def _message(number: str, event: dict[str, Any]) -> Message:
    message, sender = event["message"], str(event["sender"]["id"])
    if not number or not sender:
        raise KeyError("message_token")
    media = message.get("media") if message.get("type") == "picture" else None
    return Message(number, sender, str(message.get("text") or ""), point_of(message.get("location")), texts([media]))


door = Viber()
