"""What a person knows better than the system: the place, the category, whom it complains of, an emergency."""

from __future__ import annotations

from typing import Any

from incidents.delivery.models import Kind
from incidents.delivery.queue import take_back
from incidents.dispatching.assigning import ENDINGS
from incidents.dispatching.complaining import complained_of
from incidents.dispatching.deadlines import due_at, pass_on, starts_at
from incidents.dispatching.following import follow, move_assignment
from incidents.dispatching.learning import learn_place
from incidents.dispatching.refusals import Refusal, Refused
from incidents.dispatching.suggesting import suggest
from incidents.records import needs
from incidents.records.editing import lock, lock_many
from incidents.records.history import HistoryKind, append
from incidents.records.lifecycles import OPEN_ASSIGNMENTS, AssignmentState
from incidents.records.models import Assignment, Category, Complaint, Incident, Report
from incidents.records.models.categories import Group
from incidents.records.places import Pin
from incidents.records.places import set_place as put_place
from opscenter.accounts.models import Agency, Person

_CATEGORY_CONFLICTS = ENDINGS | {
    HistoryKind.CATEGORY_SET,
    HistoryKind.EMERGENCY_SET,
    HistoryKind.EMERGENCY_WITHDRAWN,
}
HIGHEST_PRIORITY = 1


def set_place(*, incident_id: int, pin: Pin, by: Person, base_version: int | None = None) -> Incident:
    """A person puts the pin: it is authoritative, and the agency is looked for anew if nobody has the incident.

    A local name in the words is learnt for the next time.
    """
    incident = lock(incident_id, base_version=base_version, against=ENDINGS | {HistoryKind.PLACE_SET})
    before, stood = incident.place_trace, incident.point
    put_place(incident, pin, by=by)
    learn_place(incident, before, stood, pin, by=by)
    suggest(incident)
    return incident


def set_category(
    *,
    incident_id: int,
    category: Category | None,
    group: int | None = None,
    by: Person,
    base_version: int | None = None,
) -> Incident:
    """A person chooses the category, or the group alone. Priority and deadlines follow, and the agency anew.

    With a category its group counts, whatever `group` says.
    """
    incident = lock(incident_id, base_version=base_version, against=_CATEGORY_CONFLICTS)
    before = _before(incident)
    _set(incident, category, category.group if category else group)
    incident.priority = category.priority if category else incident.priority
    _save(incident)
    append(
        incident,
        HistoryKind.CATEGORY_SET,
        by=by,
        data={"category": category.pk if category else None, "group": incident.group, "before": before},
    )
    needs.recompute(incident)
    suggest(incident)
    return incident


def set_complaint(
    *,
    incident_id: int,
    report: Report,
    agency: Agency | None,
    no_unit: bool = False,
    official: str = "",
    procedure: str = "",
    by: Person,
    base_version: int | None = None,
) -> list[Assignment]:
    """A person says whom one of its reports complains of: an agency, `no_unit`, or an official of whom only the name
    is known; what was said before is replaced.

    Whoever must not have it loses it and its tasks at once; gives their assignments. The agency is looked for anew.
    Raises Changed, and Report.DoesNotExist for a report of another incident.
    """
    incident = lock(incident_id, base_version=base_version, against=ENDINGS | {HistoryKind.COMPLAINT_SET})
    # Read again under the lock: a merge may have moved it.
    report = Report.objects.get(pk=report.pk, incident=incident)
    Complaint.objects.update_or_create(
        report=report,
        defaults={
            "agency": agency,
            "no_unit": no_unit and agency is None,
            "official": official,
            "procedure": procedure,
            "erased_at": None,
        },
    )
    about = {"report": report.pk, "agency": agency.pk if agency else None, "no_unit": no_unit and agency is None}
    append(incident, HistoryKind.COMPLAINT_SET, by=by, data=about)
    lost = [row for one in _with_tasks(incident) for row in _take_away(one, by)]
    suggest(incident)
    needs.recompute(incident)
    return lost


def _with_tasks(incident: Incident) -> list[Incident]:
    tasks = Incident.objects.on_board().filter(parent=incident).order_by("pk").values_list("pk", flat=True)
    return [incident, *lock_many(tasks)]


def _take_away(incident: Incident, by: Person) -> list[Assignment]:
    """Ends the open work of whoever a locked incident complains of, with the messages that have not left."""
    barred = complained_of(incident).agencies
    states = sorted(state.value for state in OPEN_ASSIGNMENTS)
    rows = Assignment.objects.filter(incident=incident, agency__in=barred, state__in=states).select_related("agency")
    lost = list(rows.order_by("pk"))
    for row in lost:
        row.incident = incident
        move_assignment(row, AssignmentState.CANCELLED)
        take_back(incident, {Kind.ASSIGNMENT}, assignment=row)
        about = {"assignment": row.pk, "agency": row.agency_id}
        append(incident, HistoryKind.ASSIGNMENT_CANCELLED, by=by, why="complained_of", data=about)
    if lost:
        follow(incident)
        pass_on(incident)
        needs.recompute(incident)
    return lost


def set_emergency(
    *, incident_id: int, category: Category | None = None, by: Person, base_version: int | None = None
) -> Incident:
    """The emergency key: group 2, the highest priority, at once; `assigning.withdraw` undoes it for ten seconds.

    `category` says which emergency when it is known. Raises Changed, and Refused for a category of another group.
    """
    if category is not None and category.group != Group.EMERGENCY:
        raise Refused(Refusal.NOT_AN_EMERGENCY)
    incident = lock(incident_id, base_version=base_version, against=_CATEGORY_CONFLICTS)
    before = _before(incident)
    kept = incident.category if incident.group == Group.EMERGENCY else None
    _set(incident, category or kept, Group.EMERGENCY)
    incident.priority = HIGHEST_PRIORITY
    _save(incident)
    append(
        incident,
        HistoryKind.EMERGENCY_SET,
        by=by,
        data={"category": incident.category_id, "group": incident.group, "before": before},
    )
    needs.recompute(incident)
    suggest(incident)
    return incident


def _before(incident: Incident) -> dict[str, Any]:
    return {
        "category": incident.category_id,
        "group": incident.group,
        "priority": incident.priority,
        "due_at": incident.due_at.isoformat() if incident.due_at else None,
        "trace": incident.category_trace,
    }


def _set(incident: Incident, category: Category | None, group: int | None) -> None:
    incident.category = category
    incident.group = group
    incident.category_trace = {"by": "person", "reasons": [{"code": "category.by_person"}]}
    incident.due_at = due_at(category, starts_at(incident), group)


def _save(incident: Incident) -> None:
    incident.save(update_fields=["category", "group", "priority", "category_trace", "due_at"])
    pass_on(incident)
