"""Positions for screens: what moved since a moment for the live stream, and where everything is now for a page."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from incidents.emergencies.models import Position, ServicePart, Sortie
from incidents.records.keys import ROOM, agency_key, keys_of_person, unit_key
from incidents.records.lifecycles import OPEN_ASSIGNMENTS, SERVICE_KINDS
from opscenter.accounts.models import Person
from realtime.entities import canonical
from realtime.positions import Moved, Movements

# Batches of other processes may commit a little after the time they carry.
_OVERLAP = dt.timedelta(seconds=3)
_OPEN = sorted(state.value for state in OPEN_ASSIGNMENTS)


def moved(since: dt.datetime | None) -> Movements:
    """What was written since (of the last seconds only, at the beginning), by the keys that see it. Two queries."""
    now = timezone.now()
    rows = _rows(Position.objects.filter(written_at__gt=(since or now) - _OVERLAP))
    if not rows:
        return Movements(now, {})
    with_others = _others()
    by_key: dict[str, list[Moved]] = defaultdict(list)
    for row in rows:
        one = Moved(row["unit_id"], row["fix_at"].timestamp(), canonical(_shown(row)))
        keys = {ROOM, agency_key(row["agency"]), *with_others.get(row["unit_id"], ())}
        if row["team"] is not None:
            keys.add(unit_key(row["team"]))
        for key in keys:
            by_key[key].append(one)
    return Movements(now, by_key)


def positions_for(person: Person) -> list[dict[str, Any]]:
    """Where the units that this person sees were last, each with the time of its fix."""
    keys = keys_of_person(person)
    rows = Position.objects.all()
    if ROOM not in keys:
        seen = Q(unit__agency=person.agency_id)
        if unit_key(person.handling_unit_id or 0) in keys:
            seen = Q(unit__handling_unit=person.handling_unit_id)
        others = [unit for unit, theirs in _others().items() if not theirs.isdisjoint(keys)]
        rows = rows.filter(seen | Q(unit__in=others))
    return [_shown(row) for row in _rows(rows)]


def _rows(positions: QuerySet[Position]) -> list[dict[str, Any]]:
    columns = ("unit_id", "fix_at", "lat", "lon", "speed", "heading", "accuracy", "battery")
    named = positions.annotate(agency=F("unit__agency"), team=F("unit__handling_unit"))
    return list(named.values(*columns, "agency", "team"))


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "unit": row["unit_id"],
        "at": round(row["fix_at"].timestamp(), 1),
        "lat": row["lat"],
        "lon": row["lon"],
        "speed": row["speed"],
        "heading": row["heading"],
        "accuracy": row["accuracy"],
    }


def _others() -> dict[int, set[str]]:
    """For units that are out: the keys of the services that share the incident they are at."""
    out = dict(Sortie.objects.filter(ended_at=None).values_list("unit_id", "incident_id"))
    if not out:
        return {}
    there: dict[int, set[str]] = defaultdict(set)
    parts = ServicePart.objects.filter(shared__in=set(out.values()), assignment__state__in=_OPEN)
    # Who helps does its own task: the matrix keeps units from it.
    parts = parts.filter(assignment__agency__kind__in=sorted(SERVICE_KINDS))
    for incident, agency in parts.values_list("shared_id", "assignment__agency_id"):
        there[incident].add(agency_key(agency))
    return {unit: there[incident] for unit, incident in out.items()}
