"""Until when a platform takes an answer: some time after the citizen's last message by that door."""

from __future__ import annotations

import datetime as dt

from django.db.models import Max
from django.utils import timezone

from incidents.conversations.models import Message
from incidents.records.models import Reporter

# The door's own rule, registered by the room that owns the door; a door without one takes answers always.
_windows: dict[str, dt.timedelta] = {}


def register(door: str, window: dt.timedelta) -> None:
    """Says how long after a message the door `door` takes answers; called in an application's `ready()`."""
    _windows[door] = window


def closes_at(reporter: Reporter, door: str) -> dt.datetime | None:
    """When the door closes to answers for this reporter; None when it never does.

    Without any message of theirs it has always been closed: the beginning of time.
    """
    window = _windows.get(door)
    if window is None:
        return None
    heard = Message.objects.filter(reporter=reporter, door=door, direction=Message.Direction.IN)
    last = heard.aggregate(last=Max("at"))["last"]
    return last + window if last is not None else dt.datetime.min.replace(tzinfo=dt.UTC)


def is_open(reporter: Reporter, door: str, at: dt.datetime | None = None) -> bool:
    """Whether the door takes an answer to this reporter at `at`."""
    closes = closes_at(reporter, door)
    return closes is None or (at or timezone.now()) < closes
