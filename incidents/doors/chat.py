"""What the chat platforms have in common: an adapter a platform, found by itself; a new one is a file and nothing else.

A module of this package that has a `door` is a chat door: `register_all` finds it when the application starts. The
address that all of them call is chat_webhook.py; what they sent is taken up in chat_arrivals.py.
"""

from __future__ import annotations

import datetime as dt
import math
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any

from django.conf import settings as configured

from incidents.conversations import windows
from incidents.delivery import ways
from incidents.delivery.models import Door, Receipt
from incidents.delivery.outcomes import Result
from incidents.doors.posting import fitted
from incidents.records.models import Report, Reporter, Source

MOST_MEDIA = 10


class Malformed(ValueError):
    """Not an event of this platform: cut off, not JSON, or without what its kind must have."""


@dataclass(frozen=True, slots=True)
class Message:
    """What a citizen sent. `point` is (lon, lat); `media` are addresses at the platform, not fetched yet."""

    id: str
    sender: str
    text: str = ""
    point: tuple[float, float] | None = None
    media: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a message of ours; `id` is the platform's number of it."""

    id: str
    receipt: Receipt
    detail: str = ""


Heard = Message | Told


class ChatDoor(ABC):
    """One platform. Everything but `send` is pure; keys come from the settings."""

    source: Source
    # The settings without which nothing is taken.
    settings: tuple[str, ...]
    # How long after the citizen's last message the platform takes an answer; None: always.
    reply_window: dt.timedelta | None = None
    # Characters of one message.
    longest: int
    # Whence pictures may be fetched: a host, or ".host" for all below it.
    media_hosts: tuple[str, ...]

    @abstractmethod
    def is_signed(self, raw: bytes, headers: Mapping[str, str]) -> bool:
        """Whether these very bytes are the platform's; compared in constant time."""

    @abstractmethod
    def parse(self, raw: bytes) -> list[Heard]:
        """What an event says, in its order; echoes of our own and what is no message give nothing. Raises Malformed."""

    @abstractmethod
    def can_send(self) -> bool:
        """Whether what sending needs is set."""

    @abstractmethod
    def send(self, outgoing: ways.Outgoing) -> Result:
        """Sends one text; raises nothing."""

    def challenge(self, query: Mapping[str, str]) -> str | None:
        """What a GET at set-up is answered with; None when it is refused."""
        return None

    def is_set_up(self) -> bool:
        return all(getattr(configured, name) for name in self.settings)

    def to_citizen(self, reporter: Reporter | None, report: Report | None) -> str:
        """The platform's own number of the reporter, while it takes answers to them."""
        if reporter is None or reporter.door != self.source or not windows.is_open(reporter, self.source):
            return ""
        return reporter.door_id


DOORS: dict[str, ChatDoor] = {}


def register_all() -> list[ChatDoor]:
    """Finds the chat doors of this package and says how they send; called once, when the application starts."""
    import incidents.doors

    for module in pkgutil.iter_modules(incidents.doors.__path__):
        door = getattr(import_module(f"incidents.doors.{module.name}"), "door", None)
        if isinstance(door, ChatDoor):
            _register(door)
    return list(DOORS.values())


def _register(door: ChatDoor) -> None:
    DOORS[door.source] = door
    if door.reply_window is not None:
        windows.register(door.source, door.reply_window)
    ways.register(
        ways.Way(
            door=Door(door.source),
            send=door.send,
            is_set_up=lambda: door.is_set_up() and door.can_send(),
            to_citizen=door.to_citizen,
            fit=partial(fitted, longest=door.longest),
        )
    )


def point_of(place: Any) -> tuple[float, float] | None:
    """(lon, lat) of an object that calls them any of the usual names, as numbers or texts. Raises what `float` does."""
    if not isinstance(place, Mapping):
        return None
    lat, lon = place.get("latitude", place.get("lat")), place.get("longitude", place.get("lon", place.get("long")))
    point = (math.nan, math.nan) if lat is None or lon is None else (float(lon), float(lat))
    return point if abs(point[0]) <= 180 and abs(point[1]) <= 90 else None


def texts(values: Iterable[Any]) -> tuple[str, ...]:
    """The addresses among them, as many as one message may have."""
    return tuple(str(value)[:1000] for value in values if value)[:MOST_MEDIA]
