"""One fix as it comes from outside, checked: a pure function of what was sent and the time."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

# Clocks of phones go wrong a little: a fix from so near a future counts as made now.
AHEAD = dt.timedelta(seconds=60)
# What lay in a phone's queue while there was no network is still part of its track.
OLDEST = dt.timedelta(hours=24)
_METRES_A_SECOND_IN_A_KNOT = 0.514444
# From here on a number of seconds would lie in the year 5138: it is milliseconds.
_MILLISECONDS_FROM = 1e11


class WhyNot(StrEnum):
    """Why a fix is refused."""

    UNKNOWN_DEVICE = "unknown_device"
    NOT_THIS_FEED = "not_this_feed"
    NO_POSITION = "no_position"
    IMPOSSIBLE = "impossible"
    NO_TIME = "no_time"
    FUTURE = "future"
    TOO_OLD = "too_old"
    TOO_MANY = "too_many"


class RefusedFix(ValueError):
    def __init__(self, why: WhyNot) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Fix:
    """Degrees (WGS 84), metres, metres a second, percent; `at` is when it was made."""

    at: dt.datetime
    lat: float
    lon: float
    speed: float | None = None
    heading: float | None = None
    altitude: float | None = None
    accuracy: float | None = None
    battery: float | None = None


def read(sent: Mapping[str, Any], now: dt.datetime) -> Fix:
    """A fix from names and values as our API and the OsmAnd protocol use them. Raises RefusedFix.

    `lat`, `lon`, `timestamp` (seconds, milliseconds or ISO 8601) are needed; a side value that makes no sense is left
    out, because the place is what counts. `speed` is metres a second.
    """
    lat, lon = _number(sent.get("lat")), _number(sent.get("lon"))
    if lat is None or lon is None:
        raise RefusedFix(WhyNot.NO_POSITION)
    # 0, 0 is what a receiver without satellites says.
    if not (-90 <= lat <= 90 and -180 <= lon <= 180) or (lat == 0 and lon == 0):
        raise RefusedFix(WhyNot.IMPOSSIBLE)
    at = _time(sent.get("timestamp"))
    if at is None:
        raise RefusedFix(WhyNot.NO_TIME)
    if at > now + AHEAD:
        raise RefusedFix(WhyNot.FUTURE)
    if at < now - OLDEST:
        raise RefusedFix(WhyNot.TOO_OLD)
    return Fix(
        at=min(at, now),
        lat=lat,
        lon=lon,
        speed=_within(sent.get("speed"), 0, 150),
        heading=_within(sent.get("heading", sent.get("bearing")), 0, 360),
        altitude=_within(sent.get("altitude"), -500, 9000),
        accuracy=_within(sent.get("accuracy"), 0, 100_000),
        battery=_within(sent.get("battery", sent.get("batt")), 0, 100),
    )


def of_osmand(sent: Mapping[str, Any], now: dt.datetime) -> Fix:
    """A fix by the OsmAnd protocol as Traccar's client speaks it: its speed is in knots, its fix may be `location`."""
    named = dict(sent)
    if "location" in named and "lat" not in named:
        lat, _comma, lon = str(named["location"]).partition(",")
        named |= {"lat": lat, "lon": lon}
    knots = _number(named.get("speed"))
    named["speed"] = None if knots is None else knots * _METRES_A_SECOND_IN_A_KNOT
    return read(named, now)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _within(value: Any, least: float, most: float) -> float | None:
    number = _number(value)
    return number if number is not None and least <= number <= most else None


def _time(value: Any) -> dt.datetime | None:
    number = _number(value)
    try:
        if number is not None:
            seconds = number / 1000 if number >= _MILLISECONDS_FROM else number
            return dt.datetime.fromtimestamp(seconds, dt.UTC)
        at = dt.datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, OSError):
        return None
    return at if at.tzinfo is not None else None
