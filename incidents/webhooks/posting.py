"""Sending what waits: claimed by a conditional UPDATE with a lease, posted in a few threads, each attempt written down.

One request at a time to each webhook, the oldest message first. What cannot be reached is left alone for longer each
time; what it refuses for good, or could not be given for a day, is given up and shown to a person (admin.py).
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from django.db.models import F, Q
from django.utils import timezone

from incidents.webhooks.models import Attempt, Notice, NoticeState, Webhook
from incidents.webhooks.outbound import NotAllowed, Unreachable, exchange
from incidents.webhooks.signing import signature_of
from realtime.change import change

log = logging.getLogger(__name__)

SENDERS = 4
# Longer than one request may take.
LEASE = dt.timedelta(minutes=2)
FIRST_WAIT = dt.timedelta(seconds=10)
LONGEST_WAIT = dt.timedelta(hours=1)
GIVE_UP_AFTER = dt.timedelta(days=1)
# These say that the message is wrong, or that nobody is there any more; all others may pass.
FINAL = frozenset({400, 410, 413, 415, 422})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a request: the status if there was an answer, else why not, as a code."""

    status: int | None
    failure: str
    took_ms: int

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_final(self) -> bool:
        return self.status in FINAL


class Posting:
    """Keeps up to SENDERS requests under way; `tick` never waits for any of them."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(SENDERS, thread_name_prefix="webhook")
        self._under_way: dict[Future[Outcome], Notice] = {}

    def tick(self) -> int:
        """Writes down what has ended and starts what is due; gives how many of either."""
        done = [future for future in self._under_way if future.done()]
        for future in done:
            record(self._under_way.pop(future), future.result())
        started = 0
        while len(self._under_way) < SENDERS and (notice := claim()) is not None:
            self._under_way[self._pool.submit(post, notice)] = notice
            started += 1
        return len(done) + started


def claim(at: dt.datetime | None = None) -> Notice | None:
    """The oldest message that is due, taken for sending; None when there is none. Each once among all processes."""
    at = at or timezone.now()
    lost = Q(state=NoticeState.SENDING, lease_until__lte=at)
    due = Q(state=NoticeState.WAITING, next_try_at__lte=at) | lost
    free = Q(webhook__paused_until=None) | Q(webhook__paused_until__lte=at)
    busy = Notice.objects.filter(state=NoticeState.SENDING, lease_until__gt=at).values("webhook")
    rows = Notice.objects.filter(due, free, webhook__is_active=True).exclude(webhook__in=busy)
    for row in rows.select_related("webhook").order_by("pk")[:SENDERS]:
        lease = at + LEASE
        with change():
            mine = Notice.objects.filter(pk=row.pk, state=row.state, attempts=row.attempts).update(
                state=NoticeState.SENDING, lease_until=lease, attempts=F("attempts") + 1
            )
        if mine:
            row.attempts, row.lease_until = row.attempts + 1, lease
            return row
    return None


def post(notice: Notice) -> Outcome:
    """One request; raises nothing and touches no database."""
    webhook, body, began = notice.webhook, notice.body.encode(), time.monotonic()
    moment = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "X-Webhook": webhook.name,
        "X-Delivery": str(notice.uid),
        "X-Time": moment,
        "X-Signature": signature_of(webhook.secret, moment, body),
    }
    status, failure = None, ""
    try:
        status = exchange("POST", webhook.url, content=body, headers=headers).status
        if not 200 <= status < 300:
            failure = f"http_{status}"
    except (NotAllowed, Unreachable) as error:
        failure = str(error)
    except Exception:
        log.exception("a message to a webhook failed")
        failure = "unexpected"
    return Outcome(status, failure[:60], round((time.monotonic() - began) * 1000))


def wait_after(failures: int) -> dt.timedelta:
    """How long a webhook is left alone after so many failures in a row: 10 s doubled each time, an hour at most."""
    wait: dt.timedelta = min(FIRST_WAIT * 2 ** min(failures - 1, 12), LONGEST_WAIT)
    return wait


def record(notice: Notice, outcome: Outcome) -> None:
    """Writes down what came of an attempt. When the lease was lost meanwhile, only the attempt itself is kept."""
    with change() as c:
        Attempt.objects.create(
            notice=notice, at=c.at, status=outcome.status, failure=outcome.failure, took_ms=outcome.took_ms
        )
        mine = Notice.objects.filter(pk=notice.pk, state=NoticeState.SENDING, lease_until=notice.lease_until)
        webhook = Webhook.objects.filter(pk=notice.webhook_id)
        if outcome.is_taken or outcome.is_final:
            state = NoticeState.SENT if outcome.is_taken else NoticeState.GIVEN_UP
            if mine.update(state=state, failure=outcome.failure, lease_until=None, ended_at=c.at):
                webhook.update(failures=0, paused_until=None)
            return
        failures = webhook.values_list("failures", flat=True)[0] + 1
        again = c.at + wait_after(failures)
        old = c.at - notice.waiting_since > GIVE_UP_AFTER
        ends = {"state": NoticeState.GIVEN_UP, "ended_at": c.at} if old else {"state": NoticeState.WAITING}
        if mine.update(lease_until=None, failure=outcome.failure, next_try_at=again, **ends):
            webhook.update(failures=failures, paused_until=again)
