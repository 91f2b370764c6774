"""Whether crews are well: timers that a crew puts back by reporting, and what happens when it does not.

A service says for an incident how often its units there report (the timer runs while they are on scene); a crew that
works alone starts one itself. The rows are the queue: a worker that is killed sounds the alarm when it is back.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from django.db.models import F
from django.utils import timezone

from incidents.emergencies.log import chain
from incidents.emergencies.models import SafetyEvent, SafetyTimer, ServicePart, Sortie, Unit
from incidents.emergencies.refusals import Refusal, Refused
from incidents.emergencies.services.parts import part_of
from incidents.emergencies.units.lifecycles import SortieState
from incidents.records import needs
from incidents.records.editing import lock
from incidents.records.models import Incident
from incidents.records.needs import Need
from opscenter.accounts.models import Person
from realtime.change import change, current_change

log = logging.getLogger(__name__)

# After a missed check-in the alarm sounds again each minute. The first is the dispatcher's; from the second one on the
# room is told too, and the registered ways go out.
AGAIN = dt.timedelta(minutes=1)
MOST_ALARMS = 10
ROOM_FROM = 2

# How an alarm goes further than screens, registered at start; called inside the change with each from the second on.
Escalate = Callable[[SafetyTimer], None]
_escalations: list[Escalate] = []

_KIND = SafetyEvent.Kind


def register_escalation(escalate: Escalate) -> None:
    """Adds a way by which people are told of a crew that does not report."""
    if escalate not in _escalations:
        _escalations.append(escalate)


def timer_of(unit_id: int) -> SafetyTimer | None:
    """The timer that runs for a unit."""
    return SafetyTimer.objects.filter(unit=unit_id, ended_at=None).select_related("unit", "sortie").first()


def set_for_service(*, incident_id: int, minutes: int | None, by: Person) -> None:
    """How often the units of the own service report while they are on scene of this incident; None: they need not."""
    incident = lock(incident_id)
    part = part_of(incident, by)
    ServicePart.objects.filter(pk=part.pk).update(check_in_min=minutes)
    chain.write(incident, "check_in_every", by=by, agency_id=by.agency_id, data={"minutes": minutes or 0})
    rows = Sortie.objects.filter(assignment=part.pk, ended_at=None, state=SortieState.ON_SCENE.value)
    for sortie in rows.select_related("unit").order_by("pk"):
        end(sortie.unit, by=by)
        if minutes is not None:
            start(sortie.unit, minutes, sortie=sortie, by=by)


def start_alone(*, unit: Unit, minutes: int, by: Person) -> SafetyTimer:
    """A crew that works alone: from now on it reports every so many minutes. Replaces a timer that runs."""
    _lock_incident_of(unit)
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    end(unit, by=by)
    sortie = Sortie.objects.filter(unit=unit, ended_at=None).first()
    return start(unit, minutes, sortie=sortie, by=by)


def report(*, unit: Unit, by: Person) -> SafetyTimer:
    """The crew is well; by itself, or by its dispatcher who heard it. Raises Refused when no timer runs."""
    _lock_incident_of(unit)
    timer = timer_of(unit.pk)
    if timer is None:
        raise Refused(Refusal.NO_TIMER)
    due = current_change().at + dt.timedelta(minutes=timer.every_min)
    was_missed = timer.missed
    timer.due_at, timer.alarm_at, timer.missed = due, due, 0
    timer.save(update_fields=["due_at", "alarm_at", "missed"])
    _note(timer, _KIND.REPORTED, by)
    if was_missed and timer.sortie is not None:
        needs.recompute(lock(timer.sortie.incident_id))
    return timer


def stop(*, unit: Unit, by: Person) -> None:
    """The crew, or its dispatcher, ends the timer; without one nothing happens."""
    _lock_incident_of(unit)
    end(unit, by=by)


def start(unit: Unit, minutes: int, *, sortie: Sortie | None, by: Person | None) -> SafetyTimer:
    """A timer from now on; the unit has none. Its incident is locked."""
    at = current_change().at
    due = at + dt.timedelta(minutes=minutes)
    timer = SafetyTimer.objects.create(
        unit=unit, sortie=sortie, every_min=minutes, due_at=due, alarm_at=due, started_at=at
    )
    _note(timer, _KIND.STARTED, by)
    return timer


def end(unit: Unit, *, by: Person | None) -> None:
    """Ends the timer that runs for a unit, if one does. Its incident is locked."""
    timer = timer_of(unit.pk)
    if timer is None:
        return
    timer.ended_at, timer.alarm_at = current_change().at, None
    timer.save(update_fields=["ended_at", "alarm_at"])
    _note(timer, _KIND.ENDED, by)
    if timer.missed and timer.sortie is not None:
        needs.recompute(lock(timer.sortie.incident_id))


def follow_step(sortie: Sortie, by: Person | None) -> None:
    """A sortie has moved: on scene the service's timer begins, and wherever it goes from there it ends."""
    if sortie.state == SortieState.ON_SCENE:
        minutes = ServicePart.objects.filter(pk=sortie.assignment_id).values_list("check_in_min", flat=True).first()
        if minutes is not None and timer_of(sortie.unit_id) is None:
            start(sortie.unit, minutes, sortie=sortie, by=by)
    else:
        timer = timer_of(sortie.unit_id)
        if timer is not None and timer.sortie_id == sortie.pk:
            end(sortie.unit, by=by)


def silent_crews(incident: Incident) -> set[Need]:
    """The need of an incident one of whose crews has let two alarms pass."""
    rows = SafetyTimer.objects.filter(sortie__incident=incident.pk, ended_at=None, missed__gte=ROOM_FROM)
    return {Need.CREW_SILENT} if rows.exists() else set()


def sound_missed() -> int:
    """A round of the worker: sounds the alarms that are due, one change each; gives how many."""
    now = timezone.now()
    rows = SafetyTimer.objects.filter(alarm_at__lte=now).order_by("alarm_at")
    due = list(rows.values_list("pk", "sortie__incident", "alarm_at")[:20])
    return sum(_sound(pk, incident_id, was) for pk, incident_id, was in due if was is not None)


def _sound(timer_id: int, incident_id: int | None, was: dt.datetime) -> bool:
    """Several workers may come at once, and the crew may report meanwhile: whoever moves the row has it."""
    with change() as c:
        incident = lock(incident_id) if incident_id is not None else None
        missed = F("missed") + 1
        mine = SafetyTimer.objects.filter(pk=timer_id, alarm_at=was, ended_at=None)
        if not mine.update(missed=missed, alarm_at=c.at + AGAIN):
            return False
        timer = SafetyTimer.objects.select_related("unit", "sortie__incident").get(pk=timer_id)
        if timer.missed >= MOST_ALARMS:
            SafetyTimer.objects.filter(pk=timer_id).update(alarm_at=None)
        _note(timer, _KIND.MISSED, None)
        if incident is not None:
            needs.recompute(incident)
        if timer.missed >= ROOM_FROM:
            for escalate in _escalations:
                escalate(timer)
    return True


def _note(timer: SafetyTimer, kind: SafetyEvent.Kind, by: Person | None) -> None:
    """Into the timer's own record, the incident's log, and onto the screens."""
    from incidents.emergencies.described import ENTITY

    unit = timer.unit
    SafetyEvent.objects.create(timer=timer, at=current_change().at, kind=kind, by=by)
    if timer.sortie is not None:
        data = {"unit": unit.pk, "minutes": timer.every_min, "missed": timer.missed}
        incident = lock(timer.sortie.incident_id)
        chain.write(incident, str(kind.value), by=by, agency_id=unit.agency_id, data=data)
    Unit.objects.filter(pk=unit.pk).update(version=F("version") + 1)
    current_change().touch(ENTITY, unit.pk)


def _lock_incident_of(unit: Unit) -> None:
    """The incident before anything of its unit: one order of locks everywhere."""
    row = SafetyTimer.objects.filter(unit=unit.pk, ended_at=None, sortie__isnull=False).values_list(
        "sortie__incident", flat=True
    )
    out = Sortie.objects.filter(unit=unit.pk, ended_at=None).values_list("incident_id", flat=True)
    for pk in sorted({*row, *out}):
        lock(pk)
