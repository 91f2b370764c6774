"""What a TAK server has to be told: how the agency's picture differs from what it was told before."""

from __future__ import annotations

import datetime as dt

from incidents.emergencies.models import Position
from incidents.partners.cot.events import INCIDENT, UNIT, Mark, deletion, event
from incidents.partners.models import TakServer
from incidents.partners.seeing import shared_incidents, visible_units

# Told again so often, because whoever starts a TAK program later has not heard it.
AGAIN = dt.timedelta(seconds=60)
# A position that is not confirmed counts as old after this.
UNIT_STALE = dt.timedelta(minutes=2)


class Picture:
    """What one connection was told; a new connection begins with an empty one."""

    def __init__(self) -> None:
        self._told: dict[str, tuple[Mark, dt.datetime]] = {}

    def news(self, server: TakServer, now: dt.datetime) -> list[bytes]:
        """The events that bring the server up to date. A few queries, however many units and incidents there are."""
        marks = {mark.uid: mark for mark in [*_units(server), *_incidents(server, now)]}
        found = []
        for uid in [uid for uid in self._told if uid not in marks]:
            found.append(deletion(self._told.pop(uid)[0], now))
        for uid, mark in marks.items():
            before, told_at = self._told.get(uid, (None, now))
            # An incident's end of validity moves with the time: alone that is no news.
            same = before is not None and (before == mark or (mark.type == INCIDENT and _plain(before) == _plain(mark)))
            if not same or now - told_at >= AGAIN:
                self._told[uid] = mark, now
                found.append(event(mark, now))
        return found


def _plain(mark: Mark) -> tuple[object, ...]:
    return mark.lat, mark.lon, mark.name, mark.remarks, mark.at


def _units(server: TakServer) -> list[Mark]:
    units = visible_units(server.agency, server.with_exercises)
    places = Position.objects.in_bulk(list(units))
    return [
        Mark(
            uid=f"1022-unit-{pk}",
            type=UNIT,
            how="m-g",
            lat=place.lat,
            lon=place.lon,
            name=unit.call_sign,
            remarks=f"{unit.get_kind_display()}{_exercise(unit.exercise)}",
            at=place.fix_at,
            stale=place.fix_at + UNIT_STALE,
            accuracy=place.accuracy,
            altitude=place.altitude,
            course=place.heading,
            speed=place.speed,
        )
        for pk, (unit, _incident) in units.items()
        if (place := places.get(pk)) is not None
    ]


def _incidents(server: TakServer, now: dt.datetime) -> list[Mark]:
    rows = shared_incidents(server.agency, server.with_exercises).on_board().filter(point__isnull=False)
    return [
        Mark(
            uid=f"1022-incident-{row.pk}",
            type=INCIDENT,
            how="h-e",
            lat=row.point.y,
            lon=row.point.x,
            name=row.code,
            remarks=f"{row.category.name if row.category else ''} · P{row.priority}{_exercise(row.exercise)}".strip(
                " ·"
            ),
            at=row.received_at,
            stale=now + 2 * AGAIN,
            accuracy=row.radius_m,
        )
        for row in rows.select_related("category").order_by("pk")
        if row.point is not None
    ]


def _exercise(exercise: int) -> str:
    return " · [DIỄN TẬP]" if exercise else ""
