"""Whatever the order in which an exchange's reports arrive, and however often, the call ends where they lead."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.calls.lifecycle import STEPS, CallState, PhoneEvent, after

E, S = PhoneEvent, CallState


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([E.RINGING], S.RINGING),
        ([E.RINGING, E.ANSWERED], S.ANSWERED),
        ([E.RINGING, E.ANSWERED, E.ENDED], S.ENDED),
        ([E.RINGING, E.ABANDONED], S.ABANDONED),
        ([E.RINGING, E.ABANDONED, E.ENDED], S.ABANDONED),
        ([E.RINGING, E.ENDED], S.MISSED),
        ([E.RINGING, E.CLAIMED_EXTERNALLY], S.ELSEWHERE),
        ([E.RINGING, E.CLAIMED_EXTERNALLY, E.ENDED], S.ENDED),
        ([E.RINGING, E.CLAIMED_EXTERNALLY, E.ANSWERED], S.ANSWERED),
        # Only its end was heard of.
        ([E.ENDED], S.MISSED),
        ([E.ANSWERED, E.ENDED], S.ENDED),
        # The exchange contradicts itself: who talked is believed.
        ([E.ABANDONED, E.ANSWERED], S.ENDED),
    ],
)
def test_where_it_leads_in_any_order(events: list[PhoneEvent], state: CallState) -> None:
    assert {after(order) for order in permutations(events)} == {state}


@given(st.lists(st.sampled_from(list(PhoneEvent)), max_size=8), st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(events: list[PhoneEvent], random: object) -> None:
    shuffled = [*events, *events]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert after(shuffled) == after(events)


def test_the_table_is_whole() -> None:
    assert STEPS.keys() == set(CallState)
    assert all(row.keys() == set(PhoneEvent) for row in STEPS.values())
