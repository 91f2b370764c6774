"""Casualties by triage colour, by sector: numbers and never names; every change is an entry of the log."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from incidents.emergencies.log import chain
from incidents.emergencies.major.commanding import sector_of
from incidents.emergencies.major.declaring import locked, major_of
from incidents.emergencies.models import Casualties
from incidents.emergencies.models.log import LogScope
from incidents.emergencies.refusals import Refusal, Refused
from opscenter.accounts.models import Person
from realtime.change import current_change


@dataclass(frozen=True, slots=True)
class Count:
    """Red: at once; yellow: soon; green: can wait; black: dead."""

    red: int = 0
    yellow: int = 0
    green: int = 0
    black: int = 0

    @property
    def total(self) -> int:
        return self.red + self.yellow + self.green + self.black

    def __add__(self, other: Count) -> Count:
        return Count(*(getattr(self, name) + getattr(other, name) for name in ("red", "yellow", "green", "black")))


def count_of(row: Casualties) -> Count:
    return Count(row.red, row.yellow, row.green, row.black)


def count(*, incident_id: int, sector_id: int | None, numbers: Count, seen: int, by: Person) -> Casualties:
    """The whole count of a sector (none: of the scene outside all sectors) from now on.

    `seen` is the version of the count that the person looked at, 0 for none yet. Raises Refused when somebody else
    has counted since: of two counts of the same people neither is added to the other.
    """
    incident = locked(incident_id, by)
    major = major_of(incident)
    sector = sector_of(major, sector_id) if sector_id is not None else None
    row = Casualties.objects.filter(major=major, sector=sector).first()
    if (row.version if row is not None else 0) != seen:
        raise Refused(Refusal.COUNTED_MEANWHILE)
    was = count_of(row) if row is not None else Count()
    if row is None:
        row = Casualties(major=major, sector=sector, version=0)
    row.red, row.yellow, row.green, row.black = numbers.red, numbers.yellow, numbers.green, numbers.black
    row.version, row.at, row.by = row.version + 1, current_change().at, by
    row.save()
    data = {"sector": sector_id, **asdict(numbers), "before": list(asdict(was).values())}
    chain.write(
        incident,
        "casualties",
        by=by,
        agency_id=by.agency_id,
        data=data,
        words=sector.name if sector else "",
        scope=LogScope.SERVICES,
    )
    return row
