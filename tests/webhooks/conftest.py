"""A partner's system on this machine, and a topic that tells everything it may see."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from incidents.webhooks import topics
from incidents.webhooks.following import follow
from incidents.webhooks.models import Notice, Webhook
from incidents.webhooks.posting import Posting
from incidents.webhooks.topics import Seen, Topic
from opscenter.accounts.models import Agency
from tests.cast import cast
from tests.doors.platforms import Peer, serving
from tests.intake.world import world

__all__ = ["cast", "world"]


@pytest.fixture
def peer(settings: Any) -> Iterator[Peer]:
    settings.PARTNER_NETWORKS = ["127.0.0.1/32"]
    with serving(lambda asked: (200, {})) as found:
        yield found


@pytest.fixture
def everything() -> Iterator[Topic]:
    def payload(seen: Seen) -> dict[str, Any] | None:
        return dict(seen.body) if seen.body is not None else None

    topic = Topic("test", "test", frozenset({"incident"}), payload, for_partners=True)
    topics.register(topic)
    yield topic
    topics._topics.pop("test")


def new_webhook(agency: Agency | None, peer: Peer, **given: Any) -> Webhook:
    """A webhook that has been told everything up to now."""
    start = {"name": f"hook{Webhook.objects.count()}", "url": f"{peer.address}/in", "topic": "test"}
    webhook = Webhook.objects.create(agency=agency, **{**start, **given})
    follow()
    webhook.refresh_from_db()
    return webhook


def post_all(at: Any = None) -> None:
    """Sends what is due, and waits until all of it is written down."""
    Notice.objects.update(next_try_at=at or timezone.now())
    Webhook.objects.update(paused_until=None)
    posting = Posting()
    until = time.monotonic() + 20
    while time.monotonic() < until:
        posting.tick()
        if not posting._under_way and not _is_due():
            return
        time.sleep(0.005)
    raise AssertionError("messages are still under way")


def _is_due() -> bool:
    now = timezone.now()
    free = Notice.objects.exclude(webhook__paused_until__gt=now)
    return free.filter(state="waiting", next_try_at__lte=now, webhook__is_active=True).exists()
