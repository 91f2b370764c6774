"""Several reports, one event: incidents taken into one, and parted again, without loss.

The reports, their photos and the agencies' open work move; history, notes and what was sent stay where they were
made. What was taken in leaves the board as merged and comes back as it was. Everybody who reported is counted with the
one that stays, and reads its answer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from incidents.delivery.models import Delivery, DeliveryState, Kind
from incidents.delivery.queue import take_back
from incidents.dispatching.assigning import assign
from incidents.dispatching.closing import Outcome
from incidents.dispatching.competence import barred_by
from incidents.dispatching.complaining import is_undecided
from incidents.dispatching.deadlines import pass_on
from incidents.dispatching.following import follow, move, move_assignment
from incidents.dispatching.refusals import Refusal, Refused
from incidents.records import needs
from incidents.records.editing import check_unchanged, lock_many
from incidents.records.exercises import AcrossExercises, check_same
from incidents.records.history import HistoryKind, append
from incidents.records.lifecycles import OPEN_ASSIGNMENTS, AssignmentState, IncidentState
from incidents.records.models import Assignment, Complaint, Incident, NextStep, Photo, Report
from incidents.records.models.categories import Group
from incidents.triage.models import Merge
from opscenter.accounts.models import Agency, Person
from realtime.change import current_change

_ENDINGS = frozenset(
    {
        HistoryKind.ANSWERED_AT_ONCE,
        HistoryKind.CLOSED,
        HistoryKind.CANCELLED,
        HistoryKind.MERGED_AWAY,
        HistoryKind.UNMERGED,
    }
)
_OPEN = sorted(state.value for state in OPEN_ASSIGNMENTS)


# Rooms above whose own rows hang on open work: (where it was, where it is now, by whom); inside the change, after the
# assignments have moved, with both incidents locked.
Moved = Callable[[Incident, Incident, Person], None]
_moved: list[Moved] = []


def register_moved(moved: Moved) -> None:
    """Adds something that goes with open work when incidents are merged, and back when they are parted."""
    if moved not in _moved:
        _moved.append(moved)


def survivor_of(incidents: Collection[Incident]) -> Incident:
    """The one that stays: an emergency before anything else, then the one that was reported first."""
    return min(incidents, key=lambda one: (one.group != Group.EMERGENCY, one.pk))


def merge(
    *, incident_ids: Collection[int], by: Person, base_version: int | None = None, seen: int | None = None
) -> tuple[Incident, list[Merge]]:
    """Takes the incidents into one of them (see survivor_of); gives it and a row for each of the others.

    `base_version` is the version of the incident `seen` that the person looked at. Raises Changed, and Refused for
    what is closed, across exercises, when an agency that has it is complained of in one of the reports, or when
    nobody has said yet whom one of them complains of.
    """
    incidents = lock_many(incident_ids)
    if len(incidents) < 2:
        raise Refused(Refusal.SAME_INCIDENT)
    for one in incidents:
        if one.pk == seen and base_version is not None:
            check_unchanged(one, base_version=base_version, against=_ENDINGS)
    try:
        check_same(*(one.exercise for one in incidents))
    except AcrossExercises:
        raise Refused(Refusal.OTHER_EXERCISE) from None
    if not all(one.on_board for one in incidents):
        raise Refused(Refusal.NOT_ON_BOARD)
    _check_complaints(incidents)
    into = survivor_of(incidents)
    # Whoever waits for an answer goes on waiting, with the incident that stays.
    waiting = [one.waiting_since for one in incidents if one.waiting_since is not None]
    others = [one.pk for one in incidents if one is not into]
    if Incident.objects.on_board().filter(parent__in=others).exists():
        raise Refused(Refusal.CHILDREN_OPEN)
    merges = [_take_in(into, other, by) for other in incidents if other is not into]
    into.priority = min(one.priority for one in incidents)
    into.waiting_since = min(waiting, default=None)
    into.save(update_fields=["priority", "waiting_since"])
    follow(into)
    # The clocks of what came in follow this citizen's deadline now.
    pass_on(into)
    needs.recompute(into)
    return into, merges


def unmerge(*, merge_id: int, by: Person) -> Incident:
    """Parts an incident from the one it was taken into, however often that was merged since; gives it back.

    Its agencies have it again: who had both is given it anew. Raises Refused when they are parted already.
    """
    found = Merge.objects.get(pk=merge_id)
    holder_id = holder_of(found.into_id)
    other, holder = _pair(lock_many([found.other_id, holder_id]), found.other_id)
    row = Merge.objects.get(pk=merge_id)
    if row.parted_at is not None or holder_of(row.into_id) != holder_id:
        raise Refused(Refusal.NOT_MERGED)
    row.parted_at, row.parted_by = current_change().at, by
    row.save(update_fields=["parted_at", "parted_by"])
    _give_back(row, holder, other)
    for moved in _moved:
        moved(holder, other, by)
    move(other, IncidentState.RECEIVED)
    other.outcome = ""
    other.save(update_fields=["outcome"])
    data = {"merge": row.pk, "reports": row.moved["reports"]}
    append(holder, HistoryKind.UNMERGED, by=by, data={**data, "other": other.pk})
    append(other, HistoryKind.UNMERGED, by=by, data={**data, "into": holder.pk})
    if Assignment.objects.filter(incident=other, state__in=_OPEN).exists():
        # Its agencies may be at work already: one step further before it follows them.
        move(other, IncidentState.ASSIGNED)
    follow(other)
    _give_anew(row, other, by)
    for one in (holder, other):
        if one.on_board:
            follow(one)
            pass_on(one)
        needs.recompute(one)
    return other


def holder_of(incident_id: int) -> int:
    """The incident that has the reports of this one now: itself, or what it was taken into, and that again."""
    while (above := Merge.objects.filter(other=incident_id, parted_at=None).first()) is not None:
        incident_id = above.into_id
    return incident_id


def merges_of(incident: Incident) -> tuple[list[Merge], Merge | None]:
    """What was taken into it and not parted again, and the merge by which it was taken away itself. Two queries."""
    rows = Merge.objects.filter(parted_at=None).select_related("into", "other")
    return list(rows.filter(into=incident)), rows.filter(other=incident).first()


def _check_complaints(incidents: Sequence[Incident]) -> None:
    named = Complaint.objects.filter(report__incident__in=incidents, agency__isnull=False)
    if would_reach(incidents, set(named.values_list("agency_id", flat=True))):
        raise Refused(Refusal.COMPLAINED_OF)
    # Complaints may come together before anybody has them; with anything else they would go where it goes.
    alone = all(one.category is not None and one.category.is_complaint for one in incidents)
    if alone and not Assignment.objects.filter(incident__in=incidents, state__in=_OPEN).exists():
        return
    if any(is_undecided(one) for one in incidents):
        raise Refused(Refusal.COMPLAINT_UNDECIDED)


def would_reach(incidents: Collection[Incident], complained_of: Collection[int]) -> bool:
    """Whether one of these agencies, or anyone under it, has open work on one of the incidents: a report that
    complains of it must not come in there."""
    barred = barred_by(complained_of).agencies
    return (
        bool(barred) and Assignment.objects.filter(incident__in=incidents, state__in=_OPEN, agency__in=barred).exists()
    )


def _take_in(into: Incident, other: Incident, by: Person) -> Merge:
    reports = list(Report.objects.filter(incident=other).order_by("pk").values_list("pk", flat=True))
    # What a report says is triaged for its own incident only: the one that stays keeps what was decided.
    Report.objects.filter(pk__in=reports).update(incident=into, next_step=NextStep.DONE, next_step_failures=0)
    assignments, ended = _move_assignments(into, other)
    # The same picture twice is one: the second stays with the incident it came with.
    there = Photo.objects.filter(incident=into).values("sha256")
    photos = list(Photo.objects.filter(incident=other).exclude(sha256__in=there).values_list("pk", flat=True))
    Photo.objects.filter(pk__in=photos).update(incident=into)
    row = Merge.objects.create(
        into=into,
        other=other,
        at=current_change().at,
        by=by,
        moved={"reports": reports, "photos": photos, "assignments": assignments, "ended": ended},
        exercise=into.exercise,
    )
    for moved in _moved:
        moved(other, into, by)
    move(other, IncidentState.CANCELLED)
    other.outcome = Outcome.MERGED
    other.save(update_fields=["outcome"])
    append(into, HistoryKind.TOOK_IN, by=by, data={"merge": row.pk, "other": other.pk, "reports": reports})
    append(other, HistoryKind.MERGED_AWAY, by=by, data={"merge": row.pk, "into": into.pk, "reports": reports})
    needs.recompute(other)
    return row


def _move_assignments(into: Incident, other: Incident) -> tuple[list[list[Any]], list[list[Any]]]:
    """Moves the open work of `other`; an agency that has both keeps the one. Gives what moved and what ended."""
    there = list(Assignment.objects.filter(incident=into, state__in=_OPEN))
    agencies = {row.agency_id for row in there}
    has_lead = any(row.role == Assignment.Role.LEAD for row in there)
    moved: list[list[Any]] = []
    ended: list[list[Any]] = []
    for row in Assignment.objects.filter(incident=other, state__in=_OPEN).order_by("pk"):
        if row.agency_id in agencies:
            move_assignment(row, AssignmentState.CANCELLED)
            take_back(other, {Kind.ASSIGNMENT}, assignment=row)
            ended.append([row.agency_id, row.role])
            continue
        moved.append([row.pk, row.role])
        role = Assignment.Role.CO_ORDINATING if has_lead else row.role
        has_lead = has_lead or role == Assignment.Role.LEAD
        _move_one(row, into, role)
    return moved, ended


def _move_one(row: Assignment, to: Incident, role: str) -> None:
    row.incident, row.role = to, role
    row.save(update_fields=["incident", "role"])
    # What still waits to be sent about it goes with it, so that it can be taken back there.
    Delivery.objects.filter(assignment=row, state=DeliveryState.WAITING).update(incident=to)


def _give_back(row: Merge, holder: Incident, other: Incident) -> None:
    """Whatever of the merge is still with the incident that has it now."""
    moved = row.moved
    Report.objects.filter(pk__in=moved["reports"], incident=holder).update(incident=other)
    if not other.category_trace:
        # It was taken in before it was triaged.
        Report.objects.filter(pk__in=moved["reports"][:1], incident=other).update(next_step=NextStep.TRIAGE)
    Photo.objects.filter(pk__in=moved["photos"], incident=holder).update(incident=other)
    for pk, role in moved["assignments"]:
        assignment = Assignment.objects.filter(pk=pk, incident=holder, state__in=_OPEN).first()
        if assignment is not None:
            _move_one(assignment, other, role)


def _give_anew(row: Merge, other: Incident, by: Person) -> None:
    """The agencies whose work ended by the merge have it again, the lead first."""
    for agency_id, role in sorted(row.moved["ended"], key=lambda pair: pair[1] != Assignment.Role.LEAD):
        agency = Agency.objects.get(pk=agency_id)
        has_lead = Assignment.objects.filter(incident=other, role=Assignment.Role.LEAD, state__in=_OPEN).exists()
        lead = role == Assignment.Role.LEAD and not has_lead
        try:
            assign(incident_id=other.pk, lead=agency if lead else None, co_ordinating=[] if lead else [agency], by=by)
        except Refused:
            # It ended meanwhile, or nobody leads: then a person chooses, as for anything new.
            continue


def _pair(incidents: Sequence[Incident], other_id: int) -> tuple[Incident, Incident]:
    first, second = incidents
    return (first, second) if first.pk == other_id else (second, first)
