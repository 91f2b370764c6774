"""The tables of emergencies. One file a thing; what they hang on is in records."""

from incidents.emergencies.models.log import LogEntry, LogText, Seal
from incidents.emergencies.models.positions import Device, Feed, Position, RefusedFix, TrackPoint
from incidents.emergencies.models.protocols import Protocol, ProtocolAnswer, ProtocolQuestion
from incidents.emergencies.models.shared import ServicePart, SharedIncident
from incidents.emergencies.models.units import Aboard, Sortie, Unit

__all__ = [
    "Aboard",
    "Device",
    "Feed",
    "LogEntry",
    "LogText",
    "Position",
    "Protocol",
    "ProtocolAnswer",
    "ProtocolQuestion",
    "RefusedFix",
    "Seal",
    "ServicePart",
    "SharedIncident",
    "Sortie",
    "TrackPoint",
    "Unit",
]
