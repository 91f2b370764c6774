"""The storm: how well reports of the same event find each other. Run with -s to read the figures."""

from __future__ import annotations

import pytest

from incidents.reference.loading import load
from incidents.triage.categorise import suggest
from tests.triage.storm import HAPPENINGS, run, storm

pytestmark = pytest.mark.django_db


def category_of(words: str) -> tuple[int | None, int | None]:
    guess = suggest(words)
    return (guess.category.pk if guess.category else None, guess.group)


def test_two_thousand_reports_of_twelve_events() -> None:
    load()
    told = storm(category_of)
    figures = run(told)
    print(f"\n{figures}")
    assert figures.reports == 2_000
    assert len({one.channel for one in told}) == 5
    assert figures.events_found == len(HAPPENINGS)
    assert figures.precision >= 0.95
    assert figures.recall >= 0.65
    assert figures.guesses_right >= 0.9
    assert figures.recall_with_guesses >= 0.8
