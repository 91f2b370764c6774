"""What can come of one attempt to send: sent, try again, or never."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    SENT = "sent"
    # The other side, or the way to it, may work later.
    TEMPORARY = "temporary"
    # It will never work: no such address, or a message nobody may send.
    PERMANENT = "permanent"


class Failure(StrEnum):
    """Why a message did not leave; stored with the delivery."""

    DOOR_NOT_SET_UP = "door_not_set_up"
    NO_ADDRESS = "no_address"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    REJECTED_FOR_NOW = "rejected_for_now"
    SENDER_REFUSED = "sender_refused"
    BROKEN_MESSAGE = "broken_message"
    UNEXPECTED = "unexpected"
    # The platform lets us answer only for some time after the citizen wrote.
    WINDOW_CLOSED = "window_closed"
    # The other side took it and told later that it did not arrive.
    UNDELIVERED = "undelivered"
    # The browser has ended its subscription.
    GONE = "gone"
    GAVE_UP = "gave_up"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class Result:
    """One attempt's result. `detail` is the other side's answer in at most 300 characters, without addresses.

    `provider_id` is its own number of the message, when receipts will name it.
    """

    outcome: Outcome
    failure: Failure | None = None
    detail: str = ""
    provider_id: str = ""
