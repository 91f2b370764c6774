from __future__ import annotations

from typing import Any

import pytest
from django.utils.translation import override

from incidents.records.models import Assignment, Incident
from incidents.records.needs import Need, needs_of
from incidents.records.reasons import NEEDS, sentence

_SURE: dict[str, Any] = {
    "state": "received",
    "on_board": True,
    "group": 3,
    "category_id": 1,
    "category_trace": {"sure": True},
    "ward_code": "90001",
    "place_trace": {"by": "resolver", "outcome": "located"},
    "agency_trace": {"certain": True},
    "suggested_agency_id": 1,
}


def needs(*rows: tuple[str, str], failed: bool = False, **given: Any) -> list[str]:
    incident = Incident(**{**_SURE, **given})
    assignments = [Assignment(pk=number, role=role, state=state) for number, (role, state) in enumerate(rows, 1)]
    return [need.value for need in needs_of(incident, assignments, failed)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, []),
        ({"place_trace": {"outcome": "unknown"}}, ["place_unknown"]),
        ({"place_trace": {}}, ["place_unknown"]),
        ({"place_trace": {"outcome": "ambiguous"}}, ["place_uncertain"]),
        ({"place_trace": {"outcome": "outside"}}, ["place_outside"]),
        ({"place_trace": {"outcome": "area"}}, []),
        ({"place_trace": {"outcome": "area"}, "ward_code": ""}, ["place_uncertain"]),
        ({"place_trace": {"outcome": "located", "reasons": [{"code": "words_disagree"}]}}, ["place_conflict"]),
        # A person's pin settles all of it.
        ({"place_trace": {"by": "person", "outcome": "outside", "reasons": [{"code": "words_disagree"}]}}, []),
        ({"category_trace": {"sure": False}}, ["category_unsure"]),
        ({"category_id": None, "category_trace": {"sure": True}}, ["category_unsure"]),
        ({"category_id": None, "category_trace": {"by": "person"}}, []),
        ({"category_id": None, "group": None, "category_trace": {"by": "person"}}, ["category_unsure"]),
        ({"suggested_agency_id": None}, ["agency_unknown"]),
        ({"agency_trace": {"certain": False}}, ["agency_unsure"]),
        # Nobody looked for an agency yet.
        ({"agency_trace": {}, "suggested_agency_id": None}, []),
        ({"failed": True}, ["step_failed"]),
        # An agency has it: that was the decision.
        ({"state": "assigned", "place_trace": {}, "category_trace": {}, "agency_trace": {"certain": False}}, []),
        ({"state": "closed", "on_board": False, "place_trace": {}, "failed": True}, []),
    ],
)
def test_what_a_person_has_to_decide(given: dict[str, Any], expected: list[str]) -> None:
    assert needs(**given) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("lead", "returned")], True),
        ([("lead", "returned"), ("lead", "sent")], False),
        ([("lead", "returned"), ("lead", "cancelled")], False),
        ([("lead", "sent"), ("co", "returned")], False),
        ([("lead", "returned"), ("co", "in_progress")], True),
    ],
)
def test_what_was_given_back_asks_for_another_lead(rows: list[tuple[str, str]], expected: bool) -> None:
    assert (Need.AGENCY_RETURNED.value in needs(*rows)) == expected


def test_every_need_has_words_in_both_languages() -> None:
    assert NEEDS.keys() == set(Need)
    for language in ("vi", "en"):
        with override(language):
            texts = [str(text) for text in NEEDS.values()]
            assert len(set(texts)) == len(Need)
            assert all(sentence({"code": f"need.{need}"}) == str(NEEDS[need]) for need in Need)


def test_sentences_of_every_house() -> None:
    with override("en"):
        assert sentence({"code": "place.area_of_pin", "set": "2019"}) == "Area of the pin in the set 2019"
        assert (
            sentence({"code": "dispatching.no_rule", "params": {}}) == "No rule of competence fits this category here"
        )
        assert "2019" in sentence({"code": "dispatching.borders_approximate", "params": {"set": "2019"}})
        assert sentence({"code": "only_province", "params": {"name": "Bình Dương"}}).endswith("Bình Dương.")
        # What a newer version wrote shows as its code, and half of what it needs as well.
        assert sentence({"code": "something.new"}) == "something.new"
        assert sentence({"code": "place.area_of_pin"}) == "place.area_of_pin"
