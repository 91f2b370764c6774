"""What this room has webhooks told: an agency's shared incidents, and its units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from incidents.emergencies.described import ENTITY as UNIT
from incidents.partners.seeing import incident_feature, reader_of
from incidents.records.editing import ENTITY as INCIDENT
from incidents.records.models import Incident
from incidents.webhooks.topics import Seen, Topic, register


def shared_incident(seen: Seen) -> Mapping[str, Any] | None:
    """The incident as GeoJSON; of what has left the agency's live view, the state it ended in if it may still know."""
    agency = seen.webhook.agency
    if agency is None:
        return None
    if seen.body is None:
        ended = Incident.objects.with_key(seen.keys).filter(pk=seen.id, shared__isnull=False).first()
        return {"code": ended.code, "state": ended.state} if ended is not None else None
    return incident_feature(seen.body, reader_of(agency)) if seen.body.get("emergency") is not None else None


def unit(seen: Seen) -> Mapping[str, Any] | None:
    """The unit's status as the live stream has it; where it is comes from units.geojson."""
    if seen.body is None:
        return None
    names = ("id", "version", "call_sign", "kind", "capabilities", "status", "since", "incident", "exercise")
    return {name: seen.body[name] for name in names}


def register_all() -> None:
    """Called once, when the application starts."""
    register(Topic("shared_incidents", _("shared incidents"), frozenset({INCIDENT}), shared_incident))
    register(Topic("units", _("its own units"), frozenset({UNIT}), unit))
