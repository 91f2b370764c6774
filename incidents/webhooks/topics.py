"""What webhooks can be told: one topic each, registered at start by the room that knows its data.

    topics.register(Topic("reports", _("changes of its reports"), frozenset({"incident"}), payload))

A topic sees only what the live stream shows the webhook's keys, so `visible_to` holds here too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from incidents.webhooks.models import Webhook


@dataclass(frozen=True, slots=True)
class Seen:
    """One entity as the live stream shows it to a webhook after a change.

    `body` is None when it left these keys' live view: it was taken from them, or it was closed. Whoever wants to tell
    the partner how it ended reads that with `keys`, which may still open it.
    """

    webhook: Webhook
    keys: frozenset[str]
    entity: str
    id: int
    version: int
    body: Mapping[str, Any] | None


# What the message carries as "data". None for a body: this topic does not tell it; None for what is gone: only that
# it is gone, and only if it was told before.
Payload = Callable[[Seen], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Topic:
    """Something a webhook can be told. `for_agencies`, `for_partners`: whose webhooks may have it."""

    code: str
    label: str | Promise
    entities: frozenset[str]
    payload: Payload
    for_agencies: bool = True
    for_partners: bool = False


_topics: dict[str, Topic] = {}


def register(topic: Topic) -> None:
    """Adds a topic, in the `ready()` of the application that owns it. The same code again replaces it."""
    _topics[topic.code] = topic


def topic_of(code: str) -> Topic | None:
    return _topics.get(code)


def registered() -> tuple[Topic, ...]:
    """All topics, in the order they were registered."""
    return tuple(_topics.values())
