"""The tables of geo: area sets with their polygons, and the gazetteer of places, streets and learnt aliases."""

from geo.models.aliases import Alias
from geo.models.areas import (
    Area,
    AreaKind,
    AreaLineage,
    AreaName,
    AreaSet,
    AreaSetQuerySet,
    Generation,
    Level,
    new_token,
)
from geo.models.places import Loading, Place, PlaceEdition, PlaceSource
from geo.models.streets import Crossroad, HouseNumber, KmPost, Street

__all__ = [
    "Alias",
    "Area",
    "AreaKind",
    "AreaLineage",
    "AreaName",
    "AreaSet",
    "AreaSetQuerySet",
    "Crossroad",
    "Generation",
    "HouseNumber",
    "KmPost",
    "Level",
    "Loading",
    "Place",
    "PlaceEdition",
    "PlaceSource",
    "Street",
    "new_token",
]
