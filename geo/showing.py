"""Where a screen's map begins: the borders of today's set, and what they cover."""

from __future__ import annotations

import datetime as dt
from typing import Any

from geo.areas import set_index_on

# Where the map begins while no areas are loaded: Bình Dương of 2019; west, south, east, north in degrees.
_WITHOUT_AREAS = [106.33, 10.85, 106.97, 11.52]


def map_settings(today: dt.date) -> dict[str, Any]:
    """Where the borders are and what they cover."""
    index = set_index_on(today)
    if index is None:
        return {"areas": "", "approximate": True, "bounds": _WITHOUT_AREAS, "set": ""}
    boxes = [unit.polygon.bounds for unit in index.units.values()]
    return {
        # The generation stands in the address, so browsers keep the file for ever.
        "areas": f"/geo/areas/{index.name}.{index.token}.geojson",
        "approximate": index.approximate,
        "bounds": [
            min(box[0] for box in boxes),
            min(box[1] for box in boxes),
            max(box[2] for box in boxes),
            max(box[3] for box in boxes),
        ],
        "set": index.name,
    }
