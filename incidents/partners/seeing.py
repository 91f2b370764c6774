"""What an agency's own system sees: the agency's shared incidents and units, with the fields of the one matrix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Q
from django.utils import timezone

from incidents.emergencies.models import Position, Sortie, Unit
from incidents.emergencies.services.visibility import MATRIX, Field, Reader
from incidents.records.described import rows_of
from incidents.records.keys import WITH_WORDS, Profile, agency_key
from incidents.records.lifecycles import SERVICE_KINDS
from incidents.records.models import Incident
from incidents.records.models.incidents import IncidentQuerySet
from opscenter.accounts.models import Agency

Feature = dict[str, Any]


def reader_of(agency: Agency) -> Reader:
    """As whom an agency's system reads."""
    return Reader(agency.kind) if agency.kind in SERVICE_KINDS else Reader.HELPER


def shared_incidents(agency: Agency, with_exercises: bool) -> IncidentQuerySet:
    """The shared incidents that the agency's people see (`visible_to`), open or closed."""
    rows = Incident.objects.with_key({agency_key(agency.pk)}, WITH_WORDS).filter(shared__isnull=False)
    return rows if with_exercises else rows.live()


def incident_feature(body: Mapping[str, Any], reader: Reader) -> Feature:
    """A shared incident as GeoJSON, from the body that the live stream has of it. Degrees, WGS 84; metres."""
    emergency = body["emergency"]

    def only(field: Field, value: Any, otherwise: Any) -> Any:
        return value if reader in MATRIX[field] else otherwise

    properties = {
        "code": body["code"],
        "version": body["version"],
        "exercise": body["exercise"],
        "state": body["state"],
        "category": only(Field.CATEGORY, body["category"], None),
        "kind": only(Field.CATEGORY, emergency["kind"], ""),
        "priority": body["priority"],
        "received_at": body["received_at"],
        "opened_at": emergency["opened_at"],
        "summary": only(Field.WORDS, body["summary"], ""),
        "radius_m": only(Field.PLACE, body["radius_m"], None),
        "approximate": body["approximate"],
        "area": only(Field.PLACE, body["area"], None),
        "services": only(Field.STATES, emergency["services"], []),
        "units": only(Field.SORTIES, emergency["sorties"], []),
    }
    lon, lat = only(Field.PLACE, (body["lon"], body["lat"]), (None, None))
    return {"type": "Feature", "id": body["id"], "geometry": _point(lon, lat), "properties": properties}


def incident_features(agency: Agency, with_exercises: bool) -> Iterator[Feature]:
    """The agency's shared incidents of the board. A dozen queries, however many there are."""
    rows = shared_incidents(agency, with_exercises).on_board()
    ids = list(rows.values_list("pk", flat=True))
    reader = reader_of(agency)
    for _incident, body in rows_of(Incident.objects.filter(pk__in=ids), dict.fromkeys(ids, Profile.AGENCY)):
        if body["emergency"] is not None:
            yield incident_feature(body, reader)


def unit_properties(unit: Unit, incident: int | None) -> dict[str, Any]:
    """What a partner reads of a unit: never who is aboard."""
    return {
        "call_sign": unit.call_sign,
        "kind": unit.kind,
        "agency": unit.agency.code,
        "capabilities": unit.capabilities,
        "status": unit.status,
        "since": unit.status_since.isoformat(),
        "incident": incident,
        "exercise": unit.exercise,
    }


def visible_units(agency: Agency, with_exercises: bool) -> dict[int, tuple[Unit, int | None]]:
    """The agency's own units, and those of others at its shared incidents, each with the incident it is out for."""
    ids = list(shared_incidents(agency, with_exercises).on_board().values_list("pk", flat=True))
    out: dict[int, int] = {}
    if reader_of(agency) in MATRIX[Field.SORTIES]:
        out = dict(Sortie.objects.filter(incident__in=ids, ended_at=None).values_list("unit_id", "incident_id"))
    rows = Unit.objects.filter(Q(agency=agency) | Q(pk__in=out), is_active=True).select_related("agency")
    if not with_exercises:
        rows = rows.filter(exercise=0)
    return {unit.pk: (unit, out.get(unit.pk)) for unit in rows.order_by("pk")}


def unit_features(agency: Agency, with_exercises: bool) -> Iterator[Feature]:
    """Those units as GeoJSON, where each was last, with the time of its fix and how old that is in seconds."""
    units = visible_units(agency, with_exercises)
    places = Position.objects.in_bulk(list(units))
    now = timezone.now()
    for pk, (unit, incident) in units.items():
        place = places.get(pk)
        properties = unit_properties(unit, incident)
        if place is not None:
            properties |= {
                "fix_at": place.fix_at.isoformat(),
                "age_s": max(0, round((now - place.fix_at).total_seconds())),
                "speed_ms": place.speed,
                "heading": place.heading,
                "accuracy_m": place.accuracy,
            }
        geometry = _point(place.lon, place.lat) if place is not None else None
        yield {"type": "Feature", "id": pk, "geometry": geometry, "properties": properties}


def _point(lon: float | None, lat: float | None) -> dict[str, Any] | None:
    return {"type": "Point", "coordinates": [lon, lat]} if lon is not None and lat is not None else None
