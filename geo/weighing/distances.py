"""How far things a text names lie from a position, and whether they agree with it."""

from __future__ import annotations

from geo.index import Unit
from geo.plane import distance_m
from geo.steps.areanames import unit_of
from geo.steps.spots import Spot
from geo.steps.wards import WardGuess
from geo.weighing.reading import Read

# Borders in use may be off by this much, so words and position this close agree.
BORDER_SLACK_M = 200.0


def inside(read: Read) -> list[Spot]:
    """The spots that lie in the territory."""
    return [spot for spot in read.spots if spot.kind == "street" or read.index.covers(spot.lon, spot.lat)]


def apart_from(read: Read, spot: Spot, lon: float, lat: float) -> float:
    """Metres from a point to a spot: to the nearest of a street or area."""
    if spot.kind == "street" and spot.street is not None:
        return read.gazetteer.along(spot.street, lon, lat)
    if spot.place is not None:
        return read.gazetteer.place_distance(spot.place, lon, lat)
    return distance_m(lon, lat, spot.lon, spot.lat)


def fits_districts(read: Read, lon: float, lat: float, radius: float) -> bool:
    """Whether a point lies in one of the districts named, or none is."""
    distances = district_distances(read, lon, lat)
    return not distances or min(distances) <= radius + BORDER_SLACK_M


def district_distances(read: Read, lon: float, lat: float) -> list[float]:
    """Metres from a point to each district firmly named."""
    pairs = [
        unit_of(read.territory, meaning)
        for mention in read.districts
        if mention.is_firm
        for meaning in mention.meanings
    ]
    return [pair[0].distance_to(pair[1], lon, lat) for pair in pairs if pair is not None]


def reaches(read: Read, guess: WardGuess, lon: float, lat: float, radius: float) -> bool:
    return distance_to_unit(read, guess.ground.unit, lon, lat) <= radius + BORDER_SLACK_M


def distance_to_unit(read: Read, unit: Unit, lon: float, lat: float) -> float:
    """Metres from a point to a unit, 0 inside."""
    return read.index.distance_to(unit, lon, lat)
