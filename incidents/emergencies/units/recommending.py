"""Which units to send, the best first, each with why; and what is missing, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from geo.plane import distances_m
from incidents.emergencies.models import Unit
from incidents.emergencies.models.units import UnitKind
from incidents.emergencies.units.lifecycles import UnitStatus
from incidents.emergencies.units.routing import driving_seconds
from incidents.records.models import Incident

# A unit whose place is older than this is where it was, perhaps.
STALE = dt.timedelta(minutes=2)
# Sent within so many minutes counts as there in time, for what is missing.
WITHIN = dt.timedelta(minutes=15)
# A unit that is there for this area goes before one that is a minute nearer.
_OWN_AREA_S = 60.0
# Since a position that is old it may have driven as long in any direction; more than this says no more.
_MOST_STALE_S = 600.0
# A fast motorcycle, a heavy engine: against settings.UNIT_SPEED_KMH.
_PACE = {UnitKind.PATROL_BIKE: 1.2, UnitKind.LADDER: 0.75, UnitKind.BOAT: 0.5}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit that could go: how far, how long, since when its place is known (None: from its home), and why."""

    unit: Unit
    metres: float | None
    seconds: float | None
    age: dt.timedelta | None
    is_routed: bool
    has_area: bool
    is_wanted: bool

    @property
    def minutes(self) -> int | None:
        """Whole minutes until it could be there, never none."""
        return None if self.seconds is None else max(1, round(self.seconds / 60))

    @property
    def kilometres(self) -> str:
        return "" if self.metres is None else number_format(self.metres / 1000, decimal_pos=1)

    def reasons(self) -> list[str]:
        """In the reader's language."""
        found = []
        if self.metres is None:
            found.append(_("nobody knows where it is"))
        elif self.age is None:
            found.append(_("counted from its home"))
        elif self.age > STALE:
            minutes = round(self.age.total_seconds() / 60)
            found.append(_("position %(minutes)d min old") % {"minutes": minutes})
        if self.has_area:
            found.append(_("there for this area"))
        if self.is_routed:
            found.append(_("time by road"))
        if not self.is_wanted:
            found.append(_("another kind than needed"))
        return found


@dataclass(frozen=True, slots=True)
class Recommendation:
    candidates: Sequence[Candidate]
    # Kind → how many are needed, how many of them are there in time.
    short: Mapping[str, tuple[int, int]]

    def shortfalls(self) -> list[str]:
        """ "Only 1 of 2 ambulances within 15 min"."""
        minutes = round(WITHIN.total_seconds() / 60)
        return [
            _("only %(there)d of %(needed)d × %(kind)s within %(minutes)d min")
            % {"there": there, "needed": needed, "kind": str(UnitKind(kind).label).lower(), "minutes": minutes}
            for kind, (needed, there) in self.short.items()
        ]


def recommend(incident: Incident, agency_id: int, needed: Mapping[str, int], at: dt.datetime) -> Recommendation:
    """The units of one service that are free, by how soon they could be there. Two queries; perhaps a routing engine.

    `needed` is how many of which kind; units of those kinds come first.
    """
    units = list(
        Unit.objects.filter(
            agency=agency_id, is_active=True, status=UnitStatus.AVAILABLE, exercise=incident.exercise
        ).select_related("position")
    )
    candidates = sorted(_candidates(incident, units, set(needed), at), key=_order)
    in_time = [one for one in candidates if one.seconds is not None and one.seconds <= WITHIN.total_seconds()]
    short = {}
    for kind, number in needed.items():
        there = sum(one.unit.kind == kind for one in in_time)
        if there < number:
            short[kind] = (number, there)
    return Recommendation(candidates, short)


def _order(one: Candidate) -> tuple[Any, ...]:
    """By the seconds until it is there; less for its own area, more for as long as nobody has heard where it is."""
    seconds = one.seconds - (_OWN_AREA_S if one.has_area else 0.0) if one.seconds is not None else float("inf")
    if one.age is not None and one.age > STALE:
        seconds += min(one.age.total_seconds() - STALE.total_seconds(), _MOST_STALE_S)
    return (not one.is_wanted, seconds, one.unit.call_sign)


def _candidates(incident: Incident, units: Sequence[Unit], wanted: set[str], at: dt.datetime) -> list[Candidate]:
    places = [_place(unit, at) for unit in units]
    known = [number for number, place in enumerate(places) if place is not None]
    metres: dict[int, float] = {}
    routed: dict[int, float] = {}
    point = incident.point
    if point is not None and known:
        spots = [place for place in places if place is not None]
        metres = dict(
            zip(known, distances_m(point.x, point.y, [s[0] for s in spots], [s[1] for s in spots]), strict=True)
        )
        # Only the nearest few are worth a question to the routing engine.
        nearest = sorted(known, key=metres.__getitem__)[:8]
        asked = [spot for number in nearest if (spot := places[number]) is not None]
        times = driving_seconds([(lon, lat) for lon, lat, _age in asked], (point.x, point.y))
        routed = {n: s for n, s in zip(nearest, times or (), strict=False) if s is not None}
    found = []
    for number, unit in enumerate(units):
        place = places[number]
        far = metres.get(number)
        straight = far * settings.DETOUR / _metres_a_second(unit) if far is not None else None
        found.append(
            Candidate(
                unit=unit,
                metres=far,
                seconds=routed.get(number, straight),
                age=place[2] if place is not None else None,
                is_routed=number in routed,
                has_area=_has_area(unit, incident),
                is_wanted=not wanted or unit.kind in wanted,
            )
        )
    return found


def _place(unit: Unit, at: dt.datetime) -> tuple[float, float, dt.timedelta | None] | None:
    """Where a unit is, and how old that is; its home (None) when nothing was heard of it."""
    position = getattr(unit, "position", None)
    if position is not None:
        return position.lon, position.lat, max(dt.timedelta(0), at - position.fix_at)
    return (unit.home.x, unit.home.y, None) if unit.home else None


def _metres_a_second(unit: Unit) -> float:
    return settings.UNIT_SPEED_KMH * _PACE.get(UnitKind(unit.kind), 1.0) / 3.6


def _has_area(unit: Unit, incident: Incident) -> bool:
    return (
        bool(unit.area_codes)
        and unit.area_set == incident.area_set
        and not {incident.ward_code, incident.district_code}.isdisjoint(unit.area_codes)
    )
