"""The rows a gazetteer is built from, whether read from SQL or generated. Degrees, WGS 84."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from shapely import MultiLineString
from shapely.geometry.base import BaseGeometry


class PlaceRow(NamedTuple):
    id: int
    name: str
    folded: str
    other_names: Sequence[str]
    kind: str
    lon: float
    lat: float
    radius_m: float
    source: str
    shape: BaseGeometry | None = None


class StreetRow(NamedTuple):
    id: int
    name: str
    other_names: Sequence[str]
    ref: str
    is_road: bool
    kind: str
    lines: MultiLineString


class HouseRow(NamedTuple):
    street_id: int
    number: str
    lon: float
    lat: float


class CrossroadRow(NamedTuple):
    first_id: int
    second_id: int
    lon: float
    lat: float
    radius_m: float
    arms: int


class PostRow(NamedTuple):
    street_id: int
    km: float
    lon: float
    lat: float
