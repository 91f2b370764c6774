"""A major incident as one kind of reader sees it: what the matrix does not let them read is never asked for."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from incidents.emergencies.major.counting import Count, count_of
from incidents.emergencies.models import (
    Casualties,
    Commander,
    MajorIncident,
    ResourceRequest,
    Sector,
    SharedIncident,
    Sitrep,
    Sortie,
)
from incidents.emergencies.screens.names import SORTIE_STATES
from incidents.emergencies.services.visibility import MATRIX, Field, Reader
from incidents.emergencies.units.lifecycles import SortieState
from opscenter.accounts.models import Agency


@dataclass(frozen=True, slots=True)
class ShownSector:
    """One sector, or (no row) the scene outside all sectors, with its units and its count."""

    row: Sector | None
    name: str
    units: list[tuple[Sortie, str]]
    count: Count | None
    # The version of the count, 0: not counted yet; who counted last and when.
    version: int
    counted_at: dt.datetime | None

    @property
    def pk(self) -> int | str:
        return self.row.pk if self.row is not None else ""


@dataclass(frozen=True, slots=True)
class MajorView:
    """Empty where the matrix says no; `total` is None for whoever reads no counts."""

    row: MajorIncident
    commander: Commander | None
    # Every service in it with who commands it there, None: nobody named.
    of_services: list[tuple[Agency, Commander | None]]
    dangers: str
    access: str
    sectors: list[ShownSector]
    total: Count | None
    resources: list[ResourceRequest]
    sitreps: list[Sitrep]
    may_count: bool

    @property
    def is_on(self) -> bool:
        return self.row.is_on


def major_view(shared: SharedIncident, reader: Reader, services: list[Agency]) -> MajorView | None:
    """None for what was never declared one. About six queries, one else."""
    major = MajorIncident.objects.select_related("declared_by__agency").filter(pk=shared.pk).first()
    if major is None:
        return None

    def may(field: Field) -> bool:
        return reader in MATRIX[field]

    commanders: dict[int | None, Commander] = {}
    if may(Field.COMMAND):
        commanders = {row.agency_id: row for row in Commander.objects.filter(major=major, until=None)}
    counts = list(Casualties.objects.filter(major=major)) if may(Field.CASUALTIES) else []
    requests = ResourceRequest.objects.filter(major=major).select_related("agency")
    sitreps = Sitrep.objects.filter(major=major).select_related("entry__by").order_by("-number")
    return MajorView(
        row=major,
        commander=commanders.get(None),
        of_services=[(one, commanders.get(one.pk)) for one in services] if may(Field.COMMAND) else [],
        dangers=major.dangers if may(Field.DANGERS) else "",
        access=major.access if may(Field.DANGERS) else "",
        sectors=_sectors(major, counts, may(Field.SORTIES)) if may(Field.SECTORS) else [],
        total=sum((count_of(row) for row in counts), Count()) if may(Field.CASUALTIES) else None,
        resources=list(requests) if may(Field.RESOURCES) else [],
        sitreps=list(sitreps) if may(Field.SITREPS) else [],
        may_count=may(Field.CASUALTIES),
    )


def _sectors(major: MajorIncident, counts: list[Casualties], with_units: bool) -> list[ShownSector]:
    units: dict[int | None, list[tuple[Sortie, str]]] = defaultdict(list)
    if with_units:
        rows = (
            Sortie.objects.filter(incident=major.pk, ended_at=None).select_related("unit__agency").order_by("sent_at")
        )
        for sortie in rows:
            units[sortie.sector_id].append((sortie, str(SORTIE_STATES[SortieState(sortie.state)])))
    counted = {row.sector_id: row for row in counts}
    found: list[ShownSector] = []
    for sector in [*Sector.objects.filter(major=major), None]:
        pk = sector.pk if sector is not None else None
        row = counted.get(pk)
        if sector is not None and sector.closed_at is not None and (row is None or not count_of(row).total):
            continue
        found.append(
            ShownSector(
                row=sector,
                name=sector.name if sector is not None else _("Outside the sectors"),
                units=units[pk],
                count=count_of(row) if row is not None else None,
                version=row.version if row is not None else 0,
                counted_at=row.at if row is not None else None,
            )
        )
    return found


def sheet_of(view: MajorView, place: str, what: str) -> dict[str, Any]:
    """What a report of the situation keeps of this moment: what JSON can hold, times as ISO texts."""
    return {
        "place": place,
        "what": what,
        "reason": view.row.reason,
        "declared_at": view.row.declared_at.isoformat(),
        "commander": _named(view.commander),
        "of_services": [[_agency(one), _named(row)] for one, row in view.of_services],
        "dangers": view.dangers,
        "access": view.access,
        "sectors": [
            {
                "name": one.name,
                "place": one.row.place if one.row else "",
                "lead": one.row.lead if one.row else "",
                "units": [[sortie.unit.call_sign, state] for sortie, state in one.units],
                "count": _numbers(one.count),
            }
            for one in view.sectors
        ],
        "total": _numbers(view.total),
        "resources": [
            [row.kind, row.number, row.asked_of, row.promised, row.arrived]
            for row in view.resources
            if row.closed_at is None
        ],
    }


def _named(row: Commander | None) -> str:
    return "" if row is None else f"{row.name} ({row.position})" if row.position else row.name


def _agency(agency: Agency) -> str:
    return agency.short_name or agency.name


def _numbers(count: Count | None) -> list[int] | None:
    return None if count is None else [count.red, count.yellow, count.green, count.black]
