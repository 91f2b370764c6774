"""Incidents as features: the rows that `visible_to` opens to the reader, with the fields of the reader's profile.

No free text leaves by this way, whoever asks: a layer is saved to disks and handed on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.contrib.gis.geos import Polygon
from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from geo.credits import credits_due
from incidents.features.asking import Asked, Box, meets
from incidents.features.offering import INSTANT, Feature, Offer, Page, number, text
from incidents.records.described import rows_of
from incidents.records.keys import PROFILES, WITH_WORDS, Profile, keys_of_person
from incidents.records.models import Incident, IncidentAudience
from incidents.records.models.incidents import IncidentQuerySet
from opscenter.accounts.models import Agency, Person

NAME = "incidents"
FIELDS: Mapping[str, Mapping[str, Any]] = {
    "code": text(),
    "state": text(),
    "group": number(),
    "category": text(),
    "priority": number(),
    "source": text(),
    "agency": text(),
    "area_set": text(),
    "ward": text(),
    "district": text(),
    "radius_m": number("number"),
    "received_at": INSTANT,
    "due_at": INSTANT,
    "answered_at": INSTANT,
    "closed_at": INSTANT,
    "reports": number(),
    "exercise": number(),
}
FILTERS = ("state", "group", "ward", "area_set", "exercise")
# So many are counted; of more nobody is told how many.
_COUNTED = 10_000
# A profile with coarse places must not be told by a narrow box where exactly something is.
_COARSE_DEG = 0.001


def offer(reader: Person) -> Offer:
    """The collection as one reader has it."""
    return Offer(
        name=NAME,
        title=_("Incidents"),
        description=_("What you may see of the incidents, by the time they came in; no names, no words."),
        fields=FIELDS,
        page=lambda asked: _page(reader, asked),
        one=lambda feature: _one(reader, feature),
        interval=(None, None),
        filters=FILTERS,
        # Where something is may come from their streets and places.
        attribution="; ".join(credits_due()),
    )


def _visible(reader: Person) -> IncidentQuerySet:
    return Incident.objects.visible_to(reader, PROFILES)


def _page(reader: Person, asked: Asked) -> Page:
    rows = _filtered(_visible(reader), asked)
    exact = not WITH_WORDS.isdisjoint(_profiles_of(reader))
    if asked.box is not None:
        rows = rows.filter(_inside(asked.box, 0 if exact else _COARSE_DEG)) if _has_places(reader) else rows.none()
    count = rows.order_by().values("pk")[: _COUNTED + 1].count() if exact else _COUNTED + 1
    if asked.after:
        last = Incident.objects.filter(pk=_number(asked.after)).values_list("received_at", "pk").first()
        if last is None:
            return Page([], "", None)
        rows = rows.filter(Q(received_at__gt=last[0]) | Q(received_at=last[0], pk__gt=last[1]))
    ids = list(rows.order_by("received_at", "pk").values_list("pk", flat=True)[: asked.limit + 1])
    shown = ids[: asked.limit]
    features = _features(reader, shown)
    told = [features[pk] for pk in shown if pk in features]
    if asked.box is not None and not exact:
        told = [one for one in told if _lies_in(one, asked.box)]
    return Page(told, str(shown[-1]) if len(ids) > len(shown) else "", count if count <= _COUNTED else None)


def _filtered(rows: IncidentQuerySet, asked: Asked) -> IncidentQuerySet:
    if asked.first is not None:
        rows = rows.filter(received_at__gte=asked.first)
    if asked.last is not None:
        rows = rows.filter(received_at__lte=asked.last)
    names = {"state": "state", "ward": "ward_code", "area_set": "area_set"}
    for name, field in names.items():
        if name in asked.filters:
            rows = rows.filter(**{field: asked.filters[name].replace("\x00", "")})
    for name in ("group", "exercise"):
        if name in asked.filters:
            rows = rows.filter(**{name: _number(asked.filters[name])})
    return rows


def _number(given: str) -> int:
    """A number that a row may have; else one that no row has."""
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else -1


def _inside(box: Box, wider: float) -> Q:
    west, south, east, north = box[0] - wider, box[1] - wider, box[2] + wider, box[3] + wider
    pieces = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    found = Q()
    for left, right in pieces:
        area = Polygon.from_bbox((left, south, right, north))
        area.srid = 4326
        found |= Q(point__intersects=area) & _near(area)
    return found


def _near(area: Polygon) -> Q:
    """What SpatiaLite's R-tree finds in the box, which the ORM's filters do not use; PostGIS uses its index by itself.

    The R-tree's edges are rounded outwards (32 bits), so the exact filter still decides.
    """
    if connection.vendor != "sqlite":
        return Q()
    west, south, east, north = area.extent
    sql = "SELECT pkid FROM idx_records_incident_point WHERE xmax >= %s AND ymax >= %s AND xmin <= %s AND ymin <= %s"
    return Q(pk__in=RawSQL(sql, [west, south, east, north]))


def _profiles_of(reader: Person) -> frozenset[str]:
    """The most that this reader's keys can give: who works with words sees places as they are."""
    keys = keys_of_person(reader)
    if any(key == "leader" for key in keys):
        return frozenset({Profile.WALL})
    return frozenset({Profile.PUBLIC}) if any(key.startswith("partner:") for key in keys) else WITH_WORDS


def _has_places(reader: Person) -> bool:
    return Profile.PUBLIC not in _profiles_of(reader)


def _lies_in(feature: Feature, box: Box) -> bool:
    if feature["geometry"] is None:
        return False
    lon, lat = feature["geometry"]["coordinates"]
    return meets(box, (lon, lat, lon, lat))


def _one(reader: Person, feature: str) -> Feature | None:
    number = _number(feature)
    if not _visible(reader).filter(pk=number).exists():
        return None
    return _features(reader, [number]).get(number)


def _features(reader: Person, ids: list[int]) -> dict[int, Feature]:
    return features_for(keys_of_person(reader), ids)


def features_for(keys: Collection[str], ids: Sequence[int]) -> dict[int, Feature]:
    """The features of the incidents that one of the keys opens, by id; each by the most detailed profile they give."""
    profile_of: dict[int, str] = {}
    rows = IncidentAudience.objects.filter(incident__in=ids, key__in=sorted(keys))
    for pk, profile in rows.values_list("incident_id", "profile"):
        known = profile_of.get(pk)
        if known is None or PROFILES.index(profile) < PROFILES.index(known):
            profile_of[pk] = profile
    agencies = dict(Agency.objects.values_list("pk", "code"))
    return {
        incident.pk: _feature(incident, body, agencies)
        for incident, body in rows_of(Incident.objects.filter(pk__in=ids), profile_of)
    }


def _feature(incident: Incident, body: Mapping[str, Any], agencies: Mapping[int, str]) -> Feature:
    """Only what stands in the body, which the profile has decided; nothing is read from the incident itself but its
    number and, for those who handle it, when it was closed."""
    lat, lon = body.get("lat"), body.get("lon")
    area = body.get("area") or {}
    leads = [one["agency"] for one in body.get("assignments", ()) if one["role"] == "lead"]
    properties = {name: body.get(name) for name in FIELDS}
    properties |= {
        "code": incident.code,
        "agency": agencies.get(leads[-1]) if leads else None,
        "area_set": area.get("set"),
        "ward": area.get("ward"),
        "district": area.get("district"),
        "closed_at": incident.closed_at if "assignments" in body else None,
    }
    return {
        "type": "Feature",
        "id": str(incident.pk),
        "geometry": {"type": "Point", "coordinates": [lon, lat]} if lat is not None and lon is not None else None,
        "properties": properties,
    }
