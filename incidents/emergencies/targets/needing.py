"""How many units of which kind an emergency still needs from one service."""

from __future__ import annotations

from collections import Counter

from incidents.emergencies.models import Protocol, SharedIncident, Sortie, Unit, UnitNeed
from incidents.records.models import Incident


def needed_of(incident: Incident, agency_id: int) -> dict[str, int]:
    """Kind → how many are still to be sent: what its kind (the protocol that was asked) needs, else its category, of
    kinds that this service has, less those that are there or on their way. Four queries at most."""
    kind = kind_of(incident.pk)
    category = kind.category_id if kind is not None and kind.category_id is not None else incident.category_id
    rows = UnitNeed.objects.filter(category=category) if category is not None else ()
    needs = {row.kind: row.number for row in rows}
    if not needs:
        return {}
    own = set(Unit.objects.filter(agency=agency_id, is_active=True, kind__in=needs).values_list("kind", flat=True))
    out = Counter(
        Sortie.objects.filter(incident=incident, unit__agency=agency_id, ended_at=None).values_list(
            "unit__kind", flat=True
        )
    )
    return {kind: number - out[kind] for kind, number in needs.items() if kind in own and number > out[kind]}


def kind_of(incident_id: int) -> Protocol | None:
    """What kind of emergency a shared incident is by the protocol that was asked last; None before one was."""
    return Protocol.objects.filter(code__in=SharedIncident.objects.filter(pk=incident_id).values("kind")).first()
