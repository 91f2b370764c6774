"""Opening and locking incidents inside a change. Whoever changes anything of an incident comes through here first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from django.db.models import F

from incidents.records.models import History, Incident
from realtime.change import Change, current_change

ENTITY = "incident"


class Changed(Exception):
    """Somebody changed the same thing since `base_version`; `since` holds what was done, the oldest first."""

    def __init__(self, incident: Incident, since: Sequence[History]) -> None:
        super().__init__(f"{incident} has changed")
        self.incident = incident
        self.since = list(since)


class OutOfOrder(Exception):
    """Locks are taken in the order of ids, or two changes could wait for each other for ever."""


# The incidents each open change holds. One object a row, so that two functions of one change never overwrite
# each other's fields with an older copy.
_held: WeakKeyDictionary[Change, dict[int, Incident]] = WeakKeyDictionary()
_locked_up_to: WeakKeyDictionary[Change, int] = WeakKeyDictionary()


def open_incident(**fields: Any) -> Incident:
    """Makes a new incident, version 1, in the open change; `fields` are those of the Incident table."""
    change = current_change()
    incident = Incident.objects.create(version=1, **fields)
    _held.setdefault(change, {})[incident.pk] = incident
    change.touch(ENTITY, incident.pk)
    return incident


def lock(incident_id: int, *, base_version: int | None = None, against: Collection[str] = frozenset()) -> Incident:
    """Locks one incident until the change ends and raises its version, once a change.

    With `base_version`, the version on which somebody's act rests: raises Changed when something of the kinds
    `against` was done since (other kinds do not conflict: a photo that was added does not stop a dispatch).
    Raises Incident.DoesNotExist, and OutOfOrder when the change already holds an incident with a higher id.
    """
    (incident,) = lock_many([incident_id])
    if base_version is not None:
        check_unchanged(incident, base_version=base_version, against=against)
    return incident


def lock_many(incident_ids: Iterable[int]) -> list[Incident]:
    """Locks incidents in the order of their ids, raises their versions, and gives them in that order."""
    change = current_change()
    held = _held.setdefault(change, {})
    wanted = sorted(set(incident_ids))
    new = [pk for pk in wanted if pk not in held]
    if new:
        if new[0] < _locked_up_to.get(change, 0):
            raise OutOfOrder(f"{new[0]} after {_locked_up_to[change]}")
        rows = Incident.objects.select_for_update(of=("self",)).filter(pk__in=new).order_by("pk")
        # The category decides the audience and the deadline: nearly every act reads it.
        found = {incident.pk: incident for incident in rows.select_related("category")}
        if missing := [pk for pk in new if pk not in found]:
            raise Incident.DoesNotExist(f"incident {missing[0]}")
        Incident.objects.filter(pk__in=new).update(version=F("version") + 1)
        for pk, incident in found.items():
            incident.version += 1
            held[pk] = incident
            change.touch(ENTITY, pk)
        _locked_up_to[change] = new[-1]
    return [held[pk] for pk in wanted]


def check_unchanged(incident: Incident, *, base_version: int, against: Collection[str]) -> None:
    """Raises Changed when something of these kinds was done to a locked incident after `base_version`.

    A base version that the incident never had (a restored database) counts as changed too.
    """
    before = incident.version - 1
    since = list(
        History.objects.filter(
            incident=incident, version__gt=base_version, version__lte=before, kind__in=sorted(against)
        ).select_related("by")
    )
    if since or base_version > before:
        raise Changed(incident, since)


def is_held(incident: Incident) -> bool:
    """Whether the open change opened or locked this very object."""
    return _held.get(current_change(), {}).get(incident.pk) is incident
