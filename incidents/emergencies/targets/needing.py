"""How many units of which kind an emergency still needs from one service."""

from __future__ import annotations

from collections import Counter

from incidents.emergencies.models import Sortie, Unit, UnitNeed
from incidents.records.models import Incident


def needed_of(incident: Incident, agency_id: int) -> dict[str, int]:
    """Kind → how many are still to be sent: what its category needs, of kinds that this service has, less those that
    are there or on their way. Three queries at most."""
    rows = UnitNeed.objects.filter(category=incident.category_id) if incident.category_id is not None else ()
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
