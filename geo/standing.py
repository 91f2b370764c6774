"""What kind of known place a point stands in: an industrial park, a hospital's grounds, a market."""

from __future__ import annotations

from geo.gazetteer.index import gazetteer

# Areas lie inside one another: a school in a residential quarter in an industrial park.
MOST_LOOKED_AT = 20


def kinds_at(lon: float, lat: float) -> frozenset[str]:
    """The kinds (OpenStreetMap's words) of the known areas that hold a point, in degrees, WGS 84. No query.

    Places that are points or lines hold nothing: only who names a bus stop is known to be at it.
    """
    known = gazetteer()
    near = known.nearest_places(lon, lat, 1.0, MOST_LOOKED_AT)
    return frozenset(known.place(number).kind for _metres, number in near if known.place_holds(number, lon, lat))
