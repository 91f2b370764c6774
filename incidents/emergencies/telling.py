"""How people of 113, 114 and 115 are reached beyond their screens: a crew that is sent out, a service that is silent.

Rows in the open change, sent by the worker; what became of each stands in the log of the shared incident.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext, override

from incidents.delivery.models import URGENT, Delivery, DeliveryState, Door, Kind
from incidents.delivery.outcomes import Failure
from incidents.delivery.queue import door_of, enqueue, tell_people
from incidents.delivery.ways import is_open, way_of
from incidents.emergencies.log import chain
from incidents.emergencies.models import SafetyTimer, ServicePart, SharedIncident, Sortie, Unit
from incidents.records.editing import lock_many
from incidents.records.models import Incident
from opscenter.accounts.models import ContactPoint, Person
from opscenter.accounts.roles import Role
from realtime.change import current_change

_CREW_PAGE, _BOARD = "/crew/", "/emergencies/"
# After how many alarms who is told. The first two half minutes are the dispatchers'; then whoever stands above them.
_DISPATCHERS, _PHONES, _HEADS = 1, 2, 4
# The same of a crew that does not check in; its first missed check-in is the board's alone.
CREW_DISPATCHERS, CREW_PHONES, CREW_HEADS = 2, 3, 5


def crew_of(unit: Unit) -> Sequence[Person]:
    """Who is on a unit; when nobody has signed on to it, the crews of its station."""
    aboard = Person.objects.filter(aboard__unit=unit, is_active=True)
    station = Person.objects.filter(handling_unit=unit.handling_unit_id, role=Role.CREW, is_active=True)
    found = list(aboard.order_by("pk"))
    return found or (list(station.order_by("pk")) if unit.handling_unit_id is not None else [])


def notify_crew(sortie: Sortie) -> bool:
    """The first step: a notification on the crew's devices; False when there is none."""
    people = crew_of(sortie.unit)
    return bool(tell_people(people, Kind.CALL_OUT, incident=sortie.incident, link=_CREW_PAGE))


def write_to_crew(sortie: Sortie) -> bool:
    """The second step: an SMS to the crew's own numbers. It says where, for a telephone without the internet."""
    people = _with_number(crew_of(sortie.unit))
    for person in people:
        _write(person, Kind.CALL_OUT, sortie.incident, _call_out(sortie, person.language))
    return bool(people)


def note_ring(*, person: Person, by: Person, reached: bool) -> None:
    """Whether the exchange reached somebody of a crew, in the log of each incident for which `by` has sent them out; in
    the open change."""
    open_ones = Sortie.objects.filter(sent_by=by, ended_at=None).select_related("unit").order_by("pk")
    sorties = [sortie for sortie in open_ones if person in crew_of(sortie.unit)]
    incidents = {incident.pk: incident for incident in lock_many({sortie.incident_id for sortie in sorties})}
    kind = "told_sent" if reached else "told_failed"
    for sortie in sorties:
        data = {"kind": Kind.CALL_OUT, "door": Door.CALL, "person": person.pk}
        chain.write(incidents[sortie.incident_id], kind, by=None, agency_id=sortie.unit.agency_id, data=data)


def stop_calling(sortie: Sortie) -> None:
    """The crew has acknowledged, or need not go any more: what has not left does not leave."""
    waiting = Delivery.objects.filter(incident=sortie.incident_id, kind=Kind.CALL_OUT, state=DeliveryState.WAITING)
    waiting = waiting.filter(person__in=[one.pk for one in crew_of(sortie.unit)])
    waiting.update(state=DeliveryState.CANCELLED, failure=Failure.TAKEN_BACK, ended_at=current_change().at)


def tell_service(part: ServicePart) -> None:
    """A service lets an emergency pass: first its dispatchers and its contact points, then its dispatchers' own
    telephones, then its head. Nobody is told twice."""
    assignment = part.assignment
    incident, agency = assignment.incident, assignment.agency
    dispatchers = list(Person.objects.filter(agency=agency, role=Role.DISPATCHER, is_active=True).order_by("pk"))
    text = _alarm(incident, agency.short_name or agency.name)
    if part.alarms == _DISPATCHERS:
        tell_people(dispatchers, Kind.ALARM, incident=incident, assignment=assignment, link=_BOARD)
    if part.alarms == _PHONES:
        for person in _with_number(dispatchers):
            _write(person, Kind.ALARM, incident, text)
    if part.alarms in {_DISPATCHERS, _HEADS}:
        points = ContactPoint.objects.filter(agency=agency, is_active=True, is_head=part.alarms == _HEADS)
        for point in points.order_by("order", "pk"):
            if way_of(door := door_of(point)) is not None:
                enqueue(
                    kind=Kind.ALARM,
                    door=door,
                    incident=incident,
                    assignment=assignment,
                    contact_point=point,
                    text=text,
                )


def tell_of_crew(timer: SafetyTimer) -> None:
    """A crew does not check in, alone or at an incident: told are its dispatchers' devices and its service's contact
    points, then the dispatchers' own telephones, then the head. Nobody twice, and nobody of an exercise's lone crew."""
    unit, incident = timer.unit, timer.sortie.incident if timer.sortie is not None else None
    if incident is None and unit.exercise:
        return
    people = list(Person.objects.filter(agency=unit.agency_id, role=Role.DISPATCHER, is_active=True).order_by("pk"))
    text = _crew_silent(timer)
    if timer.missed == CREW_DISPATCHERS:
        tell_people(people, Kind.CREW_SILENT, incident=incident, link=_BOARD)
    if timer.missed == CREW_PHONES:
        for person in _with_number(people):
            _write(person, Kind.CREW_SILENT, incident, text)
    if timer.missed in {CREW_DISPATCHERS, CREW_HEADS}:
        points = ContactPoint.objects.filter(agency=unit.agency_id, is_active=True, is_head=timer.missed == CREW_HEADS)
        for point in points.order_by("order", "pk"):
            if way_of(door := door_of(point)) is not None:
                enqueue(kind=Kind.CREW_SILENT, door=door, incident=incident, contact_point=point, text=text)


def note_ending(row: Delivery) -> None:
    """What became of an urgent message, in the log of its shared incident, which is locked."""
    if row.kind not in URGENT or row.incident is None or not SharedIncident.objects.filter(pk=row.incident_id).exists():
        return
    agency = row.person.agency_id if row.person is not None else None
    if agency is None and row.contact_point is not None:
        agency = row.contact_point.agency_id
    kind = "told_sent" if row.state == DeliveryState.SENT else "told_failed"
    data = {"delivery": row.pk, "kind": row.kind, "door": row.door, "person": row.person_id}
    chain.write(row.incident, kind, by=None, agency_id=agency, data=data)


def _with_number(people: Sequence[Person]) -> list[Person]:
    way = way_of(Door.SMS)
    if way is None or not is_open(Door.SMS):
        return []
    return [person for person in people if way.to_person(person)]


def _write(person: Person, kind: Kind, incident: Incident | None, text: tuple[str, str]) -> None:
    enqueue(kind=kind, door=Door.SMS, incident=incident, person=person, text=text, language=person.language)


def _call_out(sortie: Sortie, language: str) -> tuple[str, str]:
    """No words of the caller: what kind, where, and the page that has the rest."""
    incident = sortie.incident
    with override(language):
        about = {
            "unit": sortie.unit.call_sign,
            "code": incident.code,
            "what": incident.category.label if incident.category else gettext("Emergency"),
            "place": incident.place_label or gettext("Place not known yet"),
            "link": f"{settings.AGENCY_URL}{_CREW_PAGE}",
        }
        return "", gettext("%(unit)s is sent out to %(code)s. %(link)s %(what)s, %(place)s") % about


def _alarm(incident: Incident, service: str) -> tuple[str, str]:
    with override(settings.LANGUAGE_CODE):
        about = {"code": incident.code, "service": service, "link": f"{settings.AGENCY_URL}{_BOARD}"}
        subject = gettext("Emergency %(code)s: nobody has taken it") % about
        return subject, gettext("%(service)s has not taken the emergency %(code)s. Take it at: %(link)s") % about


def _crew_silent(timer: SafetyTimer) -> tuple[str, str]:
    with override(settings.LANGUAGE_CODE):
        about = {
            "unit": timer.unit.call_sign,
            "code": timer.sortie.incident.code if timer.sortie is not None else gettext("alone at work"),
            "time": timezone.localtime(timer.due_at).strftime("%H:%M"),
            "link": f"{settings.AGENCY_URL}{_BOARD}",
        }
        subject = gettext("Crew %(unit)s does not check in") % about
        return subject, gettext("Crew %(unit)s (%(code)s) has not checked in since %(time)s. Look: %(link)s") % about
