"""What becomes of a call when the exchange reports something: one table, and nothing else decides it.

Reports of one call may come late, twice or in any order. Every cell either goes forward in the list of states or stays,
so that the same set of reports leads to the same state in whatever order it comes (tests try them all).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class PhoneEvent(StrEnum):
    """What an exchange can report."""

    RINGING = "ringing"  # it waits for a call-taker
    ANSWERED = "answered"  # a call-taker's telephone was lifted
    CLAIMED_EXTERNALLY = "claimed_externally"  # somebody who is no call-taker took it
    ENDED = "ended"  # the line was closed
    ABANDONED = "abandoned"  # the caller hung up while waiting


class CallState(StrEnum):
    """Where a call is."""

    NEW = "new"  # nothing was reported of it yet; never stored
    RINGING = "ringing"
    ELSEWHERE = "elsewhere"  # somebody who is no call-taker talks
    ANSWERED = "answered"
    MISSED = "missed"  # it ended and nobody had answered
    ABANDONED = "abandoned"  # the caller gave up waiting
    ENDED = "ended"  # somebody talked, and it is over


_S, _E = CallState, PhoneEvent
STEPS: dict[CallState, dict[PhoneEvent, CallState]] = {
    _S.NEW: {
        _E.RINGING: _S.RINGING,
        _E.ANSWERED: _S.ANSWERED,
        _E.CLAIMED_EXTERNALLY: _S.ELSEWHERE,
        _E.ENDED: _S.MISSED,
        _E.ABANDONED: _S.ABANDONED,
    },
    _S.RINGING: {
        _E.RINGING: _S.RINGING,
        _E.ANSWERED: _S.ANSWERED,
        _E.CLAIMED_EXTERNALLY: _S.ELSEWHERE,
        _E.ENDED: _S.MISSED,
        _E.ABANDONED: _S.ABANDONED,
    },
    _S.ELSEWHERE: {
        _E.RINGING: _S.ELSEWHERE,
        _E.ANSWERED: _S.ANSWERED,  # it was passed on to a call-taker
        _E.CLAIMED_EXTERNALLY: _S.ELSEWHERE,
        _E.ENDED: _S.ENDED,
        _E.ABANDONED: _S.ENDED,
    },
    _S.ANSWERED: {
        _E.RINGING: _S.ANSWERED,
        _E.ANSWERED: _S.ANSWERED,
        _E.CLAIMED_EXTERNALLY: _S.ANSWERED,
        _E.ENDED: _S.ENDED,
        _E.ABANDONED: _S.ENDED,
    },
    # An answer that is heard of late: somebody did talk.
    _S.MISSED: {
        _E.RINGING: _S.MISSED,
        _E.ANSWERED: _S.ENDED,
        _E.CLAIMED_EXTERNALLY: _S.ENDED,
        _E.ENDED: _S.MISSED,
        _E.ABANDONED: _S.ABANDONED,
    },
    _S.ABANDONED: {
        _E.RINGING: _S.ABANDONED,
        _E.ANSWERED: _S.ENDED,
        _E.CLAIMED_EXTERNALLY: _S.ENDED,
        _E.ENDED: _S.ABANDONED,
        _E.ABANDONED: _S.ABANDONED,
    },
    _S.ENDED: dict.fromkeys(PhoneEvent, _S.ENDED),
}
# A line is open; somebody may be heard on it.
OPEN_STATES = frozenset({_S.RINGING, _S.ELSEWHERE, _S.ANSWERED})
# Nobody spoke with the caller: to be called back.
UNSERVED = frozenset({_S.MISSED, _S.ABANDONED})


def after(events: Iterable[PhoneEvent]) -> CallState:
    """The state that a sequence of reports leads to."""
    state = CallState.NEW
    for event in events:
        state = STEPS[state][event]
    return state
