"""Vector tiles of what came in, for people who handle it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from geo.tiles import Tile
from incidents.maps.access import for_verb
from incidents.maps.asking import Question
from incidents.maps.history import tile_of
from incidents.maps.keeping import ROOM_KEEPS, kept
from incidents.maps.wards import ward_figures
from incidents.records.rights import Verb
from opscenter.accounts.models import Person

MVT = "application/vnd.mapbox-vector-tile"


@require_safe
@gzip_page
@for_verb(Verb.READ_INCIDENT)
def history_tile(request: HttpRequest, person: Person, z: int, x: int, y: int) -> HttpResponse:
    """One tile of what came in (history.tile_of); 404 for a square that is none, 422 with the fields' errors."""
    tile = Tile.of(z, x, y)
    if tile is None or tile.z > 19:
        return JsonResponse({"detail": "no such tile"}, status=404)
    form = Question(request.GET)
    if not form.is_valid():
        return JsonResponse({"fields": form.errors}, status=422)
    past = form.past()
    response = HttpResponse(kept(person, tile, past, lambda: tile_of(person, tile, past)), content_type=MVT)
    response["Vary"] = "Cookie"
    patch_cache_control(response, private=True, max_age=ROOM_KEEPS)
    return response


@require_safe
@never_cache
@for_verb(Verb.TAKE_REPORT)
def wards(request: HttpRequest, person: Person) -> HttpResponse:
    """The figures of each ward (wards.ward_figures) for the control room; 422 with the fields' errors."""
    form = Question(request.GET)
    if not form.is_valid():
        return JsonResponse({"fields": form.errors}, status=422)
    return JsonResponse(ward_figures(form.past(), form.cleaned_data["level"] or "ward", timezone.localtime()))
