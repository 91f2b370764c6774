"""The category by words; emergencies are never silently downgraded."""

from __future__ import annotations

from typing import Any

import pytest

from incidents.records.reasons import sentence
from incidents.triage.categorise import suggest
from tests.intake.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def codes(suggestion: Any) -> list[str]:
    return [reason["code"].removeprefix("triage.") for reason in suggestion.reasons]


def test_clear_words_are_sure(world: World) -> None:
    suggestion = suggest("Có ổ gà to ngay cổng trường")
    assert suggestion.category == world.categories["road"]
    assert (suggestion.group, suggestion.sure, suggestion.priority) == (3, True, 3)
    assert codes(suggestion) == ["words"]


def test_words_without_marks_are_understood(world: World) -> None:
    assert suggest("co o ga to qua").category == world.categories["road"]
    assert suggest("danh nhau o cho").priority == 1


def test_a_hint_is_not_sure(world: World) -> None:
    suggestion = suggest("mặt đường")
    assert suggestion.category == world.categories["road"]
    assert not suggestion.sure
    assert suggestion.confidence < 0.6


def test_unknown_words_are_unsure_and_middling(world: World) -> None:
    suggestion = suggest("Xin chào")
    assert (suggestion.category, suggestion.group, suggestion.sure) == (None, None, False)
    assert suggestion.priority == 3
    assert codes(suggestion) == ["no_known_words"]


def test_words_of_two_categories_of_one_group_still_give_the_group(world: World) -> None:
    suggestion = suggest("Đèn đường hỏng, có ổ gà")
    assert not suggestion.sure
    assert suggestion.group == 3
    assert len(suggestion.alternatives) == 1


def test_words_of_two_groups_give_no_group(world: World) -> None:
    suggestion = suggest("sổ đỏ và đống rác")
    assert suggestion.group is None
    assert "unsure" in codes(suggestion)


def test_the_more_urgent_of_two_equals_comes_first(world: World) -> None:
    assert suggest("đánh nhau ở đống rác").category == world.categories["fight"]


def test_an_emergency_among_other_words_is_urgent_and_asks_for_a_person(world: World) -> None:
    suggestion = suggest("Đống rác to ở góc chợ, rác bị cháy")
    assert suggestion.category == world.categories["waste"]
    assert suggestion.priority == 1
    assert not suggestion.sure
    assert "emergency_words" in codes(suggestion)


def test_the_citizens_choice_is_kept_but_an_emergency_is_not_silenced(world: World) -> None:
    suggestion = suggest("Cháy nhà ở chợ", world.categories["waste"])
    assert suggestion.category == world.categories["waste"]
    assert suggestion.priority == 1
    assert not suggestion.sure
    assert codes(suggestion) == ["chosen", "emergency_words"]
    assert suggestion.alternatives[0].category == world.categories["fire"]


def test_a_choice_the_words_contradict_is_told(world: World) -> None:
    suggestion = suggest("Có ổ gà to", world.categories["waste"])
    assert suggestion.category == world.categories["waste"]
    assert not suggestion.sure
    assert codes(suggestion) == ["chosen", "words_say_other"]


def test_a_choice_the_words_support_is_sure(world: World) -> None:
    suggestion = suggest("Đống rác cạnh ổ gà", world.categories["waste"])
    assert suggestion.sure
    assert codes(suggestion) == ["chosen"]


def test_a_burnt_bulb_is_no_fire(world: World) -> None:
    suggestion = suggest("Cháy bóng đèn trước nhà")
    assert suggestion.category == world.categories["light"]
    assert suggestion.priority == 3
    assert suggestion.sure


def test_chay_without_marks_is_perhaps_a_fire(world: World) -> None:
    suggestion = suggest("Chay o cho")
    assert not suggestion.sure
    assert "perhaps_emergency" in codes(suggestion)
    assert suggest("Xe chạy ở chợ").category is None
    assert suggest("Quán chay ở chợ nấu khói").category is None


def test_saying_it_many_times_is_saying_it_once(world: World) -> None:
    assert suggest("mặt đường " * 50).confidence == suggest("mặt đường").confidence


def test_every_reason_has_a_sentence_in_both_languages(world: World) -> None:
    from django.utils.translation import override

    for words, given in (("Cháy nhà, rác", world.categories["waste"]), ("xin chào", None), ("rác, sổ đỏ, chay", None)):
        for reason in suggest(words, given).reasons:
            for language in ("vi", "en"):
                with override(language):
                    assert sentence(reason) != reason["code"]
                    assert "%(" not in sentence(reason)


def test_three_queries_once_the_keywords_are_known(world: World, django_assert_num_queries: Any) -> None:
    suggest("đống rác")
    with django_assert_num_queries(3):
        suggest("đống rác, ổ gà, đèn đường, cháy")
