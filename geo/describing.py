"""A point in words that somebody on the spot understands: by which landmark, on which street, in which ward."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext

from geo.areas import AreaRef, areas_at
from geo.directions import DIRECTIONS
from geo.folding import fold_name
from geo.gazetteer.index import gazetteer
from geo.gazetteer.lookups import Gazetteer
from geo.plane import distance_m

# Nobody looks for a landmark farther than this.
LANDMARK_M = 1_000.0
STREET_M = 150.0
# Within this one stands at it, or in the street.
AT_M = 25.0
MOST_COMPARED = 40
# Two more things to steer by, where they are near and none of them stands beside another.
MOST_FURTHER = 2
FURTHER_M = 600.0
APART_M = 120.0
# What people steer by; of anything else, only what is much nearer is told.
LANDMARKS = frozenset(
    {
        "marketplace", "school", "university", "college", "hospital", "clinic", "police", "fire_station", "townhall",
        "place_of_worship", "fuel", "bus_station", "bus_stop", "bus_stop_osm", "crossroads", "bridge", "industrial",
        "supermarket", "mall", "park", "stadium", "post_office", "kindergarten", "station", "residential", "cemetery",
        "government", "toll_booth", "hotel", "bank", "village", "hamlet", "neighbourhood",
    }
)  # fmt: skip
OTHER_WEIGHT = 3.0
_STREET_WORDS = ("duong", "dai lo", "quoc lo", "hem", "ngo", "kiet", "pho", "xa lo", "huong lo", "tinh lo", "cau")


@dataclass(frozen=True, slots=True)
class Landmark:
    """A known place near by. `direction` (0 north, clockwise in eighths) goes from it to the point."""

    name: str
    distance_m: float
    direction: int
    holds: bool


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What lies round a point; anything may be missing."""

    landmark: Landmark | None
    street: str
    street_is_road: bool
    street_m: float
    ward: AreaRef | None
    district: AreaRef | None
    # What has to be shown beside the words for the sources they come from.
    attribution: str = ""
    # What else one may steer by, the nearest first.
    others: tuple[Landmark, ...] = ()

    @property
    def beside(self) -> str:
        """By what and on which street, in the active language; empty where nothing is known."""
        return ", ".join(part for part in (_by_landmark(self.landmark), self._on_street()) if part)

    @property
    def further(self) -> str:
        """One or two more landmarks near by with distance and direction; empty where there are none."""
        return "; ".join(_by_landmark(landmark) for landmark in self.others)

    @property
    def sentence(self) -> str:
        """The whole: by what, on which street, in which ward and district."""
        areas = [area.name for area in (self.ward, self.district) if area is not None]
        return ", ".join(part for part in (self.beside, *areas) if part)

    def _on_street(self) -> str:
        if not self.street:
            return ""
        named = self.street
        folded = fold_name(named)
        if not self.street_is_road and not folded.startswith(_STREET_WORDS):
            named = gettext("%(street)s street") % {"street": named}
        if self.street_m <= AT_M:
            return gettext("on %(street)s") % {"street": named}
        return gettext("%(distance)s off %(street)s") % {"distance": length(self.street_m), "street": named}


def _by_landmark(landmark: Landmark | None) -> str:
    if landmark is None:
        return ""
    if landmark.holds:
        return gettext("inside %(place)s") % {"place": landmark.name}
    if landmark.distance_m <= AT_M:
        return gettext("at %(place)s") % {"place": landmark.name}
    said: Mapping[str, object] = {
        "distance": length(landmark.distance_m),
        "direction": DIRECTIONS[landmark.direction],
        "place": landmark.name,
    }
    return gettext("%(distance)s %(direction)s of %(place)s") % said


def length(metres: float) -> str:
    """A length as people say it: 40 m, 120 m, 1.2 km."""
    if metres < 950:
        return f"{max(10, round(metres / 10) * 10)} m"
    return f"{metres / 1000:.1f} km"


def describe(lon: float, lat: float, *, on: dt.date, names: Gazetteer | None = None) -> Whereabouts:
    """What lies round a point in degrees, with the units in force on a date. No query, well under a millisecond."""
    covering = areas_at(lon, lat, on)
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return Whereabouts(None, "", False, 0.0, covering.ward, covering.district)
    known = names or gazetteer()
    street = known.nearest_street(lon, lat, STREET_M)
    landmarks = _landmarks(known, lon, lat)
    first = landmarks[0] if landmarks else None
    return Whereabouts(
        first,
        known.street(street[0]).name if street is not None else "",
        street is not None and known.street(street[0]).is_road,
        street[1] if street is not None else 0.0,
        covering.ward,
        covering.district,
        ", ".join(known.attribution) if first is not None or street is not None else "",
        tuple(landmarks[1:]),
    )


def _landmarks(known: Gazetteer, lon: float, lat: float) -> list[Landmark]:
    """The landmark that says best where a point is, and up to two more that say something else."""
    near = known.nearest_places(lon, lat, LANDMARK_M, MOST_COMPARED)
    weighed = [
        (distance * (1.0 if known.place(number).kind in LANDMARKS else OTHER_WEIGHT), number, distance)
        for distance, number in near
    ]
    if not weighed:
        return []
    chosen = [min(weighed)]
    for one in sorted(weighed):
        if len(chosen) > MOST_FURTHER or one[2] > FURTHER_M:
            break
        place = known.place(one[1])
        told = [known.place(number) for _weight, number, _distance in chosen]
        if (
            place.kind in LANDMARKS
            and all(fold_name(place.name) != fold_name(other.name) for other in told)
            and all(distance_m(place.lon, place.lat, other.lon, other.lat) > APART_M for other in told)
        ):
            chosen.append(one)
    return [_seen_from(known, number, distance, lon, lat) for _weight, number, distance in chosen]


def _seen_from(known: Gazetteer, number: int, distance: float, lon: float, lat: float) -> Landmark:
    place = known.place(number)
    east = (lon - place.lon) * math.cos(math.radians(lat))
    turn = math.degrees(math.atan2(east, lat - place.lat)) % 360
    return Landmark(place.name, distance, round(turn / 45) % 8, known.place_holds(number, lon, lat))
