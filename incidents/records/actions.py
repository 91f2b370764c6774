"""Action ids: a double click, a retry and an offline queue all send one id, and it takes effect once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from incidents.records.models import ActionRecord
from opscenter.accounts.models import Person
from realtime.change import current_change


@dataclass(frozen=True)
class Action:
    """One writing request: its id, what it does, and who sent it (None: a citizen or a machine)."""

    id: UUID
    kind: str
    by: Person | None = None


@dataclass(frozen=True)
class Prior:
    """The answer that the same action got before."""

    status: int
    answer: dict[str, Any]


class ActionTaken(Exception):
    """The id belongs to another act or to somebody else: it is refused, and nothing of the other is told."""


# A row that was begun and not yet answered. It is never seen outside the change that began it.
_BEGUN = 0


def once(action_id: UUID, *, kind: str, by: Person | None) -> Prior | None:
    """Begins an action inside the open change, or gives the answer it had before.

    Called twice at once, the second waits until the first has ended and then gets its answer: the row is inserted
    before anything is done. Raises ActionTaken for an id of another kind or of another person. Whoever gets None
    does the work and calls keep() in the same change.
    """
    at = current_change().at
    ActionRecord.objects.bulk_create(
        [ActionRecord(id=action_id, kind=kind, by=by, status=_BEGUN, answer={}, at=at)], ignore_conflicts=True
    )
    row = ActionRecord.objects.get(pk=action_id)
    if row.kind != kind or row.by_id != (by.pk if by else None):
        raise ActionTaken(f"action {action_id} was used before")
    return None if row.status == _BEGUN else Prior(row.status, row.answer)


def keep(action_id: UUID, *, kind: str, by: Person | None, status: int, answer: dict[str, Any]) -> None:
    """Stores the answer of an action, in the change that holds its effect. `answer` is what JSON can hold."""
    current_change()
    kept = ActionRecord.objects.filter(pk=action_id, kind=kind, by=by, status=_BEGUN)
    if not kept.update(status=status, answer=answer):
        raise ActionTaken(f"action {action_id} was not begun by this change")
