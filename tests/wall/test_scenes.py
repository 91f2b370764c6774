"""The wall's scenes: which there are, and that what they show beside the stream is true and nobody's."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from incidents.dispatching import closing
from incidents.figures import following
from incidents.records.models import Exercise
from incidents.wall.models import Scene
from incidents.wall.scenes import DEFAULT_SCENES, answer_times, exercise_now, scenes, sources
from realtime.change import change
from tests.cast import Cast, Hands, open_one
from tests.intake.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def test_without_rows_there_are_the_default_ones() -> None:
    assert [scene["kind"] for scene in scenes()] == [kind.value for kind, _seconds in DEFAULT_SCENES]


def test_rows_in_their_order_and_hidden_ones_left_out() -> None:
    Scene.objects.create(position=3, kind="map", seconds=30)
    Scene.objects.create(position=1, kind="launch", seconds=60, title="Lễ ra mắt", subtitle="24/11/2019")
    Scene.objects.create(position=2, kind="agencies", is_shown=False)
    assert scenes() == [
        {"kind": "launch", "seconds": 60, "title": "Lễ ra mắt", "subtitle": "24/11/2019"},
        {"kind": "map", "seconds": 30, "title": "", "subtitle": ""},
    ]


@pytest.mark.parametrize("wrong", [{"kind": "launch"}, {"kind": "map", "seconds": 0}, {"kind": "none"}])
def test_a_scene_that_cannot_be_shown_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Scene(**wrong).full_clean()


def test_a_running_exercise_is_named(cast: Cast) -> None:
    now = timezone.now()
    assert exercise_now(now) == ""
    Exercise.objects.create(name="Diễn tập PCCC", starts_at=now - dt.timedelta(hours=1))
    Exercise.objects.create(name="Đã xong", starts_at=now - dt.timedelta(days=2), ends_at=now - dt.timedelta(days=1))
    assert exercise_now(now) == "Diễn tập PCCC"
    assert Hands(cast.leader).get("/wall/names.json").json()["exercise"] == "Diễn tập PCCC"


def test_answer_times_and_channels(world: World, cast: Cast) -> None:
    incident = open_one(world)
    open_one(world, exercise=7)
    with change():
        closing.answer_at_once(incident_id=incident.pk, answer="Theo quy định…", by=cast.call_taker)
    following.catch_up()
    now = timezone.now()
    told = answer_times(now)
    assert (told["answered"], told["at_once"], told["first_answer"]["count"]) == (1, 1, 1)
    assert told["handling"] == {"count": 0, "median_s": None, "p90_s": None}
    channels = {row["source"]: row for row in sources(now)}
    assert channels["phone"]["today"] == 1
    assert channels["zalo"] == {"source": "zalo", "name": "Zalo", "last": None, "today": 0}
    # Words and numbers of telephones stand in the report; none of it comes to a wall.
    text = json.dumps(Hands(cast.leader).get("/wall/names.json").json(), ensure_ascii=False)
    assert "0900" not in text
    assert "Ổ gà" not in text
