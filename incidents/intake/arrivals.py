"""What came in and was acknowledged at once: kept as a row, taken up by the worker in the order of each sender.

    arrivals.register("sms", take)                                      in ready() of the application that owns the door
    arrivals.arrive(door="sms", source_id="17", sender="+84…", body={…})     in the view; then it may answer

A door whose peer waits a second or two for our answer puts what it got here: a burst costs one short insert each, and
a killed process loses nothing. `take` gets the body in the worker, outside any change. It must bear to be called again
with the same arrival, as `take_report` does.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.crypto import salted_hmac

from incidents.intake.models import Arrival
from incidents.intake.take import storable
from incidents.intake.together import Together
from realtime.change import change, current_change

log = logging.getLogger(__name__)

# Longer than taking anything up takes.
LEASE = dt.timedelta(minutes=2)
FIRST_WAIT = dt.timedelta(seconds=5)
# After so many tries it lets what its sender sent later pass, and waits until a person has it tried again.
MOST_TRIES = 6
KEEP = dt.timedelta(days=7)
AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Arrived:
    """One arrival as a door gets it back."""

    source_id: str
    body: Mapping[str, Any]
    at: dt.datetime


Take = Callable[[Arrived], None]
_takes: dict[str, Take] = {}


def register(door: str, take: Take) -> None:
    """Says who takes up what arrives at a door; called in `ready()`."""
    _takes[door] = take


def arrive(*, door: str, source_id: str, sender: str, body: Mapping[str, Any]) -> bool:
    """Keeps what came in, in a change that it may share with others; False when the same `source_id` was kept before.

    `body` is what JSON can hold. Who sent it is stored as a digest: it only tells whose order is to be kept.
    """
    return _kept_together(_row(door, source_id, sender, body))


def keep(*, door: str, source_id: str, sender: str, body: Mapping[str, Any]) -> bool:
    """The same, in the open change."""
    return _keep([_row(door, source_id, sender, body)])[0]


def _row(door: str, source_id: str, sender: str, body: Mapping[str, Any]) -> Arrival:
    digest = salted_hmac("incidents.intake.arrivals", f"{door}:{sender}", algorithm="sha256").hexdigest()
    return Arrival(door=door, source_id=storable(source_id)[:150], sender=digest, body=_storable(dict(body)))


def _keep(rows: Sequence[Arrival]) -> list[bool]:
    """Which of these are new; they are written."""
    at = current_change().at
    known = set(
        Arrival.objects.filter(door__in={row.door for row in rows}, source_id__in={row.source_id for row in rows})
        .order_by()
        .values_list("door", "source_id")
    )
    new: dict[tuple[str, str], Arrival] = {}
    are_new = []
    for row in rows:
        number = (row.door, row.source_id)
        are_new.append(number not in known and number not in new)
        if are_new[-1]:
            row.at = row.next_try_at = at
            new[number] = row
    # The same one at the same moment in another process: the second insert does nothing.
    Arrival.objects.bulk_create(new.values(), ignore_conflicts=True)
    return are_new


_kept_together = Together(_keep)


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(str(key)): _storable(one) for key, one in value.items()}
    return [_storable(one) for one in value] if isinstance(value, list) else value


def take_up(most: int = AT_ONCE, *, at: dt.datetime | None = None) -> int:
    """Takes up what waits, of each sender the oldest first; gives how many were taken up or failed."""
    at = at or timezone.now()
    earlier = Arrival.objects.filter(
        door=OuterRef("door"), sender=OuterRef("sender"), pk__lt=OuterRef("pk"), state=Arrival.State.WAITING
    )
    due = Arrival.objects.filter(state=Arrival.State.WAITING, next_try_at__lte=at, door__in=sorted(_takes))
    done = 0
    for row in due.exclude(Exists(earlier)).order_by("pk")[:most]:
        with change():
            mine = Arrival.objects.filter(pk=row.pk, state=Arrival.State.WAITING, next_try_at=row.next_try_at)
            if not mine.update(next_try_at=at + LEASE, tries=F("tries") + 1):
                continue
        _take(row)
        done += 1
    return done


def _take(row: Arrival) -> None:
    try:
        _takes[row.door](Arrived(row.source_id, row.body, row.at))
    except Exception as error:
        log.exception("%s %s could not be taken up", row.door, row.pk)
        last = row.tries + 1 >= MOST_TRIES
        with change() as c:
            Arrival.objects.filter(pk=row.pk).update(
                # The body stays: nothing that came in is lost.
                state=Arrival.State.FAILED if last else Arrival.State.WAITING,
                next_try_at=c.at + FIRST_WAIT * 2**row.tries,
                error=type(error).__name__,
            )
        return
    with change() as c:
        # What it said lives on where the door has put it, and is erased there.
        Arrival.objects.filter(pk=row.pk).update(state=Arrival.State.TAKEN, body={}, error="", taken_at=c.at)


def try_again(ids: Sequence[int]) -> int:
    """Has those of these that failed taken up once more; gives how many."""
    with change() as c:
        failed = Arrival.objects.filter(pk__in=ids, state=Arrival.State.FAILED)
        return failed.update(state=Arrival.State.WAITING, tries=0, next_try_at=c.at)


def prune() -> int:
    """Forgets what was taken up a week ago: nobody sends it again after that."""
    with change() as c:
        old = Arrival.objects.filter(state=Arrival.State.TAKEN, taken_at__lt=c.at - KEEP)
        return old.filter(pk__in=old.order_by("pk").values("pk")[:1000]).delete()[0]
