"""The figures of each ward for the map, from the one definition of each figure."""

from __future__ import annotations

import datetime as dt
from typing import Any

from geo.areas import set_index_on
from geo.index import territory
from incidents.figures.counting import Selection, figures_by
from incidents.figures.reading import columns_of
from incidents.maps.asking import Past


def ward_figures(past: Past, at: dt.datetime) -> dict[str, Any]:
    """{set, wards: {code: {received, open, overdue, on_time, first_answer}}} as of the set in force at a moment.

    on_time is a share from 0 to 1, first_answer the median in seconds; null where nothing can be said. What the worker
    has not counted yet (a few seconds) is not in it.
    """
    index = set_index_on(at.date())
    if index is None or territory().named(index.name) is None:
        return {"set": "", "wards": {}}
    columns = Selection(groups=past.groups).of(columns_of(past.first, past.last, index.name))
    return {
        "set": index.name,
        "wards": {
            str(code): {
                "received": figures.received,
                "open": figures.open,
                "overdue": figures.overdue,
                "on_time": figures.on_time_share,
                "first_answer": figures.first_answer.median_s,
            }
            for code, figures in figures_by(columns, "ward", at).items()
            if code
        },
    }
