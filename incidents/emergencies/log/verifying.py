"""Whether the logs are what was written: each entry against its hash, each chain against its head, each seal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from incidents.emergencies.log.chain import digest, record_of, words_digest
from incidents.emergencies.models import LogEntry, Seal, SharedIncident


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one entry (or a seal, or a head): `tampered`, or `erased` by somebody who may."""

    what: str
    where: str
    why: str


def verify(incident: int | None = None) -> Iterator[Finding]:
    """Everything that is not as it was written, the logs by incident and then the seals. One pass, in batches."""
    shared = SharedIncident.objects.order_by("pk")
    if incident is not None:
        shared = shared.filter(pk=incident)
    for one in shared.iterator(chunk_size=500):
        yield from _chain(one)
    if incident is None:
        yield from _seals()


def _chain(shared: SharedIncident) -> Iterator[Finding]:
    before, length = "", 0
    entries = LogEntry.objects.filter(shared=shared).select_related("text").order_by("seq")
    for entry in entries.iterator(chunk_size=500):
        where = f"{shared} #{entry.seq}"
        if entry.seq != length + 1:
            yield Finding("tampered", where, f"the entry before it, #{length + 1}, is missing")
        yield from _entry(entry, where, before)
        before, length = entry.hash, entry.seq
    if length != shared.log_length or before != shared.log_head:
        yield Finding("tampered", str(shared), f"the log ends at #{length}, its head says #{shared.log_length}")


def _entry(entry: LogEntry, where: str, before: str) -> Iterator[Finding]:
    if digest(entry.record) != entry.hash:
        yield Finding("tampered", where, "its text does not have its hash")
        return
    said = json.loads(entry.record)
    again = record_of(
        incident=entry.shared_id,
        seq=entry.seq,
        at=said["at"],
        kind=entry.kind,
        scope=entry.scope,
        agency=entry.agency_id,
        by=entry.by_id,
        data=said["data"],
        words=said["words"],
        before=before,
    )
    if again != entry.record or entry.at.isoformat() != said["at"]:
        yield Finding("tampered", where, "it does not follow the one before it, or its columns say something else")
    text = getattr(entry, "text", None)
    if said["words"] is None:
        if text is not None:
            yield Finding("tampered", where, "words were added to it")
    elif text is None:
        yield Finding("tampered", where, "its words are gone without a tombstone")
    elif text.erased_at is not None:
        if text.words or text.salt:
            yield Finding("tampered", where, "its tombstone holds words")
        else:
            yield Finding("erased", where, f"its words were erased on {text.erased_at:%Y-%m-%d %H:%M}")
    elif words_digest(text.salt, text.words) != said["words"]:
        yield Finding("tampered", where, "its words were changed")


def _seals() -> Iterator[Finding]:
    before = ""
    for seal in Seal.objects.order_by("pk").iterator(chunk_size=50):
        where = f"seal {seal.pk}"
        if digest(f"{before}\n{seal.heads}") != seal.hash:
            yield Finding("tampered", where, "its heads do not have its hash")
        for incident, length, head in json.loads(seal.heads):
            now = LogEntry.objects.filter(shared=incident, seq=length).values_list("hash", flat=True).first()
            if now != head:
                yield Finding("tampered", f"1022-{incident:06d} #{length}", f"it is not what {where} saw")
        before = seal.hash
