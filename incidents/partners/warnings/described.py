"""What the live stream shows of warnings: to the control room and to the boards of 113, 114 and 115."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.utils import timezone

from geo.areas import date_within_set
from incidents.partners.models import AreaWarning
from incidents.records.keys import ROOM, Profile, agency_key
from incidents.records.lifecycles import SERVICE_KINDS
from opscenter.accounts.models import Agency
from realtime.entities import Described, Row

ENTITY = "warning"
# A border drawn for a whole region is drawn on a map of a province: degrees, about 50 m.
_FINE = 0.0005


def _audience() -> dict[str, str]:
    services = Agency.objects.in_force(date_within_set(timezone.localdate())).filter(kind__in=sorted(SERVICE_KINDS))
    return {ROOM: Profile.ROOM, **{agency_key(pk): Profile.AGENCY for pk in services.values_list("pk", flat=True)}}


def _body(row: AreaWarning) -> dict[str, Any]:
    return {
        "id": row.pk,
        "version": row.version,
        "source": str(row.source),
        "event": row.event,
        "headline": row.headline,
        "instruction": row.instruction,
        "area": row.area,
        "severity": row.severity,
        "urgency": row.urgency,
        "certainty": row.certainty,
        "sent": row.sent.isoformat(),
        "from": row.starts_at.isoformat(),
        "until": row.until.isoformat(),
        "geometry": _geometry(row),
    }


def _geometry(row: AreaWarning) -> dict[str, Any] | None:
    """As GeoJSON's MultiPolygon, drawn no finer than is seen."""
    if row.geometry is None:
        return None
    drawn = json.loads(row.geometry.simplify(_FINE, preserve_topology=True).geojson)
    rings = [drawn["coordinates"]] if drawn["type"] == "Polygon" else drawn["coordinates"]
    return {"type": "MultiPolygon", "coordinates": rings}


def describe_warnings(ids: Sequence[int]) -> Iterable[Described]:
    """Warnings after a change; what is not shown any more leaves every screen. Two queries."""
    audience = _audience()
    for row in AreaWarning.objects.filter(pk__in=ids).select_related("source").order_by("pk"):
        yield Described(
            entity=ENTITY,
            id=row.pk,
            version=row.version,
            audience=audience if row.is_shown else {},
            removed=frozenset() if row.is_shown else frozenset(audience),
            bodies=dict.fromkeys(audience.values(), _body(row)) if row.is_shown else {},
            exercise=0,
        )


def rows_of_warnings(keys: frozenset[str]) -> Iterator[Row]:
    """The warnings in force, for a snapshot. Two queries at most, none for whoever sees none."""
    if ROOM not in keys:
        agencies = [int(key.partition(":")[2]) for key in keys if key.startswith("agency:")]
        if not agencies or not Agency.objects.filter(pk__in=agencies, kind__in=sorted(SERVICE_KINDS)).exists():
            return
    for row in AreaWarning.objects.filter(is_shown=True).select_related("source").order_by("pk"):
        yield Row(ENTITY, row.pk, row.version, _body(row))
