"""Counts by the units of another set: nothing is lost and nothing is added."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.lineage import code_at, recount, shares, whole
from geo.models import AreaSet
from tests.geo.conftest import OLD_WARDS, middle

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unpinned")]
Sets = tuple[AreaSet, AreaSet]


def test_shares_of_the_parts_add_up(both_sets: Sets) -> None:
    forward = shares("2019", "2025")
    assert forward["101"] == {"101": 1.0}
    # The boundary of the two new ones runs through the middle of this ward.
    assert forward["106"] == pytest.approx({"103": 0.5, "106": 0.5}, abs=0.001)
    assert all(sum(parts.values()) == pytest.approx(1.0) for parts in forward.values())
    back = shares("2025", "2019")
    assert back["101"] == pytest.approx({"101": 0.5, "102": 0.5}, abs=0.001)
    assert back["103"] == pytest.approx({"103": 2 / 3, "106": 1 / 3}, abs=0.001)
    assert shares("2019", "2019")["106"] == {"106": 1.0}
    assert shares("2019", "1999") == {}


def test_totals_stay_whatever_is_counted(both_sets: Sets) -> None:
    counts = {("2019", code): 10.0 + number for number, code in enumerate(OLD_WARDS)}
    counts["2019", "999"] = 3.0
    counts["2025", "101"] = 2.0
    counted = recount(counts, "2025")
    assert sum(counted.values()) == pytest.approx(sum(counts.values()))
    assert {set_name for set_name, _code in counted} == {"2025"}
    assert counted["2025", ""] == 3.0
    assert counted["2025", "101"] == pytest.approx(10 + 11 + 2)
    assert sum(whole(counted).values()) == sum(counts.values())
    back = recount(counted, "2019")
    assert sum(back.values()) == pytest.approx(sum(counts.values()))


def test_a_point_is_counted_where_it_lies(both_sets: Sets) -> None:
    assert code_at(*middle("102"), "2019") == "102"
    assert code_at(*middle("102"), "2025") == "101"
    assert code_at(0.0, 0.0, "2025") == ""
    assert code_at(*middle("102"), "1999") == ""


@given(st.dictionaries(st.sampled_from([*"abcdefghijkl"]), st.floats(0, 1e6)))
def test_rounding_keeps_the_total(counts: dict[str, float]) -> None:
    given_counts = {("2019", code): count for code, count in counts.items()}
    rounded = whole(given_counts)
    assert sum(rounded.values()) == round(sum(counts.values()))
    assert all(abs(rounded[key] - count) <= 1 for key, count in given_counts.items())
