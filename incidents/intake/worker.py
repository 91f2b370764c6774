"""The worker: takes up steps that were left, sends messages, does the rounds of the other rooms (records/rounds.py),
and tidies. Several may run; rows are their queue."""

from __future__ import annotations

import datetime as dt
import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from django.db import DatabaseError, OperationalError, connections
from django.utils import timezone

from incidents.delivery.work import Sending
from incidents.intake import steps
from incidents.intake.models import WorkerBeat
from incidents.records import photos, rounds
from realtime import log as event_log

log = logging.getLogger(__name__)

# While there is work it looks again at once, else ever more seldom, but always within a second.
SHORTEST_SLEEP_S = 0.05
LONGEST_SLEEP_S = 0.8
BEAT_EVERY = dt.timedelta(seconds=5)
TIDY_EVERY = dt.timedelta(hours=1)
# A worker that is silent for so long is dead or hangs.
SILENT_AFTER = dt.timedelta(seconds=30)
_FORGET_AFTER = dt.timedelta(days=1)


def is_working(at: dt.datetime | None = None) -> bool:
    """Whether some worker has shown itself in the last 30 seconds."""
    return WorkerBeat.objects.filter(beat_at__gt=(at or timezone.now()) - SILENT_AFTER).exists()


def _give_connections_back() -> None:
    """As a request does at its end; but a file that answers stays open: opening SpatiaLite at every look costs an idle
    worker more than the look."""
    for connection in connections.all(initialized_only=True):
        if connection.vendor != "sqlite" or connection.errors_occurred:
            connection.close_if_unusable_or_obsolete()


@dataclass
class Worker:
    """One worker's loop. `stop` may be called from a signal or another thread."""

    name: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}"[:100])
    _stopping: threading.Event = field(default_factory=threading.Event)
    _sending: Sending = field(default_factory=Sending)
    _beat_at: dt.datetime | None = None
    _tidied_at: dt.datetime | None = None
    # When each round of the other rooms last found nothing to do.
    _idle_at: dict[str, dt.datetime] = field(default_factory=dict)

    def stop(self) -> None:
        """Ends the loop after what it is doing; messages under way are waited for and written down."""
        self._stopping.set()

    def run(self) -> None:
        """Works until it is stopped. An error is logged and the work goes on: nothing in a row stops the others."""
        sleep = SHORTEST_SLEEP_S
        while not self._stopping.is_set():
            _give_connections_back()
            done = self.tick()
            sleep = SHORTEST_SLEEP_S if done else min(sleep * 2, LONGEST_SLEEP_S)
            self._stopping.wait(sleep)
        self._safely("sending", self._finish)
        self._safely("beat", self._leave)

    def run_once(self) -> int:
        """Does all that is due now, waits for messages under way, and gives how much was done."""
        total = 0
        while done := self.tick(tidy=False):
            total += done
        while self._sending.is_busy:
            time.sleep(SHORTEST_SLEEP_S)
            total += self._safely("sending", self._sending.tick)
        self._sending.finish()
        return total + self._safely("tidying", self._tidy)

    def tick(self, *, tidy: bool = True) -> int:
        """One round: gives how much was done."""
        self._safely("beat", self._beat)
        done = self._safely("steps", self._take_up_steps)
        done += self._safely("sending", self._sending.tick)
        for one in rounds.registered():
            done += self._safely(one.name, partial(self._come_round, one))
        if tidy:
            self._safely("tidying", self._tidy)
        return done

    def _safely(self, what: str, work: Callable[[], int]) -> int:
        try:
            return work()
        except OperationalError as error:
            # A server that restarts, a lock that took too long: the rows are still there in the next round.
            log.warning("%s: the database does not answer, tried again: %s", what, " ".join(str(error).split()))
        except DatabaseError:
            log.warning("%s: the database refused", what, exc_info=True)
        except Exception:
            log.exception("%s failed", what)
        return 0

    def _take_up_steps(self) -> int:
        done = 0
        for report_id in steps.left():
            if self._stopping.is_set():
                break
            if steps.claim(report_id):
                steps.run(report_id)
                done += 1
        return done

    def _come_round(self, one: rounds.Round) -> int:
        now = timezone.now()
        last = self._idle_at.get(one.name)
        if last is not None and now - last < one.every:
            return 0
        # Before the work: what raises is not tried again at once either.
        self._idle_at[one.name] = now
        done = one.work()
        if done:
            del self._idle_at[one.name]
        return done

    def _beat(self) -> int:
        now = timezone.now()
        if self._beat_at is None or now - self._beat_at >= BEAT_EVERY:
            first = self._beat_at is None
            self._beat_at = now
            fields = {"beat_at": now, **({"started_at": now} if first else {})}
            WorkerBeat.objects.update_or_create(
                name=self.name, defaults=fields, create_defaults={"started_at": now, "beat_at": now}
            )
        return 0

    def _tidy(self) -> int:
        """Prunes the event log, and removes files whose change failed and workers that are long gone."""
        now = timezone.now()
        if self._tidied_at is not None and now - self._tidied_at < TIDY_EVERY:
            return 0
        self._tidied_at = now
        pruned = event_log.prune()
        removed = photos.remove_orphans()
        WorkerBeat.objects.filter(beat_at__lt=now - _FORGET_AFTER).delete()
        return pruned + removed

    def _finish(self) -> int:
        self._sending.finish()
        return 0

    def _leave(self) -> int:
        return WorkerBeat.objects.filter(name=self.name).delete()[0]
