"""What each profile is shown of an incident: closed types. A new field is a decision about who may read it.

Nothing here depends on the time it is made at: a body carries due_at and ids, names come from the reference document.
Wall and public carry no free text.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict

from incidents.records.keys import Profile
from incidents.records.lifecycles import NOT_THEIRS, AssignmentState
from incidents.records.models import Assignment, Incident, UnitWork

# Three decimals of a degree: about 110 m, so that no house can be told from the wall.
_WALL_DECIMALS = 3


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AreaBody(Body):
    """A ward and district of one set; a code means nothing without its set. Empty: not known."""

    set: str
    ward: str
    district: str


class AssignmentBody(Body):
    id: int
    agency: int
    unit: int | None
    # Every handling unit that works on it, and the people of them who are to do it.
    units: list[int]
    people: list[int]
    role: str
    state: str
    due_at: dt.datetime | None
    # When the clock that runs now runs out: until it is seen, accepted, has its result.
    clock_due_at: dt.datetime | None
    planned_for: dt.datetime | None
    paused_until: dt.datetime | None
    # Who was told last that it is late: a step of the ladder.
    told: str


class ServiceBody(Body):
    """One service's part in a shared incident: states and times, nothing that was said."""

    assignment: int
    agency: int
    kind: str
    state: str
    sent_at: dt.datetime
    acknowledge_by: dt.datetime
    accepted_at: dt.datetime | None
    # How often nobody had taken it when the time was over.
    alarms: int
    # Mutual aid ends then by itself.
    until: dt.datetime | None


class SortieBody(Body):
    """A unit on its way to a shared incident, or there."""

    id: int
    unit: int
    call_sign: str
    kind: str
    agency: int
    state: str
    since: dt.datetime
    sent_at: dt.datetime
    acknowledged_at: dt.datetime | None
    on_scene_at: dt.datetime | None


class MajorBody(Body):
    """A shared incident that was declared a major one; what is in it comes with its page, by reader."""

    declared_at: dt.datetime
    sitrep_due_at: dt.datetime | None


class EmergencyBody(Body):
    """What a shared incident has beside other incidents (see emergencies/)."""

    kind: str
    opened_at: dt.datetime
    services: list[ServiceBody]
    sorties: list[SortieBody]
    # None: it is no major incident, or is none any more.
    major: MajorBody | None


class PublicBody(Body):
    """For the citizen's tracking page."""

    id: int
    version: int
    state: str
    received_at: dt.datetime
    due_at: dt.datetime | None
    answered_at: dt.datetime | None


class WallBody(Body):
    """For leaders and the wall: where and what, no words, no exact point. Degrees, WGS 84."""

    id: int
    version: int
    exercise: int
    state: str
    group: int | None
    category: str | None
    lat: float | None
    lon: float | None
    area: AreaBody
    received_at: dt.datetime
    due_at: dt.datetime | None


class StaffBody(Body):
    """For people who handle it. Degrees, WGS 84; radius in metres; `summary` is masked."""

    id: int
    code: str
    version: int
    exercise: int
    state: str
    group: int | None
    category: str | None
    priority: int
    lat: float | None
    lon: float | None
    radius_m: float | None
    approximate: bool
    area: AreaBody
    summary: str
    source: str
    received_at: dt.datetime
    due_at: dt.datetime | None
    needs: list[str]
    waiting_since: dt.datetime | None
    assignments: list[AssignmentBody]
    # The incident that this one is a task of.
    parent: int | None
    reports: int
    photos: int
    emergency: EmergencyBody | None


@dataclass(frozen=True)
class Extra:
    """What the room of emergencies adds to a shared incident."""

    emergency: EmergencyBody
    # The handling units whose crews go there, each with its agency.
    handling_units: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Facts:
    """An incident with what hangs on it, as one change left it."""

    incident: Incident
    assignments: tuple[Assignment, ...]
    report_ids: tuple[int, ...]
    photos: int
    # The partners whose machines sent one of the reports.
    partner_ids: tuple[int, ...] = ()
    extra: Extra | None = None
    # The open parts of handling units, of all assignments.
    unit_works: tuple[UnitWork, ...] = ()


_CLOCK = {AssignmentState.SENT: "seen_due_at", AssignmentState.SEEN: "accept_due_at"}


def _area(incident: Incident) -> AreaBody:
    return AreaBody(set=incident.area_set, ward=incident.ward_code, district=incident.district_code)


def _staff(facts: Facts, *, everything: bool) -> StaffBody:
    incident = facts.incident
    point = incident.point
    return StaffBody(
        id=incident.pk,
        code=incident.code,
        version=incident.version,
        exercise=incident.exercise,
        state=incident.state,
        group=incident.group,
        category=incident.category.code if incident.category else None,
        priority=incident.priority,
        lat=point.y if point else None,
        lon=point.x if point else None,
        radius_m=incident.radius_m,
        approximate=incident.approximate,
        area=_area(incident),
        summary=incident.summary,
        source=incident.source,
        received_at=incident.received_at,
        due_at=incident.due_at,
        needs=list(incident.needs) if everything else [],
        waiting_since=incident.waiting_since if everything else None,
        assignments=[
            _assignment(row, facts.unit_works)
            for row in facts.assignments
            # What an agency that has the incident need not know: who gave it back, whom it was taken from.
            if everything or row.state not in NOT_THEIRS
        ],
        parent=incident.parent_id,
        reports=len(facts.report_ids),
        photos=facts.photos,
        emergency=facts.extra.emergency if facts.extra else None,
    )


def _helper(facts: Facts) -> StaffBody:
    """As the matrix of shared incidents has it: no words of the caller, and no units of others."""
    shown = _staff(facts, everything=False)
    emergency = shown.emergency.model_copy(update={"sorties": []}) if shown.emergency is not None else None
    return shown.model_copy(update={"summary": "", "photos": 0, "emergency": emergency})


def _assignment(row: Assignment, works: Collection[UnitWork]) -> AssignmentBody:
    own = [work for work in works if work.assignment_id == row.pk]
    clock = _CLOCK.get(AssignmentState(row.state), "due_at")
    return AssignmentBody(
        id=row.pk,
        agency=row.agency_id,
        unit=row.handling_unit_id,
        units=[work.unit_id for work in own],
        people=[work.person_id for work in own if work.person_id is not None],
        role=row.role,
        state=row.state,
        due_at=row.due_at,
        clock_due_at=getattr(row, clock),
        planned_for=row.planned_for if row.state == AssignmentState.PLANNED else None,
        paused_until=row.paused_until,
        told=row.alarm_told,
    )


def _wall(facts: Facts) -> WallBody:
    incident = facts.incident
    point = incident.point
    return WallBody(
        id=incident.pk,
        version=incident.version,
        exercise=incident.exercise,
        state=incident.state,
        group=incident.group,
        category=incident.category.code if incident.category else None,
        lat=round(point.y, _WALL_DECIMALS) if point else None,
        lon=round(point.x, _WALL_DECIMALS) if point else None,
        area=_area(incident),
        received_at=incident.received_at,
        due_at=incident.due_at,
    )


def _public(facts: Facts) -> PublicBody:
    incident = facts.incident
    return PublicBody(
        id=incident.pk,
        version=incident.version,
        state=incident.state,
        received_at=incident.received_at,
        due_at=incident.due_at,
        answered_at=incident.closed_at if incident.answer else None,
    )


def body(facts: Facts, profile: str) -> dict[str, Any]:
    """The incident as one profile sees it: what JSON can hold, the whole entity."""
    match Profile(profile):
        case Profile.ROOM:
            shown: Body = _staff(facts, everything=True)
        # One text serves all agencies concerned: who works on it together knows of each other, by ids and states.
        case Profile.AGENCY | Profile.UNIT:
            shown = _staff(facts, everything=False)
        case Profile.HELPER:
            shown = _helper(facts)
        case Profile.WALL:
            shown = _wall(facts)
        case Profile.PUBLIC:
            shown = _public(facts)
    return shown.model_dump(mode="json")


def bodies(facts: Facts, profiles: Collection[str]) -> Mapping[str, dict[str, Any]]:
    """One body for each of these profiles."""
    return {profile: body(facts, profile) for profile in sorted(set(profiles))}
