"""What a citizen says: kept with its report, in order, and shown as waiting for an answer."""

from __future__ import annotations

import datetime as dt

from django.contrib.gis.geos import Point

from incidents.conversations.models import Conversation, Message
from incidents.conversations.people import conversation_of
from incidents.records.editing import lock
from incidents.records.history import HistoryKind, append
from incidents.records.models import Incident, Photo, Report, ReportWords, Source
from opscenter.accounts.models import Person
from realtime.change import current_change


def was_heard(door: str, source_id: str) -> bool:
    """Whether this message is there already, as a report's first or as a later one."""
    return Message.objects.filter(door=door, source_id=source_id).exists()


def open_with(report: Report, incident: Incident) -> Message:
    """The first message of a report that the open change has just made; its words are the report's own.

    Whoever writes in the web chat waits for somebody; any other report is answered when it has been handled.
    """
    at = current_change().at
    conversation = conversation_of(report.reporter, report.exercise)
    message = Message.objects.create(
        conversation=conversation,
        report=report,
        reporter=report.reporter,
        direction=Message.Direction.IN,
        door=report.source,
        source_id=report.source_id,
        opens=True,
        point=report.given_point,
        at=at,
        exercise=report.exercise,
    )
    _renew(conversation, at)
    if report.source == Source.CHAT:
        wait(incident, at)
    return message


def hear(
    report: Report,
    *,
    door: str,
    source_id: str,
    text: str,
    point: tuple[float, float] | None = None,
    photos: list[Photo] | None = None,
    because: str,
) -> Message:
    """One more message of a report whose incident the open change has locked. Raises IntegrityError for one that is
    there already."""
    at = current_change().at
    incident = lock(report.incident_id)
    opened = Message.objects.filter(report=report).select_related("conversation").first()
    conversation = opened.conversation if opened else conversation_of(report.reporter, report.exercise)
    message = Message.objects.create(
        conversation=conversation,
        report=report,
        reporter=report.reporter,
        direction=Message.Direction.IN,
        door=door,
        source_id=source_id,
        text=text,
        point=Point(*point, srid=4326) if point else None,
        because=because,
        at=at,
        exercise=report.exercise,
    )
    if photos:
        message.photos.set(photos)
    _renew(conversation, at)
    wait(incident, at)
    append(incident, HistoryKind.MESSAGE_HEARD, by=None, why=because, data={"message": message.pk, "report": report.pk})
    return message


def move_to(report: Report, message: Message, *, by: Person | None) -> Message:
    """A message of another report begins this one, which the open change has just made; both histories say so.

    Its words are now the new report's, its photos go along, and the first report waits only for what is left there.
    """
    before = lock(message.report.incident_id)
    ids = list(message.photos.values_list("pk", flat=True))
    Photo.objects.filter(pk__in=ids).update(incident=report.incident, report=report)
    data = {"message": message.pk, "report": message.report_id, "to": report.pk}
    append(before, HistoryKind.SPLIT_OFF, by=by, data=data)
    append(report.incident, HistoryKind.SPLIT_OFF, by=by, data=data)
    left_over, message.report = message.report, report
    message.opens, message.text, message.because = True, "", ""
    message.save(update_fields=["report", "opens", "text", "because"])
    if not _unanswered(left_over):
        no_longer_waits(before)
    return message


def _unanswered(report: Report) -> bool:
    """Whether the last message of a report, apart from its first, is the citizen's."""
    last = Message.objects.filter(report=report, opens=False).order_by("at", "pk").last()
    return last is not None and last.direction == Message.Direction.IN


def wait(incident: Incident, at: dt.datetime) -> None:
    """The citizen waits for an answer since the first message that nobody has answered."""
    if incident.waiting_since is None and incident.on_board:
        incident.waiting_since = at
        incident.save(update_fields=["waiting_since"])


def end_chat(report: Report) -> None:
    """The citizen left the chat, in the open change: nobody waits; the report stays as it is. Twice is once."""
    incident = lock(report.incident_id)
    if incident.waiting_since is None or report.source != Source.CHAT:
        return
    no_longer_waits(incident)
    append(incident, HistoryKind.CHAT_ENDED, by=None, data={"report": report.pk})


def no_longer_waits(incident: Incident) -> None:
    """Somebody answered, or nobody need."""
    if incident.waiting_since is not None:
        incident.waiting_since = None
        incident.save(update_fields=["waiting_since"])


def _renew(conversation: Conversation, at: dt.datetime) -> None:
    conversation.last_at = at
    conversation.save(update_fields=["last_at"])


def words_of(report_id: int) -> str:
    """All that the citizen has said of one report, in order: what triage and the place resolver read."""
    first = ReportWords.objects.filter(report_id=report_id).values_list("words", flat=True).first() or ""
    later = Message.objects.filter(report_id=report_id, direction=Message.Direction.IN, opens=False)
    texts = [first, *later.values_list("text", flat=True)]
    return "\n".join(text.strip() for text in texts if text.strip())
