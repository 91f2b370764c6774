"""Borders for the map, which set is in force, and suggestions while somebody types a place."""

from __future__ import annotations

import gzip
import json
from functools import lru_cache

import shapely
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_http_methods

from geo.areas import names_date, set_index_on
from geo.credits import border_credit, credits_due
from geo.index import SetIndex, Unit, territory
from geo.suggestions import suggest
from opscenter.budgets import spend

# Borders on a screen: 15 m is under a pixel at the scale of a town.
SHOWN_TOLERANCE_M = 15.0
LONGEST_QUERY = 200


@require_GET
def borders(request: HttpRequest, set_name: str, token: str) -> HttpResponse:
    """The simplified polygons of one generation as GeoJSON. Its address never changes its content.

    Features have `level`, `code`, `name`, `kind`, `parent`, and `at`, a point inside for the label; the collection has
    `attribution`, what a map that draws them has to name ("": nothing).
    """
    index = territory().named(set_name)
    if index is None or index.token != token:
        missing = HttpResponseNotFound("no such generation", content_type="text/plain")
        missing["Cache-Control"] = "no-store"
        return missing
    packed = _packed_borders(index)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(packed, content_type="application/geo+json")
        response["Content-Encoding"] = "gzip"
    else:
        response = HttpResponse(gzip.decompress(packed), content_type="application/geo+json")
    response["Vary"] = "Accept-Encoding"
    patch_cache_control(response, public=True, max_age=31_536_000, immutable=True)
    return response


@require_GET
@cache_control(private=True, no_cache=True)
def current(request: HttpRequest) -> HttpResponse:
    """Which set and generation are in force now, whether only approximate, and whose data it is."""
    index = set_index_on(timezone.localdate())
    if index is None:
        return JsonResponse({"set": None, "generation": None, "approximate": True, "url": None})
    due = credits_due()
    shown = [index.source, index.licence, *due]
    credits = [*filter(None, [border_credit(index)]), *due]
    west, south, east, north = shapely.total_bounds([unit.polygon for unit in index.units.values()])
    return JsonResponse(
        {
            "set": index.name,
            "generation": index.token,
            "approximate": index.approximate,
            "attribution": ", ".join(part for part in shown if part),
            "credits": credits,
            "pinned": bool(settings.AREA_SET),
            "valid_from": index.valid_from.isoformat(),
            "valid_until": index.valid_until.isoformat() if index.valid_until else None,
            "box": [round(float(edge), 6) for edge in (west, south, east, north)],
            "url": reverse("geo:borders", args=[index.name, index.token]),
        }
    )


@require_http_methods(["GET", "POST"])
@gzip_page
@cache_control(private=True, max_age=60)
def suggestions(request: HttpRequest) -> HttpResponse:
    """At most eight areas and places for what was typed so far (`q`), each with ward, district and radius.

    Who is signed in also gets the learnt names, of the `exercise` that is asked for (0, if none: live).
    Our own pages POST, so that what a citizen types stands in no address.
    """
    # Staff share one address and type all day; the budget is for everybody else.
    if not request.user.is_authenticated:
        spend(request, "portal.suggest")
    asked = request.POST if request.method == "POST" else request.GET
    exercise = asked.get("exercise", "")
    number = int(exercise) if exercise.isascii() and exercise.isdigit() and len(exercise) < 10 else 0
    learnt_in = number if request.user.is_authenticated else None
    query = asked.get("q", "")[:LONGEST_QUERY]
    found = suggest(query, on=timezone.localdate(), learnt_in=learnt_in)
    return JsonResponse({"query": query, "candidates": [one.as_json() for one in found]})


@lru_cache(maxsize=4)
def _packed_borders(index: SetIndex) -> bytes:
    """The GeoJSON text, compressed once. Neighbours stay without gaps: each level is simplified as a whole."""
    features = []
    today = names_date(index.valid_from)
    for level in sorted({unit.level for unit in index.units.values()}):
        units = [unit for unit in index.units.values() if unit.level == level]
        simple = shapely.coverage_simplify([unit.flat for unit in units], SHOWN_TOLERANCE_M)
        for unit, shape in zip(units, simple, strict=True):
            features.append(_feature(index, unit, shape, unit.named(today)))
    collection = {"type": "FeatureCollection", "attribution": border_credit(index), "features": features}
    text = json.dumps(collection, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode(), mtime=0)


def _feature(index: SetIndex, unit: Unit, shape: shapely.Geometry, named: tuple[str, str]) -> dict[str, object]:
    shown = shapely.set_precision(index.plane.lonlat(shape), 0.00001, mode="pointwise")
    inside = unit.polygon.representative_point()
    return {
        "type": "Feature",
        "id": f"{index.name}/{unit.code}",
        "geometry": json.loads(shapely.to_geojson(shown)),
        "properties": {
            "level": unit.level,
            "code": unit.code,
            "name": named[1],
            "kind": named[0],
            "parent": unit.parent_code,
            "at": [round(inside.x, 5), round(inside.y, 5)],
        },
    }
