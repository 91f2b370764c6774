"""Cameras near a place, by setting (OPSCENTER_CAMERAS): links that a person opens, nothing is fetched from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from geo.plane import distance_m

# Who looks at a scene is helped by cameras that see it, not by those of the next quarter.
WITHIN_M = 500.0
MOST = 4


@dataclass(frozen=True, slots=True)
class Camera:
    name: str
    url: str
    metres: int


def cameras_near(lon: float, lat: float) -> list[Camera]:
    """The nearest cameras within half a kilometre, the nearest first; metres on the ellipsoid."""
    found = [
        Camera(one["name"], one["url"], round(distance_m(lon, lat, one["lon"], one["lat"]))) for one in settings.CAMERAS
    ]
    near = [one for one in found if one.metres <= WITHIN_M]
    return sorted(near, key=lambda one: (one.metres, one.name))[:MOST]


@register()
def check_cameras(**kwargs: Any) -> list[CheckMessage]:
    """Names the line of the setting that cannot be used, before anybody needs it."""
    if not isinstance(settings.CAMERAS, list):
        return [Error("OPSCENTER_CAMERAS is not a JSON list", id="emergencies.E001")]
    return [
        Error(f"OPSCENTER_CAMERAS, number {number}: {wrong}", id="emergencies.E002")
        for number, one in enumerate(settings.CAMERAS, 1)
        if (wrong := _wrong(one))
    ]


def _wrong(one: Any) -> str:
    if not isinstance(one, dict) or set(one) != {"name", "lon", "lat", "url"}:
        return "it needs name, lon, lat and url, and nothing else"
    for name, most in (("lon", 180), ("lat", 90)):
        value = one[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or not -most <= value <= most:
            return f"{name} is no coordinate"
    if not isinstance(one["name"], str) or not one["name"].strip():
        return "the name is empty"
    parts = urlsplit(str(one["url"]))
    return "" if parts.scheme in {"https", "http"} and parts.netloc else "the url is no address of the web"
