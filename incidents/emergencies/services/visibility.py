"""Who reads which field of a shared incident: one matrix. Pages and answers ask it and nothing else decides it."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import QuerySet

from incidents.emergencies.models import SharedIncident
from incidents.records.lifecycles import SERVICE_KINDS
from incidents.records.models import Incident, Photo
from incidents.records.models.categories import Group
from opscenter.accounts.models import Agency, Person
from opscenter.accounts.roles import ROOM_ROLES


class Reader(StrEnum):
    """As whom somebody reads a shared incident."""

    ROOM = "room"
    POLICE = "police"
    FIRE = "fire"
    AMBULANCE = "ambulance"
    # A utility or another agency that was called in.
    HELPER = "helper"


class Field(StrEnum):
    """Everything a shared incident shows somebody."""

    PLACE = "place"
    CATEGORY = "category"
    WORDS = "words"
    REPORTER = "reporter"
    PHOTOS = "photos"
    PROTOCOL = "protocol"
    MEDICAL_ANSWERS = "medical_answers"
    MEDICAL_NOTES = "medical_notes"
    STATES = "states"
    SORTIES = "sorties"
    OWN_RECORD = "own_record"
    OWN_NOTES = "own_notes"
    COMMON_LOG = "common_log"
    CAMERAS = "cameras"
    HOSPITALS = "hospitals"
    # Of a major incident (major/).
    COMMAND = "command"
    DANGERS = "dangers"
    SECTORS = "sectors"
    CASUALTIES = "casualties"
    RESOURCES = "resources"
    SITREPS = "sitreps"


_R = Reader
_ALL = frozenset(Reader)
_SERVICES = frozenset({_R.POLICE, _R.FIRE, _R.AMBULANCE})
MATRIX: dict[Field, frozenset[Reader]] = {
    Field.PLACE: _ALL,
    Field.CATEGORY: _ALL,
    # A helper does its own task; what the caller told is for those who save.
    Field.WORDS: _SERVICES | {_R.ROOM},
    # By need: to ring back. Each look is written down.
    Field.REPORTER: _SERVICES | {_R.ROOM},
    Field.PHOTOS: _SERVICES | {_R.ROOM},
    Field.PROTOCOL: _SERVICES | {_R.ROOM},
    # Whoever asked the caller has heard it; it is kept for 115 and shown to nobody else.
    Field.MEDICAL_ANSWERS: frozenset({_R.AMBULANCE}),
    Field.MEDICAL_NOTES: frozenset({_R.AMBULANCE}),
    Field.STATES: _ALL,
    Field.SORTIES: _SERVICES | {_R.ROOM},
    Field.OWN_RECORD: _SERVICES | {_R.HELPER},
    Field.OWN_NOTES: _SERVICES | {_R.HELPER},
    Field.COMMON_LOG: _ALL,
    Field.CAMERAS: _SERVICES | {_R.ROOM},
    # Where patients go: no medical detail, and no helper's business.
    Field.HOSPITALS: _SERVICES | {_R.ROOM},
    Field.COMMAND: _ALL,
    # Whoever goes there has to know what burns and which way is open.
    Field.DANGERS: _ALL,
    Field.SECTORS: _ALL,
    # How many and how badly, never who.
    Field.CASUALTIES: _SERVICES | {_R.ROOM},
    Field.RESOURCES: _ALL,
    # Each holds the counts.
    Field.SITREPS: _SERVICES | {_R.ROOM},
}


def reader_of(person: Person) -> Reader:
    """As whom this person reads; it says nothing about which incidents."""
    return Reader.ROOM if person.role in ROOM_ROLES else reader_at(person.agency)


def reader_at(agency: Agency | None) -> Reader:
    """As whom the people of an agency read, and whoever holds a link that was sent to it."""
    kind = agency.kind if agency is not None else ""
    return Reader(kind) if kind in SERVICE_KINDS else Reader.HELPER


def may_read(person: Person, field: Field) -> bool:
    return reader_of(person) in MATRIX[field]


def is_withheld(incident: Incident, reader: Reader, field: Field) -> bool:
    """Whether other pages, which know no shared incidents, must not show the field of this one to such a reader. What a
    service handed back as no emergency is an ordinary report again."""
    if reader in MATRIX[field] or incident.group != Group.EMERGENCY:
        return False
    return SharedIncident.objects.filter(pk=incident.pk).exists()


def photos_for(incident: Incident, person: Person) -> QuerySet[Photo]:
    """The photos of an incident that somebody who may see it may see: where those are withheld, their agency's own."""
    rows = Photo.objects.filter(incident=incident)
    if is_withheld(incident, reader_of(person), Field.PHOTOS):
        return rows.filter(assignment__agency=person.agency, assignment__isnull=False)
    return rows
