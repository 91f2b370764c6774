"""Who sees an incident: the one rule. The stored rows, `visible_to` and the live stream all come from it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

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
from incidents.records.lifecycles import NOT_THEIRS
from incidents.records.models import Assignment, Incident

__all__ = ["incident_audience", "keys_of_person"]


def incident_audience(
    incident: Incident,
    assignments: Iterable[Assignment],
    report_ids: Iterable[int],
    partner_ids: Iterable[int] = (),
    crews: Mapping[int, int] | None = None,
    units: Mapping[int, Iterable[int]] | None = None,
    above: Mapping[int, Sequence[int]] | None = None,
    complained_of: Collection[int] = (),
    saving: Collection[int] | None = None,
) -> dict[str, Profile]:
    """Which key may see this incident, and with which profile; open or closed makes no difference.

    `partner_ids` are the partners whose machines sent one of the reports: they may follow it as the citizen may.
    `crews` are the handling units whose ambulances, engines or patrols were sent there, each with its agency.
    `units` are the handling units that work on each assignment, `above` the agencies above each agency: an agency
    sees its own and those below it. Complaints about officials are only for who was given them, and neither they nor
    exercises are for leaders' walls. `complained_of` are the agencies that a report of it names: neither they nor
    anyone under them see it, whatever they had of it before. `saving` are, of a shared emergency, the agencies of 113,
    114 and 115; whoever else has a part in it helps, and reads less.
    Reads `incident.category` (fetch it with the incident) and no other table.
    """
    audience = {ROOM: Profile.ROOM}
    is_complaint = incident.category is not None and incident.category.is_complaint
    if not is_complaint and incident.exercise == 0:
        audience |= {LEADER: Profile.WALL, WALL: Profile.WALL}

    def of(agency_id: int, profile: Profile) -> Profile:
        return profile if saving is None or agency_id in saving else Profile.HELPER

    for assignment in assignments:
        if assignment.state in NOT_THEIRS:
            continue
        if complained_of and not {assignment.agency_id, *(above or {}).get(assignment.agency_id, ())}.isdisjoint(
            complained_of
        ):
            continue
        audience[agency_key(assignment.agency_id)] = of(assignment.agency_id, Profile.AGENCY)
        if above is not None and not is_complaint:
            for higher in above.get(assignment.agency_id, ()):
                audience[agency_key(higher)] = of(higher, Profile.AGENCY)
        for unit_id in (units or {}).get(assignment.pk, ()):
            audience[unit_key(unit_id)] = of(assignment.agency_id, Profile.UNIT)
    for handling_unit_id, agency_id in (crews or {}).items():
        audience[unit_key(handling_unit_id)] = of(agency_id, Profile.UNIT)
    for report_id in report_ids:
        audience[track_key(report_id)] = Profile.PUBLIC
    for partner_id in partner_ids:
        audience[partner_key(partner_id)] = Profile.PUBLIC
    return audience
