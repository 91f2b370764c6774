"""What a client may say: `resume` from a position, and `ack` of one. Everything else ends the connection."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from realtime.position import Position

# A resume is some 150 bytes.
MAX_BYTES = 1024
_MAX_OFFSET = 2**53


class NotUnderstood(ValueError):
    """A client said something that is not part of the contract."""


class Resume(NamedTuple):
    position: Position | None


class Ack(NamedTuple):
    offset: int


def parse(text: object) -> Resume | Ack:
    """Reads one text from a client. Raises NotUnderstood, also for binary data and for what is too long."""
    if not isinstance(text, str) or len(text) > MAX_BYTES:
        raise NotUnderstood
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotUnderstood from error
    match said:
        case {"t": "resume", "position": None}:
            return Resume(None)
        case {"t": "resume", "position": {"epoch": str(epoch), "offset": offset, "scope": str(scope)}}:
            return Resume(Position(epoch, _offset(offset), scope))
        case {"t": "ack", "offset": offset}:
            return Ack(_offset(offset))
    raise NotUnderstood


def _offset(value: Any) -> int:
    # JSON's true is an int in Python.
    if type(value) is not int or not 0 <= value <= _MAX_OFFSET:
        raise NotUnderstood
    return value
