"""Việc con: a task that hangs on an incident, with an agency, a state and clocks of its own."""

from __future__ import annotations

from incidents.dispatching.assigning import ENDINGS
from incidents.dispatching.deadlines import due_at
from incidents.records import needs
from incidents.records.covering import mask
from incidents.records.editing import lock, open_incident
from incidents.records.history import HistoryKind, append
from incidents.records.lifecycles import IncidentState, NotAllowed
from incidents.records.models import Category, Incident
from incidents.records.summaries import summarise
from opscenter.accounts.models import Person
from realtime.change import current_change

_PLACE = ("point", "radius_m", "approximate", "place_label", "place_trace")
_AREA = ("area_set", "area_generation", "ward_code", "district_code")
_FROM_PARENT = ("source", "exercise", *_PLACE, *_AREA)


def open_child(
    *, incident_id: int, what: str, by: Person, category: Category | None = None, base_version: int | None = None
) -> Incident:
    """Opens a task below an incident, at the same place; nobody reported it, so nobody is answered.

    The incident is not closed while one of its tasks is open. Raises Changed and NotAllowed (closed, or a task itself).
    """
    parent = lock(incident_id, base_version=base_version, against=ENDINGS)
    if not parent.on_board or parent.parent_id is not None:
        raise NotAllowed(parent.state, IncidentState.RECEIVED)
    at = current_change().at
    category = category or parent.category
    group = category.group if category is not None else parent.group
    child = open_incident(
        **{name: getattr(parent, name) for name in _FROM_PARENT},
        parent=parent,
        category=category,
        group=group,
        priority=category.priority if category is not None else parent.priority,
        category_trace={"by": "person", "reasons": [{"code": "category.by_person"}]},
        # Staff wrote it: whom to ask for there is a part of the task.
        summary=summarise(what, hide=mask),
        received_at=at,
        due_at=due_at(category, at, group),
    )
    append(child, HistoryKind.RECEIVED, by=by, why="child", data={"parent": parent.pk})
    append(parent, HistoryKind.CHILD_OPENED, by=by, data={"child": child.pk})
    needs.recompute(child)
    return child
