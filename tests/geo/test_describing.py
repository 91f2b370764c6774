"""A point in words: by which landmark, on which street, in which ward."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import translation

from geo.describing import describe, length
from geo.models import AreaSet
from tests.geo.town import PLANE, town

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unpinned")]
OLD = dt.date(2020, 1, 1)


@pytest.fixture
def known(old_set: AreaSet, tmp_path: Path) -> None:
    call_command("import_osm", str(town().write(tmp_path / "town.osm")), "--commit")


@pytest.mark.parametrize(
    ("east", "north", "vietnamese", "english"),
    [
        (
            -80, 100,
            "cách Chợ Tưởng Tượng 120 m về hướng tây bắc, cách đường Trần Thị Thử 70 m",
            "120 m north-west of Chợ Tưởng Tượng, 70 m off Trần Thị Thử street",
        ),
        (
            300, -200,
            "trong Khu công nghiệp Bịa Đặt",
            "inside Khu công nghiệp Bịa Đặt",
        ),
        (
            22, 12,
            "tại Chợ Tưởng Tượng, trên đường Lê Văn Mẫu",
            "at Chợ Tưởng Tượng, on Lê Văn Mẫu street",
        ),
        (
            601, 700,
            "cách Ngã tư Bịa 640 m về hướng đông, trên QL99",
            "640 m east of Ngã tư Bịa, on QL99",
        ),
    ],
)  # fmt: skip
def test_a_point_in_words(known: None, east: float, north: float, vietnamese: str, english: str) -> None:
    there = describe(*PLANE.degrees(east, north), on=OLD)
    areas = ", ".join(area.name for area in (there.ward, there.district) if area)
    assert areas
    for language, expected in (("vi", vietnamese), ("en", english)):
        with translation.override(language):
            assert there.sentence == f"{expected}, {areas}"
            assert there.beside == expected


def test_what_else_one_may_steer_by(known: None) -> None:
    with translation.override("vi"):
        there = describe(*PLANE.degrees(-80, 100), on=OLD)
        # Not the school, which stands by the market that was told already.
        assert there.further == (
            "cách Khu công nghiệp Bịa Đặt 340 m về hướng tây bắc; cách Ngã tư Bịa 410 m về hướng nam"
        )
    assert describe(*PLANE.degrees(-5_000, 0), on=OLD).further == ""


def test_where_nothing_is_known(db: None, old_set: AreaSet) -> None:
    lon, lat = PLANE.degrees(0, 0)
    there = describe(lon, lat, on=OLD)
    assert there.beside == ""
    assert "Phường" in there.sentence
    assert describe(float("nan"), 0.0, on=OLD).sentence == ""
    assert describe(0.0, 0.0, on=OLD).sentence == ""


@pytest.mark.parametrize(
    ("metres", "said"), [(3, "10 m"), (44, "40 m"), (949, "950 m"), (951, "1.0 km"), (1234, "1.2 km")]
)
def test_lengths_as_people_say_them(metres: float, said: str) -> None:
    assert length(metres) == said
