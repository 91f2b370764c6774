"""One shared incident played again: where its units were while they were out, and what its log said meanwhile.

The tracks are what is kept of them (OPSCENTER_TRACKS_KEPT_H); the log is as its reader may read it.
"""

from __future__ import annotations

import datetime as dt
from typing import TypedDict

from incidents.emergencies.models import Sortie, TrackPoint
from incidents.emergencies.screens.queries import View
from incidents.emergencies.services.visibility import MATRIX, Field

# Points of one unit at most: more are thinned out evenly.
_MOST_POINTS = 3_000


class Track(TypedDict):
    """A unit while it was out: since when, until when (null: still out); points of seconds, longitude, latitude."""

    unit: str
    kind: str
    service: str
    start: float
    end: float | None
    points: list[tuple[float, float, float]]


class Line(TypedDict):
    """An entry of the log; seconds since 1970."""

    at: float
    what: str
    words: str
    who: str


class Replay(TypedDict):
    """All that the page needs, in the order of time; seconds since 1970."""

    start: float
    end: float
    lon: float | None
    lat: float | None
    radius_m: float | None
    tracks: list[Track]
    log: list[Line]


def replay_of(view: View, now: dt.datetime) -> Replay:
    """What a reader may see again of an incident, no tracks where the matrix says no. A query, and one a sortie."""
    incident = view.incident
    log = reversed(view.log)
    lines = [Line(at=one.at.timestamp(), what=one.what, words=one.words, who=one.who) for one in log]
    tracks = _tracks(incident.pk, now) if view.reader in MATRIX[Field.SORTIES] else []
    over = [line["at"] for line in lines] + [track["end"] or now.timestamp() for track in tracks]
    start = incident.received_at.timestamp()
    return Replay(
        start=start,
        end=max([start + 1, *over]),
        lon=incident.point.x if incident.point is not None else None,
        lat=incident.point.y if incident.point is not None else None,
        radius_m=incident.radius_m,
        tracks=tracks,
        log=lines,
    )


def _tracks(incident_id: int, now: dt.datetime) -> list[Track]:
    rows = Sortie.objects.filter(incident=incident_id).select_related("unit__agency").order_by("sent_at", "pk")
    return [
        Track(
            unit=row.unit.call_sign,
            kind=row.unit.kind,
            service=row.unit.agency.short_name or row.unit.agency.name,
            start=row.sent_at.timestamp(),
            end=row.ended_at.timestamp() if row.ended_at is not None else None,
            points=_points(row, now),
        )
        for row in rows
    ]


def _points(sortie: Sortie, now: dt.datetime) -> list[tuple[float, float, float]]:
    kept = TrackPoint.objects.filter(unit=sortie.unit_id, fix_at__range=(sortie.sent_at, sortie.ended_at or now))
    found = [(at.timestamp(), lon, lat) for at, lon, lat in kept.order_by("fix_at").values_list("fix_at", "lon", "lat")]
    every = -(-len(found) // _MOST_POINTS) or 1
    return found[::every]
