"""The change: the only transaction that writes. It ends by numbering and storing the events it caused.

with change() as c:
    incident = Incident.objects.select_for_update().get(pk=pk)
    ...
    c.touch("incident", incident.pk)
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from django.db import connection, transaction
from django.utils import timezone

from realtime import log, nudge
from realtime.entities import UnknownEntity, describe, is_registered


class NoOpenChange(RuntimeError):
    """Something that writes was called outside `with change()`."""


class ChangeClosed(RuntimeError):
    """A change was touched after its block ended, for instance by a describer."""


class Change:
    """One open change. `at` is its time: one for everything it writes."""

    def __init__(self) -> None:
        self.at: dt.datetime = timezone.now()
        # A dict keeps the order of the first touch.
        self._touched: dict[str, dict[int, None]] | None = {}

    def touch(self, entity: str, id: int) -> None:
        """Says that this entity looks different after the change; it is described once, at the end.

        Raises UnknownEntity at once, where the mistake is, and ChangeClosed.
        """
        if self._touched is None:
            raise ChangeClosed("this change has ended")
        if not is_registered(entity):
            raise UnknownEntity(f"no describer is registered for {entity!r}")
        self._touched.setdefault(entity, {})[id] = None

    def close(self) -> list[tuple[str, list[int]]]:
        """What was touched, in the order of first touches; nothing can be touched any more."""
        touched, self._touched = self._touched or {}, None
        return [(entity, list(ids)) for entity, ids in touched.items()]


_open = threading.local()
# SQLite's writers wait by polling, so under a burst the same ones win and the others fail with "database is locked".
# Within a process they stand in line instead; between processes short changes help, and looking
# often (opscenter/spatialite).
_line = threading.Lock()


def _turn() -> AbstractContextManager[object]:
    return _line if connection.vendor == "sqlite" else nullcontext()


@contextmanager
def change() -> Iterator[Change]:
    """Opens the transaction, and at its end describes what was touched and appends the events.

    It is outermost and durable: RuntimeError inside another transaction or another change. Taking the offsets is the
    last statement but the insert, because from there to the commit all other changes wait for this one. After the
    commit the readers are nudged, which never fails and never blocks. An exception inside the block undoes everything.
    """
    if getattr(_open, "change", None) is not None:
        raise RuntimeError("a change is open already: pass on to the functions inside that one is required")
    with _turn(), transaction.atomic(durable=True):
        current = _open.change = Change()
        try:
            yield current
            described = [one for entity, ids in current.close() for one in describe(entity, ids)]
            log.append(described, current.at)
            if described:
                transaction.on_commit(nudge.send, robust=True)
        finally:
            _open.change = None


def current_change() -> Change:
    """The change that is open in this thread. Raises NoOpenChange: nothing is written outside one."""
    current: Change | None = getattr(_open, "change", None)
    if current is None:
        raise NoOpenChange("this writes, so it needs an open change")
    return current
