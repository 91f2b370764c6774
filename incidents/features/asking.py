"""What a request for items asks: limit, bbox, datetime, where to go on, and a collection's own filters; pure."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

USUAL, MOST = 100, 5_000
# (west, south, east, north) in degrees, WGS 84, longitude first (CRS84). West may be greater than east: over 180°.
Box = tuple[float, float, float, float]
_CRS84 = frozenset({"http://www.opengis.net/def/crs/OGC/1.3/CRS84", "[OGC:CRS84]"})
_DATE = re.compile(r"^\d{4}-\d\d-\d\d$")


class Wrong(ValueError):
    """The request is not one of this API; its text says why, for a person."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One page: at most `limit` features that meet the box and lie in [first, last], after the feature `after`."""

    limit: int = USUAL
    box: Box | None = None
    first: dt.datetime | None = None
    last: dt.datetime | None = None
    after: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)


def read(given: Mapping[str, str], filters: Collection[str]) -> Asked:
    """Reads a query. Raises Wrong for a parameter that is not known (requirement /req/core/query-param-unknown) or
    a value that cannot be."""
    known = {"limit", "bbox", "bbox-crs", "datetime", "after", "f", *filters}
    if unknown := sorted(set(given) - known):
        raise Wrong(_("There is no parameter “%(name)s” here.") % {"name": unknown[0][:50]})
    if given.get("f", "json") not in {"json", "geojson"}:
        raise Wrong(_("The only format is json."))
    if given.get("bbox-crs", next(iter(_CRS84))) not in _CRS84:
        raise Wrong(_("The only reference system of bbox is CRS84."))
    first, last = _instants(given["datetime"]) if "datetime" in given else (None, None)
    return Asked(
        limit=_limit(given.get("limit")),
        box=_box(given["bbox"]) if "bbox" in given else None,
        first=first,
        last=last,
        after=given.get("after", ""),
        filters={name: given[name] for name in filters if name in given},
    )


def _limit(given: str | None) -> int:
    """A larger one than MOST is answered with MOST, as the standard has it."""
    if given is None:
        return USUAL
    if not given.isascii() or not given.isdecimal() or len(given) > 9 or int(given) < 1:
        raise Wrong(_("limit is a whole number from 1 on."))
    return min(int(given), MOST)


def _box(given: str) -> Box:
    try:
        numbers = [float(part) for part in given.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 6:
        # With heights, which nothing here has.
        numbers = [*numbers[0:2], *numbers[3:5]]
    if len(numbers) != 4 or not all(math.isfinite(number) for number in numbers):
        raise Wrong(_("bbox is four numbers: west, south, east, north, in degrees."))
    west, south, east, north = numbers
    if south > north or not -90 <= south <= 90 or not -90 <= north <= 90 or max(abs(west), abs(east)) > 180:
        raise Wrong(_("bbox is four numbers: west, south, east, north, in degrees."))
    return west, south, east, north


def _instants(given: str) -> tuple[dt.datetime | None, dt.datetime | None]:
    """An instant, or an interval open on either side ("..", or nothing); a date alone is the whole local day."""
    begin, slash, end = given.partition("/")
    if not slash:
        return _instant(begin, False), _instant(begin, True)
    first = None if begin in {"", ".."} else _instant(begin, False)
    last = None if end in {"", ".."} else _instant(end, True)
    if (first is None and last is None) or (first is not None and last is not None and last < first):
        raise Wrong(_("datetime is an instant or an interval, such as 2026-01-31T00:00:00Z/.. or 2026-01-31."))
    return first, last


def _instant(given: str, is_end: bool) -> dt.datetime:
    try:
        if _DATE.match(given):
            day = dt.datetime.fromisoformat(given).replace(tzinfo=timezone.get_current_timezone())
            return day + dt.timedelta(days=1, microseconds=-1) if is_end else day
        # A plus in an address that nobody wrote as %2B arrives as a space.
        found = parse_datetime(given.replace(" ", "+"))
        if found is not None:
            found = found if timezone.is_aware(found) else timezone.make_aware(found)
            # So near to the ends of time there is no other zone.
            found.astimezone(dt.UTC)
            return found
    except (ValueError, OverflowError):
        pass
    raise Wrong(_("datetime is an instant or an interval, such as 2026-01-31T00:00:00Z/.. or 2026-01-31."))


def meets(box: Box, bounds: Box) -> bool:
    """Whether two boxes have a point in common."""
    west, south, east, north = box
    if not (bounds[1] <= north and bounds[3] >= south):
        return False
    if west <= east:
        return bounds[0] <= east and bounds[2] >= west
    return bounds[2] >= west or bounds[0] <= east
