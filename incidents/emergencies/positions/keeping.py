"""What the worker does with positions: units that arrive are noted, old tracks and counts go."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib.gis.geos import Point
from django.utils import timezone

from geo.plane import distance_m
from incidents.emergencies.models import Position, RefusedFix, Sortie, TrackPoint
from incidents.emergencies.units.lifecycles import SortieState
from incidents.emergencies.units.sending import step

# Within this distance of the place a unit that drives slowly has arrived.
ARRIVED_WITHIN_M = 60.0
SLOW_M_S = 4.0
_FRESH = dt.timedelta(seconds=90)
_REFUSALS_KEPT = dt.timedelta(days=30)
_BATCH = 20_000


# Where a sortie in a state is bound for, and which state it has there.
_THERE = {
    SortieState.EN_ROUTE: SortieState.ON_SCENE,
    SortieState.ACKNOWLEDGED: SortieState.ON_SCENE,
    SortieState.TRANSPORTING: SortieState.AT_HOSPITAL,
    SortieState.RETURNING: SortieState.DONE,
}


def note_arrivals() -> int:
    """Units whose fresh position lies where they are bound for have arrived: at the place, at the hospital that was
    chosen, at home; gives how many."""
    on_the_way = Sortie.objects.filter(
        state__in=[state.value for state in _THERE],
        ended_at=None,
        unit__position__fix_at__gte=timezone.now() - _FRESH,
    )
    arrived = 0
    for sortie in on_the_way.select_related("incident", "facility", "unit__position"):
        position: Position = sortie.unit.position
        point, radius = _bound_for(sortie)
        if point is None or position.fix_at <= sortie.since:
            continue
        within = ARRIVED_WITHIN_M + radius + min(position.accuracy or 0.0, 50.0)
        slow = position.speed is None or position.speed <= SLOW_M_S
        if slow and distance_m(position.lon, position.lat, point.x, point.y) <= within:
            wanted = _THERE[SortieState(sortie.state)]
            arrived += step(sortie_id=sortie.pk, wanted=wanted, by=None, expected=sortie.state)
    return arrived


def _bound_for(sortie: Sortie) -> tuple[Point | None, float]:
    """Where a sortie goes, and by how many metres that place is uncertain or wide. A hospital has large grounds."""
    if sortie.state == SortieState.TRANSPORTING:
        return (sortie.facility.point, 100.0) if sortie.facility is not None else (None, 0.0)
    if sortie.state == SortieState.RETURNING:
        return sortie.unit.home, 0.0
    return sortie.incident.point, min(sortie.incident.radius_m or 0.0, 100.0)


def forget_tracks() -> int:
    """Deletes track points older than the setting, a batch at a time; gives how many went."""
    before = timezone.now() - dt.timedelta(hours=settings.TRACKS_KEPT_H)
    old = TrackPoint.objects.filter(fix_at__lt=before).order_by("fix_at").values_list("pk", flat=True)[:_BATCH]
    gone, _by_table = TrackPoint.objects.filter(pk__in=list(old)).delete()
    RefusedFix.objects.filter(hour__lt=timezone.now() - _REFUSALS_KEPT).delete()
    return gone
