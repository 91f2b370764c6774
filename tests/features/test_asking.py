"""Reading a question for items: what is understood, and that everything else is explained."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.features.asking import MOST, USUAL, Asked, Wrong, meets, read

UTC = dt.UTC


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, {"limit": USUAL, "box": None, "first": None, "last": None}),
        ({"limit": "1000000"}, {"limit": MOST}),
        ({"bbox": "106.6,11,106.7,11.1"}, {"box": (106.6, 11.0, 106.7, 11.1)}),
        ({"bbox": "106.6,11,0,106.7,11.1,90"}, {"box": (106.6, 11.0, 106.7, 11.1)}),
        ({"bbox": "179,-10,-179,10"}, {"box": (179.0, -10.0, -179.0, 10.0)}),
        ({"datetime": "2026-01-31T00:00:00Z/.."}, {"first": dt.datetime(2026, 1, 31, tzinfo=UTC), "last": None}),
        ({"datetime": "/2026-01-31T00:00:00Z"}, {"first": None, "last": dt.datetime(2026, 1, 31, tzinfo=UTC)}),
        ({"datetime": "2026-01-31T07:00:00 07:00"}, {"first": dt.datetime(2026, 1, 31, tzinfo=UTC)}),
        # A date alone is the whole local day.
        (
            {"datetime": "2026-01-31"},
            {
                "first": dt.datetime(2026, 1, 30, 17, tzinfo=UTC),
                "last": dt.datetime(2026, 1, 31, 16, 59, 59, 999999, tzinfo=UTC),
            },
        ),
    ],
)
def test_what_is_understood(query: dict[str, str], expected: dict[str, object]) -> None:
    asked = read(query, ())
    assert {name: getattr(asked, name) for name in expected} == expected


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"}, {"limit": "-1"}, {"limit": "١٢"}, {"limit": "many"}, {"bbox": ""}, {"bbox": "1,2,3"},
        {"bbox": "a,b,c,d"}, {"bbox": "1,nan,2,3"}, {"bbox": "0,10,1,5"}, {"bbox": "0,0,1,91"}, {"bbox": "0,0,181,1"},
        {"bbox": "0,0,1,1", "bbox-crs": "http://www.opengis.net/def/crs/EPSG/0/4326"}, {"datetime": ""},
        {"datetime": "../.."}, {"datetime": "yesterday"}, {"datetime": "2026-02-30"},
        {"datetime": "2026-01-02/2026-01-01"}, {"datetime": "0001-01-01T00:00:00+23:59"}, {"f": "html"},
        {"unknown": "1"},
    ],
)  # fmt: skip
def test_what_cannot_be_is_explained(query: dict[str, str]) -> None:
    with pytest.raises(Wrong, match=r".{10,}"):
        read(query, ())


def test_a_collections_own_filters() -> None:
    assert read({"state": "closed"}, ("state",)) == Asked(filters={"state": "closed"})
    with pytest.raises(Wrong):
        read({"state": "closed"}, ())


@given(st.dictionaries(st.sampled_from(["limit", "bbox", "datetime", "after", "f", "state"]), st.text(max_size=30)))
def test_nothing_breaks_it(query: dict[str, str]) -> None:
    try:
        asked = read(query, ("state",))
    except Wrong:
        return
    assert 1 <= asked.limit <= MOST


def test_boxes_that_cross_the_date_line() -> None:
    around = (179.0, -10.0, -179.0, 10.0)
    assert meets(around, (179.5, 0, 179.6, 1))
    assert meets(around, (-179.6, 0, -179.5, 1))
    assert not meets(around, (0, 0, 1, 1))
    assert meets((0, 0, 2, 2), (1, 1, 3, 3))
    assert not meets((0, 0, 2, 2), (1, 2.1, 3, 3))
