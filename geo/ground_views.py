"""The basemap's addresses: where its tiles are, and each tile."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET

from geo.ground import FIRST_ZOOM, LAST_ZOOM, ground_tile, ground_version
from geo.models import PlaceSource
from geo.tiles import Tile


@require_GET
@cache_control(private=True, no_cache=True)
def ground(request: HttpRequest) -> JsonResponse:
    """Our own streets and places as a basemap: {tiles, minzoom, maxzoom, attribution}; tiles "" without any."""
    version = ground_version()
    address = f"/geo/ground/{version}/{{z}}/{{x}}/{{y}}.mvt" if version else ""
    places = PlaceSource.objects.filter(current__complete=True).exclude(attribution="").order_by("name")
    shown = ", ".join(places.values_list("attribution", flat=True))
    return JsonResponse({"tiles": address, "minzoom": FIRST_ZOOM, "maxzoom": LAST_ZOOM, "attribution": shown})


@require_GET
@gzip_page
def ground_square(request: HttpRequest, version: str, z: int, x: int, y: int) -> HttpResponse:
    """One tile of the streets and places. Its address never changes its content; 404 for another version."""
    tile = Tile.of(z, x, y)
    made = ground_tile(version, tile) if tile is not None and FIRST_ZOOM <= z <= LAST_ZOOM else None
    if made is None:
        missing = HttpResponseNotFound("no such tile", content_type="text/plain")
        missing["Cache-Control"] = "no-store"
        return missing
    response = HttpResponse(made, content_type="application/vnd.mapbox-vector-tile")
    patch_cache_control(response, public=True, max_age=31_536_000, immutable=True)
    return response
