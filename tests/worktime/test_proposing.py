from __future__ import annotations

import datetime as dt

import pytest

from incidents.records.models import Category
from incidents.worktime.calendar import ZONE
from incidents.worktime.clocks import calendar, clocks, opening
from incidents.worktime.models import Clock, Day, OfficeHours
from incidents.worktime.proposing import propose

pytestmark = pytest.mark.django_db

TET = dt.date(2020, 1, 25)


def test_a_proposal_counts_for_nothing_until_it_is_confirmed() -> None:
    assert propose(2020) > 8
    assert Day.objects.get(date=TET).state == Day.State.PROPOSED
    assert calendar().is_worked(dt.date(2020, 1, 27))
    Day.objects.filter(date=dt.date(2020, 1, 27)).update(state=Day.State.CONFIRMED)
    assert not calendar().is_worked(dt.date(2020, 1, 27))
    Day.objects.filter(date=dt.date(2020, 1, 27)).update(state=Day.State.REJECTED)
    assert calendar().is_worked(dt.date(2020, 1, 27))


def test_proposing_again_changes_nothing_that_people_decided() -> None:
    propose(2020)
    Day.objects.filter(date=TET).update(state=Day.State.REJECTED, name="của chúng tôi")
    Day.objects.create(date=dt.date(2020, 2, 3), kind="holiday", name="riêng", state="confirmed")
    assert propose(2020) == 0
    assert Day.objects.get(date=TET).name == "của chúng tôi"


def test_tet_by_the_lunar_calendar() -> None:
    for year, first in ((2019, dt.date(2019, 2, 5)), (2020, TET), (2026, dt.date(2026, 2, 17))):
        propose(year)
        assert Day.objects.filter(date=first, kind=Day.Kind.HOLIDAY).exists(), year


def test_office_hours_are_data() -> None:
    for weekday in range(6):
        OfficeHours.objects.create(weekday=weekday, opens=dt.time(8), closes=dt.time(12))
    own = calendar()
    assert own.office_day() == dt.timedelta(hours=4)
    # Saturdays are worked now, afternoons are not.
    assert own.add(dt.datetime(2019, 11, 8, 11, tzinfo=ZONE), dt.timedelta(hours=2)) == dt.datetime(
        2019, 11, 9, 9, tzinfo=ZONE
    )


def test_the_category_comes_before_its_group() -> None:
    power = Category.objects.create(code="power", group=3, name="Điện", name_en="Power", hours=8)
    road = Category.objects.create(code="road", group=3, name="Đường", name_en="Road", hours=48)
    Clock.objects.create(category=power, working_time=False, seen_minutes=15, result_percent=50)
    Clock.objects.create(group=3, seen_minutes=30)
    assert clocks(power).answer == dt.timedelta(hours=8)
    assert clocks(power).result == dt.timedelta(hours=4)
    assert clocks(power).seen == dt.timedelta(minutes=15)
    assert clocks(road).answer == dt.timedelta(hours=16)
    assert clocks(road).seen == dt.timedelta(minutes=30)
    assert clocks(None, 2).answer == dt.timedelta(hours=1)


def test_when_the_offices_open() -> None:
    assert opening(dt.date(2019, 11, 9)) == dt.datetime(2019, 11, 11, 7, 30, tzinfo=ZONE)
