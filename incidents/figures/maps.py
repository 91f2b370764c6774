"""The map report: one HTML file with heat, wards by colour and a slider over time, which opens without a network.

Folium links its libraries from other hosts; here they stand inside the file, and a policy in its head lets it ask
nobody. Folium does not escape what it puts into tooltips, so names are escaped before it gets them.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from html import escape
from pathlib import Path
from typing import Any

import folium
import numpy as np
import shapely
from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from folium.plugins import HeatMap, TimeSliderChoropleth

from geo.credits import credits_due
from geo.index import SetIndex, territory
from incidents.figures.asking import Asked
from incidents.figures.counting import counts_by
from incidents.figures.telling import DAYS_DRAWN, Told, tell
from incidents.figures.wording import number
from opscenter.accounts.models import Person

# About 110 m: a map that is handed on shows where about, not whose house.
_DECIMALS = 3
# A pixel of a province on a screen.
_TOLERANCE_DEG = 0.0005
_COLOUR = "#12569f"
_LIBRARIES = ("leaflet.js", "leaflet-heat.js", "d3.min.js", "jquery.min.js", "moment.min.js")
# Folium's plugins carry no types.
_Heat: Any = HeatMap
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"


def write_html(path: Path, asked: Asked, reader: Person) -> int:
    """Writes the map of a question; gives how many incidents are on it."""
    told = tell(asked, timezone.now())
    path.write_text(page(told), encoding="utf-8")
    return told.figures.received


def page(told: Told) -> str:
    """The whole file as text. Complaints about officials and exact places are not in it."""
    columns = told.columns.only(told.columns.incidents["complaint"] == 0)
    index = territory().named(told.asked.area_set)
    drawn = folium.Map(tiles=None, zoom_control=True, attributionControl=False)
    drawn.default_js, drawn.default_css = [], []
    drawn.options["maxZoom"] = 18
    most = 0
    if index is not None:
        west, south, east, north = shapely.total_bounds([unit.polygon for unit in index.units.values()])
        drawn.fit_bounds([[south, west], [north, east]])
        counts = {str(key): n for (key,), n in counts_by(columns, "ward").items()}
        most = max((counts.get(unit.code, 0) for unit in index.wards), default=0)
        _wards(index, counts, most or 1).add_to(drawn)
        slider = _course(index, columns, told.asked)
        if slider is not None:
            slider.default_js = []
            slider.add_to(drawn)
    points = _points(columns)
    if points:
        heat = _Heat(points, name=_("Heat"), radius=18, blur=14, min_opacity=0.3)
        heat.default_js = []
        heat.add_to(drawn)
    folium.LayerControl(collapsed=False).add_to(drawn)
    html = drawn.get_root().render()
    return _carry(_titled(html, told, most))


def _points(columns: Any) -> list[list[float]]:
    """[lat, lon, how many] of each coarse place."""
    rows = columns.incidents
    placed = rows[~np.isnan(rows["lon"])]
    places = np.round(np.stack([placed["lat"], placed["lon"]], axis=1), _DECIMALS)
    found, counts = np.unique(places, axis=0, return_counts=True)
    return [[float(lat), float(lon), int(n)] for (lat, lon), n in zip(found, counts, strict=True)]


def _wards(index: SetIndex, counts: dict[str, int], most: int) -> folium.GeoJson:
    features = [
        _feature(unit, {"name": escape(unit.name), "received": number(counts.get(unit.code, 0)),
                        "share": counts.get(unit.code, 0) / most})
        for unit in index.wards
    ]  # fmt: skip
    return folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        name=_("Received by ward"),
        style_function=lambda one: {
            "color": "#7d8b9a", "weight": 1, "fillColor": _COLOUR,
            "fillOpacity": _opacity(one["properties"]["share"]),
        },
        tooltip=folium.GeoJsonTooltip(["name", "received"], [escape(_("Ward")), escape(_("received"))]),
    )  # fmt: skip


def _opacity(share: float) -> float:
    return float(0.05 + 0.75 * share**0.5)


def _shades() -> str:
    """The colours of wards from none to the most, for a gradient in CSS."""
    red, green, blue = (int(_COLOUR[at : at + 2], 16) for at in (1, 3, 5))
    return ",".join(f"rgba({red},{green},{blue},{_opacity(part / 10):.2f})" for part in range(11))


def _course(index: SetIndex, columns: Any, asked: Asked) -> TimeSliderChoropleth | None:
    """The wards day after day, or month after month; None for a single day."""
    step = "day" if asked.days <= DAYS_DRAWN else "month"
    counts = counts_by(columns, step, "ward")
    times = sorted({key[0] for key in counts})
    if len(times) < 2:
        return None
    most = max(counts.values())
    styles: dict[str, dict[str, dict[str, Any]]] = {}
    for unit in index.wards:
        styles[unit.code] = {
            str(_noon(time)): {
                "color": _COLOUR,
                "opacity": round(0.9 * (counts.get((time, unit.code), 0) / most) ** 0.5, 3),
            }
            for time in times
        }
    features = {"type": "FeatureCollection", "features": [_feature(unit, {}) for unit in index.wards]}
    return TimeSliderChoropleth(
        json.dumps(features),
        styles,
        date_options="DD/MM/YYYY" if step == "day" else "MM/YYYY",
        name=_("Over time"),
        overlay=True,
        show=False,
    )


def _noon(day: Any) -> int:
    assert isinstance(day, dt.date)
    return int(dt.datetime.combine(day, dt.time(12), tzinfo=timezone.get_current_timezone()).timestamp())


def _feature(unit: Any, properties: dict[str, Any]) -> dict[str, Any]:
    shape = shapely.simplify(unit.polygon, _TOLERANCE_DEG)
    return {
        "type": "Feature",
        "id": unit.code,
        "properties": properties,
        "geometry": json.loads(shapely.to_geojson(shapely.set_precision(shape, 1e-5))),
    }


def _titled(html: str, told: Told, most: int) -> str:
    """With a language, a title and lines that say what is shown, of which day, how sure the borders are, and what the
    colours of wards mean; `most` is the highest of their numbers."""
    asked = told.asked
    index = territory().named(asked.area_set)
    title = f"{settings.HOTLINE_NAME} · {asked.first:%d/%m/%Y} – {asked.last:%d/%m/%Y}"
    says = _("%(n)s incidents received; exercises and complaints about officials are left out.") % {
        "n": number(int((told.columns.incidents["complaint"] == 0).sum()))
    }
    rough = " " + _("The borders are approximate.") if index is not None and index.approximate else ""
    sources = [*([index.source, index.licence] if index is not None else []), *credits_due()]
    source = " " + " · ".join(part for part in sources if part)
    # The upper corners are the zoom's and the layers'.
    line = (
        '<p style="position:absolute;z-index:1000;left:10px;bottom:10px;width:fit-content;max-width:calc(100% - 40px);'
        'margin:0;padding:6px 10px;background:#fff;font:14px/1.4 system-ui,sans-serif;border-radius:6px">'
        f'<b>{escape(title)}</b> {escape(says + rough)} <small>{escape(source)}</small><br>'
        f'{escape(_("Received by ward"))}: 0 <span style="display:inline-block;width:90px;height:10px;'
        f'border:1px solid #7d8b9a;background:linear-gradient(90deg,{_shades()})"></span> {number(most)}</p>'
    )  # fmt: skip
    html = html.replace("<html>", f'<html lang="{get_language() or "vi"}">', 1)
    head = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><title>{escape(title)}</title>'
    html = html.replace("<head>", f"<head>{head}", 1)
    return html.replace("<body>", f"<body>{line}", 1)


def _carry(html: str) -> str:
    """Takes out every link to another host and puts the libraries in."""
    html = re.sub(r'<script src="https?://[^"]*"></script>', "", html)
    html = re.sub(r'<link rel="stylesheet" href="https?://[^"]*"/?>', "", html)
    folder = settings.BUILD_DIR / "frontend" / "carried"
    styles = (folder / "leaflet.css").read_text(encoding="utf-8")
    # Its pictures are of controls that are not used here.
    styles = re.sub(r"url\([^)]*\)", "none", styles)
    scripts = ""
    for name in _LIBRARIES:
        text = (folder / name).read_text(encoding="utf-8").replace("</script", r"<\/script")
        scripts += f"<script>{text}</script>"
    return html.replace("</head>", f"<style>{styles}</style>{scripts}</head>", 1)
