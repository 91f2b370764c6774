"""What staff write to each other about an incident."""

from __future__ import annotations

from incidents.records.editing import lock
from incidents.records.history import HistoryKind, append
from incidents.records.models import Note
from opscenter.accounts.models import Person
from realtime.change import current_change


def add_note(*, incident_id: int, text: str, by: Person, shared: bool = False) -> Note:
    """Adds a note inside the open change. It conflicts with nothing. An agency's notes are always shared."""
    incident = lock(incident_id)
    note = Note.objects.create(
        incident=incident, by=by, at=current_change().at, text=text, shared=shared or not by.works_in_room
    )
    append(incident, HistoryKind.NOTE_ADDED, by=by, data={"note": note.pk})
    return note
