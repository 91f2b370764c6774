"""For any sequence of actions: the snapshot before and the events since make the snapshot after."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from realtime.change import change
from realtime.entities import PROFILES
from tests.realtime.checker import Checker
from tests.realtime.probes import snapshot, write

KEYS = ("room", "wall", "agency:1", "agency:2", "unit:7", "track:5")
SCOPES = [frozenset(keys) for keys in (*((key,) for key in KEYS), ("room", "wall"), ("agency:1", "unit:7"), ())]

writes = st.tuples(
    st.integers(1, 4),
    st.text('aă Đđ"\\\n\u2028😀', max_size=4),
    st.none() | st.dictionaries(st.sampled_from(KEYS), st.sampled_from(PROFILES), max_size=4),
)
changes = st.lists(st.lists(writes, min_size=1, max_size=4), min_size=1, max_size=6)


def act(checker: Checker, sequence: list[list[tuple[int, str, Any]]], *, each: bool) -> None:
    for together in sequence:
        with change():
            for id, words, audience in together:
                write(id, words, audience)
        if each:
            checker.check()
    checker.check()


fixtures_kept = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@settings(fixtures_kept, max_examples=25)
@given(sequence=changes, each=st.booleans())
def test_events_lead_where_a_snapshot_would(probes: None, sequence: list[Any], each: bool) -> None:
    act(Checker(snapshot, SCOPES), sequence, each=each)


@pytest.mark.proof
@settings(fixtures_kept, max_examples=1500)
@given(sequence=changes, each=st.booleans())
def test_events_lead_where_a_snapshot_would_at_length(probes: None, sequence: list[Any], each: bool) -> None:
    act(Checker(snapshot, SCOPES), sequence, each=each)


def test_the_checker_notices_a_missing_removal(probes: None, monkeypatch: pytest.MonkeyPatch) -> None:
    checker = Checker(snapshot, SCOPES)
    with change():
        write(1, "a", {"agency:1": "agency"})
    checker.check()
    monkeypatch.setattr("realtime.frames.profile_for", lambda keys, audience: None)
    with change():
        write(1, "b")
    with pytest.raises(AssertionError):
        checker.check()
