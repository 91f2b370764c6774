"""The figures of the telephone: what calls/ measured of each call, counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from incidents.calls.lifecycle import CallState
from incidents.calls.models import Callback
from incidents.figures.durations import Durations, durations
from incidents.figures.facts import CALL_STATES, CALLBACKS
from incidents.figures.reading import Columns

_TALKED = tuple(CALL_STATES.index(s.value) for s in (CallState.ELSEWHERE, CallState.ANSWERED, CallState.ENDED))
_ABANDONED, _MISSED = CALL_STATES.index(CallState.ABANDONED.value), CALL_STATES.index(CallState.MISSED.value)
_REACHED = tuple(CALLBACKS.index(c.value) for c in (Callback.REACHED, Callback.CALLED_AGAIN))
_OWED = tuple(CALLBACKS.index(c.value) for c in (Callback.DUE, Callback.CALLING))


@dataclass(frozen=True, slots=True)
class CallFigures:
    """The telephone: calls that began in the period, and how long their callers waited and talked.

    answered: somebody talked with the caller, also one who is no call-taker. abandoned: the caller gave up waiting;
    missed: the line was closed and nobody had answered; `called_back` of these two were reached later, or rang again.
    """

    calls: int
    answered: int
    abandoned: int
    missed: int
    called_back: int
    to_call_back: int
    passed_on: int
    with_report: int
    wait: Durations
    wait_in_vain: Durations
    talk: Durations
    wrap_up: Durations

    @property
    def answered_share(self) -> float | None:
        """Of the calls that are decided, how many were answered; 0 to 1."""
        decided = self.answered + self.abandoned + self.missed
        return self.answered / decided if decided else None


def calls_of(columns: Columns) -> CallFigures:
    """The figures of the selected calls."""
    return _calls(columns.calls)


def calls_by_hour(columns: Columns) -> list[CallFigures]:
    """The figures of the calls that began in each hour of the day, 0 to 23."""
    return [_calls(columns.calls[columns.calls["hour"] == hour]) for hour in range(24)]


def _calls(rows: NDArray[np.void]) -> CallFigures:
    answered = np.isin(rows["state"], _TALKED)
    unserved = np.isin(rows["state"], (_ABANDONED, _MISSED))

    def count(mask: NDArray[np.bool_]) -> int:
        return int(mask.sum())

    return CallFigures(
        calls=len(rows),
        answered=count(answered),
        abandoned=count(rows["state"] == _ABANDONED),
        missed=count(rows["state"] == _MISSED),
        called_back=count(unserved & np.isin(rows["callback"], _REACHED)),
        to_call_back=count(unserved & np.isin(rows["callback"], _OWED)),
        passed_on=count(rows["passed_on"] > 0),
        with_report=count(rows["has_report"] > 0),
        wait=durations(rows["wait"][answered]),
        wait_in_vain=durations(rows["wait"][unserved]),
        talk=durations(rows["talk"]),
        wrap_up=durations(rows["wrap_up"]),
    )
