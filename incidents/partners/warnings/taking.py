"""Taking a warning in: once, in whatever order messages come; what it replaces or takes back leaves the maps."""

from __future__ import annotations

import datetime as dt

import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.db.models import F, Q
from django.utils import timezone

from geo.showing import map_settings
from incidents.partners.models import AreaWarning, WarningSource
from incidents.partners.warnings.described import ENTITY
from incidents.partners.warnings.reading import Read
from realtime.change import Change, change

REPLACES = frozenset({"Update", "Cancel"})
# How far around the territory a warning is of interest, in degrees: about 20 km.
_AROUND = 0.2


class NotTheirs(ValueError):
    """The sender is none of those the source may speak for."""


def take(source: WarningSource, read: Read) -> AreaWarning | None:
    """Stores one message, in a change of its own; None for one that is known, and for receipts. Raises NotTheirs."""
    allowed = source.senders.split()
    if allowed and read.sender not in allowed:
        raise NotTheirs(read.sender)
    if read.msg_type not in {"Alert", *REPLACES}:
        return None
    with change() as c:
        # Two readers of one source stand in line here: which came first decides what replaces what.
        WarningSource.objects.select_for_update().get(pk=source.pk)
        known = AreaWarning.objects.filter(source=source, sender=read.sender, identifier=read.identifier)
        if known.exists():
            return None
        why_not = _why_not(source, read, c.at)
        row = AreaWarning.objects.create(
            source=source,
            sender=read.sender,
            identifier=read.identifier,
            sent=read.sent,
            status=read.status,
            msg_type=read.msg_type,
            references=list(read.references),
            event=read.event or read.headline[:200],
            headline=read.headline,
            instruction=read.instruction,
            area=read.area,
            severity=read.severity,
            urgency=read.urgency,
            certainty=read.certainty,
            starts_at=read.starts_at,
            until=read.until,
            geometry=_stored(read.geometry),
            is_shown=not why_not,
            why_not=why_not,
            taken_at=c.at,
        )
        if row.is_shown:
            c.touch(ENTITY, row.pk)
        # An exercise takes nothing real away, and nobody but the sender takes a warning back.
        if read.msg_type in REPLACES and read.status == "Actual":
            _take_off(c, _meant(source, read), "cancelled" if read.msg_type == "Cancel" else "replaced")
    return row


def _meant(source: WarningSource, read: Read) -> Q:
    own = [one.partition(",")[2] for one in read.references if one.partition(",")[0] == read.sender]
    return Q(source=source, sender=read.sender, identifier__in=own)


def _why_not(source: WarningSource, read: Read, at: dt.datetime) -> str:
    """Why a message does not go onto the maps, as a code; empty when it does."""
    if read.status != "Actual":
        return "not_actual"
    if read.msg_type == "Cancel":
        return "cancel"
    if read.until <= at:
        return "over"
    if read.geometry is not None and not _is_near(read.geometry):
        return "elsewhere"
    # A feed may bring the newer one first.
    later = AreaWarning.objects.filter(source=source, sender=read.sender, msg_type__in=REPLACES, status="Actual")
    name = f"{read.sender},{read.identifier}"
    for row in later.filter(sent__gte=read.sent).only("references", "msg_type"):
        if name in row.references:
            return "cancelled" if row.msg_type == "Cancel" else "replaced"
    return ""


def _stored(geometry: shapely.MultiPolygon | None) -> MultiPolygon | None:
    found = GEOSGeometry(memoryview(geometry.wkb), srid=4326) if geometry is not None else None
    return found if isinstance(found, MultiPolygon) else None


def _is_near(geometry: shapely.MultiPolygon) -> bool:
    """Whether a warning's area touches the surroundings of the territory."""
    west, south, east, north = map_settings(timezone.localdate())["bounds"]
    around = shapely.box(west - _AROUND, south - _AROUND, east + _AROUND, north + _AROUND)
    return bool(shapely.intersects(geometry, around))


def _take_off(c: Change, which: Q, why: str) -> int:
    rows = AreaWarning.objects.filter(which, is_shown=True)
    ids = list(rows.values_list("pk", flat=True))
    AreaWarning.objects.filter(pk__in=ids).update(is_shown=False, why_not=why, version=F("version") + 1)
    for pk in ids:
        c.touch(ENTITY, pk)
    return len(ids)


def end_over() -> int:
    """The worker's round: warnings whose time is over leave the maps by themselves."""
    over = Q(until__lte=timezone.now())
    if not AreaWarning.objects.filter(over, is_shown=True).exists():
        return 0
    with change() as c:
        return _take_off(c, over, "over")
