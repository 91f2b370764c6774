"""The doors by which messages leave: one function each. They touch no database, so they can wait in threads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings

from incidents.delivery.models import Door
from incidents.delivery.outcomes import Outcome, Result


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message as a sender gets it. `message_id` is the same for every attempt."""

    address: str
    subject: str
    body: str
    message_id: str


Send = Callable[[Outgoing], Result]


def sender_of(door: str) -> Send | None:
    """The function that sends by this door; None when it is not set up here."""
    if door == Door.EMAIL and email_is_set_up():
        from incidents.delivery.email import send

        return send
    return show if door == Door.PAGE else None


def show(outgoing: Outgoing) -> Result:
    """The tracking page shows what has the state "sent": there is nothing more to do."""
    return Result(Outcome.SENT)


def email_is_set_up() -> bool:
    """Printing a mail on the console is not sending it."""
    return not settings.EMAIL_BACKEND.endswith(("console.EmailBackend", "dummy.EmailBackend"))
