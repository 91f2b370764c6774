"""The figures of each ward for the map, from the one definition of each figure."""

from __future__ import annotations

import datetime as dt
from typing import Any

from geo.areas import set_index_on
from geo.index import territory
from incidents.figures.counting import Selection
from incidents.figures.mapped import Level, mapped_figures
from incidents.figures.reading import columns_of
from incidents.maps.asking import Past


def ward_figures(past: Past, level: Level, at: dt.datetime) -> dict[str, Any]:
    """{set, wards: {code: {name of a figure: value}}} as of the set in force at a moment; figures as in mapped.MAPPED.

    With level "district" each ward has its district's. What the worker has not counted yet (a few seconds) is not in
    it.
    """
    index = set_index_on(at.date())
    if index is None or territory().named(index.name) is None:
        return {"set": "", "wards": {}}
    columns = Selection(groups=past.groups).of(columns_of(past.first, past.last, index.name))
    return {"set": index.name, "wards": mapped_figures(columns, index, level, at)}
