"""How a reader that comes back is brought up to date: a pure function of where it was and where the log stands."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from realtime.log import REPLAY_LIMIT, LogState
from realtime.position import Position


class Reason(Enum):
    """Why the events since the reader's position are not enough."""

    NEW = "it has no position"
    EPOCH = "the database was restored since"
    SCOPE = "it may see other things now"
    FUTURE = "it is ahead of the log"
    PRUNED = "events it missed are gone"
    FAR = "it missed more events than a snapshot costs"


class Replay(NamedTuple):
    """Send the events of (after, upto]."""

    after: int
    upto: int


class Snapshot(NamedTuple):
    """Send everything anew."""

    reason: Reason


def recover(position: Position | None, log: LogState, scope: str, limit: int = REPLAY_LIMIT) -> Replay | Snapshot:
    """What a reader at `position`, with the scope it has now, needs to be at the top of the log."""
    if position is None:
        return Snapshot(Reason.NEW)
    if position.epoch != log.epoch:
        return Snapshot(Reason.EPOCH)
    if position.scope != scope:
        return Snapshot(Reason.SCOPE)
    if position.offset > log.top:
        return Snapshot(Reason.FUTURE)
    # At the floor itself nothing is missing: the floor is the last offset that is gone.
    if position.offset < log.floor:
        return Snapshot(Reason.PRUNED)
    if log.top - position.offset > limit:
        return Snapshot(Reason.FAR)
    return Replay(position.offset, log.top)
