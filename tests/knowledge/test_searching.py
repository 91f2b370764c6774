"""The right answer first: own questions, typed with and without marks, against the samples."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.utils import timezone

from geo.folding import fold
from incidents.knowledge import finding
from incidents.knowledge.finding import AHEAD
from incidents.knowledge.models import AnswerVersion
from incidents.knowledge.samples import Samples, read
from incidents.knowledge.searching import Entry, Index
from opscenter.accounts.models import Agency
from tests.cast import Cast, Hands
from tests.intake.world import World
from tests.knowledge.questions import NO_ANSWER, QUESTIONS

LEAST_RECIPROCAL_RANK = 0.85


@pytest.fixture(scope="module")
def samples() -> Samples:
    return read()


@pytest.fixture(scope="module")
def index(samples: Samples) -> Index:
    entries = [Entry(at, (one.question, *one.forms), one.text, one.category) for at, one in enumerate(samples.answer)]
    return Index(entries, list(samples.synonyms.items()))


def reciprocal_rank(index: Index, samples: Samples, words: str, key: str) -> float:
    keys = [samples.answer[one.id].key for one in index.search(words, most=10)]
    return 1 / (keys.index(key) + 1) if key in keys else 0.0


def test_there_is_enough_to_find(samples: Samples) -> None:
    assert len(samples.answer) >= 60
    assert {key for _words, key in QUESTIONS} <= {one.key for one in samples.answer}
    assert len({one.agency for one in samples.answer}) >= 20


@pytest.mark.parametrize("marks", [True, False])
def test_the_right_answer_comes_first(index: Index, samples: Samples, marks: bool) -> None:
    ranks = {words: reciprocal_rank(index, samples, words if marks else fold(words), key) for words, key in QUESTIONS}
    mean = sum(ranks.values()) / len(ranks)
    print(f"mean reciprocal rank {'with' if marks else 'without'} marks: {mean:.3f} over {len(ranks)} questions")
    assert mean >= LEAST_RECIPROCAL_RANK, {words: rank for words, rank in ranks.items() if rank < 1}


def sure_of(index: Index, words: str) -> int | None:
    """As finding.best_answer decides."""
    found = index.search(words)
    if not found or found[0].confidence < settings.ANSWER_CONFIDENCE:
        return None
    return None if len(found) > 1 and found[0].confidence - found[1].confidence < AHEAD else found[0].id


def test_what_goes_out_by_itself_is_right(index: Index, samples: Samples) -> None:
    answered = {words: sure_of(index, words) for words, _key in QUESTIONS}
    wrong = {
        words: samples.answer[at].key
        for (words, key), at in zip(QUESTIONS, answered.values(), strict=True)
        if at is not None and samples.answer[at].key != key
    }
    given = sum(at is not None for at in answered.values())
    print(f"answered by itself: {given} of {len(QUESTIONS)}, wrong: {len(wrong)}")
    assert wrong == {}
    assert given >= len(QUESTIONS) // 5
    assert {words: sure_of(index, words) for words in NO_ANSWER} == dict.fromkeys(NO_ANSWER)


def test_another_word_is_another_word(index: Index, samples: Samples) -> None:
    """Marks that were typed count: "thuê nhà" is not "thuế nhà"."""
    first = samples.answer[index.search("quyết toán thuế")[0].id].key
    assert first == "tax-settlement"


def test_the_next_index_is_built_beside_the_requests(world: World, in_force: Callable[..., AnswerVersion]) -> None:
    first = in_force(world.an_lac, "Đăng ký khai sinh cho con ở đâu?")
    assert [one.version for one in finding.suggest("khai sinh")] == [first]
    # A change, and the second after which it is looked for is over.
    second = in_force(world.an_lac, "Đăng ký khai tử ở đâu?")
    finding._shelf._looked = 0.0
    before = finding._shelf._index
    assert finding._shelf.index(timezone.localdate()) is before
    finding._shelf.settle()
    assert finding._shelf._index is not before
    assert finding.suggest("khai tử")[0].version == second
    # What is in force is asked of the rows, whatever the index knows.
    first.answer.versions.update(state="withdrawn")
    assert [one.in_force for one in finding.suggest("khai sinh") if one.version == first] == [False]


def test_a_committees_answer_is_for_its_own_unit() -> None:
    asked = "Giờ làm việc của bộ phận một cửa?"
    wards = [("2019", str(25_000 + number)) for number in range(91)]
    index = Index([Entry(0, (asked,)), *(Entry(at, (asked,), area=ward) for at, ward in enumerate(wards, 1))])
    # Where it is not known, what holds for all of them, and not five of ninety-one.
    assert [one.id for one in index.search(asked, within=())] == [0]
    # Its own before what holds for all; the code of another set is another unit.
    assert [one.id for one in index.search(asked, within={wards[6], ("2019", "726")})] == [7, 0]
    assert [one.id for one in index.search(asked, within={("2025", wards[6][1])})] == [0]
    assert len(index.search(asked, most=100)) == 40


def test_while_typing_the_place_decides_which_committees_answers_are_shown(
    world: World, cast: Cast, justice: Agency, in_force: Callable[..., AnswerVersion]
) -> None:
    asked = "Giờ làm việc bộ phận một cửa"
    general, own = in_force(justice, asked), in_force(world.an_lac, asked)
    in_force(world.binh_minh, asked)
    hands = Hands(cast.call_taker)

    def shown(words: str) -> list[int]:
        place = hands.post("/api/suggest", {"words": words}).json()["place"]
        units = {name: place[name] for name in ("area_set", "ward", "district")}
        return [one["version"] for one in hands.post("/api/answers", {"q": words, **units}).json()["answers"]]

    assert shown(asked) == [general.pk]
    assert shown(f"{asked} phường An Lạc") == [own.pk, general.pk]


def test_nothing_is_found_in_nothing(index: Index) -> None:
    assert index.search("") == []
    assert index.search("?!") == []
    assert Index(()).search("khai sinh") == []
