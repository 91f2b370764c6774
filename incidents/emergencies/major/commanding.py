"""Who commands, what is dangerous, which sectors there are and which unit works in which."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from incidents.emergencies.log import chain
from incidents.emergencies.major.declaring import locked, major_of
from incidents.emergencies.models import Commander, MajorIncident, Sector, ServicePart, Sortie
from incidents.emergencies.refusals import Refusal, Refused
from incidents.records.models import Incident
from opscenter.accounts.models import Person
from realtime.change import current_change


def set_commander(*, incident_id: int, name: str, position: str, agency_id: int | None, by: Person) -> Commander:
    """Names who commands one service, or (no agency) all; the one before ends. A service names its own.

    Raises Refused.
    """
    incident = locked(incident_id, by)
    major = major_of(incident)
    if agency_id is not None:
        own = by.works_in_room or by.agency_id == agency_id
        if not own or not ServicePart.objects.filter(shared=incident.pk, assignment__agency=agency_id).exists():
            raise Refused(Refusal.NOT_YOUR_SERVICE)
    at = current_change().at
    Commander.objects.filter(major=major, agency=agency_id, until=None).update(until=at)
    row = Commander.objects.create(major=major, agency_id=agency_id, name=name, position=position, since=at, set_by=by)
    words = f"{name} ({position})" if position else name
    kind = "commander" if agency_id is None else "service_commander"
    chain.write(incident, kind, by=by, agency_id=by.agency_id, data={"agency": agency_id}, words=words)
    return row


def describe_scene(*, incident_id: int, dangers: str, access: str, by: Person) -> None:
    """What is dangerous there and which way in and out is open; both texts as they stand from now on."""
    incident = locked(incident_id, by)
    major = major_of(incident)
    for kind, was, now in (("dangers", major.dangers, dangers), ("access", major.access, access)):
        if was != now:
            chain.write(incident, kind, by=by, agency_id=by.agency_id, words=now)
    MajorIncident.objects.filter(pk=major.pk).update(dangers=dangers, access=access)


def open_sector(*, incident_id: int, name: str, place: str, lead: str, by: Person) -> Sector:
    """A new part of the scene. Raises Refused when one of this name is open."""
    incident = locked(incident_id, by)
    major = major_of(incident)
    try:
        with transaction.atomic():
            sector = Sector.objects.create(
                major=major, name=name, place=place, lead=lead, opened_at=current_change().at
            )
    except IntegrityError:
        raise Refused(Refusal.SECTOR_NAMED_ALREADY, name) from None
    _log_sector(incident, "sector_opened", sector, by)
    return sector


def edit_sector(*, incident_id: int, sector_id: int, name: str, place: str, lead: str, by: Person) -> Sector:
    """Another name, place or leader."""
    incident = locked(incident_id, by)
    sector = sector_of(major_of(incident), sector_id)
    sector.name, sector.place, sector.lead = name, place, lead
    try:
        with transaction.atomic():
            sector.save(update_fields=["name", "place", "lead"])
    except IntegrityError:
        raise Refused(Refusal.SECTOR_NAMED_ALREADY, name) from None
    _log_sector(incident, "sector_changed", sector, by)
    return sector


def close_sector(*, incident_id: int, sector_id: int, by: Person) -> None:
    """Nobody works there any more; its count goes on counting. Raises Refused while units are in it."""
    incident = locked(incident_id, by)
    sector = sector_of(major_of(incident), sector_id)
    if Sortie.objects.filter(sector=sector, ended_at=None).exists():
        raise Refused(Refusal.UNITS_IN_SECTOR, sector.name)
    Sector.objects.filter(pk=sector.pk).update(closed_at=current_change().at)
    _log_sector(incident, "sector_closed", sector, by)


def place_unit(*, incident_id: int, sortie_id: int, sector_id: int | None, by: Person) -> None:
    """Puts a unit into a sector, or (none) out of all; a service its own, the room any. Raises Refused."""
    incident = locked(incident_id, by)
    major = major_of(incident)
    sector = sector_of(major, sector_id) if sector_id is not None else None
    sortie = Sortie.objects.select_related("unit").filter(pk=sortie_id, incident=incident, ended_at=None).first()
    if sortie is None or not (by.works_in_room or sortie.unit.agency_id == by.agency_id):
        raise Refused(Refusal.NOT_YOUR_UNIT)
    Sortie.objects.filter(pk=sortie.pk).update(sector=sector)
    data = {"unit": sortie.unit_id, "sortie": sortie.pk, "sector": sector_id}
    chain.write(incident, "unit_sector", by=by, agency_id=by.agency_id, data=data, words=sector.name if sector else "")


def sector_of(major: MajorIncident, sector_id: int) -> Sector:
    """An open sector of this incident. Raises Refused."""
    sector = Sector.objects.filter(pk=sector_id, major=major, closed_at=None).first()
    if sector is None:
        raise Refused(Refusal.NO_SUCH_SECTOR)
    return sector


def _log_sector(incident: Incident, kind: str, sector: Sector, by: Person) -> None:
    words = " · ".join(part for part in (sector.name, sector.place, sector.lead) if part)
    chain.write(incident, kind, by=by, agency_id=by.agency_id, data={"sector": sector.pk}, words=words)
