"""The worker's round that publishes shared incidents by CAP: Alert, Update when it reads differently, Cancel."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from incidents.emergencies.models import ServicePart, SharedIncident
from incidents.partners.cap.writing import content_of, message
from incidents.partners.models import CapMessage
from incidents.records.lifecycles import OPEN_ASSIGNMENTS
from realtime.change import change

_OPEN = sorted(state.value for state in OPEN_ASSIGNMENTS)
_A_ROUND = 50


def publish() -> int:
    """Publishes what has changed since; gives how many incidents it looked at. One query when there is nothing."""
    ids = list(_changed().values_list("pk", flat=True)[:_A_ROUND])
    for pk in ids:
        with change() as c:
            # Not the incident's own lock, which would raise its version: two workers only stand in line here.
            shared = SharedIncident.objects.select_for_update().get(pk=pk)
            _publish(shared, c.at)
    return len(ids)


def _changed() -> QuerySet[SharedIncident]:
    """What is on the board or was not cancelled yet, and is another version than was told."""
    last = CapMessage.objects.filter(is_last=True)
    going_on = Q(pk__in=last.exclude(msg_type="Cancel").values("shared"))
    told = last.filter(shared=OuterRef("pk")).values("incident_version")
    rows = SharedIncident.objects.filter(Q(incident__on_board=True) | going_on)
    rows = rows.annotate(told=Subquery(told[:1])).exclude(told__isnull=False, told=F("incident__version"))
    # What never was published begins with a service that has it.
    open_part = ServicePart.objects.filter(shared=OuterRef("pk"), assignment__state__in=_OPEN)
    return rows.filter(going_on | Exists(open_part)).order_by("pk")


def _publish(shared: SharedIncident, at: dt.datetime) -> None:
    incident = shared.incident
    rows = list(CapMessage.objects.filter(shared=shared).order_by("number"))
    last = rows[-1] if rows else None
    is_open = incident.on_board and ServicePart.objects.filter(shared=shared, assignment__state__in=_OPEN).exists()
    going_on = last is not None and last.msg_type != "Cancel"
    if last is not None and last.incident_version == incident.version:
        return
    if not is_open and not going_on:
        return
    content = content_of(incident)
    digest = content.digest()
    if last is not None and going_on and is_open and last.digest == digest:
        CapMessage.objects.filter(pk=last.pk).update(incident_version=incident.version)
        return
    msg_type = "Cancel" if not is_open else "Update" if going_on else "Alert"
    # What was cancelled before is another story.
    begin = max((row.number for row in rows if row.msg_type == "Cancel"), default=0)
    number = len(rows) + 1
    identifier = f"{incident.code}.{number}"
    earlier = [row for row in rows if row.number > begin] if going_on else []
    xml = message(
        content, identifier=identifier, sent=at, msg_type=msg_type, earlier=earlier, exercise=incident.exercise
    )  # fmt: skip
    CapMessage.objects.filter(shared=shared, is_last=True).update(is_last=False)
    CapMessage.objects.create(
        shared=shared, number=number, identifier=identifier, sent=at, msg_type=msg_type, digest=digest,
        incident_version=incident.version, xml=xml,
    )  # fmt: skip
