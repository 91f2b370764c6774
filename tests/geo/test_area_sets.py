"""Sets with dates, and which areas cover a point on a date."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.gis.geos import Point
from django.db import IntegrityError, connection, transaction

from geo import index as area_index
from geo.areas import NoAreaSet, area_named, area_set_on, areas_at, point_of
from geo.importing.loading import NewUnit, date_conflict, load_generation
from geo.models import Area, AreaLineage, AreaName, AreaSet, Generation
from geo.plane import Plane, area_km2, distance_m
from tests.geo.conftest import NEW_FROM, SOUTH, STEP, WEST, middle, old_units, square

pytestmark = pytest.mark.django_db
OLD, NEW = dt.date(2020, 1, 1), dt.date(2025, 7, 1)


@pytest.mark.parametrize(
    ("valid_from", "valid_until"),
    [
        (dt.date(2024, 1, 1), None),
        (dt.date(2018, 1, 1), dt.date(2019, 1, 2)),
        (dt.date(2020, 1, 1), dt.date(2021, 1, 1)),
        (dt.date(2018, 1, 1), None),
    ],
)
def test_database_refuses_sets_that_share_a_day(
    old_set: AreaSet, valid_from: dt.date, valid_until: dt.date | None
) -> None:
    assert date_conflict("other", valid_from, valid_until)
    with pytest.raises(IntegrityError), transaction.atomic():
        AreaSet.objects.create(name="other", valid_from=valid_from, valid_until=valid_until)


def test_sets_may_touch(old_set: AreaSet) -> None:
    assert date_conflict("other", NEW_FROM, None) == ""
    AreaSet.objects.create(name="other", valid_from=NEW_FROM)
    AreaSet.objects.create(name="before", valid_from=dt.date(2010, 1, 1), valid_until=old_set.valid_from)


def test_database_refuses_moving_a_set_onto_another(both_sets: tuple[AreaSet, AreaSet]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        AreaSet.objects.filter(name="2025").update(valid_from=dt.date(2025, 6, 30))


@pytest.mark.usefixtures("unpinned")
def test_same_point_has_old_and_new_areas_by_date(both_sets: tuple[AreaSet, AreaSet]) -> None:
    lon, lat = middle("102")
    old = areas_at(lon, lat, dt.date(2025, 6, 30))
    assert (old.set_name, old.ward.code, old.ward.name) == ("2019", "102", "Phường Phú Lợi")  # type: ignore[union-attr]
    assert old.district is not None
    assert old.district.name == "Thành phố Thủ Dầu Một"
    new = areas_at(lon, lat, NEW)
    # The code 101 is reused under another name: a code means nothing without its set.
    assert (new.set_name, new.ward.code, new.ward.name) == ("2025", "101", "Phường Phú Lợi")  # type: ignore[union-attr]
    assert new.district is None
    assert area_named("2019", "101").name == "Phường Phú Hòa"  # type: ignore[union-attr]


def test_pinned_set_ignores_the_date(both_sets: tuple[AreaSet, AreaSet], settings: object) -> None:
    settings.AREA_SET = "2019"  # type: ignore[attr-defined]
    assert areas_at(*middle("102"), dt.date(2030, 1, 1)).set_name == "2019"
    assert area_set_on(dt.date(2030, 1, 1)).name == "2019"


@pytest.mark.usefixtures("unpinned")
def test_no_set_in_force(old_set: AreaSet) -> None:
    with pytest.raises(NoAreaSet):
        area_set_on(dt.date(2018, 12, 31))
    nothing = areas_at(*middle("101"), dt.date(2018, 12, 31))
    assert (nothing.set_id, nothing.ward, nothing.is_outside) == (0, None, True)


@pytest.mark.usefixtures("unpinned")
def test_outside_and_not_a_number(old_set: AreaSet) -> None:
    assert areas_at(105.0, 21.0, OLD).is_outside
    assert areas_at(float("nan"), 10.9, OLD, margin_m=100).is_outside
    assert areas_at(float("inf"), 10.9, OLD).is_outside


@pytest.mark.usefixtures("unpinned")
def test_margin_names_the_wards_near_a_border_in_metres(old_set: AreaSet) -> None:
    lon = WEST + STEP - 0.0005  # some 55 m west of the border between 101 and 102
    lat = SOUTH + STEP / 2
    apart = distance_m(lon, lat, WEST + STEP, lat)
    assert 50 < apart < 60
    assert areas_at(lon, lat, OLD, margin_m=apart - 1).near == ()
    near = areas_at(lon, lat, OLD, margin_m=apart + 1).near
    assert [area.code for area in near] == ["102"]
    # Just outside everything: no ward covers it, the near one is named.
    outside = areas_at(WEST - 0.0005, lat, OLD, margin_m=100)
    assert outside.ward is None
    assert [area.code for area in outside.near] == ["101"]


@pytest.mark.usefixtures("unpinned")
def test_a_point_on_the_common_border_has_one_answer(old_set: AreaSet) -> None:
    answer = areas_at(WEST + STEP, SOUTH + STEP / 2, OLD, margin_m=1)
    assert answer.ward is not None
    assert answer.ward.code == "101"
    assert [area.code for area in answer.near] == ["102"]


@pytest.mark.usefixtures("unpinned")
def test_memory_agrees_with_sql(both_sets: tuple[AreaSet, AreaSet]) -> None:
    """SQL is the truth: the polygons as the database itself answers them."""
    for column in range(6):
        for row in range(4):
            lon, lat = WEST + (column + 0.41) * STEP / 2, SOUTH + (row + 0.37) * STEP / 2
            for on, area_set in ((OLD, both_sets[0]), (NEW, both_sets[1])):
                covering = areas_at(lon, lat, on)
                point = Point(lon, lat, srid=4326)
                known = {
                    area.code
                    for area in Area.objects.filter(generation=area_set.current, level="ward")
                    if area.geometry.covers(point)
                }
                assert covering.ward is not None
                assert {covering.ward.code} == known


@pytest.mark.usefixtures("unpinned")
def test_names_by_date(old_set: AreaSet) -> None:
    AreaName.objects.filter(code="105").delete()
    for name, kind, start, end in (
        ("Xã An Điền", "xa", dt.date(2019, 1, 1), dt.date(2024, 5, 1)),
        ("Phường An Điền", "phuong", dt.date(2024, 5, 1), None),
    ):
        AreaName.objects.create(area_set=old_set, code="105", kind=kind, name=name, valid_from=start, valid_until=end)
    load_generation(old_set, old_units(), source="made", licence="", is_approximate=False)
    assert areas_at(*middle("105"), dt.date(2024, 4, 30)).ward.name == "Xã An Điền"  # type: ignore[union-attr]
    assert areas_at(*middle("105"), dt.date(2024, 5, 1)).ward.name == "Phường An Điền"  # type: ignore[union-attr]


@pytest.mark.usefixtures("unpinned")
def test_a_new_generation_is_noticed_within_a_second(old_set: AreaSet, monkeypatch: pytest.MonkeyPatch) -> None:
    """As another process sees it: it is told nothing, and rereads the rows after a second."""
    now = [1000.0]
    monkeypatch.setattr(area_index.time, "monotonic", lambda: now[0])
    area_index.look_again()
    before = area_index.territory()
    generation = Generation.objects.create(area_set=old_set, complete=True)
    Area.objects.create(
        generation=generation,
        level="ward",
        code="900",
        kind="xa",
        name="Xã Mới",
        area_km2=1.0,
        geometry=Area.objects.get(generation=old_set.current, code="101").geometry,
    )
    AreaSet.objects.filter(pk=old_set.pk).update(current=generation)
    now[0] += 0.9
    assert area_index.territory() is before
    now[0] += 0.2
    assert areas_at(*middle("101"), OLD).ward.code == "900"  # type: ignore[union-attr]


@pytest.mark.usefixtures("unpinned")
def test_an_unfinished_generation_is_never_in_force(old_set: AreaSet) -> None:
    unfinished = Generation.objects.create(area_set=old_set)
    AreaSet.objects.filter(pk=old_set.pk).update(current=unfinished)
    area_index.look_again()
    assert areas_at(*middle("101"), OLD).set_id == 0


@pytest.mark.usefixtures("unpinned")
def test_no_query_between_two_readings(old_set: AreaSet, django_assert_num_queries: object) -> None:
    areas_at(*middle("101"), OLD)
    with django_assert_num_queries(0):  # type: ignore[operator]
        for _again in range(100):
            areas_at(*middle("101"), OLD, margin_m=100)


def test_old_generations_are_cleared_away(old_set: AreaSet) -> None:
    for _again in range(3):
        load_generation(old_set, old_units(), source="made", licence="", is_approximate=False)
    assert old_set.generations.count() == 2
    assert Area.objects.count() == 2 * len(old_units())


def test_lineage_has_shares(both_sets: tuple[AreaSet, AreaSet]) -> None:
    shares = {
        (row.old_code, row.new_code): row.share_of_old for row in AreaLineage.objects.filter(old_set=both_sets[0])
    }
    assert shares[("102", "101")] == pytest.approx(1.0, abs=0.001)
    assert shares[("106", "103")] == pytest.approx(0.5, abs=0.01)
    assert shares[("106", "106")] == pytest.approx(0.5, abs=0.01)
    assert sum(share for (old, _new), share in shares.items() if old == "106") == pytest.approx(1.0, abs=0.01)


@pytest.mark.usefixtures("unpinned")
def test_point_of_lies_inside(old_set: AreaSet) -> None:
    # A ring: its centroid lies in the hole.
    ring = square(10, 0, 3).difference(square(11, 1))
    units = [NewUnit("ward", "777", "", "Xã Vòng", square(0, 0).__class__([ring]))]
    load_generation(old_set, units, source="made", licence="", is_approximate=False)
    lon, lat = point_of("2019", "777")  # type: ignore[misc]
    assert areas_at(lon, lat, OLD).ward.code == "777"  # type: ignore[union-attr]


def test_plane_measures_metres() -> None:
    plane = Plane(106.7, 11.1)
    one, other = plane.point(106.5, 10.9), plane.point(106.9, 11.4)
    flat = ((one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2) ** 0.5
    assert flat == pytest.approx(distance_m(106.5, 10.9, 106.9, 11.4), rel=2e-5)
    assert plane.degrees(*one) == pytest.approx((106.5, 10.9), abs=1e-9)
    assert area_km2(square(0, 0)) == pytest.approx(4.83, abs=0.02)


def test_migration_left_its_guard_on_sqlite() -> None:
    """A later migration that rebuilds the table would drop the triggers."""
    if connection.vendor != "sqlite":
        pytest.skip("PostGIS keeps its constraint through every alteration")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'geo_areaset'")
        assert cursor.fetchone()[0] >= 2
