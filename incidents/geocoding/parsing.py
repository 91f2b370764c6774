"""What a Nominatim or a Photon answers, as places. Pure; whatever else comes raises ValueError."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

# Half the diagonal of what was found, within these bounds, is how unsure the point is.
LEAST_RADIUS_M = 30.0
_METRES_A_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class Found:
    """One place: degrees (WGS 84), what it is called, and how far from the point the true place may be."""

    lon: float
    lat: float
    radius_m: float
    label: str


def read_nominatim(answer: Any) -> list[Found]:
    """The list that /search?format=jsonv2 gives, the best first."""
    try:
        return [_nominatim(row) for row in _list(answer)]
    except (AttributeError, KeyError, TypeError, IndexError) as error:
        raise ValueError("not an answer of Nominatim") from error


def _nominatim(row: Any) -> Found:
    # South, north, west, east.
    box = [float(edge) for edge in row["boundingbox"]] if row.get("boundingbox") else []
    edges = (box[2], box[0], box[3], box[1]) if box else None
    return _found(float(row["lon"]), float(row["lat"]), edges, str(row["display_name"]))


def read_photon(answer: Any) -> list[Found]:
    """The GeoJSON that /api gives, the best first."""
    try:
        return [_photon(row) for row in _list(answer["features"])]
    except (AttributeError, KeyError, TypeError, IndexError) as error:
        raise ValueError("not an answer of Photon") from error


def _photon(row: Any) -> Found:
    lon, lat = (float(number) for number in row["geometry"]["coordinates"][:2])
    said = row["properties"]
    house = " ".join(str(said[key]) for key in ("housenumber", "street") if said.get(key))
    parts = (said.get("name"), house, said.get("district"), said.get("city"))
    label = ", ".join(dict.fromkeys(str(part) for part in parts if part))
    # West, north, east, south.
    extent = [float(edge) for edge in said["extent"]] if said.get("extent") else []
    return _found(lon, lat, (extent[0], extent[3], extent[2], extent[1]) if extent else None, label)


def _list(answer: Any) -> Sequence[Any]:
    if not isinstance(answer, list):
        raise ValueError("not a list")
    return answer


def _found(lon: float, lat: float, edges: tuple[float, float, float, float] | None, label: str) -> Found:
    """`edges` are west, south, east, north."""
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise ValueError("not a position")
    radius = 0.0
    if edges is not None:
        west, south, east, north = edges
        radius = math.hypot((east - west) * math.cos(math.radians(lat)), north - south) / 2 * _METRES_A_DEGREE
        if not math.isfinite(radius):
            raise ValueError("not an extent")
    return Found(lon, lat, max(radius, LEAST_RADIUS_M), label[:250])


READERS: dict[str, Callable[[Any], list[Found]]] = {"nominatim": read_nominatim, "photon": read_photon}
