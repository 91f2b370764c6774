"""The citizen's opinion of the answer: content, or not; the first unhappy one of an incident opens it again."""

from __future__ import annotations

from enum import StrEnum

from django.db import IntegrityError

from incidents.conversations import listening
from incidents.conversations.models import Rating
from incidents.dispatching.closing import reopen
from incidents.intake.take import storable
from incidents.records.editing import lock
from incidents.records.history import HistoryKind, append
from incidents.records.lifecycles import IncidentState
from incidents.records.models import Report
from realtime.change import change


class Rated(StrEnum):
    """What became of it."""

    KEPT = "kept"
    REOPENED = "reopened"
    # There is one already, or nothing has been answered.
    NOT_NOW = "not_now"


def rate(*, report_id: int, happy: bool, words: str = "", source_id: str) -> Rated:
    """Keeps the rating of an answered report, once; in a change of its own.

    The first unhappy one opens the incident again, as received, with the citizen's words as a message that waits for
    an answer. `source_id` is the number of that message.
    """
    try:
        with change() as c:
            report = Report.objects.get(pk=report_id)
            incident = report.incident = lock(report.incident_id)
            if incident.state != IncidentState.CLOSED or Rating.objects.filter(report=report).exists():
                return Rated.NOT_NOW
            again = not happy and not Rating.objects.filter(report__incident=incident, reopened=True).exists()
            Rating.objects.create(report=report, happy=happy, reopened=again, at=c.at, exercise=report.exercise)
            append(incident, HistoryKind.RATED, by=None, data={"report": report.pk, "happy": happy})
            if again:
                reopen(incident_id=incident.pk, by=None, why="unhappy_rating")
            if words.strip() or again:
                listening.hear(
                    report,
                    door=report.source,
                    source_id=source_id,
                    text=storable(words.strip()),
                    because="message.rating",
                )
            return Rated.REOPENED if again else Rated.KEPT
    except IntegrityError:
        # The same at the same moment.
        return Rated.NOT_NOW
