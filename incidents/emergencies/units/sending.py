"""Units: sent to a shared incident, through their steps, called back. A unit has one open sortie, or none."""

from __future__ import annotations

from django.db import IntegrityError
from django.db.models import F

from incidents.delivery.queue import UNDO
from incidents.dispatching import agency_work
from incidents.dispatching.following import follow, move_assignment
from incidents.emergencies.described import ENTITY
from incidents.emergencies.log import chain
from incidents.emergencies.models import Facility, Sortie, Unit
from incidents.emergencies.models.log import LogScope
from incidents.emergencies.refusals import Refusal, Refused
from incidents.emergencies.services.parts import part_of
from incidents.emergencies.telling import stop_calling
from incidents.emergencies.units import safety
from incidents.emergencies.units.lifecycles import OVER, SortieState, UnitStatus, check_sortie_step
from incidents.records.editing import lock
from incidents.records.lifecycles import AssignmentState, NotAllowed
from incidents.records.models import Assignment
from opscenter.accounts.models import Person
from realtime.change import change, current_change

_TO_HOSPITAL = frozenset({SortieState.TRANSPORTING, SortieState.AT_HOSPITAL})
_UNTAKEN = frozenset({AssignmentState.SENT, AssignmentState.SEEN})


def send(
    *, incident_id: int, unit_id: int, by: Person, metres: int | None = None, seconds: int | None = None
) -> Sortie:
    """A dispatcher sends a unit of the own service; the service has taken the incident by it. Needs an open change.

    `metres` and `seconds` are what the recommendation said. Raises Refused: UNIT_TAKEN when somebody else just sent it.
    """
    incident = lock(incident_id)
    part = part_of(incident, by)
    unit = Unit.objects.select_for_update().get(pk=unit_id)
    if unit.agency_id != by.agency_id:
        raise Refused(Refusal.NOT_YOUR_UNIT, unit.call_sign)
    if unit.exercise != incident.exercise:
        raise Refused(Refusal.OTHER_EXERCISE, unit.call_sign)
    if not unit.is_active or unit.status == UnitStatus.OUT_OF_SERVICE:
        raise Refused(Refusal.UNIT_OUT_OF_SERVICE, unit.call_sign)
    if unit.status != UnitStatus.AVAILABLE:
        raise Refused(Refusal.UNIT_TAKEN, unit.call_sign)
    at = current_change().at
    if part.assignment.state in _UNTAKEN:
        agency_work.accept(assignment_id=part.pk, by=by)
        type(part).objects.filter(pk=part.pk).update(next_alarm_at=None)
    if part.assignment.state != AssignmentState.IN_PROGRESS:
        agency_work.start(assignment_id=part.pk, by=by)
    try:
        sortie = Sortie.objects.create(
            unit=unit,
            incident=incident,
            assignment_id=part.pk,
            since=at,
            sent_at=at,
            sent_by=by,
            metres=metres,
            seconds=seconds,
            # Nobody is rung out of bed for what is withdrawn in ten seconds.
            call_at=at + UNDO,
        )
    except IntegrityError:
        # The database has the last word: one open sortie a unit.
        raise Refused(Refusal.UNIT_TAKEN, unit.call_sign) from None
    _put(unit, UnitStatus.ON_SORTIE)
    data = {"unit": unit.pk, "sortie": sortie.pk, "metres": metres, "seconds": seconds}
    chain.write(incident, "unit_sent", by=by, agency_id=unit.agency_id, data=data)
    return sortie


def step(
    *,
    sortie_id: int,
    wanted: SortieState,
    by: Person | None,
    expected: str | None = None,
    facility_id: int | None = None,
) -> bool:
    """The next step of a sortie, by its crew, its dispatcher, or (`by` None) because it arrived; in a change of its own
    for the last, else in the open one. `facility_id` is the hospital that a patient is taken to.

    False when `expected` is not its state any more. Raises NotAllowed, and Refused for no such hospital.
    """
    if by is None:
        with change():
            return _step(sortie_id, wanted, None, expected, None)
    return _step(sortie_id, wanted, by, expected, facility_id)


def _step(
    sortie_id: int, wanted: SortieState, by: Person | None, expected: str | None, facility_id: int | None
) -> bool:
    incident_id = Sortie.objects.values_list("incident_id", flat=True).get(pk=sortie_id)
    incident = lock(incident_id)
    sortie = Sortie.objects.select_for_update(of=("self",)).select_related("unit__agency").get(pk=sortie_id)
    if expected is not None and sortie.state != expected:
        return False
    if sortie.ended_at is not None:
        raise NotAllowed(sortie.state, wanted)
    check_sortie_step(sortie.unit.agency.kind, sortie.state, wanted)
    at = current_change().at
    sortie.state, sortie.since = wanted.value, at
    if sortie.acknowledged_at is None:
        stop_calling(sortie)
        if wanted != SortieState.WITHDRAWN:
            sortie.acknowledged_at, sortie.call_at = at, None
    if wanted == SortieState.ON_SCENE:
        sortie.on_scene_at = sortie.on_scene_at or at
    if wanted in OVER:
        sortie.ended_at, sortie.call_at = at, None
    if facility_id is not None and wanted in _TO_HOSPITAL:
        sortie.facility = Facility.objects.filter(pk=facility_id, is_active=True).first()
        if sortie.facility is None:
            raise Refused(Refusal.NO_SUCH_FACILITY)
    sortie.save()
    data = {"unit": sortie.unit_id, "sortie": sortie.pk, "state": wanted.value, "arrived": by is None}
    chain.write(incident, "unit_step", by=by, agency_id=sortie.unit.agency_id, data=data)
    if wanted in _TO_HOSPITAL and facility_id is not None:
        told = {"unit": sortie.unit_id, "facility": facility_id}
        own = sortie.unit.agency_id
        chain.write(incident, "unit_hospital", by=by, agency_id=own, data=told, scope=LogScope.SERVICES)
    safety.follow_step(sortie, by)
    if wanted in OVER:
        _put(Unit.objects.select_for_update().get(pk=sortie.unit_id), UnitStatus.AVAILABLE)
    else:
        _touch(sortie.unit)
    return True


def call_back(*, sortie_id: int, by: Person) -> Sortie:
    """A dispatcher withdraws an own unit; within ten seconds its crew was never called. Raises Refused, NotAllowed."""
    sortie = Sortie.objects.select_related("unit").get(pk=sortie_id)
    if sortie.unit.agency_id != by.agency_id:
        raise Refused(Refusal.NOT_YOUR_UNIT, sortie.unit.call_sign)
    step(sortie_id=sortie_id, wanted=SortieState.WITHDRAWN, by=by)
    # Without any unit left the service has it, and nobody is on the way.
    assignment = Assignment.objects.select_related("agency").get(pk=sortie.assignment_id)
    still = Sortie.objects.filter(assignment=assignment, ended_at=None).exists()
    if not still and assignment.state == AssignmentState.IN_PROGRESS:
        move_assignment(assignment, AssignmentState.ACCEPTED)
        follow(lock(sortie.incident_id))
    return sortie


def set_status(*, unit_id: int, status: UnitStatus, by: Person) -> Unit:
    """A crew or a dispatcher takes a unit out of service, or puts it back. Raises Refused while it is out."""
    unit = Unit.objects.select_for_update().get(pk=unit_id)
    if unit.agency_id != by.agency_id:
        raise Refused(Refusal.NOT_YOUR_UNIT, unit.call_sign)
    if unit.status == UnitStatus.ON_SORTIE or status == UnitStatus.ON_SORTIE:
        raise NotAllowed(unit.status, status)
    _put(unit, status)
    return unit


def _put(unit: Unit, status: UnitStatus) -> None:
    unit.status, unit.status_since = status.value, current_change().at
    Unit.objects.filter(pk=unit.pk).update(status=unit.status, status_since=unit.status_since)
    _touch(unit)


def _touch(unit: Unit) -> None:
    Unit.objects.filter(pk=unit.pk).update(version=F("version") + 1)
    current_change().touch(ENTITY, unit.pk)
