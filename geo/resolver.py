"""Where might these words be? From a citizen's words and a position to candidates with radius and reasons.

The steps that read a text are small and pure (geo/steps); what they know of the language is data (geo/language); what
they found is weighed in geo/weighing. Here only the order is.
"""

from __future__ import annotations

import datetime as dt
import math

from geo.areas import names_date, set_index_on
from geo.gazetteer.index import gazetteer
from geo.index import territory
from geo.resolution import Reason, Resolution
from geo.weighing.naming import guesses_in
from geo.weighing.position import from_point
from geo.weighing.reading import Read, read_texts
from geo.weighing.words import from_words


def resolve(
    words: str,
    *,
    on: dt.date,
    point: tuple[float, float] | None = None,
    accuracy_m: float | None = None,
    address: str = "",
    exercise: int = 0,
    pinned: bool = True,
) -> Resolution:
    """Where a report is.

    `words` are the reporter's own, `address` what stands in an address field (it goes before the words), `point`
    (lon, lat in degrees, WGS 84) a pin or a device's fix with its accuracy in metres (None: a pin set by hand).
    `on` decides which units are in force, unless a set is pinned (`pinned` false: the date decides all the same).
    `exercise`: names that people taught count in their own exercise only (0: live).
    Never raises for any text; time is bounded by reading at most 5,000 characters of each.
    """
    whole = territory()
    index = set_index_on(on, pinned=pinned)
    if index is None:
        return Resolution("unknown", (), (Reason("no_area_set", {}),))
    unusable = point is not None and not _is_position(point)
    if unusable:
        point = None
    named_on = names_date(on, pinned=pinned)
    read = read_texts(Read(whole, index, gazetteer(), named_on), words, address, point, exercise)
    if unusable:
        read.say("point_unusable")
    guesses = guesses_in(read, on)
    if index.approximate:
        read.say("approximate_areas")
    if point is not None or read.points:
        return from_point(read, guesses, point, accuracy_m)
    return from_words(read, guesses)


def _is_position(point: tuple[float, float] | None) -> bool:
    return (
        point is not None
        and all(math.isfinite(value) for value in point)
        and abs(point[0]) <= 180
        and abs(point[1]) <= 90
    )
