"""Where might these words be? From a citizen's words and a position to candidates with radius and reasons."""

from __future__ import annotations

import datetime as dt

from geo.areas import covering_in, names_date, set_index_on
from geo.resolution import Candidate, Reason, Resolution


def resolve(
    words: str,
    *,
    on: dt.date,
    point: tuple[float, float] | None = None,
    accuracy_m: float | None = None,
    address: str = "",
) -> Resolution:
    """Where a report is, from its words, an address field and a position (lon, lat; accuracy in metres)."""
    index = set_index_on(on)
    if index is None or point is None:
        return Resolution("unknown", (), (Reason("nothing_found", {}),))
    lon, lat = point
    radius = max(accuracy_m if accuracy_m is not None else 15.0, 10.0)
    covering = covering_in(index, lon, lat, names_date(on), radius)
    if covering.is_outside:
        return Resolution("outside", (), (Reason("point_outside", {"lon": lon, "lat": lat}),))
    candidate = Candidate(
        kind="point",
        name="",
        lon=lon,
        lat=lat,
        radius_m=radius,
        ward=covering.ward,
        district=covering.district,
        confidence=0.9,
        near=covering.near,
        approximate=index.approximate,
    )
    ward = covering.ward.name if covering.ward else ""
    return Resolution("located", (candidate,), (Reason("point_in_ward", {"ward": ward}),))
