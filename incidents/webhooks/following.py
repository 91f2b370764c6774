"""The worker's round that reads the event log for each webhook, as the hub does for each screen: it queues messages."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from geo.areas import date_within_set
from incidents.records.keys import agency_key, keys_of_person
from incidents.webhooks.models import Notice, NoticeKind, Webhook
from incidents.webhooks.topics import Seen, Topic, topic_of
from realtime import log
from realtime.change import change
from realtime.entities import canonical, profile_for
from realtime.models import Event

# Events of one change of a position.
A_BATCH = 200


def keys_of(webhook: Webhook) -> frozenset[str]:
    """Whose eyes a webhook has: its agency's while that exists, or its machine's account while that is active."""
    if webhook.agency is not None:
        in_force = webhook.agency.is_in_force(date_within_set(timezone.localdate()))
        return frozenset({agency_key(webhook.agency.pk)}) if in_force else frozenset()
    return keys_of_person(webhook.partner) if webhook.partner is not None else frozenset()


def follow() -> int:
    """Brings every active webhook some events further; gives how many had any to come. Two queries when idle."""
    state = log.state()
    moved = 0
    for webhook in Webhook.objects.filter(is_active=True).select_related("agency", "partner"):
        if (webhook.epoch, webhook.offset) != (state.epoch, state.top):
            moved += _advance(webhook, state)
    return moved


def _advance(webhook: Webhook, state: log.LogState) -> int:
    known = webhook.epoch == state.epoch and state.floor <= webhook.offset <= state.top
    upto = min(state.top, webhook.offset + A_BATCH) if known else state.top
    here = Webhook.objects.filter(pk=webhook.pk, epoch=webhook.epoch, offset=webhook.offset)
    with change() as c:
        # Two workers: whoever moves the position writes the messages.
        if not here.update(epoch=state.epoch, offset=upto):
            return 0
        if known:
            notices = list(_notices(webhook, upto, c.at))
        elif webhook.epoch:
            notices = [_notice(webhook, NoticeKind.RESYNC, c.at)]
        else:
            notices = []
        Notice.objects.bulk_create(notices)
    return 1


def _notices(webhook: Webhook, upto: int, at: dt.datetime) -> Iterator[Notice]:
    topic, keys = topic_of(webhook.topic), keys_of(webhook)
    if topic is None or not keys:
        return
    rows = Event.objects.filter(offset__gt=webhook.offset, offset__lte=upto, entity__in=sorted(topic.entities))
    if not webhook.with_exercises:
        rows = rows.filter(exercise=0)
    # What this very batch tells is not in the table yet.
    told: set[tuple[str, int]] = set()
    for event in rows.order_by("offset"):
        notice = _of_event(webhook, topic, keys, event, at, told)
        if notice is not None:
            told.add((event.entity, event.entity_id))
            yield notice


def _of_event(
    webhook: Webhook,
    topic: Topic,
    keys: frozenset[str],
    event: Event,
    at: dt.datetime,
    told: set[tuple[str, int]],
) -> Notice | None:
    profile = profile_for(keys, json.loads(event.audience))
    if profile is None and keys.isdisjoint(json.loads(event.removed)):
        return None
    body = json.loads(json.loads(event.bodies)[profile]) if profile is not None else None
    data = topic.payload(Seen(webhook, keys, event.entity, event.entity_id, event.version, body))
    if body is not None and data is None:
        return None
    if body is None and (event.entity, event.entity_id) not in told and not _was_told(webhook, event):
        return None
    kind = NoticeKind.CHANGED if body is not None else NoticeKind.REMOVED
    return _notice(webhook, kind, at, event=event, data=data)


def _was_told(webhook: Webhook, event: Event) -> bool:
    return Notice.objects.filter(webhook=webhook, entity=event.entity, entity_id=event.entity_id).exists()


def _notice(
    webhook: Webhook, kind: NoticeKind, at: dt.datetime, *, event: Event | None = None, data: Any = None
) -> Notice:
    notice = Notice(webhook=webhook, kind=kind, created_at=at, waiting_since=at, next_try_at=at)
    told: dict[str, Any] = {
        "id": str(notice.uid),
        "webhook": webhook.name,
        "topic": webhook.topic,
        "kind": kind.value,
        "at": at.isoformat(timespec="milliseconds"),
    }
    if event is not None:
        notice.entity, notice.entity_id, notice.version = event.entity, event.entity_id, event.version
        told |= {
            "entity": event.entity,
            "entity_id": event.entity_id,
            "version": event.version,
            "exercise": event.exercise,
            "data": data,
        }
    notice.body = canonical(told)
    return notice
