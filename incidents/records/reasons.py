"""Reasons that this room stores, as sentences in the reader's language. Other rooms word their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from geo.reasons import SENTENCES as GEO_SENTENCES
from geo.reasons import sentence as geo_sentence
from geo.resolution import Reason
from incidents.records.needs import Need

NEEDS: dict[Need, str | Promise] = {
    Need.PLACE_UNKNOWN: _("Nobody knows yet where it is"),
    Need.PLACE_UNCERTAIN: _("The place is not sure"),
    Need.PLACE_OUTSIDE: _("The place is outside the province"),
    Need.PLACE_CONFLICT: _("The words and the pin name different places"),
    Need.CATEGORY_UNSURE: _("The category is not sure"),
    Need.COMPLAINT_OPEN: _("Nobody has said yet whom it complains of"),
    Need.AGENCY_UNKNOWN: _("No agency was found"),
    Need.AGENCY_UNSURE: _("The agency is not sure"),
    Need.ARBITER_OPEN: _("Agencies do not agree about a complaint: choose who decides, nobody whom it complains of"),
    Need.AGENCY_RETURNED: _("The agency gave it back"),
    Need.CREW_SILENT: _("A crew on scene does not report that it is well"),
    Need.SERVICE_SILENT: _("An emergency service has not taken it in time"),
    Need.STEP_FAILED: _("An automatic step failed"),
}
_TEXTS: dict[str, str | Promise] = {
    **{f"need.{need.value}": text for need, text in NEEDS.items()},
    "place.by_person": _("Pin put by a person"),
    "place.area_of_pin": _("Area of the pin in the set %(set)s"),
    "place.pin_outside": _("The pin lies outside the areas of the set %(set)s"),
    "place.pin_near_border": _("The pin lies near a border"),
    "place.approximate": _("The borders of the set %(set)s are only approximate"),
    "category.by_person": _("Category chosen by a person"),
    "step.failed": _("The step %(step)s failed: %(error)s"),
}
# Rooms above register how their own codes are worded.
_rooms: list[Callable[[Mapping[str, Any]], str | None]] = []


def register(wording: Callable[[Mapping[str, Any]], str | None]) -> None:
    """Adds the wording of another room's or house's codes; it gives None for codes that are not its own."""
    if wording not in _rooms:
        _rooms.append(wording)


def sentence(reason: Mapping[str, Any]) -> str:
    """One stored reason, {"code": …, parameters}, as a sentence in the reader's language; else the code itself."""
    code = str(reason.get("code", ""))
    text = _TEXTS.get(code)
    if text is not None:
        named = {**reason, **(reason.get("params") or {})}
        try:
            return str(text) % named
        except KeyError:
            return code
    worded = next((worded for wording in _rooms if (worded := wording(reason)) is not None), None)
    if worded is not None:
        return worded
    return geo_sentence(Reason(code, reason.get("params") or {})) if code in GEO_SENTENCES else code
