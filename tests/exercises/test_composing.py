"""The composed day: the same seed gives the same day, and all that a newcomer should see is in it."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from geo.folding import fold
from incidents.exercises.composing import Fate, Kind, compose
from incidents.exercises.management.commands.play_scenario import SCENARIO
from incidents.exercises.scenario import WrongScenario, read_scenario

SEED = 1022


@pytest.fixture(scope="module")
def scenario():
    return read_scenario(SCENARIO)


@pytest.fixture(scope="module")
def day(scenario):
    return compose(scenario, SEED)


def test_the_same_seed_tells_the_same_day_and_another_another(scenario, day):
    assert compose(scenario, SEED) == day
    assert [one.words for one in compose(scenario, SEED + 1)] != [one.words for one in day]


def test_it_is_a_few_hundred_reports_in_order_from_the_first_moment(day):
    assert len(day) >= 300
    assert [one.number for one in day] == list(range(1, len(day) + 1))
    assert day[0].at == 0.0
    assert all(0 <= one.at <= 1 for one in day)
    assert [one.at for one in day] == sorted(one.at for one in day)
    # Something is on the map within the first minute of eight.
    assert sum(one.at < 1 / 8 for one in day) >= 40


def test_every_door_every_fate_and_every_group_is_in_it(day):
    assert {one.door for one in day} == {"phone", "web", "zalo", "open311"}
    assert {one.fate for one in day} == set(Fate)
    assert {one.kind for one in day} == set(Kind)
    starts = Counter(one.category.partition("-")[0] for one in day)
    for start in ("fire", "police", "ambulance", "guidance", "complaint", "road", "flood", "rubbish"):
        assert starts[start] >= 1, start
    assert sum(one.repeats is not None for one in day) >= 5


def test_the_rain_floods_the_afternoon(day):
    floods = [one for one in day if one.category == "flood" and one.repeats is None]
    assert len(floods) >= 40
    # 15:30 to 17:30 of 6:00 to 22:00.
    assert all(9.5 / 16 <= one.at <= 11.5 / 16 for one in floods)


def test_people_type_with_and_without_marks_and_with_slips(day):
    typed = [one for one in day if one.door != "phone" and one.ward]
    bare = [one for one in typed if fold(one.words) == one.words]
    assert 0.1 < len(bare) / len(typed) < 0.5
    assert any(re.search(r"\b(ko|đg|wá|r)\b", one.words) for one in typed)


def test_no_template_is_left_unfilled(day):
    assert not [one.words for one in day if "{" in one.words or "}" in one.words]


def test_people_are_recognisably_nobody(day):
    assert all(re.fullmatch(r"(0900000\d{3})?", one.phone) for one in day)
    assert all(one.email == "" or one.email.endswith("@dan.example") for one in day)


def test_fewer_reports_still_make_a_day(scenario):
    day = compose(scenario, SEED, 25)
    assert len(day) == 25
    assert day[0].at == 0.0


@pytest.mark.django_db
def test_its_categories_and_wards_exist(scenario):
    from incidents.records.models import Category
    from incidents.reference.loading import load
    from opscenter.accounts.models import Agency

    load()
    codes = set(Category.objects.values_list("code", flat=True))
    assert {topic.category for topic in scenario.topic} | {surge.category for surge in scenario.surge} <= codes
    wards = set(Agency.objects.filter(area_set="2019", kind="commune").values_list("area_code", flat=True))
    assert {ward.code for ward in scenario.ward} <= wards


@pytest.mark.django_db
def test_every_ward_is_called_by_its_name_of_2019(scenario):
    from incidents.reference.loading import load
    from opscenter.accounts.models import Agency

    load()
    names = dict(Agency.objects.filter(area_set="2019").values_list("area_code", "name"))
    for ward in scenario.ward:
        assert fold(names[ward.code]) == fold(f"UBND {ward.name}"), ward.code


@pytest.mark.django_db
def test_the_words_of_a_topic_speak_of_it(scenario):
    """Triage hears most of them right, so that the demonstration shows suggestions and not only questions."""
    from incidents.reference.loading import load
    from incidents.triage.categorise import suggest

    load()
    heard = []
    for topic in [*scenario.topic, *scenario.surge]:
        for words in topic.words:
            plain = words.format_map(dict.fromkeys(re.findall(r"{(\w+)}", words), ""))
            guess = suggest(plain).category
            heard.append((topic.category, guess.code if guess else None, plain))
    wrong = [one for one in heard if one[0] != one[1]]
    assert len(wrong) <= len(heard) * 0.1, wrong


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('code = "25744"', 'cod = "25744"', "cod"),
        ("reports = 340", "reports = 0", "reports"),
        ('from = "06:00"', 'from = "6 am"', "from"),
        ('until = "22:00"', 'until = "05:00"', "ends before it begins"),
        ('wards = ["25966",', 'wards = ["99999",', "99999"),
        ("[day]", "[day", "compressed_day.toml"),
    ],
)
def test_a_wrong_file_is_named(tmp_path, old, new, says):
    text = SCENARIO.read_text()
    assert old in text
    file = tmp_path / "compressed_day.toml"
    file.write_text(text.replace(old, new, 1))
    with pytest.raises(WrongScenario, match=re.escape(says)):
        read_scenario(file)
