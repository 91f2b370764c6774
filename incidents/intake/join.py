"""A message that completes an earlier report of the same sender instead of becoming one: where it is."""

from __future__ import annotations

import datetime as dt
import logging

from django.contrib.gis.geos import Point
from django.db import IntegrityError
from django.utils import timezone

from geo.resolver import resolve
from incidents.intake import steps
from incidents.intake.models import JoinedMessage
from incidents.records import editing
from incidents.records.history import HistoryKind
from incidents.records.lifecycles import IncidentState
from incidents.records.models import NextStep, Report, ReportWords
from incidents.records.places import set_place
from realtime.change import change

log = logging.getLogger(__name__)

WINDOW = dt.timedelta(minutes=30)


def was_taken(source: str, source_id: str) -> bool:
    """Whether this message is a report already, or a part of one."""
    same = {"source": source, "source_id": source_id}
    return JoinedMessage.objects.filter(**same).exists() or Report.objects.filter(**same).exists()


def join_place(*, source: str, source_id: str, door_id: str, point: tuple[float, float], exercise: int = 0) -> bool:
    """Gives the place `point` (lon, lat) to the sender's report of the last 30 minutes that has none yet.

    True when it was joined now, or taken before; False when there is no such report (then the message is a report of
    its own). What a person has decided about the place, or an incident that was dispatched, is never changed by it.
    """
    if was_taken(source, source_id):
        return True
    report = _waiting_for_place(source, door_id, exercise)
    if report is None:
        return False
    words = ReportWords.objects.filter(report=report).values_list("words", "address").first() or ("", "")
    resolution = resolve(words[0], on=timezone.localdate(), point=point, address=words[1])
    try:
        with change() as c:
            incident = editing.lock(report.incident_id)
            # Read again under the lock: the same message may have come twice at once.
            if was_taken(source, source_id):
                return True
            report = Report.objects.get(pk=report.pk)
            decided = incident.place_trace.get("by") == "person" or incident.state != IncidentState.RECEIVED
            if report.given_point is not None or decided:
                return False
            JoinedMessage.objects.create(report=report, source=source, source_id=source_id, at=c.at)
            report.given_point = Point(*point, srid=4326)
            # The agency depends on the place: it is asked for again.
            if report.next_step == NextStep.DONE:
                report.next_step, report.next_step_at = NextStep.DISPATCH, c.at + steps.LEFT_AFTER
            report.save(update_fields=["given_point", "next_step", "next_step_at"])
            set_place(incident, resolution, by=None, why="joined_message", kind=HistoryKind.PLACE_SET)
    except IntegrityError:
        # The same message at the same moment in another process.
        return was_taken(source, source_id)
    steps.run(report.pk)
    return True


def _waiting_for_place(source: str, door_id: str, exercise: int) -> Report | None:
    """The sender's newest report, if it is recent and has no point."""
    newest = (
        Report.objects.filter(reporter__door=source, reporter__door_id=door_id, source=source, exercise=exercise)
        .filter(received_at__gt=timezone.now() - WINDOW)
        .order_by("-received_at", "-pk")
        .first()
    )
    return newest if newest is not None and newest.given_point is None else None
