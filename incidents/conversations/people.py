"""Who belongs together: a reporter's conversation, found by the phone number or put together by a person."""

from __future__ import annotations

from incidents.conversations.models import Conversation, Message, Participant
from incidents.conversations.phones import normal, spellings
from incidents.records.editing import lock
from incidents.records.history import HistoryKind, append
from incidents.records.models import Report, Reporter
from opscenter.accounts.models import Person
from realtime.change import current_change


def conversation_of(reporter: Reporter | None, exercise: int) -> Conversation:
    """The reporter's conversation in the open change, made when there is none; for nobody a new one.

    A reporter with a phone number joins the newest conversation of the same number.
    """
    at = current_change().at
    if reporter is None:
        return Conversation.objects.create(created_at=at, last_at=at, exercise=exercise)
    known = Participant.objects.select_related("conversation").filter(reporter=reporter).first()
    if known is not None and known.conversation.exercise == exercise:
        return known.conversation
    found, because = _of_same_phone(reporter, exercise), Participant.Because.SAME_PHONE
    if found is None:
        found = Conversation.objects.create(created_at=at, last_at=at, exercise=exercise)
        because = Participant.Because.FIRST
    if known is None:
        Participant.objects.create(reporter=reporter, conversation=found, because=because, at=at)
    return found


def _of_same_phone(reporter: Reporter, exercise: int) -> Conversation | None:
    number = normal(reporter.phone)
    if not number:
        return None
    rows = Participant.objects.filter(
        reporter__phone__in=spellings(number), reporter__erased_at=None, conversation__exercise=exercise
    ).exclude(reporter=reporter)
    newest = rows.select_related("conversation").order_by("-at", "-pk").first()
    return newest.conversation if newest is not None else None


def put_together(*, report: Report, other: Report, by: Person) -> Conversation:
    """Two reports are of one person, says a person: their conversations become one, the older one. In the open change.

    An anonymous report counts too. Of an exercise and of the live service are never one: ValueError.
    """
    if report.exercise != other.exercise:
        raise ValueError("an exercise's and a live conversation are never one")
    conversations = Conversation.objects.filter(messages__report__in=[report, other]).distinct().order_by("pk")
    kept, *rest = conversations
    at = current_change().at
    for one in rest:
        Message.objects.filter(conversation=one).update(conversation=kept)
        one.participants.update(conversation=kept, because=Participant.Because.PERSON, by=by, at=at)
    _tell(report, other, "put_together", by)
    return kept


def take_apart(*, report: Report, by: Person) -> Conversation:
    """This report's reporter is another person than the rest: a conversation of their own. In the open change."""
    at = current_change().at
    apart = Conversation.objects.create(created_at=at, last_at=at, exercise=report.exercise)
    if report.reporter_id is not None:
        Message.objects.filter(report__reporter=report.reporter_id).update(conversation=apart)
        Participant.objects.filter(reporter=report.reporter_id).update(
            conversation=apart, because=Participant.Because.PERSON, by=by, at=at
        )
    Message.objects.filter(report=report).update(conversation=apart)
    _tell(report, None, "taken_apart", by)
    return apart


def _tell(report: Report, other: Report | None, why: str, by: Person) -> None:
    rows = sorted({row.incident_id: row for row in (report, other) if row is not None}.items())
    for incident_id, row in rows:
        append(lock(incident_id), HistoryKind.CONVERSATION_CHANGED, by=by, why=why, data={"report": row.pk})
