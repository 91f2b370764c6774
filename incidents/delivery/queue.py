"""Putting a message into the queue, and taking it back: always in the change that is the reason for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence

from django.conf import settings
from django.utils.translation import gettext, override

from incidents.delivery.models import FREE, Delivery, DeliveryState, Door, Kind, PushDevice
from incidents.delivery.outcomes import Failure
from incidents.delivery.ways import DOOR_OF_CONTACT, Form, doors_besides, doors_to, is_open, way_of
from incidents.delivery.wording import marked, noticed, tracking_link, tracking_path, worded
from incidents.records.models import Assignment, Incident, Report, Reporter
from opscenter.accounts.models import ContactPoint, Person
from opscenter.accounts.roles import Role
from realtime.change import current_change

# A dispatch can be withdrawn for 10 seconds; nobody outside hears of it before.
UNDO = dt.timedelta(seconds=10)
_AFTER_UNDO = frozenset({Kind.FORWARDED, Kind.ASSIGNMENT})


def enqueue(
    *,
    kind: Kind,
    door: Door,
    incident: Incident | None = None,
    report: Report | None = None,
    reporter: Reporter | None = None,
    assignment: Assignment | None = None,
    contact_point: ContactPoint | None = None,
    person: Person | None = None,
    device: PushDevice | None = None,
    text: tuple[str, str] | None = None,
    language: str = "",
    link: str = "",
    instead_of: Delivery | None = None,
) -> Delivery:
    """Queues one message inside the open change; its text is fixed now, in the reader's language.

    To a citizen: give `report`, or `reporter` when it is about none; to an agency: `contact_point`, and `assignment`
    if it is about one; to somebody with an account: `person`. `device` is the browser of a notification, which says
    only what a lock screen may show and opens `link`, a path. `text` is (subject, body) of a kind that has no
    template. What a dispatch causes leaves when the dispatch cannot be withdrawn any more. A door that is not set up
    here cancels the message, and says so.
    """
    at = current_change().at
    wait = UNDO if kind in _AFTER_UNDO and instead_of is None else dt.timedelta(0)
    language = language or (report.language if report is not None else settings.LANGUAGE_CODE)
    exercise = incident.exercise if incident is not None else 0
    way = way_of(door)
    form = way.form if way is not None else Form.SHORT
    if form == Form.NOTICE:
        subject, body = noticed(kind, language, incident, exercise)
    elif text is not None:
        subject, body = marked(*text, language, form, exercise)
    else:
        assert incident is not None, f"a message of kind {kind} is about an incident, or brings its text"
        subject, body = worded(
            kind,
            language,
            form,
            incident=incident,
            report=report,
            assignment=assignment,
            contact_point=contact_point,
        )
    state, failure = DeliveryState.WAITING, ""
    if door == Door.PAGE and not wait:
        state = DeliveryState.SENT
    elif not is_open(door):
        state, failure = DeliveryState.CANCELLED, Failure.DOOR_NOT_SET_UP
    return Delivery.objects.create(
        incident=incident,
        report=report,
        reporter=report.reporter if report is not None else reporter,
        assignment=assignment,
        contact_point=contact_point,
        person=person,
        device=device,
        link=link or (tracking_path(report) if report is not None and device is not None else ""),
        instead_of=instead_of,
        kind=kind,
        door=door,
        language=language,
        subject=subject,
        body=way.fit(body) if way is not None else body,
        state=state,
        failure=failure,
        next_try_at=at + wait,
        created_at=at,
        ended_at=None if state == DeliveryState.WAITING else at,
        exercise=exercise,
    )


def tell_reporter(report: Report, kind: Kind) -> list[Delivery]:
    """Tells one citizen: on the tracking page, and by one door more, if possible the one they wrote by."""
    doors = doors_to(report)[:1]
    besides = tell_besides(report, kind)
    return besides + [enqueue(kind=kind, door=door, incident=report.incident, report=report) for door in doors]


def tell_besides(
    report: Report, kind: Kind, text: tuple[str, str] | None = None, *, page: bool = True
) -> list[Delivery]:
    """Tells one citizen on the tracking page (unless not `page`) and on each device that follows the report."""
    told: list[Delivery] = []
    for door in doors_besides(report):
        way = way_of(door)
        devices: Sequence[PushDevice | None]
        devices = way.devices(report) if way is not None and way.devices is not None else [None]
        for device in devices if page or door != Door.PAGE else ():
            language = device.language if device is not None else ""
            told.append(
                enqueue(
                    kind=kind,
                    door=door,
                    incident=report.incident,
                    report=report,
                    device=device,
                    language=language,
                    text=text,
                )
            )
    return told


def tell_people(
    people: Iterable[Person], kind: Kind, *, incident: Incident | None, assignment: Assignment | None = None, link: str
) -> list[Delivery]:
    """Notifies people on those of their devices that they have switched it on for; `link` is the page it opens."""
    if not is_open(Door.PUSH):
        return []
    devices = PushDevice.objects.filter(person__in=[one.pk for one in people], person__is_active=True)
    return [
        enqueue(
            kind=kind,
            door=Door.PUSH,
            incident=incident,
            assignment=assignment,
            person=device.person,
            device=device,
            language=device.language,
            link=link,
        )
        for device in devices.select_related("person").order_by("pk")
    ]


def say_again(failed: Delivery) -> Delivery | None:
    """Says what could not be delivered to a citizen by the next door on which they can be reached; None when there
    is none. Its incident, if any, is locked by the open change."""
    report = failed.report
    if report is None or failed.assignment_id is not None or _is_besides(failed.door):
        return None
    tried, before = {failed.door}, failed.instead_of
    while before is not None:
        tried.add(before.door)
        before = before.instead_of
    door = next((door for door in doors_to(report) if door not in tried and is_open(door)), None)
    if door is None:
        return None
    return enqueue(
        kind=Kind(failed.kind),
        door=door,
        incident=failed.incident,
        report=report,
        text=(failed.subject, failed.body) if Kind(failed.kind) in FREE else None,
        instead_of=failed,
    )


def _is_besides(door: str) -> bool:
    way = way_of(door)
    return way is not None and way.besides


def tell_reporters(incident: Incident, kind: Kind) -> list[Delivery]:
    """Tells everybody who reported this incident (it is locked by the open change)."""
    told: list[Delivery] = []
    for report in Report.objects.select_related("reporter").filter(incident=incident).order_by("pk"):
        # The very object the change holds, so that the text shows what was just decided.
        report.incident = incident
        told += tell_reporter(report, kind)
    return told


# Which of an agency's contact points are told, in their order; a room that knows who is there may choose.
Choose = Callable[[Sequence[ContactPoint]], Sequence[ContactPoint]]
_choices: list[Choose] = []


def register_choice(choose: Choose) -> None:
    """Says who of an agency's contact points is told; called in `ready()`."""
    _choices[:] = [choose]


def tell_agency(assignment: Assignment) -> list[Delivery]:
    """Tells the agency's contact points that it has a new assignment: those that a machine can write to."""
    told = [tell_contact(assignment, point) for point, _door in points_of(assignment.agency_id)]
    return told + tell_focal_points(assignment)


def points_of(agency_id: int) -> list[tuple[ContactPoint, Door]]:
    """Which of an agency's contact points are told of its work, in their order, and by which door."""
    rows = ContactPoint.objects.filter(agency_id=agency_id, is_active=True, is_head=False).order_by("order", "pk")
    points: Sequence[ContactPoint] = [row for row in rows if way_of(door_of(row)) is not None]
    if _choices:
        points = _choices[0](points)
    return [(point, door_of(point)) for point in points]


def tell_focal_points(assignment: Assignment) -> list[Delivery]:
    """Notifies those who receive for the agency, on their devices."""
    told: list[Delivery] = []
    for role, link in ((Role.FOCAL_POINT, f"/inbox/assignment/{assignment.pk}/"), (Role.DISPATCHER, "/emergencies/")):
        people = Person.objects.filter(agency_id=assignment.agency_id, role=role, is_active=True)
        told += tell_people(people, Kind.ASSIGNMENT, incident=assignment.incident, assignment=assignment, link=link)
    return told


def tell_contact(assignment: Assignment, point: ContactPoint, *, instead_of: Delivery | None = None) -> Delivery:
    """Tells one contact point of an assignment."""
    return enqueue(
        kind=Kind.ASSIGNMENT,
        door=door_of(point),
        incident=assignment.incident,
        assignment=assignment,
        contact_point=point,
        instead_of=instead_of,
    )


def door_of(point: ContactPoint) -> Door:
    """By which door a contact point is reached."""
    return DOOR_OF_CONTACT[ContactPoint.Kind(point.kind)]


def write_to(assignment: Assignment, points: Sequence[ContactPoint], text: tuple[str, str]) -> list[Delivery]:
    """Reminds contact points of an assignment: those that a machine can write to. `text` is (subject, body)."""
    return [
        enqueue(
            kind=Kind.REMINDER,
            door=door,
            incident=assignment.incident,
            assignment=assignment,
            contact_point=point,
            text=text,
        )
        for point in points
        if way_of(door := door_of(point)) is not None
    ]


def ask_reporters(incident: Incident, question: str) -> list[Delivery]:
    """Asks everybody who reported this incident (it is locked by the open change) for more, each by their own door.

    The question is an official's own words, never a citizen's.
    """
    asked: list[Delivery] = []
    for report in Report.objects.select_related("reporter").filter(incident=incident).order_by("pk"):
        report.incident = incident
        with override(report.language):
            about = {"code": incident.code, "question": question, "link": tracking_link(report)}
            subject = gettext("A question about %(code)s") % about
            body = gettext("About %(code)s: %(question)s\nPlease answer the hotline. Your report: %(link)s") % about
        asked += tell_besides(report, Kind.QUESTION, (subject, body))
        for door in doors_to(report)[:1]:
            asked.append(enqueue(kind=Kind.QUESTION, door=door, incident=incident, report=report, text=(subject, body)))
    return asked


def take_back(incident: Incident, kinds: set[Kind], *, assignment: Assignment | None = None) -> int:
    """Cancels the messages of these kinds that have not left yet; gives how many. The incident is locked."""
    at = current_change().at
    waiting = Delivery.objects.filter(incident=incident, kind__in=sorted(kinds), state=DeliveryState.WAITING)
    if assignment is not None:
        waiting = waiting.filter(assignment=assignment)
    return waiting.update(state=DeliveryState.CANCELLED, failure=Failure.TAKEN_BACK, ended_at=at)
