"""Where a reader stands in the stream, and for whom it reads."""

from __future__ import annotations

import hashlib
from typing import NamedTuple


class Position(NamedTuple):
    """A reader has everything up to `offset` of this `epoch`, as the keys digested in `scope` see it."""

    epoch: str
    offset: int
    scope: str


def scope_of(keys: frozenset[str]) -> str:
    """The digest of a set of keys: equal sets, equal digests, in any order."""
    return hashlib.sha256("\n".join(sorted(keys)).encode()).hexdigest()[:16]
