"""The whole way to the suggested agency, for people: words → place → area → rule → agency → focal point → reached by.

It reads the three traces that an incident stores (category, place, agency), or that a question without an incident
just gave; nothing is worked out again. The machine form are the traces themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from geo.areas import area_named
from incidents.dispatching.models import CompetenceRule
from incidents.records.models import Category, Incident
from incidents.records.reasons import sentence
from opscenter.accounts.models import Agency, ContactPoint

Trace = Mapping[str, Any]
# What a person has to decide; other reasons are facts that led to the rule.
_DOUBTS = frozenset(
    f"dispatching.{code}"
    for code in (
        "no_category",
        "no_rule",
        "agency_ended",
        "area_unknown",
        "no_committee",
        "area_uncertain",
        "across_border",
        "rules_disagree",
        "complained_of_unknown",
    )
)
_FACTS = frozenset(
    f"dispatching.{code}"
    for code in ("on_road", "at_kind", "complained_of", "complaint_goes_higher", "no_district_level")
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way: what it is about, what was found. `open`: a person has to decide something here."""

    name: str
    found: str
    why: str
    open: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """One agency of a border: who, and in which unit."""

    agency: int
    name: str
    area: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """`sentence` is what a call-taker reads at a glance; `rejected` says of every other rule why it was not taken."""

    sentence: str
    steps: tuple[Step, ...]
    co: tuple[str, ...]
    rejected: tuple[str, ...]
    sides: tuple[Side, ...]


def explain_incident(incident: Incident) -> Explanation:
    """The way of a stored incident. A handful of queries, for names."""
    return explain(
        category=incident.category,
        group=incident.get_group_display() if incident.group else "",
        category_trace=incident.category_trace,
        place=incident.place_label,
        area=(incident.area_set, incident.ward_code or incident.district_code),
        place_trace=incident.place_trace,
        agency_trace=incident.agency_trace,
        agency=incident.suggested_agency,
    )


def explain(
    *,
    category: Category | None,
    group: str,
    category_trace: Trace,
    place: str,
    area: tuple[str, str],
    place_trace: Trace,
    agency_trace: Trace,
    agency: Agency | None,
) -> Explanation:
    """The way from the traces; `area` is (set, code) of the smallest unit that is known."""
    words = _words(category_trace)
    what = category.label if category else group
    unit = area_named(*area) if area[1] else None
    area_name = unit.name if unit else area[1]
    where = place if place and place != area_name else ""
    number = agency_trace.get("rule")
    rule = CompetenceRule.objects.filter(pk=int(number)).first() if number else None
    reach = agency_trace.get("reach") or {}
    reasons = agency_trace.get("reasons", ())
    # Several rules may leave the same open: it is said once.
    doubts = list(dict.fromkeys(sentence(one) for one in reasons if one.get("code") in _DOUBTS))
    facts = list(dict.fromkeys(sentence(one) for one in reasons if one.get("code") in _FACTS))
    named = Agency.objects.in_bulk([*agency_trace.get("co", ()), *_ids(agency_trace.get("choices", ()))])
    steps = (
        Step(_("Words"), _("“%(words)s”") % {"words": words} if words else _("no known words"), "", not words),
        Step(_("Category"), what or _("not known"), _first(category_trace), not what),
        Step(_("Place"), where or area_name or _("not known"), _first(place_trace), not (where or area_name)),
        Step(_("Area"), _in_set(area_name, area[0]), "", not area_name),
        Step(
            _("Rule"),
            rule.legal_basis or rule.code if rule else _("none"),
            "; ".join([*([rule.code] if rule else []), *facts]),
            rule is None,
        ),
        Step(_("Agency"), agency.name if agency else _("none"), "; ".join(doubts), not agency_trace.get("certain")),
        Step(_("Focal point"), *_focal_points(agency, reach)),
    )
    return Explanation(
        sentence=_in_one(words, what, where, area_name, facts, rule, agency, _ways(reach), doubts),
        steps=steps,
        co=tuple(named[pk].name for pk in agency_trace.get("co", ()) if pk in named),
        rejected=tuple(sentence(one) for one in agency_trace.get("rejected", ())),
        sides=tuple(
            Side(one["agency"], named[one["agency"]].name, _name_of(one["set"], one["area"]))
            for one in agency_trace.get("choices", ())
            if one["agency"] in named
        ),
    )


def _in_one(
    words: str,
    what: str,
    where: str,
    area: str,
    facts: Sequence[str],
    rule: CompetenceRule | None,
    agency: Agency | None,
    ways: str,
    doubts: Sequence[str],
) -> str:
    """The one sentence, as somebody would say it on the telephone."""
    parts = []
    if words and what:
        parts.append(_("because of “%(words)s” it is %(category)s") % {"words": words, "category": what})
    elif what:
        parts.append(_("it is %(category)s") % {"category": what})
    if where and area:
        parts.append(_("at %(place)s, %(area)s") % {"place": where, "area": area})
    elif where or area:
        parts.append(_("in %(area)s") % {"area": where or area})
    parts += facts
    if rule is not None and agency is not None:
        parts.append(
            _("under %(basis)s it is for %(agency)s") % {"basis": rule.legal_basis or rule.code, "agency": agency.name}
        )
        if ways:
            parts.append(_("reached by %(ways)s") % {"ways": ways})
    else:
        parts.append(_("nobody could be named"))
    said = ", ".join(parts) + "."
    if doubts:
        said += " " + _("To be decided: %(doubts)s.") % {"doubts": "; ".join(doubts)}
    return said[0].upper() + said[1:]


def _words(trace: Trace) -> str:
    """The words of the citizen that the category rests on."""
    for reason in trace.get("reasons", ()):
        if str(reason.get("code", "")).startswith("triage.") and (words := (reason.get("params") or {}).get("words")):
            return str(words)
    return ""


def _first(trace: Trace) -> str:
    return next((sentence(reason) for reason in trace.get("reasons", ())), "")


def _in_set(area: str, set_name: str) -> str:
    return _("%(area)s (units of %(set)s)") % {"area": area, "set": set_name} if area else _("not known")


def _name_of(set_name: str, code: str) -> str:
    area = area_named(set_name, code)
    return area.name if area else code


def _focal_points(agency: Agency | None, reach: Trace) -> tuple[str, str, bool]:
    if agency is None:
        return _("none"), "", False
    people, ways = int(reach.get("focal_points", 0)), _ways(reach)
    said = ngettext("%(n)d focal point with an account", "%(n)d focal points with an account", people) % {"n": people}
    if not people and not reach.get("by"):
        return _("nobody can be reached"), _("Give the agency a focal point or a contact point"), True
    return said, _("reached by %(ways)s") % {"ways": ways}, False


def _ways(reach: Trace) -> str:
    """The doors by which the agency hears of it, the web first."""
    kinds = dict(ContactPoint.Kind.choices)
    ways = [_("the web")] if reach.get("focal_points") else []
    return ", ".join([*ways, *(_inside(str(kinds.get(kind, kind))) for kind in reach.get("by", ()))])


def _inside(name: str) -> str:
    """A name as it stands inside a sentence; what is written in capitals (SMS) stays."""
    return name if name.isupper() else name[:1].lower() + name[1:]


def _ids(choices: Sequence[Mapping[str, Any]]) -> list[int]:
    return [int(one["agency"]) for one in choices]
