"""A confirmed day moves the deadlines of what is open, with history; a proposed one moves nothing."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from incidents.dispatching import recomputing
from incidents.dispatching.deadlines import due_at
from incidents.records.models import Assignment, History, Incident
from incidents.worktime.calendar import ZONE
from incidents.worktime.changing import decide
from incidents.worktime.models import CalendarChange, Day
from realtime.change import change
from tests.cast import Cast, Hands, give, open_one, together
from tests.intake.world import World


@pytest.fixture
def waiting(world: World, cast: Cast) -> tuple[Incident, Incident]:
    """A road to be mended and a fire, both received now, both with an agency."""
    now = timezone.now()
    road = open_one(world, received_at=now, due_at=due_at(world.categories["road"], now))
    fire = open_one(
        world,
        category=world.categories["fire"],
        group=2,
        received_at=now,
        due_at=due_at(world.categories["fire"], now),
    )
    for incident in (road, fire):
        give(incident, world.an_lac, cast.call_taker)
    return road, fire


def holidays(number: int) -> list[dt.date]:
    """Days from tomorrow on that the library did not know."""
    today = timezone.localdate()
    days = [today + dt.timedelta(days=more) for more in range(1, number + 1)]
    Day.objects.bulk_create(Day(date=day, kind=Day.Kind.HOLIDAY, name="Nghỉ thêm") for day in days)
    return days


def test_confirmed_days_move_deadlines(waiting: tuple[Incident, Incident], cast: Cast) -> None:
    road, fire = waiting
    days = holidays(14)
    assert recomputing.work() == 0
    with change():
        assert decide(days=days, state=Day.State.CONFIRMED, by=cast.administrator) == 14
    while recomputing.work():
        pass
    assert CalendarChange.objects.get().finished_at is not None
    moved = Incident.objects.get(pk=road.pk)
    assert moved.due_at > road.due_at
    assert moved.due_at.astimezone(ZONE).date() > days[-1]
    row = History.objects.get(kind="deadlines_recomputed")
    assert (row.incident, row.why) == (road, "calendar")
    assert dt.datetime.fromisoformat(row.data["before"]) == road.due_at
    assert Assignment.objects.get(incident=road).due_at > road.due_at
    # An emergency knows no holidays.
    assert Incident.objects.get(pk=fire.pk).due_at == fire.due_at
    # Taken back, they are where they were.
    with change():
        decide(days=days, state=Day.State.REJECTED, by=cast.administrator)
    while recomputing.work():
        pass
    assert Incident.objects.get(pk=road.pk).due_at == road.due_at


def test_rejecting_a_proposal_moves_nothing(waiting: tuple[Incident, Incident], cast: Cast) -> None:
    days = holidays(3)
    with change():
        decide(days=days, state=Day.State.REJECTED, by=cast.administrator)
    assert not CalendarChange.objects.exists()


def test_two_workers_move_each_deadline_once(waiting: tuple[Incident, Incident], cast: Cast) -> None:
    with change():
        decide(days=holidays(14), state=Day.State.CONFIRMED, by=cast.administrator)
    together([recomputing.work, recomputing.work])
    while recomputing.work():
        pass
    assert History.objects.filter(kind="deadlines_recomputed").count() == 1


def test_the_year_in_the_administration(world: World, cast: Cast) -> None:
    hands = Hands(cast.administrator)
    address = "/admin/worktime/day/year/2026/"
    assert hands.get(address).status_code == 200
    assert hands.post(address, {"propose": "1"}, form=True).status_code == 302
    proposed = list(Day.objects.filter(state="proposed"))
    assert len(proposed) > 8
    page = hands.get(address).content.decode()
    assert "Tết" in page
    assert "proposed holiday" in page
    sent = {"confirm": "1", "day": [str(row.pk) for row in proposed]}
    assert hands.post(address, sent, form=True).status_code == 302
    assert not Day.objects.filter(state="proposed").exists()
    assert CalendarChange.objects.get().by == cast.administrator
    assert "confirmed holiday" in hands.get(address).content.decode()
    for person in (cast.supervisor, cast.call_taker, cast.focal_point):
        assert Hands(person).get(address).status_code in {302, 403}


def test_hours_entered_by_hand_move_deadlines_too(world: World, cast: Cast) -> None:
    sent = {"weekday": "0", "opens": "08:00", "closes": "12:00"}
    answer = Hands(cast.administrator).post("/admin/worktime/officehours/add/", sent, form=True)
    assert answer.status_code == 302
    assert CalendarChange.objects.count() == 1
