"""What the inbox reads: somebody's own assignments, and one of them with all that its page shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from geo.areas import area_named
from geo.describing import Whereabouts
from incidents.conversations.models import Message
from incidents.dispatching.competence import decision_date
from incidents.doors.models import KeptFile
from incidents.doors.questions import Answered, answered
from incidents.emergencies.services.visibility import Field, is_withheld, photos_for, reader_of
from incidents.records.covering import MASK, cover
from incidents.records.lifecycles import (
    NOT_THEIRS,
    OPEN_ASSIGNMENTS,
    PAUSED,
    WITH_RESULT,
    AssignmentState,
    assignment_steps,
)
from incidents.records.models import Assignment, History, Incident, Note, Pause, Photo, Report, UnitWork
from incidents.records.places import round_about
from incidents.records.rights import Verb, may
from incidents.worktime.models import Absence
from opscenter.accounts.models import Agency, AgencyKind, HandlingUnit, Person
from opscenter.accounts.roles import Role
from opscenter.accounts.tree import below

_GONE = sorted(state.value for state in NOT_THEIRS)


def assignments_of(person: Person) -> QuerySet[Assignment]:
    """The assignments somebody may open: the agency's and those of the agencies below it for who receives for it,
    else the unit's; never one that was given back, passed on or taken back. Exactly the incidents of `visible_to`, so
    both rules hold."""
    if person.role in {Role.HANDLER, Role.CREW}:
        works = UnitWork.objects.filter(unit=person.handling_unit, ended_at=None)
        theirs = Q(pk__in=works.values("assignment_id"))
    else:
        assert person.agency_id is not None, "an agency's role has an agency"
        theirs = Q(agency__in=[person.agency_id, *below(person.agency_id)])
    visible = Incident.objects.visible_to(person).values("pk")
    return Assignment.objects.filter(theirs, incident__in=visible).exclude(state__in=_GONE)


def units_of(person: Person) -> QuerySet[HandlingUnit]:
    """The handling units of somebody's agency, also those that ended: an old assignment still names one."""
    return HandlingUnit.objects.filter(agency=person.agency).order_by("name")


@dataclass(frozen=True, slots=True)
class Told:
    """One report as an agency reads it: numbers and addresses of people are covered, whoever has the task may uncover
    them by a look that is written down."""

    report: Report
    words: str
    address: str
    erased: bool


@dataclass(frozen=True, slots=True)
class Detail:
    """An assignment as its page shows it."""

    assignment: Assignment
    incident: Incident
    reports: Sequence[Told]
    answers: Sequence[Answered]
    files: Sequence[KeptFile]
    before: Sequence[Photo]
    after: Sequence[Photo]
    area: str
    district: str
    beside: Whereabouts | None
    history: Sequence[History]
    # What the citizens said afterwards, as to a question: when, and the words without numbers and addresses.
    said_later: Sequence[tuple[dt.datetime, str]]
    # Something in their words is covered.
    covered: bool
    units: Sequence[HandlingUnit]
    # The other agencies' part in it, and what each said.
    others: Sequence[Assignment] = ()
    works: Sequence[UnitWork] = ()
    notes: Sequence[Note] = ()
    pause: Pause | None = None
    workers: Sequence[Worker] = ()
    # Whom it could be passed on to, and whom one may name as the right one.
    agencies_below: Sequence[Agency] = ()
    agencies: Sequence[Agency] = ()
    # Another agency's, which stands below the reader's own: to be read only.
    is_below: bool = False
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
    def can_transfer(self) -> bool:
        return Verb.TRANSFER in self.verbs and bool(self.agencies_below)

    @property
    def can_ask(self) -> bool:
        return Verb.ASK in self.verbs

    @property
    def can_postpone(self) -> bool:
        return Verb.POSTPONE in self.verbs

    @property
    def can_resume(self) -> bool:
        return Verb.RESUME in self.verbs

    @property
    def can_pass_on(self) -> bool:
        return Verb.PASS_ON in self.verbs

    @property
    def can_disagree(self) -> bool:
        return Verb.DISAGREE in self.verbs and any(row.role != Assignment.Role.ARBITER for row in self.others)

    @property
    def can_add_photo(self) -> bool:
        return Verb.ADD_PHOTO in self.verbs

    @property
    def is_over(self) -> bool:
        return self.assignment.state in WITH_RESULT | {AssignmentState.ANSWERED, AssignmentState.REOPENED}

    @property
    def can_mark_seen(self) -> bool:
        return Verb.SEE_ASSIGNMENT in self.verbs


# Which state an act leads to; handing on changes the unit, not the state.
_LEADS_TO = {
    Verb.SEE_ASSIGNMENT: AssignmentState.SEEN,
    Verb.ACCEPT: AssignmentState.ACCEPTED,
    Verb.RETURN: AssignmentState.RETURNED,
    Verb.TRANSFER: AssignmentState.TRANSFERRED,
    Verb.ASK: AssignmentState.ASKED,
    Verb.POSTPONE: AssignmentState.POSTPONED,
}
_AT_WORK = frozenset({AssignmentState.ACCEPTED, AssignmentState.IN_PROGRESS})
# Acts that the lifecycle alone does not tell apart: the states in which each has a meaning.
_IN_STATES: dict[Verb, frozenset[AssignmentState]] = {
    Verb.START: frozenset({AssignmentState.ACCEPTED}),
    Verb.HAND_ON: _AT_WORK,
    Verb.GIVE_RESULT: _AT_WORK,
    Verb.RESUME: PAUSED,
    Verb.PASS_ON: frozenset({AssignmentState.REPORTED}),
    Verb.SEND_BACK: frozenset({AssignmentState.REPORTED}),
    Verb.DISAGREE: _AT_WORK | WITH_RESULT | {AssignmentState.REPORTED},
    Verb.ADD_PHOTO: _AT_WORK | PAUSED,
}


def verbs_now(person: Person, assignment: Assignment) -> frozenset[Verb]:
    """What this person may do with an assignment in its present state."""
    state = AssignmentState(assignment.state)
    steps = assignment_steps(assignment.agency.kind)[state]
    verbs = {verb for verb, leads_to in _LEADS_TO.items() if leads_to in steps and may(person, verb)}
    verbs |= {verb for verb, states in _IN_STATES.items() if state in states and may(person, verb)}
    if assignment.role == Assignment.Role.ARBITER:
        verbs -= {Verb.DISAGREE, Verb.ASK}
    return frozenset(verbs)


def detail(person: Person, pk: int) -> Detail | None:
    """One of somebody's assignments; None when it is not theirs. 21 queries at most, however much hangs on it."""
    assignment = (
        assignments_of(person)
        .select_related("incident__category", "agency", "handling_unit", "by")
        .filter(pk=pk)
        .first()
    )
    if assignment is None:
        return None
    incident = assignment.incident
    photos = list(photos_for(incident, person).order_by("id"))
    is_below = assignment.agency_id != person.agency_id
    verbs = frozenset[Verb]() if is_below else verbs_now(person, assignment)
    reports = [] if is_withheld(incident, reader_of(person), Field.WORDS) else _reports(incident)
    told = [_told(report) for report in reports]
    said_later = _said_later(reports)
    texts = [*(one.words for one in told), *(one.address for one in told), *(words for _at, words in said_later)]
    return Detail(
        assignment=assignment,
        incident=incident,
        reports=told,
        answers=[Answered(one.question, cover(one.answer)) for one in answered(reports)],
        files=list(KeptFile.objects.filter(message__report__in=reports).order_by("pk")),
        before=[photo for photo in photos if photo.phase != Photo.Phase.AFTER],
        after=[photo for photo in photos if photo.phase == Photo.Phase.AFTER],
        area=_name(incident.area_set, incident.ward_code),
        district=_name(incident.area_set, incident.district_code),
        beside=round_about(incident),
        history=list(History.objects.filter(incident=incident, kind__in=_SHOWN).order_by("id")),
        said_later=said_later,
        covered=any(MASK in text for text in texts),
        units=list(HandlingUnit.objects.filter(agency=assignment.agency, is_active=True).order_by("name")),
        verbs=verbs,
        is_below=is_below,
        others=_others(assignment),
        works=list(UnitWork.objects.filter(assignment=assignment, ended_at=None).select_related("unit", "person")),
        notes=_notes(assignment, person),
        pause=Pause.objects.filter(assignment=assignment, ended_at=None).first(),
        workers=workers_of(person) if Verb.HAND_ON in verbs else (),
        agencies_below=_agencies(below(assignment.agency_id)) if Verb.TRANSFER in verbs else (),
        agencies=_agencies(None) if Verb.RETURN in verbs else (),
    )


def _reports(incident: Incident) -> list[Report]:
    """A child of an emergency has no report of its own: it is what its parent's first report told."""
    told = Q(incident=incident)
    if incident.parent_id is not None:
        told |= Q(incident=incident.parent_id, received_at__lte=incident.received_at)
    return list(Report.objects.filter(told).select_related("text").order_by("received_at", "id"))


def _told(report: Report) -> Told:
    text = report.text
    erased = text.erased_at is not None
    return Told(report, "" if erased else cover(text.words), "" if erased else cover(text.address), erased)


def _said_later(reports: Sequence[Report]) -> list[tuple[dt.datetime, str]]:
    """The citizens' later messages, the oldest first; none for reports that are withheld. One query."""
    rows = Message.objects.filter(report__in=reports, direction=Message.Direction.IN, opens=False)
    return [(row.at, cover(row.text)) for row in rows.order_by("at", "pk") if row.text.strip()]


# What an agency needs to know of the way here; the room's own deliberations are not for it.
_SHOWN = (
    "received",
    "report_added",
    "place_set",
    "category_set",
    "dispatched",
    "sent_as_planned",
    "transferred",
    "accepted",
    "handed_on",
    "started",
    "asked",
    "postponed",
    "resumed",
    "reported",
    "sent_back_to_unit",
    "result_given",
    "results_put_together",
    "disagreed",
    "clock_warned",
    "clock_escalated",
    "deadlines_recomputed",
    "result_rejected",
    "photo_added",
    "closed",
    "reopened",
)


def _others(assignment: Assignment) -> list[Assignment]:
    """What the other agencies have of the same incident, without those that have nothing to do with it any more."""
    rows = Assignment.objects.filter(incident=assignment.incident).exclude(pk=assignment.pk)
    rows = rows.exclude(state__in=[*_GONE, AssignmentState.REOPENED.value])
    return list(rows.select_related("agency").order_by("pk"))


def _notes(assignment: Assignment, person: Person) -> list[Note]:
    """What is shared with all agencies that have it, and the agency's own."""
    rows = Note.objects.filter(incident=assignment.incident)
    rows = rows.filter(Q(shared=True) | Q(agency=person.agency, agency__isnull=False))
    return list(rows.select_related("by").order_by("id"))


def _agencies(ids: Collection[int] | None) -> list[Agency]:
    """The agencies in force today, all of them or those of `ids`, by name."""
    rows = Agency.objects.in_force(decision_date(timezone.localdate()))
    rows = rows if ids is None else rows.filter(pk__in=ids)
    return list(rows.exclude(kind=AgencyKind.HOTLINE).order_by("kind", "name"))


# In which states somebody still has to do something.
AT_WORK = sorted(OPEN_ASSIGNMENTS - WITH_RESULT - {AssignmentState.REPORTED, AssignmentState.PLANNED})


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody of the agency's handling units, what they have to do, and whether they are away today."""

    person: Person
    unit: HandlingUnit
    open: int
    late: int
    away_until: dt.date | None
    deputy: str


def workers_of(person: Person) -> list[Worker]:
    """The people of the agency's handling units with their load: what is in their own hands, and of that what is late.

    Three queries.
    """
    now = timezone.now()
    mine = Q(ended_at=None, assignment__state__in=AT_WORK)
    load = {
        row["person_id"]: (row["open"], row["late"])
        for row in UnitWork.objects.filter(mine, assignment__agency=person.agency)
        .order_by()
        .values("person_id")
        .annotate(open=Count("pk"), late=Count("pk", filter=Q(assignment__due_at__lt=now)))
    }
    away = {
        row.person_id: row
        for row in Absence.objects.on(timezone.localdate())
        .filter(person__agency=person.agency)
        .select_related("deputy")
    }
    people = Person.objects.filter(agency=person.agency, is_active=True, handling_unit__isnull=False)
    found = []
    for one in people.select_related("handling_unit").order_by("handling_unit__name", "full_name", "pk"):
        assert one.handling_unit is not None, "asked for above"
        absence = away.get(one.pk)
        is_open, late = load.get(one.pk, (0, 0))
        found.append(
            Worker(
                person=one,
                unit=one.handling_unit,
                open=is_open,
                late=late,
                away_until=absence.ends if absence is not None else None,
                deputy=str(absence.deputy) if absence is not None and absence.deputy is not None else "",
            )
        )
    return found


def _name(area_set: str, code: str) -> str:
    area = area_named(area_set, code) if code else None
    return area.name if area else ""
