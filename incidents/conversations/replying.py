"""What the hotline says to a citizen: a message and its delivery, in one change with the reason for it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from incidents.conversations import listening, windows
from incidents.conversations.models import Message
from incidents.conversations.people import conversation_of
from incidents.delivery.models import Door, Kind
from incidents.delivery.queue import enqueue, tell_besides
from incidents.delivery.ways import doors_to, is_open
from incidents.records.editing import lock
from incidents.records.history import HistoryKind, append
from incidents.records.models import Incident, Report, Source
from opscenter.accounts.models import Person
from realtime.change import current_change

# The shortest of the platforms' limits.
LONGEST = 2000


class Refusal(StrEnum):
    """Why an answer cannot go."""

    DOOR_SHUT = "door_shut"
    NOTHING_WAITS = "nothing_waits"
    IS_FIRST = "is_first"


SENTENCES: dict[Refusal, str | Promise] = {
    Refusal.DOOR_SHUT: _("This citizen cannot be reached by that channel any more. Choose another one."),
    Refusal.NOTHING_WAITS: _("Nothing waits for an answer here any more."),
    Refusal.IS_FIRST: _("The report begins with this message: it is a report of its own already."),
}


class Refused(Exception):
    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


def doors_for(report: Report, wrote_by: str) -> list[Door]:
    """By which doors an answer can reach the citizen of a report now, the best first.

    The tracking page is always one of them; for the web chat it is the chat. First the door by which the citizen
    wrote last (`wrote_by`), then the others in the order in which messages go.
    """
    doors = [door for door in doors_to(report) if is_open(door)]
    if wrote_by in {door.value for door in doors}:
        return [*sorted(doors, key=lambda door: door.value != wrote_by), Door.PAGE]
    on_page = wrote_by in {"web", "chat", "app"}
    return [Door.PAGE, *doors] if on_page else [*doors, Door.PAGE]


def _wrote_by(report: Report) -> str:
    """The door of the citizen's last message."""
    heard = Message.objects.filter(report=report, direction=Message.Direction.IN)
    return heard.order_by("-at", "-pk").values_list("door", flat=True).first() or report.source


def reply(*, report_id: int, text: str, by: Person, door: Door | None = None) -> Message:
    """A person answers, by the citizen's own door or by a chosen one; the tracking page shows it in any case.

    Inside the open change; raises Refused when the chosen door no longer reaches the citizen.
    """
    report = Report.objects.select_related("reporter").get(pk=report_id)
    incident = report.incident = lock(report.incident_id)
    doors = doors_for(report, _wrote_by(report))
    if door is not None and door not in doors:
        raise Refused(Refusal.DOOR_SHUT)
    message = _say(report, text, door or doors[0], by)
    listening.no_longer_waits(incident)
    append(
        incident,
        HistoryKind.REPLIED,
        by=by,
        data={"message": message.pk, "report": report.pk, "door": str(door or doors[0])},
    )
    return message


def reply_by_itself(*, report: Report, text: str, why: str) -> Message:
    """An answer that nobody typed, in the open change; the incident is locked by it. `why` is a code.

    The citizen goes on waiting for a person unless whoever answers says otherwise (`listening.no_longer_waits`).
    """
    incident = report.incident = lock(report.incident_id)
    message = _say(report, text, doors_for(report, _wrote_by(report))[0], None)
    append(incident, HistoryKind.REPLIED, by=None, why=why, data={"message": message.pk, "report": report.pk})
    return message


def needs_no_answer(*, incident_id: int, by: Person) -> Incident:
    """A person has read it and nothing need be said. Raises Refused when nothing waits."""
    incident = lock(incident_id)
    if incident.waiting_since is None:
        raise Refused(Refusal.NOTHING_WAITS)
    listening.no_longer_waits(incident)
    append(incident, HistoryKind.NO_REPLY_NEEDED, by=by)
    return incident


def _say(report: Report, text: str, door: Door, by: Person | None) -> Message:
    at = current_change().at
    opened = Message.objects.filter(report=report).select_related("conversation").first()
    conversation = opened.conversation if opened else conversation_of(report.reporter, report.exercise)
    # Some platforms take late what a person wrote, and nothing else.
    kind = Kind.REPLY if by is not None else Kind.BY_ITSELF
    delivery = enqueue(kind=kind, door=door, incident=report.incident, report=report, text=(_subject(report), text))
    tell_besides(report, kind, page=False)
    conversation.last_at = at
    conversation.save(update_fields=["last_at"])
    return Message.objects.create(
        conversation=conversation,
        report=report,
        reporter=report.reporter,
        direction=Message.Direction.OUT,
        # The page belongs to whichever door the citizen came by.
        door=report.source if door == Door.PAGE else door.value,
        text=text,
        by=by,
        delivery=delivery,
        at=at,
        exercise=report.exercise,
    )


def _subject(report: Report) -> str:
    if report.language == "en":
        return f"About your report {report.tracking_code}"
    return f"Về phản ánh {report.tracking_code} của ông/bà"


@dataclass(frozen=True, slots=True)
class Choice:
    """One door as the room offers it; `closes_at` is when the platform stops taking answers."""

    door: str
    label: str
    closes_at: dt.datetime | None


def choices(report: Report, wrote_by: str) -> list[Choice]:
    """The doors of `doors_for` with their names and how long they stay open."""
    found = []
    for door in doors_for(report, wrote_by):
        closes = windows.closes_at(report.reporter, door) if report.reporter is not None else None
        # Whoever chats reads it there: the page has it too.
        shown = Door.CHAT if door == Door.PAGE and report.source == Source.CHAT else door
        found.append(Choice(door.value, str(shown.label), closes))
    return found
