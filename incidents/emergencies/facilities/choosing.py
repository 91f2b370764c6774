"""Which hospital: the nearest suitable one first, in metres, each with why; those that turn patients away last."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from geo.plane import distances_m
from incidents.emergencies.models import Facility
from incidents.emergencies.models.facilities import Capability

# A declaration that is older than this says little about the beds that are free now.
STALE = dt.timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Hospital:
    """A hospital an ambulance could go to: how far, how old its declaration is (None: it made none), what it lacks."""

    facility: Facility
    metres: float | None
    age: dt.timedelta | None
    lacks: tuple[str, ...]

    @property
    def is_stale(self) -> bool:
        return self.age is None or self.age > STALE

    @property
    def is_full(self) -> bool:
        return not self.is_stale and self.facility.beds == 0

    @property
    def kilometres(self) -> str:
        return "" if self.metres is None else number_format(self.metres / 1000, decimal_pos=1)

    @property
    def minutes(self) -> int | None:
        """By the straight line with its factor, never none."""
        if self.metres is None:
            return None
        return max(1, round(self.metres * settings.DETOUR / (settings.UNIT_SPEED_KMH / 3.6) / 60))

    def capabilities(self) -> list[str]:
        return [str(one.label) for one in Capability if one in self.facility.capabilities]

    def reasons(self) -> list[str]:
        """In the reader's language."""
        one = self.facility
        found = []
        if one.is_diverted:
            found.append(_("TURNS PATIENTS AWAY") + (f": {one.diverted_why}" if one.diverted_why else ""))
        if self.lacks:
            names = ", ".join(str(Capability(code).label).lower() for code in self.lacks)
            found.append(_("does not declare: %(names)s") % {"names": names})
        if one.beds is not None:
            found.append(_("%(n)d emergency beds free") % {"n": one.beds})
        if one.intensive_beds is not None:
            found.append(_("%(n)d intensive care beds free") % {"n": one.intensive_beds})
        if self.age is None:
            found.append(_("has declared nothing yet"))
        else:
            minutes = int(self.age.total_seconds() // 60)
            found.append(_("declared %(ago)s") % {"ago": _ago(minutes)})
            if self.is_stale:
                found.append(_("OLD: ring up first"))
        return found


def hospitals(
    facilities: Iterable[Facility],
    at: dt.datetime,
    place: tuple[float, float] | None = None,
    wanted: Collection[str] = (),
) -> list[Hospital]:
    """The suitable ones first, then by distance from `place` (longitude, latitude); without a place by name.

    Suitable: it turns nobody away, has what is `wanted`, and has not just declared that it is full. One query.
    """
    rows = list(facilities)
    metres: list[float] | list[None] = [None] * len(rows)
    if place is not None and rows:
        metres = distances_m(*place, [row.point.x for row in rows], [row.point.y for row in rows])
    found = [
        Hospital(
            facility=row,
            metres=far,
            age=at - row.declared_at if row.declared_at is not None else None,
            lacks=tuple(sorted(set(wanted) - set(row.capabilities))),
        )
        for row, far in zip(rows, metres, strict=True)
    ]
    return sorted(found, key=_order)


def _ago(minutes: int) -> str:
    if minutes < 1:
        return _("just now")
    return _("%(n)d min ago") % {"n": minutes} if minutes < 120 else _("%(n)d h ago") % {"n": minutes // 60}


def _order(one: Hospital) -> tuple[bool, bool, bool, float, str]:
    far = one.metres if one.metres is not None else 0.0
    return (one.facility.is_diverted, bool(one.lacks), one.is_full, far, one.facility.name)
