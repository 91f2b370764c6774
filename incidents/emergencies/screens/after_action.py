"""What the report after an emergency says beside its log: the hops of each service against the targets, the units, and
who decided what."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from incidents.emergencies.models import LogEntry, ServicePart, SharedIncident, Sortie, Target
from incidents.emergencies.services.visibility import MATRIX, Field, Reader
from incidents.emergencies.targets.measuring import in_words
from incidents.records.models import Incident

# The entries of the log that are somebody's decision.
DECISIONS = frozenset(
    {
        *("emergency_set", "emergency_withdrawn", "dispatched", "dispatch_withdrawn", "accepted", "returned"),
        *("assignment_cancelled", "aid_asked", "lead", "unit_sent", "category_set", "place_set", "took_in"),
        *("major_declared", "major_stood_down", "commander", "service_commander", "sector_opened", "sector_closed"),
        *("resource_asked", "unit_hospital", "check_in_every", "result_given", "closed"),
    }
)


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a service: when it was, how long after the step it follows, and whether that was in time."""

    name: str | Promise
    at: dt.datetime | None
    seconds: float | None
    limit: int | None

    @property
    def took(self) -> str:
        return in_words(self.seconds) if self.seconds is not None else ""

    @property
    def target(self) -> str:
        return in_words(self.limit) if self.limit is not None else ""

    @property
    def is_late(self) -> bool:
        return self.seconds is not None and self.limit is not None and self.seconds > self.limit


@dataclass(frozen=True, slots=True)
class ServiceHops:
    name: str
    hops: list[Hop]
    alarms: int


@dataclass(frozen=True, slots=True)
class AfterAction:
    """Empty where the matrix says no."""

    services: list[ServiceHops]
    sorties: list[Sortie]
    # The numbers of the log's entries that decided something: who and what stand there.
    decided: frozenset[int]


def after_action(shared: SharedIncident, reader: Reader) -> AfterAction:
    """Five queries."""
    incident = shared.incident
    limits = dict(Target.objects.filter(is_active=True).values_list("measure", "seconds"))
    rows = list(
        Sortie.objects.filter(incident=incident.pk)
        .select_related("unit__agency", "facility", "sent_by")
        .order_by("sent_at")
    )
    parts = ServicePart.objects.filter(shared=shared).select_related("assignment__agency").order_by("pk")
    states = reader in MATRIX[Field.STATES]
    decided = LogEntry.objects.filter(shared=shared, kind__in=sorted(DECISIONS)).values_list("seq", flat=True)
    return AfterAction(
        services=[_hops(incident, part, rows, limits) for part in parts] if states else [],
        sorties=rows if reader in MATRIX[Field.SORTIES] else [],
        decided=frozenset(decided),
    )


def _hops(incident: Incident, part: ServicePart, sorties: list[Sortie], limits: dict[str, int]) -> ServiceHops:
    row = part.assignment
    first = next((one for one in sorties if one.assignment_id == row.pk), None)
    there = min((one.on_scene_at for one in sorties if one.assignment_id == row.pk and one.on_scene_at), default=None)
    sent_at = first.sent_at if first is not None else None

    def hop(name: str | Promise, at: dt.datetime | None, after: dt.datetime | None, measure: str = "") -> Hop:
        seconds = (at - after).total_seconds() if at is not None and after is not None else None
        return Hop(name, at, seconds, limits.get(measure))

    measure = Target.Measure
    return ServiceHops(
        name=row.agency.short_name or row.agency.name,
        hops=[
            hop(_("Told, after it was received"), row.sent_at, incident.received_at),
            hop(_("Taken, after it was told"), row.accepted_at, row.sent_at, measure.TAKEN),
            hop(_("First unit sent, after it was told"), sent_at, row.sent_at, measure.DISPATCH),
            hop(_("First unit on scene, after it was sent"), there, sent_at, measure.SCENE),
            hop(_("Finished, after it was told"), row.ended_at, row.sent_at),
        ],
        alarms=part.alarms,
    )
