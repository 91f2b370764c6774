"""What staff write to each other about an incident."""

from __future__ import annotations

from incidents.records.editing import lock
from incidents.records.history import HistoryKind, append
from incidents.records.models import Note
from opscenter.accounts.models import Person
from realtime.change import current_change


def add_note(*, incident_id: int, text: str, by: Person, shared: bool = False, private: bool = False) -> Note:
    """Adds a note inside the open change. It conflicts with nothing.

    An agency's note is shared with the room and the other agencies that have it, or, `private`, its own alone.
    """
    incident = lock(incident_id)
    agency_id = by.agency_id if private and not by.works_in_room else None
    note = Note.objects.create(
        incident=incident,
        by=by,
        at=current_change().at,
        text=text,
        shared=agency_id is None and (shared or not by.works_in_room),
        agency_id=agency_id,
    )
    append(incident, HistoryKind.NOTE_ADDED, by=by, data={"note": note.pk})
    return note
