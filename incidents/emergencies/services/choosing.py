"""Which services an emergency concerns: by what a person chose, else by category, words and competence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.utils import timezone

from incidents.dispatching.competence import decision_date, suggest_agency
from incidents.dispatching.suggesting import area_of
from incidents.records.lifecycles import SERVICE_KINDS
from incidents.records.models import Category, Incident, ReportWords
from incidents.records.models.categories import Group
from incidents.triage import categorise
from opscenter.accounts.models import Agency
from realtime.change import current_change

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
    on = decision_date(timezone.localdate(current_change().at))
    if kinds:
        return _unique(agency for kind in kinds if (agency := service(kind, on)) is not None)
    found: list[Agency | None] = []
    for category in _categories(incident):
        # What nobody is named for is the police's.
        found.append(_competent(incident, category, on) or service("police", on))
        found += [service(kind, on) for kind in ALSO.get(category.code, ())]
    if not any(found):
        found = [_competent(incident, None, on), service("police", on)]
    return _unique(agency for agency in found if agency is not None and agency.kind in SERVICE_KINDS)


def service(kind: str, on: dt.date) -> Agency | None:
    """The service of a kind that is in force on a date."""
    return Agency.objects.in_force(on).filter(kind=kind).order_by("is_sample", "pk").first()


def _categories(incident: Incident) -> list[Category]:
    """The emergencies it is: the stored category, then what the words speak of."""
    found = [incident.category] if incident.category is not None and incident.category.group == Group.EMERGENCY else []
    words = " \n".join(ReportWords.objects.filter(report__incident=incident).values_list("words", flat=True))
    if words.strip():
        heard = categorise.suggest(words)
        named = [heard.category, *(one.category for one in heard.alternatives)]
        found += [one for one in named if one is not None and one.group == Group.EMERGENCY]
    return list({one.pk: one for one in found}.values())


def _competent(incident: Incident, category: Category | None, on: dt.date) -> Agency | None:
    suggestion = suggest_agency(
        category=category,
        group=Group.EMERGENCY,
        place=area_of(incident),
        on=on,
    )
    return suggestion.agency


def _unique(agencies: Iterable[Agency]) -> list[Agency]:
    return list({agency.pk: agency for agency in agencies}.values())
