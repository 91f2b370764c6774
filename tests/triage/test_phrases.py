"""Phrases are found with all, some or none of their marks, and never where other marks stand."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.triage.phrases import find, indexed


def found(text: str, *phrases: str) -> list[tuple[str, bool, bool]]:
    return [(one.phrase, one.exact, one.is_vague) for one in find(text, indexed(phrases))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Cháy nhà rồi!", [("cháy nhà", True, False)]),
        ("CHAY NHA roi", [("cháy nhà", False, False)]),
        ("cháy nha", [("cháy nhà", False, False)]),
        # "chạy" has a mark that "cháy" has not: it is another word, whatever is left out elsewhere.
        ("xe chạy nhà nào", []),
        ("chày nhà", []),
        ("cháynhà", []),
        ("cháy, nhà", [("cháy nhà", True, False)]),
        ("", []),
    ],
)
def test_marks_may_be_missing_but_not_wrong(text: str, expected: list[tuple[str, bool, bool]]) -> None:
    assert found(text, "cháy nhà") == expected


def test_one_unmarked_syllable_is_vague() -> None:
    assert found("quan chay", "cháy") == [("cháy", False, True)]
    assert found("cháy", "cháy") == [("cháy", True, False)]


def test_the_place_of_the_tone_mark_does_not_matter() -> None:
    assert found("hoả hoạn", "hỏa hoạn") == [("hỏa hoạn", True, False)]
    assert found(unicodedata.normalize("NFD", "hỏa hoạn"), "hỏa hoạn") == [("hỏa hoạn", True, False)]


def test_a_phrase_inside_a_longer_one_says_nothing_of_its_own() -> None:
    assert found("đèn đường cháy bóng đèn", "cháy", "cháy bóng đèn") == [("cháy bóng đèn", True, False)]
    assert len(found("cháy bóng đèn và cháy", "cháy", "cháy bóng đèn")) == 2


def test_d_with_and_without_its_stroke() -> None:
    assert found("danh nhau", "đánh nhau") == [("đánh nhau", False, False)]
    assert found("đanh nhau", "đánh nhau") == [("đánh nhau", False, False)]
    assert found("đi chợ", "di chợ") == []


@given(st.text(max_size=200), st.lists(st.text(max_size=20), max_size=5))
def test_any_text_is_searched_without_error(text: str, phrases: list[str]) -> None:
    for one in find(text, indexed(phrases)):
        assert one.phrase in phrases
        assert one.start < one.end
