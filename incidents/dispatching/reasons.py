"""Why this agency: the sentences for the codes that competence stores."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from geo.areas import area_named
from incidents.dispatching.models import RoadOwner
from opscenter.accounts.models import Agency

_TEXTS: dict[str, str | Promise] = {
    "dispatching.no_category": _("Neither category nor group is known"),
    "dispatching.no_rule": _("No rule of competence fits this category here"),
    "dispatching.rule": _("Rule %(rule)s: %(basis)s"),
    "dispatching.agency_ended": _("%(agency)s does not exist on this date"),
    "dispatching.complaint_goes_higher": _("A complaint about an official goes to the next higher level"),
    "dispatching.no_district_level": _("There is no district level on this date"),
    "dispatching.area_unknown": _("The rule needs the area, and it is not known"),
    "dispatching.no_committee": _("No People's Committee is known for %(area)s"),
    "dispatching.committee": _("%(area)s belongs to %(agency)s"),
    "dispatching.area_uncertain": _("The area is not sure"),
    "dispatching.borders_approximate": _("The borders of the set %(set)s are only approximate"),
    "dispatching.rules_disagree": _("Rule %(rule)s of the same rank names %(agency)s"),
    "dispatching.across_border": _("In %(area)s it would be %(agency)s"),
    "dispatching.on_road": _("%(road)s is a %(owner)s"),
    "dispatching.at_kind": _("The place is of the kind %(kind)s"),
    "dispatching.complained_of": _("The report complains of %(agency)s, or of one above it"),
    "dispatching.complained_of_unknown": _("It is not known which agency the report complains of"),
    "dispatching.rule_not_in_force": _("Rule %(rule)s holds from %(since)s until %(until)s only"),
    "dispatching.rule_elsewhere": _("Rule %(rule)s holds in %(area)s only"),
    "dispatching.rule_other_road": _("Rule %(rule)s holds on a %(owner)s only"),
    "dispatching.rule_other_kind": _("Rule %(rule)s holds at places of the kind %(kind)s only"),
    "dispatching.rule_outranked": _("Rule %(rule)s comes after it"),
    "dispatching.co_left_out": _("Not co-ordinating by rule %(rule)s: %(why)s"),
    "dispatching.by_person": _("Agency chosen by a person"),
    "dispatching.transferred": _("Passed on from another agency"),
    "dispatching.disagreed": _("The agencies do not agree"),
}


# A rule that is not yet in force and has no end.
_WITHOUT_END = _("Rule %(rule)s holds from %(since)s only")
_OWNERS = {owner.value: owner.label for owner in RoadOwner}
_NOTHING = dict.fromkeys(("rule", "basis", "agency", "area", "set", "road", "owner", "kind", "since", "until"), "")


def _day(iso: str) -> str:
    return date_format(dt.date.fromisoformat(iso), "d/m/Y") if iso else ""


def sentence(reason: Mapping[str, Any]) -> str | None:
    """One reason of dispatching in the reader's language; None for another room's code."""
    text = _TEXTS.get(str(reason.get("code", "")))
    if text is None:
        return None
    params = {**_NOTHING, **(reason.get("params") or {})}
    if isinstance(params.get("why"), Mapping):
        params["why"] = sentence(params["why"]) or ""
    if reason.get("code") == "dispatching.rule_not_in_force" and not params["until"]:
        text = _WITHOUT_END
    params["owner"] = _OWNERS.get(params["owner"], params["owner"])
    params["since"], params["until"] = (_day(params[name]) for name in ("since", "until"))
    if isinstance(params["agency"], int):
        agency = Agency.objects.filter(pk=params["agency"]).first()
        params["agency"] = agency.name if agency else f"#{params['agency']}"
    if params["area"]:
        area = area_named(str(params["set"]), str(params["area"]))
        params["area"] = area.name if area else params["area"]
    return str(text) % params
