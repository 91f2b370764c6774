"""Keeps the course of each incident: the worker follows the numbered log and writes down how each change left it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, F, OuterRef
from django.utils.dateparse import parse_datetime

from incidents.maps.models import Course, CourseFollowed
from incidents.records.editing import ENTITY
from incidents.records.keys import ROOM, WALL
from incidents.records.lifecycles import IncidentState
from incidents.records.models import Incident
from realtime import log
from realtime.change import change
from realtime.models import Event

_EVENTS_AT_ONCE = 1_000
_DECIMALS = 3
# What a look consists of: when none of it changed, the same row goes on.
_LOOK = ("state", "on_board", "group", "category", "lon", "lat", "due_at", "for_walls")


def follow() -> int:
    """Writes down what changed since the last time; gives how many events were read.

    Where the log cannot say (first start, a restore, events pruned before they were read) each incident without a
    course gets one of its beginning and its end, and the others how they look now: what lay between is not known.
    """
    state = log.state()
    followed = CourseFollowed.objects.filter(id=1).first()
    if followed is None or followed.epoch != state.epoch or not state.floor <= followed.offset <= state.top:
        return _begin(state)
    upto = min(state.top, followed.offset + _EVENTS_AT_ONCE)
    if upto == followed.offset:
        return 0
    events = list(Event.objects.filter(entity=ENTITY, exercise=0, offset__gt=followed.offset, offset__lte=upto))
    with change():
        # Claimed: of several workers one writes these, and they cannot be lost once they count as read.
        claim = CourseFollowed.objects.filter(id=1, epoch=followed.epoch, offset=followed.offset)
        if not claim.update(offset=upto):
            return 0
        _write(events)
    return upto - followed.offset


def _write(events: list[Event]) -> None:
    ids = {event.entity_id for event in events}
    latest: dict[int, Course] = {}
    for row in Course.objects.filter(incident__in=ids, until=None).order_by("version"):
        latest[row.incident_id] = row
    before = {row.pk: row for row in latest.values()}
    now = {row.pk: row for row in Incident.objects.filter(pk__in=ids).select_related("category")}
    new: list[Course] = []
    for event in events:
        known = latest.get(event.entity_id)
        incident = now.get(event.entity_id)
        if incident is None or (known is not None and known.version >= event.version):
            continue
        row = _look(event, known, incident)
        if known is not None and all(getattr(row, name) == getattr(known, name) for name in _LOOK):
            continue
        if known is not None:
            known.until = event.at
        latest[event.entity_id] = row
        new.append(row)
    Course.objects.bulk_update([row for row in before.values() if row.until is not None], ["until"], batch_size=200)
    Course.objects.bulk_create(new, ignore_conflicts=True)


def _look(event: Event, known: Course | None, incident: Incident) -> Course:
    """How an event left its incident. The room's body says it while it is on the board; then its end is kept."""
    bodies = json.loads(event.bodies)
    row = Course(incident_id=event.entity_id, version=event.version, at=event.at, received_at=incident.received_at)
    if ROOM in bodies:
        body: dict[str, Any] = json.loads(bodies[ROOM])
        row.state, row.on_board, row.group, row.category = body["state"], True, body["group"], body["category"] or ""
        row.lon, row.lat = _coarse(body["lon"]), _coarse(body["lat"])
        row.due_at = parse_datetime(body["due_at"]) if body["due_at"] else None
        row.for_walls = WALL in json.loads(event.audience)
        return row
    for name in _LOOK:
        setattr(row, name, getattr(known or _of_incident(incident), name))
    row.on_board = False
    row.state = incident.state if incident.version == event.version else IncidentState.CLOSED.value
    if "public" in bodies:
        row.state = json.loads(bodies["public"])["state"]
    return row


def _of_incident(incident: Incident) -> Course:
    point = incident.point
    complaint = incident.category is not None and incident.category.is_complaint
    return Course(
        incident=incident,
        version=incident.version,
        at=incident.received_at,
        received_at=incident.received_at,
        state=incident.state,
        on_board=incident.on_board,
        group=incident.group,
        category=incident.category.code if incident.category else "",
        lon=_coarse(point.x) if point else None,
        lat=_coarse(point.y) if point else None,
        due_at=incident.due_at,
        for_walls=not complaint,
    )


def _coarse(degrees: float | None) -> float | None:
    return None if degrees is None else round(degrees, _DECIMALS)


def _begin(state: log.LogState) -> int:
    without = ~Exists(Course.objects.filter(incident=OuterRef("pk")))
    last = 0
    while batch := list(
        Incident.objects.live().filter(without, pk__gt=last).select_related("category").order_by("pk")[:2_000]
    ):
        with change():
            Course.objects.bulk_create(_both_ends(batch), ignore_conflicts=True)
        last = batch[-1].pk
    while _catch_up():
        pass
    with change():
        CourseFollowed.objects.update_or_create(id=1, defaults={"epoch": state.epoch, "offset": state.top})
    return 1


def _catch_up() -> int:
    """Incidents that changed while nobody followed: their latest look begins at their end, or now."""
    stale = list(
        Course.objects.filter(until=None, version__lt=F("incident__version"))
        .select_related("incident__category")
        .order_by("incident")[:2_000]
    )
    with change() as c:
        new = []
        for known in stale:
            incident = known.incident
            row = _of_incident(incident)
            same = all(getattr(row, name) == getattr(known, name) for name in _LOOK)
            if same:
                known.version = incident.version
                continue
            row.at = max(known.at, incident.closed_at or c.at) if not incident.on_board else c.at
            known.until = row.at
            new.append(row)
        Course.objects.bulk_update(stale, ["until", "version"], batch_size=200)
        Course.objects.bulk_create(new, ignore_conflicts=True)
    return len(stale)


def _both_ends(incidents: Iterable[Incident]) -> list[Course]:
    rows = []
    for incident in incidents:
        row = _of_incident(incident)
        end = incident.closed_at
        if incident.on_board or end is None or end <= incident.received_at or incident.version < 2:
            rows.append(row)
            continue
        first = _of_incident(incident)
        first.version, first.until, first.state, first.on_board = 1, end, IncidentState.RECEIVED.value, True
        row.at = end
        rows += [first, row]
    return rows
