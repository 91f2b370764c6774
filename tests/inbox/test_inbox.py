"""The agencies' inbox: everybody sees their own assignments, and the buttons their role and the state allow."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from incidents.dispatching import agency_work, assigning, results
from incidents.inbox.queries import assignments_of, detail
from incidents.records.models import Assignment
from opscenter.accounts.models import Person
from realtime.change import change
from tests.cast import Cast, give, most_queries, open_one
from tests.intake.world import IN_AN_LAC, World, picture, upload

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def given(world: World, cast: Cast) -> Assignment:
    return give(open_one(world), world.an_lac, cast.call_taker, note="Ưu tiên")


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def panel(person: Person, assignment: Assignment) -> Any:
    return signed_in(person).get(f"/inbox/assignment/{assignment.pk}/", headers={"X-Panel": "1"})


def acts(text: str) -> set[str]:
    return set(re.findall(r'data-act="([\w-]+)"', text))


def step(work: Callable[..., Any], **given: Any) -> None:
    with change():
        work(**given)


def test_the_agency_sees_it_and_nobody_else_does(given: Assignment, cast: Cast) -> None:
    for name, person in cast.people().items():
        answer = panel(person, given)
        # The room and the leaders have screens of their own.
        expected = {"focal_point": 200, "focal_point_there": 404, "handler": 404, "handler_there": 404,
                    "dispatcher": 404, "crew": 404}.get(name, 403)  # fmt: skip
        assert answer.status_code == expected, name
    anonymous = Client().get(f"/inbox/assignment/{given.pk}/")
    assert anonymous.status_code == 302
    assert "/accounts/login/" in anonymous["Location"]


def test_handed_on_the_unit_sees_it_too(given: Assignment, cast: Cast) -> None:
    step(agency_work.accept, assignment_id=given.pk, by=cast.focal_point)
    step(agency_work.hand_on, assignment_id=given.pk, unit=cast.unit, by=cast.focal_point)
    assert panel(cast.focal_point, given).status_code == 200
    assert panel(cast.handler, given).status_code == 200
    assert panel(cast.handler_there, given).status_code == 404


@pytest.mark.parametrize("ending", ["returned", "withdrawn"])
def test_given_back_or_taken_back_it_is_gone(given: Assignment, cast: Cast, ending: str) -> None:
    if ending == "returned":
        step(agency_work.return_, assignment_id=given.pk, by=cast.focal_point, reason="không thuộc phường")
    else:
        step(assigning.cancel_assignment, assignment_id=given.pk, by=cast.supervisor, why="wrong_agency")
    assert panel(cast.focal_point, given).status_code == 404
    assert not assignments_of(cast.focal_point).exists()


def test_the_buttons_follow_role_and_state(given: Assignment, cast: Cast) -> None:
    def of(person: Person) -> set[str]:
        return acts(panel(person, given).content.decode())

    assert of(cast.focal_point) == {"accept", "return", "note"}
    step(agency_work.accept, assignment_id=given.pk, by=cast.focal_point)
    at_work = {"result", "ask", "postpone", "photo", "note"}
    assert of(cast.focal_point) == {"start", "hand", "return"} | at_work
    step(agency_work.hand_on, assignment_id=given.pk, unit=cast.unit, by=cast.focal_point)
    # Whoever does the work neither gives it back nor hands it on: that is the focal point's.
    assert of(cast.handler) == {"start"} | at_work
    step(agency_work.start, assignment_id=given.pk, by=cast.handler)
    assert of(cast.handler) == at_work
    step(agency_work.give_result, assignment_id=given.pk, text="Đã vá.", by=cast.handler)
    assert of(cast.handler) == {"note"}
    assert of(cast.focal_point) == {"pass-on", "send-back", "note"}
    assert "Đã vá." in panel(cast.handler, given).content.decode()
    step(results.pass_on_result, assignment_id=given.pk, by=cast.focal_point)
    assert of(cast.focal_point) == {"note"}


def test_only_a_new_one_asks_to_be_marked_as_seen(given: Assignment, cast: Cast) -> None:
    assert "data-mark-seen" in panel(cast.focal_point, given).content.decode()
    step(agency_work.see, assignment_id=given.pk, by=cast.focal_point)
    assert "data-mark-seen" not in panel(cast.focal_point, given).content.decode()


def test_it_shows_words_place_note_and_not_who_reported(take: Any, world: World, cast: Cast) -> None:
    from incidents.intake.take import ReporterDetails

    taken = take(
        "Ổ gà <b>sâu</b>", address="12/5 Chợ", point=IN_AN_LAC, photos=[upload(picture())],
        reporter=ReporterDetails(name="Người Kín", phone="+84900000001"),
    )  # fmt: skip
    assignment = Assignment.objects.filter(incident=taken.incident).first() or give(
        taken.incident, world.an_lac, cast.call_taker, note="Ưu tiên"
    )
    text = panel(cast.focal_point, assignment).content.decode()
    assert "Ổ gà &lt;b&gt;sâu&lt;/b&gt;" in text
    assert "12/5 Chợ" in text
    assert "Phường An Lạc" in text
    assert 'data-lat="11.05' in text
    # Personal data has an address of its own, where each look is written down.
    assert "Người Kín" not in text
    assert "0900" not in text
    assert f"/api/incidents/{taken.incident.code}/reporter" in text


def test_numbers_in_the_words_are_covered(given: Assignment, cast: Cast) -> None:
    text = panel(cast.focal_point, given).content.decode()
    assert "Ổ gà trước số 12/5, gọi •••" in text
    assert "0900" not in text
    assert "Numbers, addresses and names of people are covered" in panel_in_english(cast.focal_point, given)


def panel_in_english(person: Person, assignment: Assignment) -> str:
    headers = {"X-Panel": "1", "Accept-Language": "en"}
    return str(signed_in(person).get(f"/inbox/assignment/{assignment.pk}/", headers=headers).content.decode())


def test_the_cards_photo_is_for_who_may_see_the_assignment(take: Any, world: World, cast: Cast) -> None:
    taken = take(point=IN_AN_LAC, photos=[upload(picture())])
    assignment = give(taken.incident, world.an_lac, cast.call_taker)
    address = f"/inbox/assignment/{assignment.pk}/photo/"
    shown = signed_in(cast.focal_point).get(address)
    assert shown.status_code == 200
    assert "private" in shown["Cache-Control"]
    assert signed_in(cast.focal_point_there).get(address).status_code == 404
    without = give(open_one(world), world.an_lac, cast.call_taker)
    assert signed_in(cast.focal_point).get(f"/inbox/assignment/{without.pk}/photo/").status_code == 404


def test_the_page_opens_for_agencies_only(cast: Cast) -> None:
    for name, person in cast.people().items():
        allowed = name.removesuffix("_there") in {"focal_point", "handler", "dispatcher", "crew"}
        assert signed_in(person).get("/inbox/").status_code == (200 if allowed else 403), name


def test_an_assignment_opens_by_its_address_as_a_whole_page(given: Assignment, cast: Cast) -> None:
    text = signed_in(cast.focal_point).get(f"/inbox/assignment/{given.pk}/").content.decode()
    assert "<html" in text
    assert f'data-assignment="{given.pk}"' in text
    assert "<html" not in panel(cast.focal_point, given).content.decode()


def test_an_exercise_cannot_be_overlooked(world: World, cast: Cast) -> None:
    from django.utils import timezone

    from incidents.records.models import Exercise

    exercise = Exercise.objects.create(name="Thử", starts_at=timezone.now())
    assignment = give(open_one(world, exercise=exercise.pk), world.an_lac, cast.call_taker)
    assert "exercise-mark" in panel(cast.focal_point, assignment).content.decode()


def test_few_queries_however_much_hangs_on_it(
    take: Any, world: World, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Areas and places are in memory; what is asked once a second is not asked here.
    monkeypatch.setattr("geo.index.REREAD_AFTER_S", float("inf"))
    taken = take(point=IN_AN_LAC, photos=[upload(picture(size=(60 + n, 60))) for n in range(3)])
    assignment = give(taken.incident, world.an_lac, cast.call_taker)
    assert detail(cast.focal_point, assignment.pk) is not None
    with most_queries(17):
        assert detail(cast.focal_point, assignment.pk) is not None
