"""A day again: the rows that the worker writes down, the fold, and who may look."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from incidents.dispatching import agency_work, closing
from incidents.maps import course
from incidents.maps.models import Course, CourseFollowed
from incidents.maps.replaying import fold, rows_of
from incidents.records.figures import figures
from incidents.records.models import Incident
from realtime.change import change
from realtime.log import new_epoch
from tests.cast import Cast, Hands, give
from tests.intake.world import IN_AN_LAC, World
from tests.maps.scene import spread

PAIRS = [
    pair
    for path in sorted((Path(__file__).parent / "pairs").glob("*.json"))
    for pair in json.loads(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("pair", PAIRS, ids=[pair["about"] for pair in PAIRS])
def test_the_fold_of_the_pairs(pair: dict[str, Any]) -> None:
    """The browser's fold is held to the same pairs (frontend/src/replay/fold.test.ts)."""
    assert fold(pair["rows"], pair["start"], pair["at"]) == pair["picture"]


def followed() -> None:
    while course.follow():
        pass


def now_again(cast: Cast) -> dict[str, Any]:
    at = timezone.now()
    start, _end, rows = rows_of(cast.call_taker, timezone.localdate(at))
    return {**fold(rows, start, int(at.timestamp()) + 1)}


@pytest.mark.django_db(transaction=True)
class TestDay:
    def _a_day(self, world: World, cast: Cast) -> list[Incident]:
        # From here on the log tells everything.
        followed()
        late = timezone.now() - dt.timedelta(hours=1)
        rows = spread(
            world,
            [
                {"at": IN_AN_LAC, "group": 2, "category": world.categories["fire"], "due_at": late},
                {"at": IN_AN_LAC, "ago": 3, "category": world.categories["road"]},
                {"group": None},
                {"at": IN_AN_LAC, "category": world.categories["road"]},
                {"at": IN_AN_LAC, "exercise": 7},
            ],
        )
        followed()
        worked = give(rows[1], world.an_lac, cast.call_taker)
        with change():
            agency_work.accept(assignment_id=worked.pk, by=cast.focal_point)
        with change():
            closing.answer_at_once(incident_id=rows[3].pk, answer="Theo quy định…", by=cast.call_taker)
        return rows

    def test_the_figures_at_the_end_are_those_of_now(self, world: World, cast: Cast) -> None:
        rows = self._a_day(world, cast)
        followed()
        told, counted = now_again(cast), figures()
        assert {name: told[name] for name in ("received", "open", "overdue", "closed")} == {
            name: counted[name] for name in ("received", "open", "overdue", "closed")
        }
        assert told["by_group"] == counted["by_group"]
        assert set(told["board"]) == {str(rows[n].pk) for n in (0, 1, 2)}
        assert told["board"][str(rows[1].pk)]["state"] == "assigned"
        assert told["board"][str(rows[0].pk)]["lat"] == round(IN_AN_LAC[1], 3)

    def test_followed_in_one_go_or_step_by_step_is_the_same(self, world: World, cast: Cast) -> None:
        self._a_day(world, cast)
        followed()
        first = sorted(Course.objects.values_list("incident", "version", "at", "until", "state", "on_board"))
        Course.objects.all().delete()
        CourseFollowed.objects.update(offset=0)
        followed()
        again = sorted(Course.objects.values_list("incident", "version", "at", "until", "state", "on_board"))
        assert again == first
        # What an incident looked like has no holes.
        for incident in {row[0] for row in first}:
            looks = list(Course.objects.filter(incident=incident).order_by("version"))
            assert [look.until for look in looks] == [*(look.at for look in looks[1:]), None]

    def test_a_note_makes_no_row(self, world: World, cast: Cast) -> None:
        (incident,) = spread(world, [{"at": IN_AN_LAC}])
        followed()
        Hands(cast.call_taker).post(f"/api/incidents/{incident.code}/note", {"text": "gọi lại", "base_version": 1})
        assert Incident.objects.get(pk=incident.pk).version == 2
        followed()
        assert Course.objects.filter(incident=incident).count() == 1

    def test_where_the_log_says_nothing_beginning_and_end_are_known(self, world: World, cast: Cast) -> None:
        rows = self._a_day(world, cast)
        new_epoch()
        followed()
        told, counted = now_again(cast), figures()
        assert {name: told[name] for name in ("received", "open", "overdue", "closed")} == {
            name: counted[name] for name in ("received", "open", "overdue", "closed")
        }
        assert not Course.objects.filter(incident=rows[4]).exists()

    def test_a_day_begins_with_what_was_open(self, world: World, cast: Cast) -> None:
        (incident,) = spread(world, [{"at": IN_AN_LAC, "ago": 2}])
        followed()
        before = timezone.now() - dt.timedelta(days=2)
        Course.objects.update(at=before, until=None)
        start, _end, rows = rows_of(cast.call_taker, timezone.localdate())
        assert [row["id"] for row in rows] == [incident.pk]
        assert rows[0]["at"] < start
        Course.objects.update(until=before + dt.timedelta(hours=1))
        assert rows_of(cast.call_taker, timezone.localdate())[2] == []


@pytest.mark.django_db(transaction=True)
class TestPage:
    def test_leaders_see_no_complaints_and_nobody_sees_words(self, world: World, cast: Cast) -> None:
        complaint = world.categories["land"]
        complaint.is_complaint = True
        complaint.save()
        about, plain = spread(
            world, [{"at": IN_AN_LAC, "category": complaint, "summary": "ông A"}, {"at": IN_AN_LAC, "summary": "bà B"}]
        )
        followed()
        for person, expected in ((cast.leader, {plain.pk}), (cast.supervisor, {about.pk, plain.pk})):
            answer = Hands(person).get("/map/replay/day.json")
            assert {row["id"] for row in answer.json()["rows"]} == expected
            assert "ông A" not in answer.content.decode()

    def test_days_that_are_none(self, cast: Cast) -> None:
        hands = Hands(cast.leader)
        assert hands.get("/map/replay/").status_code == 200
        for wrong in ("2026-02-30", "9999-01-01", "1850-01-01", "x"):
            assert hands.get(f"/map/replay/?day={wrong}").status_code == 422, wrong
            assert set(hands.get(f"/map/replay/day.json?day={wrong}").json()["fields"]) == {"day"}, wrong
