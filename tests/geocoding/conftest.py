"""A geocoder on this machine whose answers a test chooses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.cast import cast
from tests.doors.platforms import Peer, serving
from tests.intake.world import IN_AN_LAC, world

__all__ = ["cast", "world"]


def nominatim(lon: float, lat: float, label: str = "12/5 Đường Nguyễn Văn Mẫu", half: float = 0.0005) -> dict[str, Any]:
    box = [str(edge) for edge in (lat - half, lat + half, lon - half, lon + half)]
    return {"lat": str(lat), "lon": str(lon), "boundingbox": box, "display_name": label}


def photon(lon: float, lat: float, **said: Any) -> dict[str, Any]:
    return {"geometry": {"type": "Point", "coordinates": [lon, lat]}, "properties": said}


@pytest.fixture
def geocoder(settings: Any) -> Iterator[Peer]:
    """It finds everything in An Lạc unless it is told otherwise; the site is set up to ask it."""
    with serving(lambda asked: (200, [nominatim(*IN_AN_LAC)])) as peer:
        settings.GEOCODER_URL = peer.address
        settings.GEOCODER_KIND = "nominatim"
        yield peer
