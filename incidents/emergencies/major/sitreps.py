"""The report of the situation: what stands at one moment, frozen into the log; the next one is due after a set time."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from incidents.emergencies.log import chain
from incidents.emergencies.major.declaring import locked, major_of
from incidents.emergencies.major.reading import major_view, sheet_of
from incidents.emergencies.models import MajorIncident, ServicePart, SharedIncident, Sitrep
from incidents.emergencies.models.log import LogScope
from incidents.emergencies.services.visibility import Reader
from incidents.records.editing import lock
from incidents.records.lifecycles import NOT_THEIRS
from incidents.records.models import Incident
from opscenter.accounts.models import Agency, Person
from realtime.change import change, current_change
from realtime.entities import canonical

_GONE = sorted(state.value for state in NOT_THEIRS)


def services_in(shared: SharedIncident) -> list[Agency]:
    """The agencies that have a part in it, in the order they were told."""
    rows = ServicePart.objects.filter(shared=shared).exclude(assignment__state__in=_GONE)
    found = [row.assignment.agency for row in rows.select_related("assignment__agency").order_by("pk")]
    return list({agency.pk: agency for agency in found}.values())


def write_sitrep(*, incident_id: int, words: str, next_min: int, place: str, by: Person) -> Sitrep:
    """Freezes what everybody of the services reads now, with the writer's own words; the next is due in `next_min`.

    `place` is how screens name the place. The sheet is stamped with the log as it was before it. Raises Refused.
    """
    incident = locked(incident_id, by)
    major = major_of(incident)
    shared = SharedIncident.objects.get(pk=incident.pk)
    # A room reader sees what all services do: no own and no medical words.
    view = major_view(shared, Reader.ROOM, services_in(shared))
    assert view is not None
    what = incident.category.label if incident.category else ""
    sheet = {
        **sheet_of(view, place, what),
        "words": words,
        "next_min": next_min,
        "log": [shared.log_length, shared.log_head],
    }
    number = Sitrep.objects.filter(major=major).count() + 1
    entry = chain.write(
        incident,
        "sitrep",
        by=by,
        agency_id=by.agency_id,
        data={"number": number},
        words=canonical(sheet),
        scope=LogScope.SERVICES,
    )
    due = current_change().at + dt.timedelta(minutes=next_min)
    MajorIncident.objects.filter(pk=major.pk).update(sitrep_every_min=next_min, sitrep_due_at=due, sitrep_alarm_at=due)
    return Sitrep.objects.create(entry=entry, major=major, number=number)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A report of the situation to be read: its frozen content, None when its words were erased."""

    row: Sitrep
    content: dict[str, Any] | None
    declared_at: dt.datetime | None
    next_at: dt.datetime | None


def sheet(incident: Incident, number: int) -> Sheet | None:
    """The report of this number; None without one."""
    row = (
        Sitrep.objects.select_related("entry__text", "entry__by__agency", "major")
        .filter(major=incident.pk, number=number)
        .first()
    )
    if row is None:
        return None
    text = getattr(row.entry, "text", None)
    content = json.loads(text.words) if text is not None and text.words else None
    declared = dt.datetime.fromisoformat(content["declared_at"]) if content else None
    following = row.entry.at + dt.timedelta(minutes=content["next_min"]) if content else None
    return Sheet(row, content, declared, following)


def tell_late_sitreps() -> int:
    """A round of the worker: says once in the log, and so on all screens, that the next report is late."""
    now = timezone.now()
    rows = MajorIncident.objects.filter(sitrep_alarm_at__lte=now).order_by("sitrep_alarm_at")
    return sum(_tell(pk, was) for pk, was in list(rows.values_list("pk", "sitrep_alarm_at")[:20]) if was is not None)


def _tell(incident_id: int, was: dt.datetime) -> bool:
    with change():
        incident = lock(incident_id)
        mine = MajorIncident.objects.filter(pk=incident_id, sitrep_alarm_at=was)
        if not mine.update(sitrep_alarm_at=None):
            return False
        chain.write(incident, "sitrep_late", by=None)
    return True
