"""What the live stream learns of emergencies: what shared incidents have on top, and the units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from incidents.emergencies.models import MajorIncident, SafetyTimer, ServicePart, SharedIncident, Sortie, Unit
from incidents.records.bodies import EmergencyBody, Extra, MajorBody, ServiceBody, SortieBody
from incidents.records.keys import ROOM, Profile, agency_key, unit_key
from incidents.records.lifecycles import NOT_THEIRS
from incidents.records.models import Incident
from realtime.entities import Described, Row

ENTITY = "unit"
_GONE = sorted(state.value for state in NOT_THEIRS)


def extras(incidents: QuerySet[Incident]) -> Mapping[int, Extra]:
    """What the shared ones among these incidents have on top, by id. One query without any, else four."""
    shared = list(SharedIncident.objects.filter(pk__in=incidents.values("pk")))
    if not shared:
        return {}
    ids = [one.pk for one in shared]
    services: dict[int, list[ServiceBody]] = defaultdict(list)
    parts = ServicePart.objects.filter(shared__in=ids).exclude(assignment__state__in=_GONE)
    for part in parts.select_related("assignment__agency").order_by("pk"):
        row = part.assignment
        services[part.shared_id].append(
            ServiceBody(
                assignment=row.pk,
                agency=row.agency_id,
                kind=row.agency.kind,
                state=row.state,
                sent_at=row.sent_at,
                acknowledge_by=part.acknowledge_by,
                accepted_at=row.accepted_at,
                alarms=part.alarms,
                until=part.until,
            )
        )
    majors = {row.pk: _major(row) for row in MajorIncident.objects.filter(pk__in=ids, stood_down_at=None)}
    sorties: dict[int, list[SortieBody]] = defaultdict(list)
    crews: dict[int, dict[int, int]] = defaultdict(dict)
    for sortie in Sortie.objects.filter(incident__in=ids, ended_at=None).select_related("unit").order_by("pk"):
        unit = sortie.unit
        if unit.handling_unit_id is not None:
            crews[sortie.incident_id][unit.handling_unit_id] = unit.agency_id
        sorties[sortie.incident_id].append(
            SortieBody(
                id=sortie.pk,
                unit=unit.pk,
                call_sign=unit.call_sign,
                kind=unit.kind,
                agency=unit.agency_id,
                state=sortie.state,
                since=sortie.since,
                sent_at=sortie.sent_at,
                acknowledged_at=sortie.acknowledged_at,
                on_scene_at=sortie.on_scene_at,
            )
        )
    return {
        one.pk: Extra(
            EmergencyBody(
                kind=one.kind,
                opened_at=one.opened_at,
                services=services[one.pk],
                sorties=sorties[one.pk],
                major=majors.get(one.pk),
            ),
            crews[one.pk],
        )
        for one in shared
    }


def _major(row: MajorIncident) -> MajorBody:
    """Nothing that a helper does not read: the counts of casualties come with the page."""
    return MajorBody(declared_at=row.declared_at, sitrep_due_at=row.sitrep_due_at)


def _audience(unit: Unit) -> dict[str, str]:
    audience: dict[str, str] = {ROOM: Profile.ROOM, agency_key(unit.agency_id): Profile.AGENCY}
    if unit.handling_unit_id is not None:
        audience[unit_key(unit.handling_unit_id)] = Profile.UNIT
    return audience


def _body(unit: Unit, incident: int | None, timer: SafetyTimer | None) -> dict[str, Any]:
    return {
        "id": unit.pk,
        "version": unit.version,
        "agency": unit.agency_id,
        "team": unit.handling_unit_id,
        "call_sign": unit.call_sign,
        "kind": unit.kind,
        "capabilities": unit.capabilities,
        "status": unit.status,
        "since": unit.status_since.isoformat(),
        "incident": incident,
        # When its crew has to report next, and how often it has not since it did.
        "check_in": {"due_at": timer.due_at.isoformat(), "missed": timer.missed} if timer is not None else None,
        "lat": unit.home.y if unit.home else None,
        "lon": unit.home.x if unit.home else None,
        "exercise": unit.exercise,
    }


def _bodies(units: QuerySet[Unit]) -> Iterator[tuple[Unit, dict[str, Any]]]:
    rows = list(units.order_by("pk"))
    if not rows:
        return
    where = dict(Sortie.objects.filter(unit__in=units, ended_at=None).values_list("unit_id", "incident_id"))
    timers = {row.unit_id: row for row in SafetyTimer.objects.filter(unit__in=units, ended_at=None)}
    for unit in rows:
        yield unit, _body(unit, where.get(unit.pk), timers.get(unit.pk))


def describe_units(ids: Sequence[int]) -> Iterable[Described]:
    """A unit is seen by its service, its crews and the room; out of use it leaves every screen. Three queries."""
    for unit, body in _bodies(Unit.objects.filter(pk__in=ids)):
        audience = _audience(unit) if unit.is_active else {}
        yield Described(
            entity=ENTITY,
            id=unit.pk,
            version=unit.version,
            audience=audience,
            removed=frozenset(_audience(unit)) - audience.keys(),
            bodies=dict.fromkeys(audience.values(), body),
            exercise=unit.exercise,
        )


def rows_of_units(keys: frozenset[str]) -> Iterator[Row]:
    """The units these keys see, for a snapshot. Three queries at most."""
    seen = Q(pk__in=[])
    if ROOM in keys:
        seen = Q()
    else:
        for key in keys:
            name, _colon, number = key.partition(":")
            if name == "agency":
                seen |= Q(agency=int(number))
            elif name == "unit":
                seen |= Q(handling_unit=int(number))
        if not any(key.startswith(("agency:", "unit:")) for key in keys):
            return
    for unit, body in _bodies(Unit.objects.filter(seen, is_active=True)):
        yield Row(ENTITY, unit.pk, unit.version, body)
