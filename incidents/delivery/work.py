"""Sending what waits: claimed by a conditional UPDATE with a lease, sent in a few threads, written down in a change.

A worker killed while sending leaves its lease behind; when that has run out another worker sends the message again
under the same Message-ID. So a message may, very rarely, arrive twice, and is never lost (see README.md).
"""

from __future__ import annotations

import datetime as dt
import logging
import random
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from incidents.delivery import endings
from incidents.delivery.models import URGENT, Attempt, Delivery, DeliveryState
from incidents.delivery.outcomes import Failure, Outcome, Result
from incidents.delivery.ways import Outgoing, Send, address_of, sender_of, way_of
from incidents.records import editing
from realtime.change import change

log = logging.getLogger(__name__)

# How many messages are under way at once.
SENDERS = 4
# Longer than the slowest conversation with a mail server (each answer may take settings.EMAIL_TIMEOUT).
LEASE = dt.timedelta(minutes=5)
FIRST_WAIT = dt.timedelta(seconds=30)
LONGEST_WAIT = dt.timedelta(hours=1)
# RFC 5321, 4.5.4.1: give up after 4 to 5 days at the earliest. An answer that late helps nobody here: 2 days.
GIVE_UP_AFTER = dt.timedelta(days=2)
# A crew that is told after two minutes has long been reached by somebody else.
URGENT_WAIT = dt.timedelta(seconds=5)
URGENT_GIVE_UP_AFTER = dt.timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message this process may send until `lease_until`."""

    id: int
    door: str
    outgoing: Outgoing
    lease_until: dt.datetime


def wait_after(attempts: int, *, urgent: bool = False) -> dt.timedelta:
    """How long to wait after this many attempts: 30 s (5 s when `urgent`) doubled each time, an hour at most, spread
    by a tenth."""
    first = URGENT_WAIT if urgent else FIRST_WAIT
    wait: dt.timedelta = min(first * 2 ** min(attempts - 1, 10), LONGEST_WAIT)
    return wait * random.uniform(0.9, 1.1)


def claim(most: int, *, at: dt.datetime | None = None) -> Iterator[Claimed]:
    """Claims up to `most` messages that are due, or whose sender died; each exactly once among all processes."""
    at = at or timezone.now()
    due = Q(state=DeliveryState.WAITING, next_try_at__lte=at) | Q(state=DeliveryState.SENDING, lease_until__lte=at)
    rows = Delivery.objects.filter(due).order_by("next_try_at", "pk")
    for row in rows.select_related("reporter", "report__reporter", "contact_point", "person", "device")[:most]:
        lease_until = at + LEASE
        with change():
            mine = Delivery.objects.filter(due, pk=row.pk, attempts=row.attempts).update(
                state=DeliveryState.SENDING, lease_until=lease_until, attempts=F("attempts") + 1
            )
        if mine:
            yield Claimed(row.pk, row.door, _outgoing(row), lease_until)


def _outgoing(row: Delivery) -> Outgoing:
    way = way_of(row.door)
    return Outgoing(
        address=address_of(row),
        subject=row.subject,
        body=row.body,
        message_id=message_id_of(row),
        delivery=row.pk,
        thread=tuple(way.thread(row)) if way is not None else (),
        kind=row.kind,
        link=row.link,
    )


def message_id_of(row: Delivery) -> str:
    """The message's number in the form of e-mail, <uuid@our domain>."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ")
    return f"<{row.message_id}@{domain}>"


def record(claimed: Claimed, result: Result) -> None:
    """Writes down what came of an attempt. When the lease was lost meanwhile, only the attempt itself is kept."""
    incident_id = Delivery.objects.values_list("incident_id", flat=True).get(pk=claimed.id)
    with change() as c:
        row = Delivery.objects.select_related("report__reporter", "instead_of").get(pk=claimed.id)
        ends = _end_of(row, result, c.at)
        # The incident is locked before anything that hangs on it.
        if ends is not None and not endings.is_quiet(row) and incident_id is not None:
            row.incident = editing.lock(incident_id)
        Attempt.objects.create(
            delivery=row, at=c.at, outcome=result.outcome, code=result.failure or "", detail=result.detail
        )
        mine = Delivery.objects.filter(pk=row.pk, state=DeliveryState.SENDING, lease_until=claimed.lease_until)
        if ends is None:
            mine.update(
                state=DeliveryState.WAITING,
                lease_until=None,
                next_try_at=c.at + wait_after(row.attempts, urgent=row.kind in URGENT),
            )
            return
        state, failure = ends
        ended = {"state": state, "failure": failure, "ended_at": c.at, "provider_id": result.provider_id[:150]}
        if mine.update(lease_until=None, **ended):
            endings.ended(row, state, failure)


def _end_of(row: Delivery, result: Result, at: dt.datetime) -> tuple[DeliveryState, str] | None:
    """The state a result leads to, with the reason; None when it is tried again."""
    if result.outcome == Outcome.SENT:
        return DeliveryState.SENT, ""
    if result.outcome == Outcome.PERMANENT:
        return DeliveryState.FAILED, result.failure or Failure.UNEXPECTED
    most = URGENT_GIVE_UP_AFTER if row.kind in URGENT else GIVE_UP_AFTER
    return (DeliveryState.FAILED, Failure.GAVE_UP) if at - row.created_at > most else None


class Sending:
    """Keeps up to SENDERS messages under way; `tick` never waits for any of them."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(SENDERS, thread_name_prefix="sender")
        self._under_way: dict[Future[Result], Claimed] = {}

    def tick(self) -> int:
        """Writes down what has ended and starts what is due; gives how many of either."""
        done = [future for future in self._under_way if future.done()]
        for future in done:
            record(self._under_way.pop(future), future.result())
        started = 0
        if (free := SENDERS - len(self._under_way)) > 0:
            for claimed in claim(free):
                self._under_way[self._pool.submit(_send, sender_of(claimed.door), claimed.outgoing)] = claimed
                started += 1
        return len(done) + started

    @property
    def is_busy(self) -> bool:
        return bool(self._under_way)

    def finish(self) -> None:
        """Waits for what is under way and writes it down; starts nothing more."""
        self._pool.shutdown(wait=True)
        for future, claimed in self._under_way.items():
            record(claimed, future.result())
        self._under_way.clear()


def _send(send: Send | None, outgoing: Outgoing) -> Result:
    if send is None:
        return Result(Outcome.PERMANENT, Failure.DOOR_NOT_SET_UP)
    try:
        return send(outgoing)
    except Exception:
        # A sender must not raise; if it does, the message is tried again and the error is in the log.
        log.exception("sending failed")
        return Result(Outcome.TEMPORARY, Failure.UNEXPECTED)
