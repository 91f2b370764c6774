"""Who of an agency's contact points is told of a new assignment, and who is next when a message does not arrive."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from incidents.contacts.reach import State, reach_of
from incidents.delivery.models import Delivery, DeliveryState, Kind
from incidents.delivery.queue import door_of, tell_contact
from incidents.delivery.ways import is_open
from incidents.records.lifecycles import OPEN_ASSIGNMENTS
from incidents.worktime.models import Absence
from opscenter.accounts.models import ContactPoint


def choose(points: Sequence[ContactPoint]) -> Sequence[ContactPoint]:
    """All mailboxes, and of the telephones the first: those that are known dead, and those of people who are away
    today, only when there is no other."""
    alive = _there(points)
    phones = [point for point in alive if point.kind == ContactPoint.Kind.SMS]
    return [point for point in alive if point not in phones[1:]]


def _there(points: Sequence[ContactPoint]) -> list[ContactPoint]:
    """Those that are not known dead and not away today, in their order; all of them when nobody else is left."""
    reach = reach_of(points)
    alive = [point for point in points if reach[point.pk].state != State.DEAD] or list(points)
    away = set(Absence.objects.on(timezone.localdate()).values_list("person", flat=True))
    return [point for point in alive if point.person_id not in away] or alive


def next_one(row: Delivery) -> None:
    """A message about an assignment did not arrive: the next contact point that has not been told is, one that is
    known dead or away only when there is no other."""
    if row.state != DeliveryState.FAILED or row.kind != Kind.ASSIGNMENT or row.assignment is None:
        return
    if row.contact_point is None or row.assignment.state not in OPEN_ASSIGNMENTS:
        return
    told = Delivery.objects.filter(assignment=row.assignment, kind=Kind.ASSIGNMENT).values("contact_point")
    rest = ContactPoint.objects.filter(agency_id=row.contact_point.agency_id, is_active=True, is_head=False)
    rest = rest.exclude(pk__in=told)
    rest_of_them = [point for point in rest.order_by("order", "pk") if is_open(door_of(point))]
    following = next(iter(_there(rest_of_them)), None)
    if following is not None and row.incident is not None:
        row.assignment.incident = row.incident
        tell_contact(row.assignment, following, instead_of=row)
