"""The public page of the figures and its data. Counted at most once in ten minutes, whoever asks."""

from __future__ import annotations

import datetime as dt
import threading
import time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from geo.areas import set_index_on
from incidents.figures.opendata import Public, as_csv, as_geojson, drawn, public
from opscenter.budgets import spend

KEPT_S = 600
PERIODS = {"30": 30, "90": 90, "365": 365, "1095": 1_095}

_lock = threading.Lock()
_kept: dict[tuple[str, str, str], tuple[float, Public]] = {}


def _told(request: HttpRequest) -> Public:
    spend(request, "figures.public")
    period = request.GET.get("days", "")
    days = PERIODS.get(period, PERIODS["365"])
    today = timezone.localdate()
    index = set_index_on(today)
    area_set = index.name if index else ""
    key = (f"{days} {today}", area_set, get_language() or "vi")
    # One at a time: a hundred visitors at once count once.
    with _lock:
        held = _kept.get(key)
        if held is None or time.monotonic() - held[0] > KEPT_S:
            # Up to the last Sunday: an end that moved each day would let two days' pages be subtracted, down to one.
            last = today - dt.timedelta(days=today.weekday() + 1)
            held = (
                time.monotonic(),
                public(last - dt.timedelta(days=days - 1), last, area_set, timezone.now()),
            )
            _kept[key] = held
    return held[1]


def _cached(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, max_age=KEPT_S)
    return response


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Counts for everybody, with a map and the data as files."""
    told = _told(request)
    days = (told.last - told.first).days + 1
    # The week that is still open is published with its Sunday over.
    shown = {"told": told, "map": drawn(told), "next": told.last + dt.timedelta(days=8)}
    return render(request, "figures/public.html", {**shown, "days": str(days), "periods": PERIODS})


@require_safe
def data_csv(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(as_csv(_told(request)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="1022.csv"'
    return _cached(response)


@require_safe
def data_geojson(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(as_geojson(_told(request)), content_type="application/geo+json")
    response["Content-Disposition"] = 'attachment; filename="1022.geojson"'
    return _cached(response)
