"""Two shared incidents that are one: what hangs on the services' open work goes along, and back when they are parted.

Each log stays a chain of its own; the one that goes on names the other's head, so that both can be verified.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db.models import F

from incidents.dispatching.following import move_assignment
from incidents.emergencies.log import chain
from incidents.emergencies.models import (
    Casualties,
    Commander,
    MajorIncident,
    ResourceRequest,
    Sector,
    ServicePart,
    SharedIncident,
    Sitrep,
    Sortie,
    Unit,
)
from incidents.records.lifecycles import OPEN_ASSIGNMENTS, SERVICE_KINDS, AssignmentState
from incidents.records.models import Assignment, Incident
from opscenter.accounts.models import Person
from realtime.change import current_change

_OPEN = sorted(state.value for state in OPEN_ASSIGNMENTS)
_UNTAKEN = frozenset({AssignmentState.SENT, AssignmentState.SEEN})


def go_along(was: Incident, now: Incident, by: Person) -> None:
    """Called when open work moves from one incident to another (triage/merging), both locked.

    Parts follow their assignments. Units follow theirs; those of a service that had both go on under the assignment
    that stayed, which is taken by that.
    """
    before = SharedIncident.objects.filter(pk=was.pk).first()
    after = SharedIncident.objects.filter(pk=now.pk).first()
    if before is None and after is None:
        return
    if after is None:
        at = current_change().at
        after = SharedIncident.objects.create(
            incident=now, opened_at=at, opened_by=by, kind=before.kind if before is not None else ""
        )
        chain.write(now, "opened", by=by, data={"category": now.category_id, "priority": now.priority})
    _move_parts(now, after)
    sorties = _move_units(was, now)
    _move_major(was, now)
    if before is not None:
        # The head as it is before the merge is written into it.
        data = {"other": was.pk, "length": before.log_length, "head": before.log_head, "sorties": sorties}
        chain.write(now, "log_joined", by=by, agency_id=by.agency_id, data=data)


def _move_parts(now: Incident, shared: SharedIncident) -> None:
    """Every open assignment of the incident has its part in it; a service that has not taken it keeps its clock."""
    rows = Assignment.objects.filter(incident=now, state__in=_OPEN)
    ServicePart.objects.filter(assignment__in=rows).exclude(shared=shared).update(shared=shared)
    limit = current_change().at + dt.timedelta(seconds=settings.EMERGENCY_ACKNOWLEDGE_S)
    for row in rows.filter(part=None).select_related("agency").order_by("pk"):
        waits = row.agency.kind in SERVICE_KINDS and row.state in _UNTAKEN
        ServicePart.objects.create(
            assignment=row, shared=shared, acknowledge_by=limit, next_alarm_at=limit if waits else None
        )


def _move_units(was: Incident, now: Incident) -> list[int]:
    from incidents.emergencies.described import ENTITY

    kept = {row.agency_id: row for row in Assignment.objects.filter(incident=now, state__in=_OPEN)}
    moved: list[int] = []
    for sortie in (
        Sortie.objects.filter(incident=was, ended_at=None).select_related("unit", "assignment").order_by("pk")
    ):
        own = kept.get(sortie.unit.agency_id)
        is_parting = sortie.assignment.incident_id == was.pk and sortie.assignment.state in _OPEN
        if own is None or is_parting:
            continue
        Sortie.objects.filter(pk=sortie.pk).update(incident=now, assignment=own)
        if own.state != AssignmentState.IN_PROGRESS:
            move_assignment(own, AssignmentState.IN_PROGRESS)
            ServicePart.objects.filter(pk=own.pk).update(next_alarm_at=None)
        Unit.objects.filter(pk=sortie.unit_id).update(version=F("version") + 1)
        current_change().touch(ENTITY, sortie.unit_id)
        moved.append(sortie.pk)
    return moved


def _move_major(was: Incident, now: Incident) -> None:
    """A major incident stays one, whichever of the two goes on; where both are, each keeps its own record."""
    major = MajorIncident.objects.filter(pk=was.pk, stood_down_at=None).first()
    if major is None or (was.on_board and Assignment.objects.filter(incident=was, state__in=_OPEN).exists()):
        return
    at = current_change().at
    if not MajorIncident.objects.filter(pk=now.pk).exists():
        names = ("declared_at", "declared_by", "reason", "dangers", "access", "sitrep_every_min", "sitrep_due_at",
                 "sitrep_alarm_at")  # fmt: skip
        MajorIncident.objects.create(shared_id=now.pk, **{name: getattr(major, name) for name in names})
        for model in (Commander, Sector, Casualties, ResourceRequest, Sitrep):
            model._default_manager.filter(major=was.pk).update(major=now.pk)
    MajorIncident.objects.filter(pk=was.pk).update(stood_down_at=at, sitrep_due_at=None, sitrep_alarm_at=None)
