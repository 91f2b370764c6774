"""What partners' systems fetch: GeoJSON of shared incidents and units, and published alerts by CAP."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse

from incidents.partners import seeing
from incidents.partners.access import for_systems
from incidents.partners.cap import feed
from incidents.partners.models import SystemKey


@for_systems
def incidents(request: HttpRequest, key: SystemKey) -> HttpResponse:
    """The shared incidents of the board that the key's agency sees, as a GeoJSON FeatureCollection."""
    return _collection(seeing.incident_features(key.agency, key.with_exercises))


@for_systems
def units(request: HttpRequest, key: SystemKey) -> HttpResponse:
    """The agency's units, and those of others at its incidents, where each was last."""
    return _collection(seeing.unit_features(key.agency, key.with_exercises))


def _collection(features: Iterable[dict[str, Any]]) -> HttpResponse:
    content = {"type": "FeatureCollection", "features": list(features)}
    return JsonResponse(content, content_type="application/geo+json", json_dumps_params={"ensure_ascii": False})


@for_systems
def cap_feed(request: HttpRequest, key: SystemKey) -> HttpResponse:
    """The Atom feed of alerts in force."""
    return HttpResponse(feed.atom(feed.in_force(key)), content_type="application/atom+xml; charset=utf-8")


@for_systems
def cap_message(request: HttpRequest, key: SystemKey, identifier: str) -> HttpResponse:
    """One message as it was published."""
    row = feed.message_for(key, identifier)
    if row is None:
        raise Http404
    text = '<?xml version="1.0" encoding="UTF-8"?>\n' + row.xml
    return HttpResponse(text, content_type="application/cap+xml; charset=utf-8")
