"""How the live stream learns of incidents: who sees one now, who no longer does, and what each of them is shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet

from incidents.records.audience import incident_audience
from incidents.records.bodies import Extra, Facts, bodies
from incidents.records.editing import ENTITY
from incidents.records.keys import TRACK
from incidents.records.lifecycles import SERVICE_KINDS
from incidents.records.models import Assignment, Complaint, Incident, IncidentAudience, Photo, Report, UnitWork
from incidents.records.models.categories import Group
from opscenter.accounts.models import Agency
from opscenter.accounts.roles import Role
from opscenter.accounts.tree import above, parents
from realtime.entities import Described

# The room of emergencies registers what it adds; it lies above this one.
Extend = Callable[[QuerySet[Incident]], Mapping[int, Extra]]
# So many incidents are read at a time: databases take no longer list of ids for granted.
AT_ONCE = 5_000
_extend: list[Extend] = []


def register_extras(extend: Extend) -> None:
    """Says what shared incidents have on top: a function from a query of incidents to extras by id."""
    _extend[:] = [extend]


def facts_of(ids: Sequence[int], among: QuerySet[Incident] | None = None) -> Iterator[Facts]:
    """Incidents with what hangs on them, by id, those of `among` alone: a few queries for every AT_ONCE of them.

    By their ids and not by the query that found them: a database would answer it anew for each table.
    """
    ordered = sorted(ids)
    among = Incident.objects.all() if among is None else among
    for start in range(0, len(ordered), AT_ONCE):
        yield from _facts_of(among.filter(pk__in=ordered[start : start + AT_ONCE]))


def _facts_of(incidents: QuerySet[Incident]) -> Iterator[Facts]:
    # The traces are long and no body shows them.
    rows = incidents.select_related("category").defer("place_trace", "category_trace", "agency_trace")
    # Put in order here: asked to, SQLite reads the whole table by number rather than the index of the board.
    found = sorted(rows.order_by(), key=lambda row: row.pk)
    if not found:
        return
    ids = [row.pk for row in found]
    assignments: dict[int, list[Assignment]] = defaultdict(list)
    for row in Assignment.objects.filter(incident__in=ids).order_by("pk"):
        assignments[row.incident_id].append(row)
    works: dict[int, list[UnitWork]] = defaultdict(list)
    for work in _works([row.pk for rows_of_one in assignments.values() for row in rows_of_one]):
        works[work.assignment.incident_id].append(work)
    reports: dict[int, list[int]] = defaultdict(list)
    partners: dict[int, list[int]] = defaultdict(list)
    rows_of_reports = Report.objects.filter(incident__in=ids).order_by("pk")
    for pk, incident_id, taken_by, role in rows_of_reports.values_list(
        "pk", "incident_id", "taken_by_id", "taken_by__role"
    ):
        reports[incident_id].append(pk)
        if role == Role.PARTNER:
            partners[incident_id].append(taken_by)
    counted = Photo.objects.filter(incident__in=ids).order_by().values_list("incident_id").annotate(Count("pk"))
    photos: dict[int, int] = dict(counted)
    extras: dict[int, Extra] = {}
    for extend in _extend:
        extras.update(extend(Incident.objects.filter(pk__in=ids)))
    for incident in found:
        yield Facts(
            incident,
            tuple(assignments[incident.pk]),
            tuple(reports[incident.pk]),
            photos.get(incident.pk, 0),
            tuple(partners[incident.pk]),
            extras.get(incident.pk),
            tuple(works[incident.pk]),
        )


def _works(assignments: Sequence[int]) -> QuerySet[UnitWork]:
    """The parts of handling units that are not handed elsewhere."""
    rows = UnitWork.objects.filter(assignment__in=assignments, ended_at=None)
    return rows.select_related("assignment").only("unit", "person", "assignment__incident").order_by("pk")


def describe(ids: Sequence[int]) -> Iterator[Described]:
    """Describes incidents at the end of a change and writes down who sees them.

    Six queries to read, nine when an agency has some, twelve when some are shared, two at most to write, however many
    incidents. An incident that is off the board stays readable by its audience (`visible_to`), but the live stream
    keeps it only for the citizen who follows it.
    """
    before: dict[int, dict[str, str]] = defaultdict(dict)
    for incident_id, key, profile in IncidentAudience.objects.filter(incident__in=ids).values_list(
        "incident_id", "key", "profile"
    ):
        before[incident_id][key] = profile
    found = list(facts_of(ids))
    higher: dict[int, list[int]] = {}
    named: Mapping[int, set[int]] = {}
    # Without an agency there is nobody above it, and nobody to keep it from.
    if any(facts.assignments for facts in found):
        named = _complained_of(ids)
        known = parents()
        higher = {pk: above(pk, known) for pk in known}
    saving: frozenset[int] = frozenset()
    if any(facts.extra is not None for facts in found):
        saving = frozenset(Agency.objects.filter(kind__in=sorted(SERVICE_KINDS)).values_list("pk", flat=True))
    described = []
    gone: list[tuple[int, str]] = []
    new: list[IncidentAudience] = []
    for facts in found:
        incident = facts.incident
        units: dict[int, list[int]] = defaultdict(list)
        for work in facts.unit_works:
            units[work.assignment_id].append(work.unit_id)
        audience: Mapping[str, str] = incident_audience(
            incident,
            facts.assignments,
            facts.report_ids,
            facts.partner_ids,
            facts.extra.handling_units if facts.extra else {},
            units,
            higher,
            named.get(incident.pk, set()) | named.get(incident.parent_id or 0, set()),
            saving if facts.extra is not None and incident.group == Group.EMERGENCY else None,
        )
        stored = before[incident.pk]
        gone += [(incident.pk, key) for key in stored if audience.get(key) != stored[key]]
        new += [
            IncidentAudience(incident=incident, key=key, profile=profile)
            for key, profile in audience.items()
            if stored.get(key) != profile
        ]
        shown = {key: profile for key, profile in audience.items() if incident.on_board or key.startswith(TRACK)}
        described.append(
            Described(
                entity=ENTITY,
                id=incident.pk,
                version=incident.version,
                audience=shown,
                removed=frozenset((stored.keys() | audience.keys()) - shown.keys()),
                bodies=bodies(facts, list(shown.values())),
                exercise=incident.exercise,
            )
        )
    _store(gone, new)
    yield from described


def _complained_of(ids: Sequence[int]) -> Mapping[int, set[int]]:
    """The agencies complained of in the reports of these incidents, and of those they are tasks of. One query."""
    tasks = Incident.objects.filter(pk__in=ids, parent__isnull=False).values("parent_id")
    rows = Complaint.objects.filter(Q(report__incident__in=ids) | Q(report__incident__in=tasks), agency__isnull=False)
    named: dict[int, set[int]] = defaultdict(set)
    for incident_id, agency_id in rows.order_by().values_list("report__incident_id", "agency_id"):
        named[incident_id].add(agency_id)
    return named


def _store(gone: list[tuple[int, str]], new: list[IncidentAudience]) -> None:
    if gone:
        keys: dict[str, list[int]] = defaultdict(list)
        for incident_id, key in gone:
            keys[key].append(incident_id)
        for key, incident_ids in keys.items():
            IncidentAudience.objects.filter(key=key, incident__in=incident_ids).delete()
    if new:
        IncidentAudience.objects.bulk_create(new)


def rows_of(incidents: QuerySet[Incident], profile_of: Mapping[int, str]) -> Iterator[tuple[Incident, dict[str, Any]]]:
    """Those of the incidents for whose ids a profile is given, each as that profile sees it."""
    for facts in facts_of(list(profile_of), incidents):
        profile = profile_of[facts.incident.pk]
        yield facts.incident, bodies(facts, [profile])[profile]
