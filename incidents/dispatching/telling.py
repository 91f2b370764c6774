"""What happens inside an agency's work, told to whoever does not look at the screens: handed on, reported, sent back.

By a notification where somebody has switched it on, else by SMS, else by mail: a unit without the app has to learn
that it has work. Officials' own words may be in it, a citizen's never.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, override

from incidents.delivery.models import Delivery, DeliveryState, Door, Kind
from incidents.delivery.queue import enqueue, points_of, take_back, tell_people
from incidents.delivery.ways import is_open, way_of
from incidents.delivery.wording import task_link
from incidents.records.models import Assignment, UnitWork
from opscenter.accounts.models import Person
from opscenter.accounts.roles import Role

# For somebody with an account and no notifications, the first that they are reached by.
_INSTEAD = (Door.SMS, Door.EMAIL)


def tell_handed_on(assignment: Assignment, people: Iterable[Person]) -> list[Delivery]:
    """The people of a handling unit: it is theirs now. Taken back with the assignment while it has not left."""
    with override(settings.LANGUAGE_CODE):
        about = _about(assignment)
        text = (
            gettext("Assignment %(task)s for your unit") % about,
            gettext("%(hotline)s: assignment %(task)s (%(code)s) is for your unit now.%(due)s See %(link)s") % about,
        )
    return _tell(assignment, people, Kind.ASSIGNMENT, text)


def tell_sent_back(assignment: Assignment, but: Person) -> list[Delivery]:
    """The units that work on it: the focal point did not take what they reported; `assignment.rejection` says why."""
    units = UnitWork.objects.filter(assignment=assignment, ended_at=None).values("unit")
    people = Person.objects.filter(handling_unit__in=units, is_active=True).exclude(pk=but.pk)
    with override(settings.LANGUAGE_CODE):
        about = {**_about(assignment), "reason": assignment.rejection}
        text = (
            gettext("Assignment %(task)s was sent back to your unit") % about,
            gettext("%(hotline)s: the result of %(task)s (%(code)s) was sent back to your unit: %(reason)s. %(link)s")
            % about,
        )
    return _tell(assignment, people, Kind.NEWS, text)


def tell_reported(assignment: Assignment) -> list[Delivery]:
    """The focal point: its units have reported, and the hotline waits for the agency's word."""
    with override(settings.LANGUAGE_CODE):
        about = {**_about(assignment), "result": assignment.result}
        subject = gettext("Assignment %(task)s: your unit has reported") % about
        body = gettext(
            "%(hotline)s: your unit has reported on %(task)s (%(code)s). To pass it on write: X %(task)s result."
            " It says: %(result)s"
        )
    return _tell_agency(assignment, subject, body % about)


def tell_rejected(assignment: Assignment) -> list[Delivery]:
    """The agency: the hotline did not take its result; `assignment.rejection` says why."""
    with override(settings.LANGUAGE_CODE):
        about = {**_about(assignment), "reason": assignment.rejection}
        subject = gettext("Assignment %(task)s: the result was not taken") % about
        body = gettext(
            "%(hotline)s did not take the result of %(task)s (%(code)s): %(reason)s. When it is done write:"
            " X %(task)s result"
        )
    return _tell_agency(assignment, subject, body % about)


def tell_taken_back(assignment: Assignment) -> list[Delivery]:
    """Whoever was told of it by SMS or mail: it is not theirs any more, and nobody need go there. What has not left yet
    never does."""
    incident = assignment.incident
    take_back(incident, {Kind.ASSIGNMENT}, assignment=assignment)
    left = Delivery.objects.filter(
        assignment=assignment,
        kind=Kind.ASSIGNMENT,
        door__in=_INSTEAD,
        state__in=[DeliveryState.SENDING, DeliveryState.SENT],
    ).select_related("contact_point", "person")
    readers = {(row.door, row.contact_point_id, row.person_id): row for row in left.order_by("pk")}
    with override(settings.LANGUAGE_CODE):
        about = _about(assignment)
        subject = gettext("Assignment %(task)s was taken back") % about
        body = gettext("%(hotline)s: %(task)s (%(code)s) was taken back. Please do nothing more for it.") % about
    return [
        enqueue(
            kind=Kind.NEWS,
            door=Door(row.door),
            incident=incident,
            assignment=assignment,
            contact_point=row.contact_point,
            person=row.person,
            text=(subject, body),
        )
        for row in readers.values()
    ]


def _about(assignment: Assignment) -> dict[str, object]:
    due = assignment.due_at
    until = gettext(" Due at %(due)s.") % {"due": date_format(timezone.localtime(due), "H:i d/m/Y")} if due else ""
    return {
        "hotline": settings.HOTLINE_NAME,
        "task": assignment.pk,
        "code": assignment.incident.code,
        "due": until,
        "link": settings.AGENCY_URL + _path(assignment),
    }


def _path(assignment: Assignment) -> str:
    return f"/inbox/assignment/{assignment.pk}/"


def _tell(assignment: Assignment, people: Iterable[Person], kind: Kind, text: tuple[str, str]) -> list[Delivery]:
    """Each of them once, by the first way that reaches them."""
    people = list(people)
    incident = assignment.incident
    told = tell_people(people, kind, incident=incident, assignment=assignment, link=_path(assignment))
    notified: Collection[int] = {row.person_id for row in told if row.person_id is not None}
    for person in people:
        door = None if person.pk in notified else _door_to(person)
        if door is not None:
            told.append(
                enqueue(kind=kind, door=door, incident=incident, assignment=assignment, person=person, text=text)
            )
    return told


def _door_to(person: Person) -> Door | None:
    for door in _INSTEAD:
        way = way_of(door)
        if way is not None and is_open(door) and way.to_person(person):
            return door
    return None


def _tell_agency(assignment: Assignment, subject: str, body: str) -> list[Delivery]:
    """The contact points that get its assignments, each with a link of its own, and its focal points' devices."""
    told = []
    for point, door in points_of(assignment.agency_id):
        link = task_link(assignment, point)
        told.append(
            enqueue(
                kind=Kind.NEWS,
                door=door,
                incident=assignment.incident,
                assignment=assignment,
                contact_point=point,
                text=(subject, f"{body} {link}".strip()),
            )
        )
    focal = Person.objects.filter(agency_id=assignment.agency_id, role=Role.FOCAL_POINT, is_active=True)
    return told + tell_people(
        focal, Kind.NEWS, incident=assignment.incident, assignment=assignment, link=_path(assignment)
    )
