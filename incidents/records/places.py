"""Where an incident is: the resolver's answer, or a person's pin, put onto the incident with its reasons.

A person's pin is authoritative. The areas are asked for the local date of the decision (or in the pinned set); set,
generation and reasons are stored and never worked out again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.geos import Point
from django.utils import timezone

from geo.areas import AreaRef, areas_at, set_index_on
from geo.describing import Whereabouts, describe
from geo.plane import distance_m
from geo.resolution import Candidate, Resolution
from incidents.records import needs
from incidents.records.history import HistoryKind, append
from incidents.records.models import Incident
from opscenter.accounts.models import Person
from realtime.change import current_change

# A point this near to a border is told as being near it.
NEAR_BORDER_M = 30.0
# What lies by a vaguer point says nothing of where to go.
WORDS_UP_TO_M = 300.0
# The history is never rewritten: what it keeps of a place outlives whoever lives there, so it is as coarse as on walls.
_KEPT_DECIMALS = 3


@dataclass(frozen=True)
class Pin:
    """A pin that a person put: degrees (WGS 84), radius of uncertainty in metres, and what the place is called."""

    lon: float
    lat: float
    radius_m: float = 15.0
    label: str = ""


def place_fields(where: Resolution | Pin, *, on: dt.date) -> dict[str, Any]:
    """The fields of an incident that say where it is, ready for `open_incident(**…)` or to be set one by one.

    An ambiguous answer gives no point, only the ward or district that can be relied on; a position too vague to say
    the ward keeps its point and radius, and no ward: a person decides. `on` is the local date.
    """
    return _of_pin(where, on) if isinstance(where, Pin) else _of_resolution(where, on)


def set_place(
    incident: Incident,
    where: Resolution | Pin,
    *,
    by: Person | None,
    why: str = "",
    kind: HistoryKind = HistoryKind.PLACE_SET,
) -> None:
    """Puts a place onto an incident locked by the open change, with a history row, and works its needs out anew."""
    fields = place_fields(where, on=timezone.localdate(current_change().at))
    before = incident.point
    for name, value in fields.items():
        setattr(incident, name, value)
    incident.save(update_fields=[*fields, "tile_key"])
    point = incident.point
    append(
        incident,
        kind,
        by=by,
        why=why,
        data={
            "lon": round(point.x, _KEPT_DECIMALS) if point else None,
            "lat": round(point.y, _KEPT_DECIMALS) if point else None,
            "moved_m": round(distance_m(before.x, before.y, point.x, point.y)) if before and point else None,
            "radius_m": incident.radius_m,
            "set": incident.area_set,
            "generation": incident.area_generation,
            "ward": incident.ward_code,
            "district": incident.district_code,
            **reasoned(fields["place_trace"]),
        },
    )
    needs.recompute(incident)


def reasoned(trace: Mapping[str, Any]) -> dict[str, Any]:
    """How a place came about, for a row of the history: what it was read from and the codes of what decided.

    Codes and numbers alone: whatever holds words of people or may name where somebody lives stays in the incident's
    trace, which is erased with them; a later pin replaces that one, and this row stays.
    """
    question, answer = trace.get("question") or {}, trace.get("answer") or {}
    found = {
        "by": trace.get("by"),
        "outcome": trace.get("outcome"),
        "kind": answer.get("kind"),
        "confidence": round(answer["confidence"], 3) if answer else None,
        "reasons": [_without_words(reason) for reason in trace.get("reasons", ())],
        "question": question.get("code"),
        "candidates": [
            [one["ward"]["code"] if one.get("ward") else "", round(one["confidence"], 3)]
            for one in trace.get("candidates", ())
        ],
        "gazetteer": trace.get("gazetteer"),
    }
    return {name: value for name, value in found.items() if value not in (None, [], "")}


def _without_words(reason: Mapping[str, Any]) -> dict[str, Any]:
    """A reason's code and its numbers (metres, eighths of the compass)."""
    numbers = {name: value for name, value in reason.get("params", {}).items() if isinstance(value, int | float)}
    return {"code": reason.get("code", ""), **({"params": numbers} if numbers else {})}


def read_from(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The part of `place_fields` that a report keeps in the history where it joins an incident that is elsewhere
    known: which areas it was read from, which unit it names, and why."""
    return {
        "set": fields["area_set"],
        "generation": fields["area_generation"],
        "ward": fields["ward_code"],
        "district": fields["district_code"],
        "radius_m": fields["radius_m"],
        **reasoned(fields["place_trace"]),
    }


def _of_pin(pin: Pin, on: dt.date) -> dict[str, Any]:
    covering = areas_at(pin.lon, pin.lat, on, margin_m=max(pin.radius_m, NEAR_BORDER_M))
    reasons: list[dict[str, Any]] = [{"code": "place.by_person"}]
    if covering.is_outside:
        reasons.append({"code": "place.pin_outside", "set": covering.set_name})
    else:
        reasons.append({"code": "place.area_of_pin", "set": covering.set_name})
    if covering.near:
        reasons.append({"code": "place.pin_near_border", "near": [area.code for area in covering.near]})
    if covering.approximate:
        reasons.append({"code": "place.approximate", "set": covering.set_name})
    return {
        "point": Point(pin.lon, pin.lat, srid=4326),
        "radius_m": pin.radius_m,
        "approximate": covering.approximate,
        "place_label": pin.label[:250],
        **_areas(covering.set_name, covering.ward, covering.district, on),
        "place_trace": {
            "by": "person",
            "outcome": "outside" if covering.is_outside else "located",
            "near": [area.code for area in covering.near],
            "reasons": reasons,
        },
    }


def _of_resolution(resolution: Resolution, on: dt.date) -> dict[str, Any]:
    trace = {"by": "resolver", **resolution.as_json()}
    best = resolution.best
    if best is None:
        return {**_NOWHERE, "place_trace": trace}
    sure = resolution.answer
    areas = _areas(_set_of(sure), sure.ward, sure.district, on) if sure is not None else _NO_AREAS
    if resolution.outcome == "ambiguous":
        return {**_NOWHERE, **areas, "approximate": best.approximate, "place_trace": trace}
    return {
        "point": Point(best.lon, best.lat, srid=4326),
        "radius_m": best.radius_m,
        "approximate": best.approximate,
        "place_label": best.name[:250],
        **areas,
        "place_trace": trace,
    }


def round_about(incident: Incident) -> Whereabouts | None:
    """What lies round an incident's point, for whoever goes there; None while the point is only a part of town."""
    if incident.point is None or (incident.radius_m or 0) > WORDS_UP_TO_M:
        return None
    return describe(incident.point.x, incident.point.y, on=timezone.localdate(incident.received_at))


_NO_AREAS: dict[str, Any] = {"area_set": "", "area_generation": "", "ward_code": "", "district_code": ""}
_NOWHERE: dict[str, Any] = {"point": None, "radius_m": None, "approximate": False, "place_label": "", **_NO_AREAS}


def _areas(set_name: str, ward: AreaRef | None, district: AreaRef | None, on: dt.date) -> dict[str, str]:
    index = set_index_on(on)
    return {
        "area_set": set_name,
        "area_generation": index.token if index is not None and index.name == set_name else "",
        "ward_code": ward.code if ward else "",
        "district_code": district.code if district else "",
    }


def _set_of(candidate: Candidate) -> str:
    area = candidate.ward or candidate.district
    return area.set_name if area else ""
