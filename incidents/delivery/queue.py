"""Putting a message into the queue, and taking it back: always in the change that is the reason for it."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from incidents.delivery.models import Delivery, DeliveryState, Door, Kind
from incidents.delivery.outcomes import Failure
from incidents.delivery.senders import sender_of
from incidents.delivery.wording import worded
from incidents.records.models import Assignment, Incident, Report
from opscenter.accounts.models import ContactPoint
from realtime.change import current_change

# A dispatch can be withdrawn for 10 seconds; nobody outside hears of it before.
UNDO = dt.timedelta(seconds=10)
_AFTER_UNDO = frozenset({Kind.FORWARDED, Kind.ASSIGNMENT})


def enqueue(
    *,
    kind: Kind,
    door: Door,
    incident: Incident,
    report: Report | None = None,
    assignment: Assignment | None = None,
    contact_point: ContactPoint | None = None,
) -> Delivery:
    """Queues one message inside the open change; its text is fixed now, in the reader's language.

    To a citizen: give `report`; to an agency: `assignment` and `contact_point`. What a dispatch causes leaves when
    the dispatch cannot be withdrawn any more. A door that is not set up here cancels the message, and says so.
    """
    at = current_change().at
    wait = UNDO if kind in _AFTER_UNDO else dt.timedelta(0)
    language = report.language if report is not None else settings.LANGUAGE_CODE
    subject, body = worded(kind, language, incident=incident, report=report, assignment=assignment)
    state, failure = DeliveryState.WAITING, ""
    if door == Door.PAGE and not wait:
        state = DeliveryState.SENT
    elif sender_of(door) is None:
        state, failure = DeliveryState.CANCELLED, Failure.DOOR_NOT_SET_UP
    return Delivery.objects.create(
        incident=incident,
        report=report,
        reporter=report.reporter if report is not None else None,
        assignment=assignment,
        contact_point=contact_point,
        kind=kind,
        door=door,
        language=language,
        subject=subject,
        body=body,
        state=state,
        failure=failure,
        next_try_at=at + wait,
        created_at=at,
        ended_at=None if state == DeliveryState.WAITING else at,
        exercise=incident.exercise,
    )


def tell_reporter(report: Report, kind: Kind) -> list[Delivery]:
    """Tells one citizen: on the tracking page, and by e-mail when the reporter left an address."""
    doors = [Door.PAGE]
    if report.reporter is not None and report.reporter.email:
        doors.append(Door.EMAIL)
    return [enqueue(kind=kind, door=door, incident=report.incident, report=report) for door in doors]


def tell_reporters(incident: Incident, kind: Kind) -> list[Delivery]:
    """Tells everybody who reported this incident (it is locked by the open change)."""
    told: list[Delivery] = []
    for report in Report.objects.select_related("reporter").filter(incident=incident).order_by("pk"):
        # The very object the change holds, so that the text shows what was just decided.
        report.incident = incident
        told += tell_reporter(report, kind)
    return told


def tell_agency(assignment: Assignment) -> list[Delivery]:
    """Tells the agency's contact points of kind e-mail that it has a new assignment."""
    points = ContactPoint.objects.filter(
        agency_id=assignment.agency_id, kind=ContactPoint.Kind.EMAIL, is_active=True
    ).order_by("order", "pk")
    return [
        enqueue(
            kind=Kind.ASSIGNMENT,
            door=Door.EMAIL,
            incident=assignment.incident,
            assignment=assignment,
            contact_point=point,
        )
        for point in points
    ]


def take_back(incident: Incident, kinds: set[Kind], *, assignment: Assignment | None = None) -> int:
    """Cancels the messages of these kinds that have not left yet; gives how many. The incident is locked."""
    at = current_change().at
    waiting = Delivery.objects.filter(incident=incident, kind__in=sorted(kinds), state=DeliveryState.WAITING)
    if assignment is not None:
        waiting = waiting.filter(assignment=assignment)
    return waiting.update(state=DeliveryState.CANCELLED, failure=Failure.TAKEN_BACK, ended_at=at)
