"""Who of the agencies' contact points is there: the one rule, for the board, the warning and the fall-back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from incidents.contacts.models import Drill, Instruction
from incidents.delivery.models import Delivery, DeliveryState
from incidents.delivery.outcomes import Failure
from incidents.worktime.clocks import calendar
from opscenter.accounts.models import ContactPoint


class State(StrEnum):
    """The best first: an agency is as well as the best of its contact points."""

    CONFIRMED = "confirmed"
    WAITING = "waiting"
    UNKNOWN = "unknown"
    DEAD = "dead"
    # The agency has no contact point at all.
    NONE = "none"


# What says that nobody is there, and not that we could not send.
_NOBODY_THERE = [Failure.REFUSED, Failure.UNDELIVERED, Failure.NO_ADDRESS]


@dataclass(frozen=True, slots=True)
class Reach:
    """How one contact point stands: since when it was heard of last, and how."""

    state: State
    heard_at: dt.datetime | None = None
    how: str = ""
    # Since when nobody answers, or what came back.
    since: dt.datetime | None = None
    failure: str = ""


def reach_of(points: Sequence[ContactPoint], at: dt.datetime | None = None) -> dict[int, Reach]:
    """The reach of each of these contact points, by id. Six queries, however many.

    A drill waits for its answer on days that are worked: nobody is dead for having been asked before Tết.
    """
    at = at or timezone.now()
    # Asked later than this, there was not yet time to answer.
    patience = calendar().days_before(at, dt.timedelta(hours=settings.CONTACT_DEAD_AFTER_H))
    ids = [point.pk for point in points]
    confirmed: dict[int, tuple[dt.datetime, str]] = {}
    for drill in Drill.objects.filter(contact_point__in=ids).exclude(confirmed_at=None).order_by("confirmed_at"):
        assert drill.confirmed_at is not None
        confirmed[drill.contact_point_id] = (drill.confirmed_at, drill.how)
    acted = _latest(Instruction.objects.filter(contact_point__in=ids).values("contact_point").annotate(last=Max("at")))
    asked = _latest(
        Drill.objects.filter(contact_point__in=ids, confirmed_at=None)
        .values("contact_point")
        .annotate(last=Max("started_at"))
    )
    failed: dict[int, tuple[dt.datetime, str]] = {}
    rows = Delivery.objects.filter(contact_point__in=ids, state=DeliveryState.FAILED, failure__in=_NOBODY_THERE)
    for point, ended_at, failure in rows.order_by("ended_at").values_list("contact_point", "ended_at", "failure"):
        if point is not None and ended_at is not None:
            failed[point] = (ended_at, failure)
    return {pk: _one(patience, confirmed.get(pk), acted.get(pk), asked.get(pk), failed.get(pk)) for pk in ids}


def _latest(rows: Iterable[Mapping[str, object]]) -> dict[int, dt.datetime]:
    return {row["contact_point"]: row["last"] for row in rows}  # type: ignore[misc]


def _one(
    patience: dt.datetime,
    confirmed: tuple[dt.datetime, str] | None,
    acted: dt.datetime | None,
    asked: dt.datetime | None,
    failed: tuple[dt.datetime, str] | None,
) -> Reach:
    heard = max([one for one in (confirmed, (acted, "acted") if acted else None) if one], default=None)
    heard_at, how = heard if heard is not None else (None, "")
    if failed is not None and (heard_at is None or failed[0] > heard_at):
        return Reach(State.DEAD, heard_at, how, failed[0], failed[1])
    if asked is not None and (heard_at is None or asked > heard_at):
        return Reach(State.DEAD if asked < patience else State.WAITING, heard_at, how, asked)
    return Reach(State.CONFIRMED, heard_at, how) if heard_at is not None else Reach(State.UNKNOWN)


def best(reaches: Iterable[Reach]) -> State:
    """How an agency stands."""
    states = {reach.state for reach in reaches}
    return next((state for state in State if state in states), State.NONE)
