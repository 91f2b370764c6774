"""The log of a shared incident: appended under the incident's lock, each entry hashed over the one before.

The hash is over the stored canonical text, never over a JSON column: PostgreSQL reorders keys and rewrites numbers.
Words lie apart behind a salted digest, so that they can be erased without breaking the chain.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from incidents.emergencies.models import LogEntry, LogText, SharedIncident
from incidents.emergencies.models.log import LogScope
from incidents.records.editing import is_held
from incidents.records.history import NotLocked
from incidents.records.models import History, Incident
from opscenter.accounts.models import Person
from realtime.change import current_change
from realtime.entities import canonical


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def words_digest(salt: str, words: str) -> str:
    """What an entry keeps of its words. Without the salt, which is erased with them, nobody can try words out on it."""
    return digest(f"{salt}\n{words}")


def record_of(
    *,
    incident: int,
    seq: int,
    at: str,
    kind: str,
    scope: str,
    agency: int | None,
    by: int | None,
    data: dict[str, Any],
    words: str | None,
    before: str,
) -> str:
    """The canonical text of an entry; `words` is their digest, `before` the hash of the entry before."""
    return canonical(
        {
            "incident": incident,
            "seq": seq,
            "at": at,
            "kind": kind,
            "scope": scope,
            "agency": agency,
            "by": by,
            "data": data,
            "words": words,
            "before": before,
        }
    )


def write(
    incident: Incident,
    kind: str,
    *,
    by: Person | None,
    agency_id: int | None = None,
    data: dict[str, Any] | None = None,
    words: str = "",
    scope: LogScope = LogScope.COMMON,
) -> LogEntry:
    """Appends one entry, in the open change. `data` holds ids, codes and numbers; what people said goes into `words`.

    Raises NotLocked when the incident was not locked in this change, SharedIncident.DoesNotExist when it is not shared.
    """
    if not is_held(incident):
        raise NotLocked(f"incident {incident.pk} is not locked by this change")
    return _write(SharedIncident.objects.get(pk=incident.pk), kind, by, agency_id, data or {}, words, scope)


def _write(
    shared: SharedIncident,
    kind: str,
    by: Person | None,
    agency_id: int | None,
    data: dict[str, Any],
    words: str,
    scope: LogScope,
) -> LogEntry:
    at = current_change().at
    seq = shared.log_length + 1
    salt = secrets.token_hex(16) if words else ""
    record = record_of(
        incident=shared.pk,
        seq=seq,
        at=at.isoformat(),
        kind=kind,
        scope=scope,
        agency=agency_id,
        by=by.pk if by else None,
        data=data,
        words=words_digest(salt, words) if words else None,
        before=shared.log_head,
    )
    entry = LogEntry.objects.create(
        shared=shared,
        seq=seq,
        at=at,
        kind=kind,
        scope=scope,
        agency_id=agency_id,
        by=by,
        record=record,
        hash=digest(record),
    )
    if words:
        LogText.objects.create(entry=entry, salt=salt, words=words)
    # A conditional write: two copies of the head in one change would otherwise fork the chain.
    moved = SharedIncident.objects.filter(pk=shared.pk, log_length=shared.log_length)
    if not moved.update(log_head=entry.hash, log_length=seq):
        raise RuntimeError(f"the log of {shared} has moved on")
    return entry


def note_look(incident_id: int, *, by: Person) -> None:
    """Somebody has looked at who reported a shared incident; needs an open change. The incident is locked and keeps its
    version: nothing of it changes, and the panel that shows what was looked at is not drawn anew."""
    Incident.objects.select_for_update(of=("self",)).only("pk").get(pk=incident_id)
    shared = SharedIncident.objects.filter(pk=incident_id).first()
    if shared is not None:
        _write(shared, "reporter_seen", by, by.agency_id, {}, "", LogScope.SERVICES)


def mirror(incident: Incident, row: History) -> None:
    """Puts what was done to a shared incident into its log too: every act passes the history, so none is left out."""
    shared = SharedIncident.objects.filter(pk=incident.pk).first()
    if shared is None:
        return
    by = row.by
    own = by.agency_id if by is not None else None
    data = {"history": row.pk, **{name: row.data[name] for name in _KEPT if name in row.data}}
    if row.why:
        data["why"] = row.why
    _write(shared, row.kind, by, own, data, "", LogScope.COMMON)


# Ids and codes of the history that say what was done; the rest stays there.
_KEPT = ("assignment", "assignments", "agency", "agencies", "unit", "category", "group", "child", "note", "of", "door")


def erase_words(entry: LogEntry, *, by: Person | None) -> None:
    """Erases the words of one entry and their salt; verification names it as erased, not as tampered with."""
    change = current_change()
    LogText.objects.filter(entry=entry, erased_at=None).update(salt="", words="", erased_at=change.at, erased_by=by)
