"""What people confirm is learnt, said as a reason, revocable, and never crosses an exercise."""

from __future__ import annotations

from typing import Any

from incidents.records.models import Incident, ReportWords
from incidents.triage import lessons
from incidents.triage.categorise import SURE_FROM, suggest, within
from incidents.triage.models import Lesson
from realtime.change import change
from tests.cast import Cast, Hands, cast, most_queries
from tests.intake.world import IN_AN_LAC, World

__all__ = ["cast"]
WORDS = "Xe lu đậu trước nhà tôi số %d cả tuần"


def taught(take: Any, by: Any, category: Any, count: int, words: str = WORDS, exercise: int = 0) -> list[Incident]:
    found = []
    for number in range(count):
        text = words % number if "%d" in words else words
        incident = take(text, point=IN_AN_LAC, exercise=exercise).incident
        with change():
            lessons.learn(Incident.objects.get(pk=incident.pk), category, by=by)
        found.append(incident)
    return found


def test_the_same_words_three_times_are_a_hint_with_its_reason(take: Any, world: World, cast: Cast) -> None:
    road = world.categories["road"]
    assert suggest("Có xe lu đậu ở đây").category is None
    taught(take, cast.call_taker, road, 2)
    assert suggest("Có xe lu đậu ở đây").category is None
    taught(take, cast.call_taker, road, 1)
    found = suggest("Có xe lu đậu ở đây")
    assert found.category == road
    (reason,) = [reason for reason in found.reasons if reason["code"] == "triage.learnt"]
    assert reason["params"] == {"category": "road", "words": "xe lu, lu dau", "reports": "3"}
    # Below what one clear keyword says, and asked in one query once it was read.
    taught(take, cast.call_taker, road, 9)
    assert suggest(WORDS % 7).confidence < 0.9
    suggest("xe lu")
    with most_queries(3):
        suggest("xe lu")


def test_words_that_people_call_differently_say_nothing(take: Any, world: World, cast: Cast) -> None:
    taught(take, cast.call_taker, world.categories["road"], 4)
    taught(take, cast.call_taker, world.categories["waste"], 3)
    assert suggest("xe lu đậu").category is None


def test_a_revoked_lesson_counts_no_more_and_a_corrected_one_anew(take: Any, world: World, cast: Cast) -> None:
    taught(take, cast.call_taker, world.categories["road"], 3)
    assert suggest("xe lu đậu").category == world.categories["road"]
    with change():
        assert lessons.revoke(Lesson.objects.all()[:1], by=cast.supervisor) == 1
    assert suggest("xe lu đậu").category is None
    with change():
        for lesson in Lesson.objects.select_related("report__incident"):
            lessons.learn(lesson.report.incident, world.categories["waste"], by=cast.supervisor)
    assert suggest("xe lu đậu").category == world.categories["waste"]
    assert Lesson.objects.count() == 3


def test_an_exercise_learns_for_itself_alone(take: Any, world: World, cast: Cast) -> None:
    taught(take, cast.call_taker, world.categories["road"], 3, exercise=5)
    assert suggest("xe lu đậu").category is None
    assert suggest("xe lu đậu", exercise=6).category is None
    assert suggest("xe lu đậu", exercise=5).category == world.categories["road"]


def test_no_word_is_stored_and_numbers_are_never_learnt(take: Any, world: World, cast: Cast) -> None:
    taught(take, cast.call_taker, world.categories["road"], 1)
    assert "xe lu" not in str(list(Lesson.objects.values())).lower()
    assert lessons.pairs_of("gọi 0900 000 001 nhà số 12/5 hẻm sâu") == ["nha so", "hem sau"]
    assert ReportWords.objects.exists()


def test_a_learnt_emergency_is_asked_about_and_never_decides_alone(take: Any, world: World, cast: Cast) -> None:
    taught(take, cast.call_taker, world.categories["fire"], 4, words="Có mùi khét ở kho vải")
    found = suggest("Ổ gà, mà có mùi khét ở kho vải nữa")
    assert found.category == world.categories["road"]
    assert not found.sure
    assert found.priority == world.categories["road"].priority
    alone = suggest("mùi khét ở kho")
    assert (alone.category, alone.sure) == (world.categories["fire"], False)
    assert SURE_FROM < 1


class TestTheWrongGroup:
    def test_one_key_turns_it_with_the_category_that_its_words_say(self, take: Any, world: World, cast: Cast) -> None:
        incident = take("Đường có ổ gà, hỏi thêm sổ đỏ làm ở đâu", point=IN_AN_LAC).incident
        hands = Hands(cast.call_taker)
        url = f"/api/incidents/{incident.code}/category"
        answer = hands.post(url, {"group": "1", "base_version": str(incident.version)})
        assert answer.json()["category"] == "land"
        turned = Incident.objects.get(pk=incident.pk)
        assert (turned.group, turned.category) == (1, world.categories["land"])
        # Only a chosen category teaches; a turned group is a guess again.
        assert not Lesson.objects.exists()
        hands.post(url, {"category": "road", "base_version": turned.version})
        assert Lesson.objects.get().category == world.categories["road"]
        assert within("không có gì", 1) is None

    def test_from_field_to_emergency_at_once(self, take: Any, world: World, cast: Cast) -> None:
        incident = take("Ổ gà", point=IN_AN_LAC).incident
        answer = Hands(cast.call_taker).post(
            f"/api/incidents/{incident.code}/emergency", {"base_version": incident.version}
        )
        assert answer.status_code == 200
        assert (Incident.objects.get(pk=incident.pk).group, answer.json()["undo_s"]) == (2, 10)
