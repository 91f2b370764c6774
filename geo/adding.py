"""Places that people add, for what no source knows: found by name from the next second on, and taken back as easily."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from uuid import uuid4

from django.contrib.gis.geos import Point
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from geo.areas import areas_at
from geo.folding import fold_name
from geo.importing.osm_kinds import DEFAULT_RADIUS_M, RADIUS_M
from geo.learning import tell_people_said
from geo.models import Place
from geo.plane import distance_m

SOURCE = "people"
# The same name this close is the same place.
SAME_PLACE_M = 150.0
# What people steer by and what they may add; the codes are those of the sources.
KINDS: dict[str, str | Promise] = {
    "marketplace": _("Market"),
    "school": _("School"),
    "hospital": _("Hospital"),
    "clinic": _("Health station, clinic"),
    "townhall": _("Office of the state"),
    "police": _("Police"),
    "place_of_worship": _("Pagoda, church, temple"),
    "fuel": _("Petrol station"),
    "bus_station": _("Bus station"),
    "crossroads": _("Crossroads"),
    "bridge": _("Bridge"),
    "industrial": _("Industrial park, factory"),
    "residential": _("Residential area"),
    "park": _("Park"),
    "supermarket": _("Supermarket, shopping centre"),
    "shop": _("Shop, eating place"),
    "cemetery": _("Cemetery"),
    "": _("Something else"),
}


class Refusal(StrEnum):
    """Why a place is not added."""

    ONE_WORD = "one_word"
    KNOWN = "known"
    OUTSIDE = "outside"


class PlaceRefused(Exception):
    """The place is not added; `why` says why."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why.value)
        self.why = why


def add_place(*, name: str, kind: str, lon: float, lat: float, by_id: int, at: dt.datetime) -> Place:
    """Adds a place at a point in degrees (WGS 84); part of the caller's change. Raises PlaceRefused.

    A name of one word is refused, because texts are never searched for one: every "Hòa" would be that place.
    """
    name = " ".join(name.split())
    folded = fold_name(name)
    if len(folded.split()) < 2:
        raise PlaceRefused(Refusal.ONE_WORD)
    if areas_at(lon, lat, at.date()).is_outside:
        raise PlaceRefused(Refusal.OUTSIDE)
    for known in Place.objects.in_force().filter(folded=folded[:200]):
        if distance_m(lon, lat, known.point.x, known.point.y) <= SAME_PLACE_M:
            raise PlaceRefused(Refusal.KNOWN)
    place = Place.objects.create(
        name=name[:200],
        folded=folded[:200],
        kind=kind,
        point=Point(lon, lat, srid=4326),
        radius_m=RADIUS_M.get(kind, DEFAULT_RADIUS_M),
        source=SOURCE,
        source_key=uuid4().hex,
        added_by_people=True,
        added_by_id=by_id,
        added_at=at,
    )
    tell_people_said()
    return place


def remove_place(*, place_id: int, by_id: int, at: dt.datetime) -> bool:
    """Takes an added place back: it is found no more, and the row stays. False when it was already, or is imported."""
    added = Place.objects.filter(pk=place_id, added_by_people=True, is_active=True)
    removed = added.update(is_active=False, removed_by=by_id, removed_at=at)
    if removed:
        tell_people_said()
    return bool(removed)
