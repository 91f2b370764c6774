"""The worker's round: which incidents the outside geocoder is asked about, and what becomes of its answers."""

from __future__ import annotations

import datetime as dt
import logging
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db.models import F, Q
from django.utils import timezone

from geo.areas import area_named, areas_at
from incidents.geocoding.address import address_part
from incidents.geocoding.geocoder import NoAnswer, ask
from incidents.geocoding.models import Proposal, ProposalState
from incidents.geocoding.parsing import Found
from incidents.records.editing import lock
from incidents.records.history import HistoryKind, append
from incidents.records.models import Incident, ReportWords
from realtime.change import change

log = logging.getLogger(__name__)

LEASE = dt.timedelta(minutes=1)
# After a failure, times four for each one more: 1 minute, 4, 16, about an hour.
FIRST_WAIT = dt.timedelta(minutes=1)
MOST_TRIES = 5
# What is no finer than this says hardly more than the ward does.
WORST_RADIUS_M = 2_000.0

# Nobody and nothing has said where it is, or only the district is known.
PLACELESS = Q(ward_code="") & (Q(point__isnull=True) | Q(place_trace__outcome="area"))


class Asking:
    """Asks about one incident at a time in a thread of its own; `tick` never waits for the answer."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="geocoding")
        self._under_way: tuple[Proposal, Future[list[Found]]] | None = None

    def tick(self) -> int:
        """Writes down an answer that is there, or takes up the next incident; 1 for any of it."""
        if self._under_way is not None:
            row, future = self._under_way
            if not future.done():
                return 0
            self._under_way = None
            _record(row, future)
            return 1
        if not settings.GEOCODER_URL:
            return 0
        incident = _next()
        if incident is None:
            return 0
        address = _address_of(incident)
        if (mine := _claim(incident, address)) is not None:
            self._under_way = mine, self._pool.submit(ask, address)
        return 1


def _next() -> Incident | None:
    """The newest incident of the board without a place that is to be asked about now."""
    to_ask = (
        Q(proposal=None)
        | Q(proposal__state=ProposalState.NO_ADDRESS, proposal__seen_version__lt=F("version"))
        | Q(proposal__state__in=[ProposalState.ASKING, ProposalState.WAITING], proposal__due_at__lte=timezone.now())
    )
    return Incident.objects.on_board().live().filter(PLACELESS, to_ask).order_by("-pk").first()


def _address_of(incident: Incident) -> str:
    """What would be sent: the first address in the reports, with the district's name where that is known."""
    if incident.place_trace.get("outcome") == "outside":
        return ""
    texts = ReportWords.objects.filter(report__incident=incident).order_by("report_id")
    found = (address_part(words, address) for words, address in texts.values_list("words", "address"))
    address = next((one for one in found if one), "")
    district = area_named(incident.area_set, incident.district_code) if incident.district_code else None
    return f"{address}, {district.name}" if address and district and district.name not in address else address


def _claim(incident: Incident, address: str) -> Proposal | None:
    """The incident's row, taken for asking; None when there is nothing to ask or another worker has it."""
    with change() as c:
        row, _new = Proposal.objects.get_or_create(incident=incident)
        seen = Proposal.objects.filter(pk=row.pk, state=row.state, tries=row.tries, seen_version=row.seen_version)
        if row.due_at is not None:
            seen = seen.filter(due_at__lte=c.at)
        if not address:
            seen.update(state=ProposalState.NO_ADDRESS, seen_version=incident.version, due_at=None)
            return None
        if row.tries >= MOST_TRIES:
            seen.update(state=ProposalState.FAILED, due_at=None)
            return None
        asking = {"state": ProposalState.ASKING, "source": settings.GEOCODER_KIND, "asked_at": c.at}
        mine = seen.update(**asking, tries=F("tries") + 1, due_at=c.at + LEASE)
    row.tries += 1
    return row if mine else None


def _record(row: Proposal, future: Future[list[Found]]) -> None:
    try:
        found = future.result()
    except Exception as error:
        _failed(row, error)
        return
    today = timezone.localdate()
    fine = [one for one in found if one.radius_m <= WORST_RADIUS_M]
    inside = [one for one in fine if not areas_at(one.lon, one.lat, today).is_outside]
    if inside:
        _propose(row, inside[0])
    else:
        with change():
            _end(row, state=ProposalState.OUTSIDE if fine else ProposalState.NOTHING)


def _propose(row: Proposal, best: Found) -> None:
    point = Point(best.lon, best.lat, srid=4326)
    with change():
        incident = lock(row.incident_id)
        if _end(row, state=ProposalState.PROPOSED, point=point, radius_m=best.radius_m, label=best.label):
            append(incident, HistoryKind.PLACE_PROPOSED, by=None, why=row.source, data={"proposal": row.pk})


def _failed(row: Proposal, error: Exception) -> None:
    log.warning("the geocoder gave no answer for incident %s: %s", row.incident_id, error, exc_info=_trace(error))
    last = row.tries >= MOST_TRIES
    with change() as c:
        wait = FIRST_WAIT * 4 ** (row.tries - 1)
        state = ProposalState.FAILED if last else ProposalState.WAITING
        _end(row, state=state, due_at=None if last else c.at + wait)


def _trace(error: Exception) -> bool:
    return not isinstance(error, NoAnswer)


def _end(row: Proposal, **ends: Any) -> int:
    """Writes the end of one try; 0 when it is no longer this worker's."""
    mine = Proposal.objects.filter(pk=row.pk, tries=row.tries, state=ProposalState.ASKING)
    return mine.update(**{"due_at": None, **ends})


def proposal_for(incident: Incident) -> Proposal | None:
    """What to show of it: only while the incident has no place. At most one query."""
    has_place = incident.point is not None and incident.place_trace.get("outcome") != "area"
    if not incident.on_board or incident.ward_code or has_place:
        return None
    return Proposal.objects.filter(incident=incident, state=ProposalState.PROPOSED).first()
