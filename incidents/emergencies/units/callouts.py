"""Calling a crew out until it acknowledges: push when the sending can no longer be undone, then SMS, then an alarm at
its dispatcher. A round of the worker. Where no notification reaches anybody the SMS leaves at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.utils import timezone

from incidents.emergencies.log import chain
from incidents.emergencies.models import Sortie
from incidents.records.editing import lock
from realtime.change import change

# After the sending: push at once when it stands, a message after 30 s, the alarm after a minute.
STEPS: tuple[tuple[str, dt.timedelta | None], ...] = (
    ("push", dt.timedelta(seconds=20)),
    ("message", dt.timedelta(seconds=30)),
    ("alarm", None),
)

# How a step reaches the crew, registered at start by the rooms that can; called inside the change, queues rows, gives
# whether it reaches anybody at all. Without one the log says so, and the next step comes.
Way = Callable[[Sortie], bool]
_ways: dict[str, list[Way]] = {}


def register_way(step: str, way: Way) -> None:
    """Adds a way by which a crew is reached at this step: "push" or "message"."""
    ways = _ways.setdefault(step, [])
    if way not in ways:
        ways.append(way)


def call_crews() -> int:
    """Does what is due, one change each; gives how many."""
    now = timezone.now()
    rows = Sortie.objects.filter(call_at__lte=now).order_by("call_at").values_list("pk", "incident_id", "call_at")[:20]
    return sum(_call(pk, incident_id, was) for pk, incident_id, was in list(rows) if was is not None)


def _call(sortie_id: int, incident_id: int, was: dt.datetime) -> bool:
    with change() as c:
        incident = lock(incident_id)
        sortie = Sortie.objects.select_related("unit", "assignment").get(pk=sortie_id)
        if sortie.call_at != was:
            # Another worker was first.
            return False
        sortie.incident = incident
        waits = sortie.acknowledged_at is None and sortie.ended_at is None
        name, wait = STEPS[min(sortie.calls, len(STEPS) - 1)]
        if not waits:
            Sortie.objects.filter(pk=sortie_id).update(call_at=None)
            return True
        ways = _ways.get(name, [])
        # Every way is taken, whatever the one before has reached.
        answers = [way(sortie) for way in ways]
        reached = any(answers) if ways else None
        following = c.at + wait if wait is not None else None
        if name == "push" and not reached:
            following = c.at
        Sortie.objects.filter(pk=sortie_id).update(call_at=following, calls=sortie.calls + 1)
        data = {"unit": sortie.unit_id, "sortie": sortie_id, "step": name, "reached": reached}
        chain.write(incident, "crew_called", by=None, agency_id=sortie.unit.agency_id, data=data)
    return True
