"""Who sees an incident: the one rule. The stored rows, `visible_to` and the live stream all come from it."""

from __future__ import annotations

from collections.abc import Iterable

from incidents.records.keys import (
    LEADER,
    ROOM,
    WALL,
    Profile,
    agency_key,
    keys_of_person,
    partner_key,
    track_key,
    unit_key,
)
from incidents.records.lifecycles import AssignmentState
from incidents.records.models import Assignment, Incident

__all__ = ["incident_audience", "keys_of_person"]

# Who gave it back, or had it taken back, has nothing to do with it any more.
_NO_LONGER_THEIRS = frozenset({AssignmentState.RETURNED, AssignmentState.CANCELLED})


def incident_audience(
    incident: Incident,
    assignments: Iterable[Assignment],
    report_ids: Iterable[int],
    partner_ids: Iterable[int] = (),
    crews: Iterable[int] = (),
) -> dict[str, Profile]:
    """Which key may see this incident, and with which profile; open or closed makes no difference.

    `partner_ids` are the partners whose machines sent one of the reports: they may follow it as the citizen may.
    `crews` are the handling units whose ambulances, engines or patrols were sent there.
    Complaints about officials and exercises are not for leaders' walls. Reads `incident.category` (fetch it with
    the incident) and no other table.
    """
    audience = {ROOM: Profile.ROOM}
    is_complaint = incident.category is not None and incident.category.is_complaint
    if not is_complaint and incident.exercise == 0:
        audience |= {LEADER: Profile.WALL, WALL: Profile.WALL}
    for assignment in assignments:
        if assignment.state in _NO_LONGER_THEIRS:
            continue
        audience[agency_key(assignment.agency_id)] = Profile.AGENCY
        if assignment.handling_unit_id is not None:
            audience[unit_key(assignment.handling_unit_id)] = Profile.UNIT
    for handling_unit_id in crews:
        audience[unit_key(handling_unit_id)] = Profile.UNIT
    for report_id in report_ids:
        audience[track_key(report_id)] = Profile.PUBLIC
    for partner_id in partner_ids:
        audience[partner_key(partner_id)] = Profile.PUBLIC
    return audience
