"""What the inbox reads: somebody's own assignments, and one of them with all that its page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from geo.areas import area_named
from geo.describing import Whereabouts
from incidents.records.lifecycles import AssignmentState, assignment_steps
from incidents.records.models import Assignment, History, Incident, Photo, Report
from incidents.records.places import round_about
from incidents.records.rights import Verb, may
from opscenter.accounts.models import HandlingUnit, Person
from opscenter.accounts.roles import Role

_GONE = (AssignmentState.RETURNED.value, AssignmentState.CANCELLED.value)


def assignments_of(person: Person) -> QuerySet[Assignment]:
    """The assignments somebody may open: the agency's for who receives for it, else the unit's; never one that was
    given back or taken back. Exactly the incidents of `visible_to`, so both rules hold."""
    theirs = Q(agency=person.agency)
    if person.role in {Role.HANDLER, Role.CREW}:
        theirs = Q(handling_unit=person.handling_unit)
    visible = Incident.objects.visible_to(person).values("pk")
    return Assignment.objects.filter(theirs, incident__in=visible).exclude(state__in=_GONE)


def units_of(person: Person) -> QuerySet[HandlingUnit]:
    """The handling units of somebody's agency, also those that ended: an old assignment still names one."""
    return HandlingUnit.objects.filter(agency=person.agency).order_by("name")


@dataclass(frozen=True, slots=True)
class Detail:
    """An assignment as its page shows it."""

    assignment: Assignment
    incident: Incident
    reports: Sequence[Report]
    before: Sequence[Photo]
    after: Sequence[Photo]
    area: str
    district: str
    beside: Whereabouts | None
    history: Sequence[History]
    units: Sequence[HandlingUnit]
    # The verbs that role and state allow now.
    verbs: frozenset[Verb] = field(default_factory=frozenset)

    @property
    def can_accept(self) -> bool:
        return Verb.ACCEPT in self.verbs

    @property
    def can_return(self) -> bool:
        return Verb.RETURN in self.verbs

    @property
    def can_hand_on(self) -> bool:
        return Verb.HAND_ON in self.verbs and bool(self.units)

    @property
    def can_start(self) -> bool:
        return Verb.START in self.verbs

    @property
    def can_give_result(self) -> bool:
        return Verb.GIVE_RESULT in self.verbs

    @property
    def can_mark_seen(self) -> bool:
        return Verb.SEE_ASSIGNMENT in self.verbs


# Which state an act leads to; handing on changes the unit, not the state.
_LEADS_TO = {
    Verb.SEE_ASSIGNMENT: AssignmentState.SEEN,
    Verb.ACCEPT: AssignmentState.ACCEPTED,
    Verb.RETURN: AssignmentState.RETURNED,
    Verb.START: AssignmentState.IN_PROGRESS,
    Verb.GIVE_RESULT: AssignmentState.RESULT_GIVEN,
}
_WITH_THE_HOTLINE = frozenset({AssignmentState.RESULT_GIVEN, AssignmentState.APPROVED})
_CAN_BE_HANDED_ON = frozenset({AssignmentState.ACCEPTED, AssignmentState.IN_PROGRESS})


def verbs_now(person: Person, assignment: Assignment) -> frozenset[Verb]:
    """What this person may do with an assignment in its present state."""
    state = AssignmentState(assignment.state)
    steps = assignment_steps(assignment.agency.kind)[state]
    verbs = {verb for verb, leads_to in _LEADS_TO.items() if leads_to in steps and may(person, verb)}
    if state in _WITH_THE_HOTLINE:
        # From there only the hotline sends it back.
        verbs.discard(Verb.START)
    if state in _CAN_BE_HANDED_ON and may(person, Verb.HAND_ON):
        verbs.add(Verb.HAND_ON)
    return frozenset(verbs)


def detail(person: Person, pk: int) -> Detail | None:
    """One of somebody's assignments; None when it is not theirs. Eight queries, however much hangs on it."""
    assignment = (
        assignments_of(person)
        .select_related("incident__category", "agency", "handling_unit", "by")
        .filter(pk=pk)
        .first()
    )
    if assignment is None:
        return None
    incident = assignment.incident
    photos = list(Photo.objects.filter(incident=incident).order_by("id"))
    return Detail(
        assignment=assignment,
        incident=incident,
        reports=_reports(incident),
        before=[photo for photo in photos if photo.phase != Photo.Phase.AFTER],
        after=[photo for photo in photos if photo.phase == Photo.Phase.AFTER],
        area=_name(incident.area_set, incident.ward_code),
        district=_name(incident.area_set, incident.district_code),
        beside=round_about(incident),
        history=list(History.objects.filter(incident=incident, kind__in=_SHOWN).order_by("id")),
        units=list(HandlingUnit.objects.filter(agency=assignment.agency, is_active=True).order_by("name")),
        verbs=verbs_now(person, assignment),
    )


def _reports(incident: Incident) -> list[Report]:
    """A child of an emergency has no report of its own: it is what its parent's first report told."""
    told = Q(incident=incident)
    if incident.parent_id is not None:
        told |= Q(incident=incident.parent_id, received_at__lte=incident.received_at)
    return list(Report.objects.filter(told).select_related("text").order_by("received_at", "id"))


# What an agency needs to know of the way here; the room's own deliberations are not for it.
_SHOWN = (
    "received",
    "report_added",
    "place_set",
    "category_set",
    "dispatched",
    "accepted",
    "handed_on",
    "started",
    "result_given",
    "result_rejected",
    "photo_added",
    "closed",
    "reopened",
)


def _name(area_set: str, code: str) -> str:
    area = area_named(area_set, code) if code else None
    return area.name if area else ""
