"""What chat platforms have sent: kept within their call, taken up by the worker as messages and receipts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils import timezone

from incidents.delivery import receipts
from incidents.delivery.models import Door, Receipt
from incidents.doors import media
from incidents.doors.chat import ChatDoor, Heard, Message
from incidents.intake import arrivals
from incidents.intake.arrivals import Arrived
from incidents.intake.messages import take_message
from incidents.intake.take import ReporterDetails
from incidents.records.models import Source

# A receipt may come before our own note that the message was sent; after that it is of none that we know.
RECEIPT_WAITS = dt.timedelta(minutes=2)


class NotSentYet(Exception):
    """The message that a receipt is of is not known yet; asked again later."""


def keep(door: ChatDoor, heard: Sequence[Heard]) -> None:
    """Keeps what an event said, in its order; what is there already stays as it is."""
    for one in heard:
        if isinstance(one, Message):
            body = {"sender": one.sender, "text": one.text, "point": one.point, "media": list(one.media)}
            arrivals.arrive(door=door.source, source_id=one.id, sender=one.sender, body=body)
        else:
            body = {"receipt": one.receipt.value, "of": one.id, "detail": one.detail}
            # The receipts of one message keep their order too.
            arrivals.arrive(door=door.source, source_id=f"{one.receipt}:{one.id}", sender=one.id, body=body)


def register(door: ChatDoor) -> None:
    """Says that what arrives at this door is taken up here."""

    def take(arrived: Arrived) -> None:
        if "receipt" in arrived.body:
            _receipt(door, arrived)
        else:
            _message(door, arrived)

    arrivals.register(door.source, take)


def _message(door: ChatDoor, arrived: Arrived) -> None:
    body = arrived.body
    heard = take_message(
        source=Source(door.source),
        source_id=arrived.source_id,
        words=body["text"],
        point=tuple(body["point"]) if body["point"] else None,
        reporter=ReporterDetails(door=door.source, door_id=body["sender"]),
    )
    media.expect(heard.message, body["media"])


def _receipt(door: ChatDoor, arrived: Arrived) -> None:
    """Writes a receipt down. Raises NotSentYet."""
    body = arrived.body
    receipt, waits = Receipt(body["receipt"]), timezone.now() - arrived.at < RECEIPT_WAITS
    known = receipts.note(door=Door(door.source), receipt=receipt, provider_id=body["of"], detail=body["detail"])
    if not known and waits:
        raise NotSentYet
