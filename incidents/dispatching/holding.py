"""An act on an assignment: the incident is locked first, and what was done is written down last."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from incidents.dispatching.assigning import ENDINGS
from incidents.dispatching.following import follow
from incidents.records import needs
from incidents.records.editing import lock
from incidents.records.history import HistoryKind, append
from incidents.records.models import Assignment, Incident
from opscenter.accounts.models import Person

# What somebody else may have done to it meanwhile, whatever one wanted to do oneself.
TAKEN_AWAY = ENDINGS | {
    HistoryKind.DISPATCH_WITHDRAWN,
    HistoryKind.ASSIGNMENT_CANCELLED,
    HistoryKind.RETURNED,
    HistoryKind.TRANSFERRED,
}


def held(assignment_id: int, base_version: int | None, against: Collection[str]) -> tuple[Incident, Assignment]:
    """The incident, locked, and then its assignment as it is now. Raises Assignment.DoesNotExist and Changed."""
    incident_id = Assignment.objects.values_list("incident_id", flat=True).get(pk=assignment_id)
    incident = lock(incident_id, base_version=base_version, against=against)
    assignment = Assignment.objects.select_related("agency", "handling_unit").get(pk=assignment_id)
    assignment.incident = incident
    return incident, assignment


def done(
    incident: Incident,
    assignment: Assignment,
    kind: HistoryKind,
    by: Person | None,
    *,
    why: str = "",
    about: Mapping[str, int | None] | None = None,
) -> None:
    """The incident follows its assignments; one row of history; the needs anew."""
    follow(incident)
    data = {"assignment": assignment.pk, "agency": assignment.agency_id, **(about or {})}
    append(incident, kind, by=by, why=why, data=data)
    needs.recompute(incident)
