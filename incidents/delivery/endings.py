"""What follows when a message has ended: history, another door for the citizen, and what other rooms have asked for."""

from __future__ import annotations

from collections.abc import Callable

from incidents.delivery.models import URGENT, Delivery, DeliveryState, Door
from incidents.delivery.queue import say_again
from incidents.records.history import HistoryKind, append

# Called in the change that ended the message, with its incident (if any) locked; `state` and `failure` say how.
Follow = Callable[[Delivery], None]
_follows: list[Follow] = []


def register(follow: Follow) -> None:
    """Adds something that follows when a message was sent or failed; called in an application's `ready()`."""
    if follow not in _follows:
        _follows.append(follow)


def is_quiet(row: Delivery) -> bool:
    """Whether a message's end is no event of its incident: the page, and notifications that only go besides."""
    return row.door == Door.PAGE or (row.door == Door.PUSH and row.kind not in URGENT)


def ended(row: Delivery, state: DeliveryState, failure: str) -> None:
    """Does what follows, in the open change. The caller has written state and failure; `row.incident` is locked,
    unless the message `is_quiet`. What is urgent stands in the log of the shared incident (emergencies/), not here."""
    row.state, row.failure = state, failure
    if row.door == Door.PAGE:
        return
    if row.incident is not None and not is_quiet(row) and row.kind not in URGENT:
        kind = HistoryKind.MESSAGE_SENT if state == DeliveryState.SENT else HistoryKind.MESSAGE_FAILED
        data = {"delivery": row.pk, "kind": row.kind, "door": row.door}
        append(row.incident, kind, by=None, why=failure, data=data)
    if state == DeliveryState.FAILED:
        say_again(row)
    for follow in _follows:
        follow(row)
