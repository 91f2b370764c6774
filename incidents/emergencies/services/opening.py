"""The emergency key: one press makes any report a shared incident of the services concerned; ten seconds undo it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from django.conf import settings

from incidents.delivery.models import Delivery
from incidents.dispatching import assigning, correcting
from incidents.dispatching.assigning import DISPATCH_CONFLICTS
from incidents.dispatching.following import follow, move
from incidents.dispatching.suggesting import suggest
from incidents.emergencies.log import chain
from incidents.emergencies.models import ServicePart, SharedIncident
from incidents.emergencies.refusals import Refusal, Refused
from incidents.emergencies.services.choosing import services_for
from incidents.records import needs
from incidents.records.editing import lock, open_incident
from incidents.records.history import HistoryKind, append
from incidents.records.lifecycles import OPEN_ASSIGNMENTS, SERVICE_KINDS, IncidentState
from incidents.records.models import Assignment, Category, History, Incident
from incidents.records.models.categories import Group
from opscenter.accounts.models import Agency, Person
from realtime.change import current_change

# What else one press causes, by rooms above: the telephone passes the caller on. Called inside the change; queues rows.
Raised = Callable[[Incident, Sequence[Agency], Person], None]
_raised: list[Raised] = []


def register_raised(raised: Raised) -> None:
    """Adds something that happens with every emergency that somebody raises."""
    if raised not in _raised:
        _raised.append(raised)


_OPEN = sorted(state.value for state in OPEN_ASSIGNMENTS)


def raise_emergency(
    *,
    incident_id: int,
    by: Person,
    category: Category | None = None,
    services: Sequence[str] = (),
    base_version: int | None = None,
    connect: bool = True,
) -> Incident:
    """The emergency key. Group 2, the highest priority, and the services concerned have it with the same commit.

    `services` are kinds of agencies (police, fire, ambulance) when the call-taker chose them. With `connect` a caller
    who is on the line is passed on to the service that leads. A field report's own
    task goes on as a child. Where no service exists on this date it is an emergency that waits for a person. Raises
    Changed, and Refused when the services have it already or the category is no emergency.
    """
    incident = lock(incident_id, base_version=base_version, against=DISPATCH_CONFLICTS)
    if open_services(incident):
        raise Refused(Refusal.ALREADY_SHARED)
    _split_off_field_task(incident, by)
    correcting.set_emergency(incident_id=incident.pk, category=category, by=by)
    leads = Assignment.objects.filter(incident=incident, role=Assignment.Role.LEAD, state__in=_OPEN).exists()
    agencies = services_for(incident, services)
    if agencies:
        lead, others = (None, agencies) if leads else (agencies[0], agencies[1:])
        assigning.assign(incident_id=incident.pk, lead=lead, co_ordinating=others, by=by)
        for raised in _raised if connect else ():
            raised(incident, agencies, by)
    return incident


def open_services(incident: Incident) -> list[Assignment]:
    """The open assignments of emergency services in a shared incident."""
    rows = Assignment.objects.filter(incident=incident, state__in=_OPEN, agency__kind__in=sorted(SERVICE_KINDS))
    return list(rows.exclude(part=None).select_related("agency").order_by("pk"))


def take_part(incident: Incident, assignments: Sequence[Assignment], by: Person | None) -> None:
    """Called whenever agencies are given an incident: an emergency that a service gets is a shared one from then on.

    Who is given it by E, by a dispatch or by a rule gets the same clock.
    """
    shared = SharedIncident.objects.filter(pk=incident.pk).first()
    services = [row for row in assignments if row.agency.kind in SERVICE_KINDS]
    if shared is None and (incident.group != Group.EMERGENCY or not services):
        return
    at = current_change().at
    if shared is None:
        shared = SharedIncident.objects.create(incident=incident, opened_at=at, opened_by=by)
        chain.write(incident, "opened", by=by, data={"category": incident.category_id, "priority": incident.priority})
    limit = at + dt.timedelta(seconds=settings.EMERGENCY_ACKNOWLEDGE_S)
    for row in assignments:
        ServicePart.objects.create(assignment=row, shared=shared, acknowledge_by=limit, next_alarm_at=limit)
        chain.write(incident, "told", by=by, agency_id=row.agency_id, data={"assignment": row.pk, "role": row.role})


def withdraw(*, incident_id: int, by: Person, what: HistoryKind | None = None) -> History:
    """Undoes this person's newest dispatch or emergency (see assigning.withdraw); an emergency with all it caused.

    Raises the Refused of dispatching, also when a service has taken it in the meantime.
    """
    incident = lock(incident_id)
    mine = History.objects.filter(incident=incident, by=by).order_by("-pk")
    pressed = mine.filter(kind=HistoryKind.EMERGENCY_SET).first()
    dispatched = mine.filter(kind=HistoryKind.DISPATCHED).first()
    # What one key did stands under one version.
    caused = pressed is not None and dispatched is not None and dispatched.version == pressed.version
    is_newer = pressed is not None and dispatched is not None and dispatched.version > pressed.version
    if pressed is None or what == HistoryKind.DISPATCHED or (what is None and is_newer):
        return assigning.withdraw(incident_id=incident_id, by=by, what=what)
    if caused:
        assigning.withdraw(incident_id=incident_id, by=by, what=HistoryKind.DISPATCHED)
    row = assigning.withdraw(incident_id=incident_id, by=by, what=HistoryKind.EMERGENCY_SET)
    _take_child_back(incident, pressed, by)
    return row


def _split_off_field_task(incident: Incident, by: Person) -> Incident | None:
    """A field report has a task of its own (a fallen wire is the power company's): it goes on as a child.

    The child takes over the agencies that have it, or is looked for one like any other; its clock is the report's.
    """
    if incident.group != Group.FIELD or incident.category_id is None:
        return None
    rows = list(
        Assignment.objects.filter(incident=incident, state__in=_OPEN)
        .exclude(agency__kind__in=sorted(SERVICE_KINDS))
        .order_by("pk")
    )
    names = ("category", "group", "priority", "summary", "source", "point", "radius_m", "approximate", "place_label",
             "area_set", "area_generation", "ward_code", "district_code", "place_trace", "category_trace",
             "received_at", "due_at", "exercise")  # fmt: skip
    child = open_incident(parent=incident, **{name: getattr(incident, name) for name in names})
    append(child, HistoryKind.RECEIVED, by=by, why="child", data={"parent": incident.pk})
    if rows:
        _repoint(rows, child)
        follow(child)
        follow(incident)
        needs.recompute(child)
    else:
        suggest(child)
    append(
        incident,
        HistoryKind.CHILD_OPENED,
        by=by,
        data={"child": child.pk, "assignments": [row.pk for row in rows], "agencies": [row.agency_id for row in rows]},
    )
    return child


def _take_child_back(incident: Incident, pressed: History, by: Person) -> None:
    """Gives the task back to the report it came from, unless somebody has worked on the child since."""
    row = History.objects.filter(incident=incident, version=pressed.version, kind=HistoryKind.CHILD_OPENED).first()
    child = lock(row.data["child"]) if row is not None else None
    if row is None or child is None or child.version > 2:
        return
    _repoint(list(Assignment.objects.filter(pk__in=row.data["assignments"]).order_by("pk")), incident)
    move(child, IncidentState.CANCELLED)
    append(child, HistoryKind.CANCELLED, by=by, why="mistake")
    needs.recompute(child)
    follow(incident)
    needs.recompute(incident)


def _repoint(rows: Sequence[Assignment], incident: Incident) -> None:
    ids = [row.pk for row in rows]
    Assignment.objects.filter(pk__in=ids).update(incident=incident)
    Delivery.objects.filter(assignment__in=ids).update(incident=incident)
