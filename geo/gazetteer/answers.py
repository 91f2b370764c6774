"""What the gazetteer answers. Degrees are WGS 84, lengths metres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

EntryKind = Literal["place", "street", "road", "alias"]
KINDS: tuple[EntryKind, ...] = ("place", "street", "road", "alias")


class Entry(NamedTuple):
    """What a name stands for: a place, street, numbered road or learnt alias by its number in this gazetteer."""

    kind: EntryKind
    number: int


class Hit(NamedTuple):
    """A name found at words [start, end), and everything it may stand for."""

    start: int
    end: int
    entries: tuple[Entry, ...]


class Near(NamedTuple):
    """A name nearly written at words [start, end)."""

    start: int
    end: int
    entry: Entry
    likeness: float


@dataclass(frozen=True, slots=True)
class Place:
    """A place; `extent` is point, line or area. The true place lies within `radius_m` of the point."""

    number: int
    id: int
    name: str
    kind: str
    lon: float
    lat: float
    radius_m: float
    extent: str
    source: str


@dataclass(frozen=True, slots=True)
class Street:
    """A street or numbered road; lon and lat are a point on it near its middle."""

    number: int
    id: int
    name: str
    ref: str
    kind: str
    length_m: float
    lon: float
    lat: float
    is_road: bool
    has_numbers: bool
    has_posts: bool


@dataclass(frozen=True, slots=True)
class LearntAlias:
    """What people call a place, with how often they confirmed it."""

    id: int
    phrase: str
    label: str
    lon: float
    lat: float
    radius_m: float
    times: int
    exercise: int = 0


@dataclass(frozen=True, slots=True)
class Spot:
    """A point in degrees, how far off it may be, and how it was found (see geo/README.md)."""

    lon: float
    lat: float
    radius_m: float
    how: str


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where two streets meet."""

    lon: float
    lat: float
    radius_m: float
    arms: int
    is_shared_node: bool
