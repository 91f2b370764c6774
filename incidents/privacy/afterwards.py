"""What goes once nobody works on an incident any more whose people are erased: its exact place, and what was written
about it as a major incident. Until then it is kept for those who are on their way there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.contrib.gis.geos import Point

from incidents.emergencies.log.erasing import erase_major, taken_in
from incidents.records.history import HistoryKind
from incidents.records.models import History, Incident, Photo, Report
from incidents.triage.models import Merge

# As on walls: no house can be told from it. Half the diagonal of such a square is some 80 m.
_DECIMALS = 3
_COARSE_M = 80.0
_OF_TRACE = ("by", "outcome")


def has_words(report_ids: Collection[int]) -> bool:
    """Whether one of these reports still has its words. One query."""
    return Report.objects.filter(pk__in=report_ids, text__erased_at=None, text__isnull=False).exists()


def forget(incidents: Iterable[Incident]) -> None:
    """Leaves of locked incidents, whose reports are all erased, where about each was; those on the board keep theirs
    until they leave it."""
    over = [incident for incident in incidents if not incident.on_board]
    for incident in over:
        if incident.point is not None:
            at = incident.point
            incident.point = Point(round(at.x, _DECIMALS), round(at.y, _DECIMALS), srid=4326)
            incident.radius_m = max(incident.radius_m or 0.0, _COARSE_M)
        forget_label(incident)
        incident.save(update_fields=["point", "radius_m", "tile_key"])
    Photo.objects.filter(incident__in=over, taken_point__isnull=False).update(taken_point=None)
    erase_major([incident.pk for incident in over])


def forget_label(incident: Incident) -> None:
    """Forgets what a locked incident's place is called and what it was read from."""
    incident.place_label = ""
    incident.place_trace = {key: incident.place_trace[key] for key in _OF_TRACE if key in incident.place_trace}
    incident.save(update_fields=["place_label", "place_trace"])


def beside(incident_ids: Collection[int]) -> tuple[set[int], set[int]]:
    """Ids of what was merged into these incidents, and of their tasks: both have the place, the first its own line."""
    merged = {other for pk in incident_ids for other in taken_in(pk)}
    tasks = Incident.objects.filter(parent__in={*incident_ids, *merged}).values_list("pk", flat=True)
    return merged, set(tasks)


def reports_of_merged(incident_id: int) -> list[int]:
    """The reports an incident brought along when it was merged into another, the first one first."""
    row = Merge.objects.filter(other=incident_id, parted_at=None).first()
    return list(row.moved["reports"]) if row is not None else []


def after(incident: Incident, row: History) -> None:
    """For the history's watchers: an incident whose people were erased while it was open has left the board."""
    if incident.on_board or row.kind == HistoryKind.WORDS_ERASED:
        return
    reports = Report.objects.filter(incident=incident.parent_id or incident.pk)
    if reports.filter(text__erased_at__isnull=False).exists() and not has_words(reports.values_list("pk", flat=True)):
        forget([incident])
