"""What a hospital declares: by its own account, its machine, or 115's dispatcher who rang it up."""

from __future__ import annotations

from django.db.models import QuerySet

from incidents.emergencies.models import Declaration, Facility
from opscenter.accounts.models import AgencyKind, Person
from opscenter.accounts.roles import Role
from realtime.change import current_change

MOST_BEDS = 9_999


def declarable_by(person: Person) -> QuerySet[Facility]:
    """The hospitals this person declares for: 115's dispatchers all, others those of their agency."""
    rows = Facility.objects.filter(is_active=True)
    agency = person.agency
    if person.role == Role.DISPATCHER and agency is not None and agency.kind == AgencyKind.AMBULANCE:
        return rows
    return rows.filter(agency=agency) if agency is not None else rows.none()


def shown_to(person: Person) -> QuerySet[Facility]:
    """The hospitals this person reads of: the room, 115 and its crews all, others those of their agency."""
    agency = person.agency
    is_115 = agency is not None and agency.kind == AgencyKind.AMBULANCE
    return Facility.objects.filter(is_active=True) if person.works_in_room or is_115 else declarable_by(person)


def declare(
    *,
    facility_id: int,
    beds: int | None,
    intensive_beds: int | None,
    is_diverted: bool,
    diverted_why: str,
    by: Person | None,
) -> Facility:
    """The whole declaration from now on; None: it does not say how many. Needs an open change."""
    at = current_change().at
    facility = Facility.objects.select_for_update(of=("self",)).get(pk=facility_id)
    facility.beds, facility.intensive_beds = beds, intensive_beds
    facility.is_diverted, facility.diverted_why = is_diverted, diverted_why if is_diverted else ""
    facility.declared_at = at
    facility.save(update_fields=["beds", "intensive_beds", "is_diverted", "diverted_why", "declared_at"])
    Declaration.objects.create(
        facility=facility,
        at=at,
        by=by,
        beds=beds,
        intensive_beds=intensive_beds,
        is_diverted=is_diverted,
        diverted_why=facility.diverted_why,
    )
    return facility
