"""A message that was taken as part of a report and is about something else: one act makes it a report of its own."""

from __future__ import annotations

from incidents.conversations.models import Message
from incidents.conversations.replying import Refusal, Refused
from incidents.intake.take import ReporterDetails, Taken, take_report
from incidents.records.actions import Action
from incidents.records.models import ActionRecord, Source
from opscenter.accounts.models import Person


def split_off(*, message_id: int, by: Person, action: Action) -> Taken:
    """Opens a report with the message's words, place and photos; the message moves there and stays in its conversation.

    Not inside a change. Raises Refused for a report's first message and for what the hotline wrote. Twice is once.
    """
    message = Message.objects.select_related("report__reporter", "report__incident").get(pk=message_id)
    if ActionRecord.objects.filter(pk=action.id, kind=action.kind, by=by).exists():
        return Taken(message.report, message.report.incident, False)
    if message.opens or message.direction != Message.Direction.IN:
        raise Refused(Refusal.IS_FIRST)
    reporter = message.report.reporter
    point = (message.point.x, message.point.y) if message.point is not None else None
    return take_report(
        source=Source(message.door),
        source_id=message.source_id or f"message:{message.pk}",
        words=message.text,
        point=point,
        reporter=ReporterDetails(door=reporter.door, door_id=reporter.door_id) if reporter else None,
        language=message.report.language,
        exercise=message.exercise,
        door_data={"apart": "message.by_person"},
        action=action,
        said=message,
        split_by=by,
    )
