"""The proof of the stream: what a reader has by events is what it would be given anew.

For any part of the domain: describe the scopes to watch, then act at will.

    checker = Checker(snapshot, [frozenset({"room"}), frozenset({"agency:3"})])
    dispatching.assign(...)          # whole changes, through the real functions
    checker.check()                  # reduce(snapshot before, events) == snapshot after, for every scope

Every text makes the way it makes in use: described in the change, stored, read back, joined to a frame, parsed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from realtime import frames, log
from realtime.entities import Row
from realtime.position import Position, scope_of
from realtime.recovery import Replay, recover
from tests.realtime.reducer import State, reduce

Snapshot = Callable[[frozenset[str]], Iterable[Row]]


class Checker:
    """One imagined reader per scope, begun now."""

    def __init__(self, snapshot: Snapshot, scopes: Iterable[frozenset[str]]) -> None:
        self._snapshot = snapshot
        self._readers = {keys: self._anew(keys) for keys in scopes}

    def _anew(self, keys: frozenset[str]) -> State:
        state = log.state()
        text = frames.snapshot(Position(state.epoch, state.top, scope_of(keys)), self._snapshot(keys))
        return reduce(State(), json.loads(text))[0]

    def check(self) -> None:
        """Brings every reader up to date by events alone, and compares it with a fresh snapshot."""
        for keys, state in self._readers.items():
            assert state.position is not None
            step = recover(Position(**state.position), log.state(), scope_of(keys))
            assert isinstance(step, Replay), f"{sorted(keys)}: {step}"
            texts = (frames.seen(event, keys) for event in log.read(step.after, step.upto))
            message = json.loads(frames.frame(step.after, step.upto, filter(None, texts)))
            after, resume = reduce(state, message)
            assert not resume
            expected = self._anew(keys)
            assert after.position == expected.position
            for key in after.rows.keys() | expected.rows.keys():
                told, true = after.rows.get(key), expected.rows.get(key)
                assert told == true, f"{sorted(keys)}, {key}: by events {told}, by snapshot {true}"
            self._readers[keys] = after
