"""The tables of emergencies. One file a thing; what they hang on is in records."""

from incidents.emergencies.models.facilities import Declaration, Facility
from incidents.emergencies.models.log import LogEntry, LogText, Seal
from incidents.emergencies.models.major import (
    Casualties,
    Commander,
    MajorIncident,
    ResourceRequest,
    Sector,
    Sitrep,
)
from incidents.emergencies.models.positions import Device, Feed, Position, RefusedFix, TrackPoint
from incidents.emergencies.models.protocols import Protocol, ProtocolAnswer, ProtocolQuestion
from incidents.emergencies.models.safety import SafetyEvent, SafetyTimer
from incidents.emergencies.models.shared import ServicePart, SharedIncident
from incidents.emergencies.models.targets import Target, UnitNeed
from incidents.emergencies.models.units import Aboard, Sortie, Unit

__all__ = [
    "Aboard",
    "Casualties",
    "Commander",
    "Declaration",
    "Device",
    "Facility",
    "Feed",
    "LogEntry",
    "LogText",
    "MajorIncident",
    "Position",
    "Protocol",
    "ProtocolAnswer",
    "ProtocolQuestion",
    "RefusedFix",
    "ResourceRequest",
    "SafetyEvent",
    "SafetyTimer",
    "Seal",
    "Sector",
    "ServicePart",
    "SharedIncident",
    "Sitrep",
    "Sortie",
    "Target",
    "TrackPoint",
    "Unit",
    "UnitNeed",
]
