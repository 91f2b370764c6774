"""Reading reports by Open311: what the public may see, and what a partner may see of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Max, Prefetch, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.doors.models import ApiKey
from incidents.doors.open311_answers import Problem, Refused
from incidents.doors.questions import moment
from incidents.records.keys import WALL, Profile, keys_of_person
from incidents.records.lifecycles import AssignmentState, IncidentState
from incidents.records.models import Assignment, Incident, Report
from incidents.records.models.categories import Group
from incidents.records.models.incidents import IncidentQuerySet
from incidents.records.redacting import seen_outside

LONGEST_SPAN = dt.timedelta(days=90)
MOST = 1000
# Three decimals of a degree: about 110 m, so that no house can be told.
_PUBLIC_DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """What a GET of requests asks for; `codes` overrides the rest. Half-open: [start, end)."""

    codes: tuple[str, ...]
    services: tuple[str, ...]
    is_open: bool | None
    start: dt.datetime
    end: dt.datetime


def read(query: Mapping[str, str], now: dt.datetime) -> Asked:
    """The query's meaning. A span over 90 days is cut to its first 90. Raises Refused."""
    problems: list[Problem] = []
    start, end = _moment(query, "start_date", problems), _moment(query, "end_date", problems)
    statuses = set(_parts(query.get("status", "")))
    if statuses - {"open", "closed"}:
        problems.append(Problem(400, _("status is open or closed.")))
    if start and end and end < start:
        problems.append(Problem(400, _("end_date lies before start_date.")))
    if problems:
        raise Refused(*problems)
    if start is None:
        end = end or now
        start = end - LONGEST_SPAN
    end = min(end or start + LONGEST_SPAN, start + LONGEST_SPAN)
    return Asked(
        codes=tuple(_parts(query.get("service_request_id", ""))[:MOST]),
        services=tuple(_parts(query.get("service_code", ""))),
        is_open=None if len(statuses) != 1 else statuses == {"open"},
        start=start,
        end=end,
    )


def found(asked: Asked, key: ApiKey | None) -> list[dict[str, Any]]:
    """The requests asked for, the newest first, at most 1,000."""
    if asked.codes:
        return by_codes(asked.codes, key)
    rows = _visible(key).filter(received_at__gte=asked.start, received_at__lt=asked.end)
    if asked.services:
        rows = rows.filter(category__code__in=asked.services)
    if asked.is_open is not None:
        rows = rows.filter(on_board=asked.is_open)
    return _rows(rows, key)


def by_codes(codes: Sequence[str], key: ApiKey | None) -> list[dict[str, Any]]:
    """The requests with these codes, as far as they may be seen."""
    ids = [pk for code in codes for pk in Incident.objects.by_code(code).values_list("pk", flat=True)]
    return _rows(_visible(key).filter(pk__in=ids), key)


def _visible(key: ApiKey | None) -> IncidentQuerySet:
    """Everybody: live field reports whose audience is the wall. A partner also: what its audience key opens."""
    on_wall = Incident.objects.with_key({WALL}, {Profile.WALL}).filter(group=Group.FIELD, category__is_public=True)
    if key is None:
        return on_wall
    own = Incident.objects.with_key(keys_of_person(key.partner), {Profile.PUBLIC}).filter(exercise=key.exercise)
    if key.exercise:
        return own
    return Incident.objects.filter(Q(pk__in=own.values("pk")) | Q(pk__in=on_wall.values("pk")))


def _rows(incidents: IncidentQuerySet, key: ApiKey | None) -> list[dict[str, Any]]:
    own = Report.objects.filter(taken_by=key.partner).select_related("text") if key else Report.objects.none()
    rows = (
        incidents.select_related("category")
        .defer("place_trace", "category_trace", "agency_trace")
        .annotate(updated_at=Max("history__at"))
        .prefetch_related(
            Prefetch("reports", own, to_attr="own_reports"),
            Prefetch(
                "assignments",
                Assignment.objects.select_related("agency")
                .filter(role=Assignment.Role.LEAD)
                .exclude(state__in=[AssignmentState.CANCELLED, AssignmentState.RETURNED])
                .order_by("pk"),
                to_attr="leads",
            ),
        )
        .order_by("-received_at", "-pk")
    )
    found = list(rows[:MOST])
    photos = seen_outside(found, timezone.now())
    return [_row(incident, photos.get(incident.pk, "")) for incident in found]


def _row(incident: Any, photo: str) -> dict[str, Any]:
    """One request. Words, answer and the exact point are for the partner who sent it alone; `photo` is the key of a
    picture that was released for everybody, "" for none."""
    reports: list[Report] = incident.own_reports
    leads: list[Assignment] = incident.leads
    point, decimals = incident.point, None if reports else _PUBLIC_DECIMALS
    text = getattr(reports[0], "text", None) if reports else None
    media = reports[0].door_data.get("media_urls", []) if reports else []
    closed = incident.state == IncidentState.CLOSED
    return {
        "service_request_id": incident.code,
        "status": "open" if incident.on_board else "closed",
        "status_notes": incident.answer if reports and closed else "",
        "service_name": incident.category.label if incident.category else "",
        "service_code": incident.category.code if incident.category else "",
        "description": text.words if text else "",
        "agency_responsible": leads[-1].agency.name if leads else "",
        "service_notice": "",
        "requested_datetime": _local(incident.received_at),
        "updated_datetime": _local(incident.updated_at or incident.received_at),
        "expected_datetime": _local(incident.due_at),
        "address": incident.place_label if reports else "",
        "address_id": None,
        "zipcode": None,
        "lat": round(point.y, decimals) if point and decimals else point.y if point else None,
        "long": round(point.x, decimals) if point and decimals else point.x if point else None,
        "media_url": settings.PUBLIC_URL + reverse("portal:public_photo", args=[photo])
        if photo
        else media[0]
        if media
        else "",
    }


def _local(at: dt.datetime | None) -> str | None:
    return timezone.localtime(at).isoformat(timespec="seconds") if at else None


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _moment(query: Mapping[str, str], name: str, problems: list[Problem]) -> dt.datetime | None:
    text = query.get(name, "")
    at = moment(text) if text else None
    if text and at is None:
        problems.append(Problem(400, _("%(name)s is not a date and time with zone.") % {"name": name}))
    return at
