"""What happens when nobody takes an emergency, and when the time of mutual aid is over: rounds of the worker."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from django.conf import settings
from django.utils import timezone

from incidents.emergencies.log import chain
from incidents.emergencies.models import ServicePart, Sortie
from incidents.emergencies.services.parts import end_part
from incidents.records import needs
from incidents.records.editing import lock
from incidents.records.lifecycles import OPEN_ASSIGNMENTS, AssignmentState
from incidents.records.models import Incident
from incidents.records.needs import Need
from realtime.change import change

log = logging.getLogger(__name__)

_UNTAKEN = sorted({AssignmentState.SENT.value, AssignmentState.SEEN.value})
_OPEN = sorted(state.value for state in OPEN_ASSIGNMENTS)
MOST_ALARMS = 10
# Units of the helper that are still out when its time is over: asked again after this.
_ASK_AGAIN = dt.timedelta(minutes=5)

# How an alarm goes further than screens: the telephone rings the service, a message goes to its contact points.
# Called inside the change with the part and how many alarms there were; they queue rows, they never wait.
Escalate = Callable[[ServicePart], None]
_escalations: list[Escalate] = []


def register_escalation(escalate: Escalate) -> None:
    """Adds a way by which a service that does not take an emergency is reached."""
    if escalate not in _escalations:
        _escalations.append(escalate)


def silent_services(incident: Incident) -> set[Need]:
    """The need of an incident one of whose services has let an alarm pass."""
    rows = ServicePart.objects.filter(shared=incident.pk, alarms__gt=0, assignment__state__in=_UNTAKEN)
    return {Need.SERVICE_SILENT} if rows.exists() else set()


def sound_alarms() -> int:
    """Sounds what is due, one change each; gives how many."""
    now = timezone.now()
    due = ServicePart.objects.filter(next_alarm_at__lte=now).order_by("next_alarm_at")
    rows = list(due.values_list("pk", "shared_id", "next_alarm_at")[:20])
    return sum(_sound(pk, incident_id, was) for pk, incident_id, was in rows if was is not None)


def _sound(part_id: int, incident_id: int, was: dt.datetime) -> bool:
    """Several workers may come at once: whoever moves the row sounds the alarm."""
    with change() as c:
        incident = lock(incident_id)
        part = ServicePart.objects.select_related("assignment__agency").get(pk=part_id)
        waits = part.assignment.state in _UNTAKEN and incident.on_board
        alarms = part.alarms + (1 if waits else 0)
        again = c.at + dt.timedelta(seconds=settings.EMERGENCY_ACKNOWLEDGE_S)
        following = again if waits and alarms < MOST_ALARMS else None
        mine = ServicePart.objects.filter(pk=part_id, next_alarm_at=was)
        if not mine.update(next_alarm_at=following, alarms=alarms):
            return False
        if waits:
            part.alarms, part.assignment.incident = alarms, incident
            data = {"assignment": part_id, "alarms": alarms}
            chain.write(incident, "alarm", by=None, agency_id=part.assignment.agency_id, data=data)
            needs.recompute(incident)
            for escalate in _escalations:
                escalate(part)
    return True


def end_aid() -> int:
    """Ends mutual aid whose time is over; a helper whose units are still out is asked again later."""
    now = timezone.now()
    rows = ServicePart.objects.filter(until__lte=now).order_by("until").values_list("pk", "shared_id", "until")[:20]
    done = 0
    for pk, incident_id, was in list(rows):
        with change() as c:
            incident = lock(incident_id)
            part = ServicePart.objects.select_related("assignment__agency").get(pk=pk)
            is_open = part.assignment.state in _OPEN
            still_out = is_open and Sortie.objects.filter(assignment=pk, ended_at=None).exists()
            following = c.at + _ASK_AGAIN if still_out else None
            if not ServicePart.objects.filter(pk=pk, until=was).update(until=following):
                continue
            if still_out:
                chain.write(incident, "aid_over_units_out", by=None, agency_id=part.assignment.agency_id)
            elif is_open:
                end_part(incident, part, by=None, why="aid_over")
            done += 1
    return done
