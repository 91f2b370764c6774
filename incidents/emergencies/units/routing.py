"""Driving times from a routing engine of one's own (OSRM, Valhalla), by setting. It may be slow or gone: then none."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import httpx
from django.conf import settings

log = logging.getLogger(__name__)

# A dispatcher waits for the answer; the straight line is there at once.
PATIENCE_S = 0.8
MOST_UNITS = 25

Point = tuple[float, float]


def driving_seconds(units: Sequence[Point], place: Point) -> list[float | None] | None:
    """Seconds from each unit (lon, lat) to the place; None where there is no way, None for all without an answer."""
    if not settings.ROUTING_URL or not units:
        return None
    ask = _valhalla if settings.ROUTING_KIND == "valhalla" else _osrm
    try:
        with httpx.Client(timeout=PATIENCE_S) as client:
            found = ask(client, units[:MOST_UNITS], place)
    except (httpx.HTTPError, ValueError, KeyError, TypeError, IndexError) as error:
        log.warning("the routing engine does not answer, straight lines are used: %s", error)
        return None
    return [*found, *[None] * (len(units) - len(found))]


def _osrm(client: httpx.Client, units: Sequence[Point], place: Point) -> list[float | None]:
    points = ";".join(f"{lon:.6f},{lat:.6f}" for lon, lat in (*units, place))
    sources = ";".join(str(number) for number in range(len(units)))
    answer = client.get(
        f"{settings.ROUTING_URL}/table/v1/driving/{points}",
        params={"sources": sources, "destinations": str(len(units)), "annotations": "duration"},
    )
    answer.raise_for_status()
    return [_seconds(row[0]) for row in answer.json()["durations"]]


def _valhalla(client: httpx.Client, units: Sequence[Point], place: Point) -> list[float | None]:
    asked = {
        "sources": [{"lon": lon, "lat": lat} for lon, lat in units],
        "targets": [{"lon": place[0], "lat": place[1]}],
        "costing": "auto",
    }
    answer = client.post(f"{settings.ROUTING_URL}/sources_to_targets", json=asked)
    answer.raise_for_status()
    return [_seconds(row[0]["time"]) for row in answer.json()["sources_to_targets"]]


def _seconds(value: Any) -> float | None:
    return float(value) if value is not None else None
