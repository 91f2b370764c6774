from __future__ import annotations

import pytest

from realtime.log import LogState
from realtime.position import Position, scope_of
from realtime.recovery import Reason, Replay, Snapshot, recover

LOG = LogState("e1", 1000, 300)


@pytest.mark.parametrize(
    ("position", "answer"),
    [
        (None, Snapshot(Reason.NEW)),
        (Position("e1", 1000, "s"), Replay(1000, 1000)),
        (Position("e1", 999, "s"), Replay(999, 1000)),
        (Position("e1", 500, "s"), Replay(500, 1000)),
        (Position("e1", 499, "s"), Snapshot(Reason.FAR)),
        (Position("e1", 300, "s"), Snapshot(Reason.FAR)),
        (Position("e1", 299, "s"), Snapshot(Reason.PRUNED)),
        (Position("e1", 0, "s"), Snapshot(Reason.PRUNED)),
        (Position("e1", 1001, "s"), Snapshot(Reason.FUTURE)),
        (Position("e0", 1000, "s"), Snapshot(Reason.EPOCH)),
        (Position("e1", 1000, "t"), Snapshot(Reason.SCOPE)),
        (Position("", 1000, "s"), Snapshot(Reason.EPOCH)),
    ],
)
def test_every_case(position: Position | None, answer: object) -> None:
    assert recover(position, LOG, "s", limit=500) == answer


def test_at_the_floor_nothing_is_missing() -> None:
    assert recover(Position("e1", 300, "s"), LOG, "s", limit=5000) == Replay(300, 1000)


def test_an_empty_log_is_replayed_from_its_beginning() -> None:
    assert recover(Position("e1", 0, "s"), LogState("e1", 0, 0), "s") == Replay(0, 0)


def test_a_scope_is_its_set_of_keys() -> None:
    assert scope_of(frozenset({"room", "leader"})) == scope_of(frozenset({"leader", "room"}))
    assert len({scope_of(frozenset(keys)) for keys in ((), ("a",), ("b",), ("a", "b"), ("ab",))}) == 5
