"""An agency's focal point enters leave and deputies, and sees who has how much to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from incidents.contacts.falling_back import choose
from incidents.dispatching import agency_work
from incidents.records.models import UnitWork
from incidents.worktime.absences import who_does_it
from incidents.worktime.models import Absence
from opscenter.accounts.models import ContactPoint, Person
from realtime.change import change
from tests.cast import Cast, Hands, give, most_queries, open_one
from tests.intake.world import World

PAGE = "/inbox/people/"


@pytest.fixture
def second(cast: Cast, world: World, new_person: Callable[..., Person]) -> Person:
    return new_person("handler", agency=world.an_lac, handling_unit=cast.unit, full_name="Người Thay")


def leave(hands: Hands, person: Person, first: int = 0, last: int = 2, deputy: Person | None = None) -> Any:
    day = timezone.localdate()
    sent: dict[str, Any] = {
        "person": person.pk,
        "starts": (day + dt.timedelta(days=first)).isoformat(),
        "ends": (day + dt.timedelta(days=last)).isoformat(),
    }
    return hands.post("/api/absences", sent | ({"deputy": deputy.pk} if deputy else {}))


def test_leave_is_entered_and_ended_and_work_goes_to_the_deputy(world: World, cast: Cast, second: Person) -> None:
    focal = Hands(cast.focal_point)
    made = leave(focal, cast.handler, deputy=second)
    assert (made.status_code, made.json()["url"]) == (200, PAGE)
    text = focal.get(PAGE).content.decode()
    assert str(second) in text
    assert f"/api/absences/{made.json()['absence']}/end" in text
    row = give(open_one(world), world.an_lac, cast.call_taker)
    own: dict[str, Any] = {"assignment_id": row.pk, "by": cast.focal_point}
    with change():
        agency_work.accept(**own)
        agency_work.hand_on(unit=cast.unit, person=cast.handler, **own)
    assert UnitWork.objects.get(assignment=row).person == second
    with most_queries(30):
        assert ">1 " in focal.get(PAGE).content.decode()
    # The first day was today: it is taken back altogether. Twice is once.
    ended = f"/api/absences/{made.json()['absence']}/end"
    assert focal.post(ended).status_code == 200
    assert not Absence.objects.exists()
    assert focal.post(ended).status_code == 404


def test_what_has_begun_ends_yesterday(cast: Cast) -> None:
    today = timezone.localdate()
    row = Absence.objects.create(
        person=cast.handler, starts=today - dt.timedelta(days=3), ends=today + dt.timedelta(days=3), by=cast.focal_point
    )
    assert Hands(cast.focal_point).post(f"/api/absences/{row.pk}/end").status_code == 200
    row.refresh_from_db()
    assert row.ends == today - dt.timedelta(days=1)


def test_what_cannot_be_is_said_beside_the_field(cast: Cast, second: Person) -> None:
    focal = Hands(cast.focal_point)

    def wrong(*args: Any, **more: Any) -> list[str]:
        answer = leave(focal, *args, **more)
        assert answer.status_code == 422, answer.content
        return list(answer.json()["fields"])

    assert wrong(cast.handler_there) == ["person"]
    assert wrong(cast.handler, 2, 1) == ["ends"]
    assert wrong(cast.handler, -3, -1) == ["ends"]
    assert wrong(cast.handler, 0, 900) == ["ends"]
    assert wrong(cast.handler, deputy=cast.handler) == ["deputy"]
    assert wrong(cast.handler, deputy=cast.handler_there) == ["deputy"]
    # A deputy in a unit would not see what the focal point is given.
    assert wrong(cast.focal_point, deputy=cast.handler) == ["deputy"]
    assert leave(focal, second).status_code == 200
    assert wrong(second, 1, 5) == ["starts"]
    assert wrong(cast.handler, deputy=second) == ["deputy"]
    answer = focal.post("/api/absences", {"person": "x", "starts": "31/02/2026", "ends": ""})
    assert (answer.status_code, set(answer.json()["fields"])) == (422, {"person", "starts", "ends"})
    assert Absence.objects.count() == 1


def test_nobody_else_enters_it(cast: Cast) -> None:
    for person in (cast.handler, cast.call_taker, cast.leader):
        assert leave(Hands(person), cast.handler).status_code == 403
        assert Hands(person).get(PAGE).status_code == 403
    row = Absence.objects.create(
        person=cast.handler, starts=timezone.localdate(), ends=timezone.localdate(), by=cast.focal_point
    )
    assert Hands(cast.focal_point_there).post(f"/api/absences/{row.pk}/end").status_code == 404


def test_a_deputy_who_is_away_is_stood_in_for_and_a_ring_ends(cast: Cast, second: Person) -> None:
    day = timezone.localdate()

    def away(person: Person, deputy: Person) -> None:
        Absence.objects.create(person=person, deputy=deputy, starts=day, ends=day, by=cast.focal_point)

    away(cast.handler, second)
    assert who_does_it(cast.handler, day) == second
    away(second, cast.focal_point)
    assert who_does_it(cast.handler, day) == cast.focal_point
    away(cast.focal_point, cast.handler)
    assert who_does_it(cast.handler, day) == cast.focal_point
    assert who_does_it(cast.handler, day + dt.timedelta(days=1)) == cast.handler


def test_the_telephone_of_somebody_who_is_away_is_passed_over(world: World, cast: Cast) -> None:
    first, other = (
        ContactPoint.objects.create(
            agency=world.an_lac, kind="sms", address=f"090000001{number}", order=number, person=person
        )
        for number, person in enumerate((cast.focal_point, None))
    )
    assert choose([first, other]) == [first]
    day = timezone.localdate()
    Absence.objects.create(person=cast.focal_point, starts=day, ends=day, by=cast.focal_point)
    assert choose([first, other]) == [other]
    # Rather somebody who is away than nobody.
    assert choose([first]) == [first]
