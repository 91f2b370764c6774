"""Which services an emergency concerns: by what a person chose, else by category, words and competence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.utils import timezone

from incidents.dispatching.competence import AreaRefs, decision_date, suggest_agency
from incidents.dispatching.suggesting import area_of
from incidents.records.lifecycles import SERVICE_KINDS
from incidents.records.models import Category, Incident, ReportWords
from incidents.records.models.categories import Group
from incidents.triage import categorise
from opscenter.accounts.models import Agency

# Who else comes when a category's own service comes: injuries bring 115, roads that are blocked bring 113.
ALSO: dict[str, tuple[str, ...]] = {
    "police-traffic-accident": ("ambulance",),
    "fire-building": ("police", "ambulance"),
    "rescue": ("ambulance",),
    "gas-chemical": ("police", "ambulance"),
    "ambulance-injury": (),
}


def services_for(incident: Incident, kinds: Sequence[str] = ()) -> list[Agency]:
    """The services to tell of an emergency, the one that leads first; empty when none exists on this date.

    `kinds` are those a person chose (police, fire, ambulance). Else: the service competent for the category, those of
    ALSO, and those of other emergencies that the reporter's words speak of; without any of these, the police, who are
    competent for whatever nobody has named yet.
    """
    on = decision_date(timezone.localdate())
    if kinds:
        return _unique(agency for kind in kinds if (agency := service(kind, on)) is not None)
    words = " \n".join(ReportWords.objects.filter(report__incident=incident).values_list("words", flat=True))
    return services_concerned(incident.category, words, area_of(incident), on)


def services_concerned(category: Category | None, words: str, place: AreaRefs, on: dt.date) -> list[Agency]:
    """The same for what is not stored yet: words of this category, at this place, under the rules of a date."""
    found: list[Agency | None] = []
    for one in _emergencies(category, words):
        # What nobody is named for is the police's.
        found.append(_competent(one, place, on) or service("police", on))
        found += [service(kind, on) for kind in ALSO.get(one.code, ())]
    if not any(found):
        found = [_competent(None, place, on), service("police", on)]
    return _unique(agency for agency in found if agency is not None and agency.kind in SERVICE_KINDS)


def service(kind: str, on: dt.date) -> Agency | None:
    """The service of a kind that is in force on a date."""
    return Agency.objects.in_force(on).filter(kind=kind).order_by("is_sample", "pk").first()


def _emergencies(category: Category | None, words: str) -> list[Category]:
    """The emergencies it is: the category, then what the words speak of."""
    found = [category] if category is not None and category.group == Group.EMERGENCY else []
    if words.strip():
        heard = categorise.suggest(words)
        named = [heard.category, *(one.category for one in heard.alternatives)]
        found += [one for one in named if one is not None and one.group == Group.EMERGENCY]
    return list({one.pk: one for one in found}.values())


def _competent(category: Category | None, place: AreaRefs, on: dt.date) -> Agency | None:
    return suggest_agency(category=category, group=Group.EMERGENCY, place=place, on=on).agency


def _unique(agencies: Iterable[Agency]) -> list[Agency]:
    return list({agency.pk: agency for agency in agencies}.values())
