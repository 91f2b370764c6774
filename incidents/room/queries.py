"""What the control room's pages read."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.gis.geos import Point
from django.db.models import Prefetch
from django.utils import timezone

from geo.areas import area_named, areas_at
from geo.describing import Whereabouts
from incidents.conversations.models import CannedText
from incidents.conversations.queries import Talk, canned_texts, talks
from incidents.dispatching.complaining import is_undecided
from incidents.dispatching.explaining import Explanation, explain_incident
from incidents.doors.models import KeptFile
from incidents.doors.questions import Answered, answered
from incidents.emergencies.models import SharedIncident
from incidents.emergencies.protocols.asking import Protocols, protocols_of
from incidents.emergencies.services.choosing import services_for
from incidents.emergencies.services.visibility import Reader
from incidents.geocoding.asking import proposal_for
from incidents.geocoding.models import Proposal
from incidents.knowledge.models import Quote
from incidents.records import redacting
from incidents.records.lifecycles import (
    INCIDENT_STEPS,
    OPEN_ASSIGNMENTS,
    SERVICE_KINDS,
    AssignmentState,
    IncidentState,
    assignment_steps,
)
from incidents.records.models import (
    Assignment,
    Category,
    Complaint,
    Exercise,
    History,
    Incident,
    Note,
    Photo,
    Redaction,
    Report,
    Reporter,
    Source,
)
from incidents.records.models.categories import Group
from incidents.records.names import ASSIGNMENT_STATES, INCIDENT_STATES
from incidents.records.needs import Need
from incidents.records.places import WORDS_UP_TO_M, round_about
from incidents.records.reasons import NEEDS, sentence
from incidents.room.timeline import Moment, timeline
from incidents.triage.merging import merges_of
from incidents.triage.models import Merge, Surge, SurgeGuess
from incidents.triage.nearby import Near, duplicates
from incidents.triage.surges import running
from opscenter.accounts.models import Agency, Person

# How far back the panel's list of one citizen's earlier reports goes.
_EARLIER = 5


@dataclass(frozen=True, slots=True)
class ShownAssignment:
    """One agency's part: what state it is in, in words, and its result or why it was given back."""

    row: Assignment
    state: str
    is_open: bool
    can_transfer: bool


@dataclass(frozen=True, slots=True)
class ShownPhoto:
    """A photo with what people outside see of it; `decisions` the newest first."""

    photo: Photo
    is_public: bool
    boxes: tuple[redacting.Box, ...]
    decisions: list[Redaction] = field(default_factory=list)

    @property
    def boxes_text(self) -> str:
        """The boxes as the page's script reads them."""
        return json.dumps(self.boxes)

    @property
    def number(self) -> int:
        """The decision that counts, 0 while nobody has decided."""
        return self.decisions[0].number if self.decisions else 0


@dataclass(frozen=True, slots=True)
class Whom:
    """A report with what is known of whom it complains of, to be said or corrected."""

    report: Report
    complaint: Complaint | None
    # Somebody has to say it before it goes to anybody.
    is_open: bool


@dataclass(slots=True)
class Panel:
    """An incident as the panel shows it. `why_*` are sentences; `can_*` what its state allows now."""

    incident: Incident
    state: str
    reports: list[Report]
    place: str
    ward: str
    district: str
    beside: Whereabouts | None
    # What an outside geocoder believes, while nobody knows the place; with the ward it lies in.
    proposal: Proposal | None
    proposal_ward: str
    # What was answered to the category's extra questions.
    answers: list[Answered]
    # What hung on the citizen's mails besides pictures.
    files: list[KeptFile]
    needs: list[str]
    # Agencies that do not agree about a complaint: whom the room adds next decides.
    chooses_who_decides: bool
    why_place: list[str]
    # What to ask, so that the ward is known, and where it may be; empty once it is known or a person put the pin.
    ask_place: str
    may_be: list[str]
    # Whether the resolver found a spot that a person may say is right.
    can_confirm: bool
    why_category: list[str]
    why: Explanation
    assignments: list[ShownAssignment]
    photos: list[ShownPhoto]
    notes: list[Note]
    timeline: list[Moment]
    categories: list[tuple[str, list[Category]]]
    agencies: list[tuple[str, list[Agency]]]
    exercise: Exercise | None
    co_agencies: list[Agency] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)
    whom: list[Whom] = field(default_factory=list)
    near: list[Near] = field(default_factory=list)
    took_in: list[Merge] = field(default_factory=list)
    merged_into: Merge | None = None
    talks: list[Talk] = field(default_factory=list)
    # Answers in force that were given, by people or by the system itself.
    quotes: list[Quote] = field(default_factory=list)
    # A person may say that what the system answered fits.
    may_stand: bool = False
    canned: list[CannedText] = field(default_factory=list)
    chosen_agency: int | None = None
    # The questions to ask about an emergency that 113, 114 or 115 have.
    protocols: Protocols | None = None
    children: list[Incident] = field(default_factory=list)
    can: Mapping[str, bool] = field(default_factory=dict)

    @property
    def before(self) -> str:
        """What the undo of another group goes back to: "category:road-local", or "group:3" without a category."""
        category = self.incident.category
        return f"category:{category.code}" if category is not None else f"group:{self.incident.group}"


def panel(code: str, person: Person, agencies: Iterable[Agency]) -> Panel | None:
    """The incident with a code, with all its panel shows; None when there is none that this person may see.

    `agencies` are those an incident can be given to now. At most 35 queries, however much hangs on the incident, and
    two more for each report by a platform that takes answers for some time only.
    """
    incident = (
        Incident.objects.visible_to(person)
        .by_code(code)
        .select_related("category", "suggested_agency", "parent")
        .first()
    )
    if incident is None:
        return None
    reports = list(
        incident.reports.select_related("text", "taken_by", "reporter")
        .prefetch_related(Prefetch("photos", Photo.objects.order_by("pk")))
        .order_by("received_at", "pk")
    )
    proposal = proposal_for(incident)
    rows = list(incident.assignments.select_related("agency", "handling_unit", "by", "proposed_agency").order_by("pk"))
    choice = list(agencies)
    took_in, merged_into = merges_of(incident)
    quotes = list(Quote.objects.filter(report__incident=incident).select_related("version", "by").order_by("pk"))
    by_itself = {quote.report_id for quote in quotes if quote.by_id is None and quote.wrong_at is None}
    lead = next((row for row in rows if row.role == Assignment.Role.LEAD and row.state in OPEN_ASSIGNMENTS), None)
    complaints = list(Complaint.objects.filter(report__incident=incident).select_related("agency").order_by("pk"))
    return Panel(
        incident=incident,
        state=str(INCIDENT_STATES[IncidentState(incident.state)]),
        reports=reports,
        place=incident.place_label,
        ward=_area_name(incident.area_set, incident.ward_code),
        district=_area_name(incident.area_set, incident.district_code),
        beside=round_about(incident),
        proposal=proposal,
        proposal_ward=_ward_at(proposal.point) if proposal is not None and proposal.point is not None else "",
        answers=answered(reports),
        files=list(KeptFile.objects.filter(message__report__in=reports).order_by("pk")),
        needs=[str(NEEDS[Need(code)]) for code in incident.needs],
        chooses_who_decides=Need.ARBITER_OPEN in incident.needs,
        why_place=_sentences(incident.place_trace),
        ask_place=_question(incident.place_trace) if incident.on_board else "",
        may_be=_may_be(incident.place_trace) if incident.on_board else [],
        can_confirm=_can_confirm(incident),
        why_category=_sentences(incident.category_trace),
        why=explain_incident(incident),
        assignments=[_shown(row) for row in rows],
        photos=_photos(incident),
        notes=list(incident.notes.filter(agency=None).select_related("by").order_by("-at")),
        timeline=timeline(list(History.objects.filter(incident=incident).select_related("by").order_by("pk"))),
        categories=_categories(),
        agencies=_by_kind(choice),
        exercise=Exercise.objects.filter(pk=incident.exercise).first() if incident.exercise else None,
        co_agencies=_beside_the_lead(incident, choice),
        complaints=complaints,
        whom=_whom(incident, reports, complaints),
        near=_near(incident),
        took_in=took_in,
        merged_into=merged_into,
        talks=talks(incident, reports, person),
        quotes=quotes,
        may_stand=incident.state == IncidentState.RECEIVED and by_itself == {report.pk for report in reports},
        canned=canned_texts(),
        protocols=_protocols(incident),
        chosen_agency=_chosen(incident, rows) if lead is None else None,
        children=list(Incident.objects.filter(parent=incident).order_by("pk")),
        can={
            **_can(
                incident, lead, any(row.agency.kind in SERVICE_KINDS and row.state in OPEN_ASSIGNMENTS for row in rows)
            ),
            "reopen": not incident.on_board and merged_into is None,
        },
    )


# So many reports of one incident are offered at a time for saying whom they complain of.
_MOST_WHOM = 5


def _whom(incident: Incident, reports: Sequence[Report], complaints: Sequence[Complaint]) -> list[Whom]:
    """The reports that complain of somebody, those first of whom nobody has said it, and one more that may.

    Two queries at most.
    """
    by_report = {row.report_id: row for row in complaints}
    is_open = incident.on_board and is_undecided(incident)
    others = [row for row in reports if row.pk not in by_report][:1]
    told = [row for row in reports if row.pk in by_report]
    found = [Whom(row, by_report[row.pk], is_open and not by_report[row.pk].is_decided) for row in told]
    found += [Whom(row, None, is_open and not any(one.is_open for one in found)) for row in others]
    return sorted(found, key=lambda one: not one.is_open)[:_MOST_WHOM]


def _photos(incident: Incident) -> list[ShownPhoto]:
    rows = list(incident.photos.order_by("pk"))
    decided = redacting.latest(rows) if rows else {}
    return [
        ShownPhoto(row, redacting.public_before(row, decided.get(row.pk)), redacting.boxes_of(decided.get(row.pk)))
        for row in rows
    ]


def photo(pk: int, person: Person) -> ShownPhoto | None:
    """One photo of an incident that this person may see, with all that was decided about it; None for any other."""
    seen = Incident.objects.visible_to(person).values("pk")
    row = Photo.objects.select_related("incident").filter(pk=pk, incident__in=seen).first()
    if row is None:
        return None
    decisions = list(row.redactions.select_related("by").order_by("-number"))
    newest = decisions[0] if decisions else None
    return ShownPhoto(row, redacting.public_before(row, newest), redacting.boxes_of(newest), decisions)


def _near(incident: Incident) -> list[Near]:
    """What may be the same event, while it can still be merged. Two queries."""
    if not incident.on_board or incident.point is None:
        return []
    return duplicates(
        words=incident.summary,
        point=(incident.point.x, incident.point.y),
        at=timezone.now(),
        category=incident.category,
        exercise=incident.exercise,
        unsure_m=incident.radius_m,
        but=incident.pk,
    )


@dataclass(frozen=True, slots=True)
class ShownSurge:
    """A surge as the banner shows it: its first incident speaks for it until it is confirmed."""

    surge: Surge
    incident: Incident
    waiting: int
    ward: str
    # Reports that name only their ward and may be of it, the likeliest first; so many more there are.
    guesses: Sequence[SurgeGuess] = ()
    more: int = 0


# So many guesses are shown of one surge: the next ones come when these are decided.
_GUESSES = 3


def surges() -> list[ShownSurge]:
    """The surges of late that still need somebody, or that callers may join. One query, and three for each."""
    shown = []
    for surge in running(exercise=0):
        members = surge.members.filter(incident__on_board=True).select_related("incident__category")
        rows = list(members.order_by("incident"))
        incident = surge.master or (rows[0].incident if rows else None)
        if incident is None or not incident.on_board:
            continue
        waiting = sum(not row.approved for row in rows if row.incident_id != incident.pk or surge.master is None)
        ward = _area_name(incident.area_set, incident.ward_code)
        guesses = surge.guesses.filter(is_same=None, incident__on_board=True)
        found = list(guesses.select_related("incident__category")[: _GUESSES + 30])
        shown.append(ShownSurge(surge, incident, waiting, ward, found[:_GUESSES], max(0, len(found) - _GUESSES)))
    return shown


def _protocols(incident: Incident) -> Protocols | None:
    shared = SharedIncident.objects.filter(pk=incident.pk).first() if incident.group == Group.EMERGENCY else None
    return protocols_of(shared, Reader.ROOM) if shared is not None and incident.on_board else None


def _shown(row: Assignment) -> ShownAssignment:
    state = str(ASSIGNMENT_STATES[AssignmentState(row.state)])
    steps = assignment_steps(row.agency.kind)[AssignmentState(row.state)]
    return ShownAssignment(row, state, row.state in OPEN_ASSIGNMENTS, AssignmentState.TRANSFERRED in steps)


def _chosen(incident: Incident, rows: list[Assignment]) -> int | None:
    """Whom the last agency that gave it back holds to be the right one, else the suggestion."""
    last = rows[-1] if rows else None
    if last is not None and last.state == AssignmentState.RETURNED and last.proposed_agency_id is not None:
        return last.proposed_agency_id
    return incident.suggested_agency_id


def _can(incident: Incident, lead: Assignment | None, has_service: bool) -> dict[str, bool]:
    """What the incident's state lets the room do now, for the buttons; the API decides again."""
    steps = INCIDENT_STEPS[IncidentState(incident.state)]
    live = incident.on_board
    return {
        "dispatch": live and lead is None and IncidentState.ASSIGNED in steps,
        "more": live and lead is not None,
        "answer": IncidentState.CLOSED in steps,
        "emergency": live and not (incident.group == Group.EMERGENCY and has_service),
        "cancel": IncidentState.CANCELLED in steps,
        "edit": live,
        "child": live and incident.parent_id is None,
        "reject": incident.state == IncidentState.RESOLVED,
    }


def _area_name(set_name: str, code: str) -> str:
    area = area_named(set_name, code) if code else None
    return area.name if area else code


def _ward_at(point: Point) -> str:
    """The ward as it is called today; "" where none is known."""
    ward = areas_at(point.x, point.y, timezone.localdate()).ward
    return ward.name if ward else ""


def _sentences(trace: Mapping[str, Any]) -> list[str]:
    """The reasons of a stored trace, each once."""
    found = [sentence(reason) for reason in trace.get("reasons", ()) if isinstance(reason, Mapping)]
    return list(dict.fromkeys(found))


def _question(trace: Mapping[str, Any]) -> str:
    """The question of a stored trace that decides the ward, as a sentence."""
    question = trace.get("question")
    return sentence(question) if isinstance(question, Mapping) else ""


def _can_confirm(incident: Incident) -> bool:
    """Whether the system put the point, and to within what one would call a spot."""
    by_resolver = incident.place_trace.get("by") == "resolver" and incident.point is not None
    return by_resolver and (incident.radius_m or 0.0) <= WORDS_UP_TO_M


def _beside_the_lead(incident: Incident, choice: Sequence[Agency]) -> list[Agency]:
    """Whom to tick beside the suggested agency: those of the rule, in an emergency all services concerned."""
    if incident.group != Group.EMERGENCY:
        return [agency for agency in choice if agency.pk in incident.agency_trace.get("co", ())]
    lead = incident.suggested_agency_id
    return [agency for agency in services_for(incident) if agency.pk != lead] if incident.on_board else []


def _may_be(trace: Mapping[str, Any]) -> list[str]:
    """The candidates where no single one is sure: what each is, its ward and district, and how sure."""
    answer = trace.get("answer")
    if trace.get("by") != "resolver" or (isinstance(answer, Mapping) and answer.get("ward")):
        return []
    lines = []
    for one in trace.get("candidates", ()):
        areas = [area["name"] for area in (one.get("ward"), one.get("district")) if area]
        parts = dict.fromkeys(part for part in (one.get("name"), *areas) if part)
        lines.append(f"{', '.join(parts)} ({round(100 * one['confidence'])} %)")
    return lines if len(lines) > 1 or not answer else []


def _categories() -> list[tuple[str, list[Category]]]:
    """The categories in use under the names of their groups. One query."""
    groups: dict[int, list[Category]] = {}
    for row in Category.objects.filter(is_active=True):
        groups.setdefault(row.group, []).append(row)
    return [(str(Group(group).label), rows) for group, rows in sorted(groups.items())]


def _by_kind(agencies: Iterable[Agency]) -> list[tuple[str, list[Agency]]]:
    kinds: dict[str, list[Agency]] = {}
    for agency in agencies:
        kinds.setdefault(str(agency.get_kind_display()), []).append(agency)
    return list(kinds.items())


def agencies_by_kind(on: dt.date) -> list[tuple[str, list[Agency]]]:
    """The agencies in force under the names of their kinds, for the call form. One query."""
    return _by_kind(Agency.objects.in_force(on).order_by("kind", "name"))


def categories() -> list[tuple[str, list[Category]]]:
    """The categories in use under the names of their groups, for the call form. One query."""
    return _categories()


def earlier(phone: str, person: Person) -> list[Incident]:
    """The latest incidents of whoever called from this number (0… or +84…), that this person may see.

    No personal data is in the answer; two queries.
    """
    # One number, as it is dialled here and as it is written abroad.
    national = "0" + phone.removeprefix("+84").removeprefix("0")
    reporters = Reporter.objects.filter(phone__in=[national, "+84" + national[1:]], erased_at__isnull=True)
    ids = Report.objects.filter(reporter__in=reporters, source__in=Source.values).values("incident_id")
    rows = Incident.objects.visible_to(person).filter(pk__in=ids).select_related("category")
    return list(rows.order_by("-received_at")[:_EARLIER])
