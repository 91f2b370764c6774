"""What the worker does with positions: units that arrive are noted, old tracks and counts go."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
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


def note_arrivals() -> int:
    """Units on their way whose fresh position lies at the place are on scene; gives how many arrived."""
    now = timezone.now()
    on_the_way = Sortie.objects.filter(
        state__in=[SortieState.EN_ROUTE.value, SortieState.ACKNOWLEDGED.value],
        ended_at=None,
        incident__point__isnull=False,
        unit__position__fix_at__gte=now - _FRESH,
    )
    arrived = 0
    for sortie in on_the_way.select_related("incident", "unit__position"):
        position: Position = sortie.unit.position
        point = sortie.incident.point
        if point is None or position.fix_at <= sortie.since:
            continue
        within = ARRIVED_WITHIN_M + min(sortie.incident.radius_m or 0.0, 100.0) + min(position.accuracy or 0.0, 50.0)
        slow = position.speed is None or position.speed <= SLOW_M_S
        if slow and distance_m(position.lon, position.lat, point.x, point.y) <= within:
            arrived += step(sortie_id=sortie.pk, wanted=SortieState.ON_SCENE, by=None, expected=sortie.state)
    return arrived


def forget_tracks() -> int:
    """Deletes track points older than the setting, a batch at a time; gives how many went."""
    before = timezone.now() - dt.timedelta(hours=settings.TRACKS_KEPT_H)
    old = TrackPoint.objects.filter(fix_at__lt=before).order_by("fix_at").values_list("pk", flat=True)[:_BATCH]
    gone, _by_table = TrackPoint.objects.filter(pk__in=list(old)).delete()
    RefusedFix.objects.filter(hour__lt=timezone.now() - _REFUSALS_KEPT).delete()
    return gone
