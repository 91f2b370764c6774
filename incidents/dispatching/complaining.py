"""Whom an incident complains of: who must never get it, and whether a person has still to say so."""

from __future__ import annotations

from dataclasses import replace

from django.db.models import Q

from incidents.dispatching.competence import Barred, barred_by
from incidents.records.models import Complaint, Incident
from incidents.records.models.categories import Group
from incidents.records.needs import Need


def complained_of(incident: Incident) -> Barred:
    """Whom its reports complain of, or those of the incident it is a task of, with everybody under them.

    Two queries at most.
    """
    whose = Q(report__incident=incident)
    if incident.parent_id is not None:
        whose |= Q(report__incident=incident.parent_id)
    rows = list(Complaint.objects.filter(whose).only("agency_id", "no_unit", "official"))
    barred = barred_by({row.agency_id for row in rows if row.agency_id is not None})
    left = [row for row in rows if not row.is_decided]
    return replace(barred, known=bool(rows) and not left, open=any(row.official for row in left))


def is_undecided(incident: Incident, barred: Barred | None = None) -> bool:
    """Whether nobody has said yet which unit it complains of, so that it may go to nobody; never in an emergency.

    A complaint by its category, however it came in, or a report that names an official without an agency.
    """
    if incident.group == Group.EMERGENCY:
        return False
    return (complained_of(incident) if barred is None else barred).is_undecided(incident.category)


def needs_of(incident: Incident) -> set[Need]:
    """For `needs.register`: an agency may have had it already before it became a complaint."""
    return {Need.COMPLAINT_OPEN} if is_undecided(incident) else set()
