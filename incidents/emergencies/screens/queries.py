"""What the screens of dispatchers and crews read. Each field of a shared incident is read only for whom the matrix
(services/visibility.py) lets read it; what somebody may not read never leaves the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from geo.areas import area_named
from geo.describing import Whereabouts
from incidents.emergencies.facilities.choosing import Hospital, hospitals
from incidents.emergencies.log.erasing import taken_in
from incidents.emergencies.log.wording import Asked, asked_in, said, words_shown
from incidents.emergencies.major.reading import MajorView, major_view
from incidents.emergencies.models import Facility, LogEntry, SafetyTimer, ServicePart, SharedIncident, Sortie, Unit
from incidents.emergencies.models.log import LogScope
from incidents.emergencies.protocols.asking import ASKING, Protocols, protocols_of
from incidents.emergencies.screens.cameras import Camera, cameras_near
from incidents.emergencies.screens.names import SORTIE_STATES, STATES_OF_SERVICES
from incidents.emergencies.services.parts import record_version
from incidents.emergencies.services.visibility import MATRIX, Field, Reader, reader_of
from incidents.emergencies.targets.needing import kind_of, needed_of
from incidents.emergencies.units.lifecycles import SortieState, next_step, sortie_steps
from incidents.emergencies.units.recommending import Recommendation, recommend
from incidents.emergencies.units.safety import timer_of
from incidents.records.lifecycles import NOT_THEIRS, OPEN_ASSIGNMENTS, WITH_RESULT, AssignmentState
from incidents.records.models import Assignment, Incident, Photo, Report
from incidents.records.places import round_about
from opscenter.accounts.models import ContactPoint, Person
from opscenter.accounts.roles import Role

T = TypeVar("T")
_OPEN = sorted(state.value for state in OPEN_ASSIGNMENTS)
_GONE = sorted(state.value for state in NOT_THEIRS)
_SHOWN_UNITS = 5
_SHOWN_HOSPITALS = 5


@dataclass(frozen=True, slots=True)
class ShownService:
    name: str
    kind: str
    state: str
    is_open: bool
    is_silent: bool
    is_lead: bool
    until: dt.datetime | None


@dataclass(frozen=True, slots=True)
class ShownSortie:
    row: Sortie
    state: str
    is_own: bool
    # The steps it may take now, the likeliest first: (state, in words).
    steps: list[tuple[str, str]]
    timer: SafetyTimer | None = None

    @property
    def may_call_back(self) -> bool:
        """Not any more once it has a patient aboard, or is on its way home."""
        return SortieState.WITHDRAWN in sortie_steps(self.row.unit.agency.kind, self.row.state)


@dataclass(frozen=True, slots=True)
class ShownEntry:
    at: dt.datetime
    who: str
    what: str
    words: str
    scope: str
    seq: int
    # The code of the merged incident in whose log it stands; empty: this one's.
    log: str


@dataclass(frozen=True)
class View:
    """A shared incident as one person reads it. Empty where the matrix says no."""

    incident: Incident
    shared: SharedIncident
    reader: Reader
    category: str
    place: str
    # By what and on which street it lies, in words.
    beside: Whereabouts | None
    reports: list[Report]
    photos: list[Photo]
    may_look_at_reporter: bool
    services: list[ShownService]
    sorties: list[ShownSortie]
    record: str
    record_version: int
    log: list[ShownEntry]
    own: ServicePart | None
    recommended: Recommendation | None
    protocols: Protocols | None
    cameras: list[Camera]
    # The nearest hospitals, the suitable ones first.
    hospitals: list[Hospital]
    # None: never declared a major incident.
    major: MajorView | None

    @property
    def is_taken(self) -> bool:
        return self.own is not None and self.own.assignment.state not in {"sent", "seen"}

    @property
    def is_finished(self) -> bool:
        """The own service has said that its work is done: nothing more to send, finish or hand back."""
        return self.own is not None and self.own.assignment.state in WITH_RESULT

    @property
    def may_write_own(self) -> bool:
        return self.reader in MATRIX[Field.OWN_NOTES]


def shared_view(code: str, person: Person, at: dt.datetime | None = None) -> View | None:
    """The shared incident of a code; None when there is none that this person may see."""
    incident = Incident.objects.visible_to(person).by_code(code).select_related("category", "shared").first()
    shared = getattr(incident, "shared", None)
    if incident is None or shared is None:
        return None
    reader = reader_of(person)

    def only(field: Field, read: Callable[[], T], otherwise: T) -> T:
        return read() if reader in MATRIX[field] else otherwise

    parts = list(
        ServicePart.objects.filter(shared=shared)
        .exclude(assignment__state__in=_GONE)
        .select_related("assignment__agency")
        .order_by("pk")
    )
    own = next((p for p in parts if p.assignment.agency_id == person.agency_id and p.assignment.state in _OPEN), None)
    sends = person.role == Role.DISPATCHER and own is not None and own.assignment.state not in WITH_RESULT
    return View(
        incident=incident,
        shared=shared,
        reader=reader,
        category=only(Field.CATEGORY, lambda: incident.category.label if incident.category else _("Emergency"), ""),
        place=only(Field.PLACE, lambda: place_of(incident), ""),
        beside=only(Field.PLACE, lambda: round_about(incident), None),
        reports=only(Field.WORDS, lambda: _reports(incident), []),
        photos=only(Field.PHOTOS, lambda: list(Photo.objects.filter(incident=incident).order_by("pk")), []),
        may_look_at_reporter=reader in MATRIX[Field.REPORTER],
        services=only(Field.STATES, lambda: [_service(part, at or timezone.now()) for part in parts], []),
        sorties=only(Field.SORTIES, lambda: _sorties(incident, person), []),
        record=only(Field.OWN_RECORD, lambda: own.record if own is not None else "", ""),
        record_version=record_version(incident.pk, person.agency_id) if own is not None else 0,
        log=_log(shared, person, reader),
        own=own,
        recommended=_recommended(incident, person, at or timezone.now()) if sends else None,
        protocols=only(Field.PROTOCOL, lambda: protocols_of(shared, reader), None),
        cameras=only(Field.CAMERAS, lambda: _cameras(incident), []),
        hospitals=only(Field.HOSPITALS, lambda: _hospitals(incident, at or timezone.now()), []),
        major=major_view(shared, reader, list({p.assignment.agency_id: p.assignment.agency for p in parts}.values())),
    )


def place_of(incident: Incident) -> str:
    """How screens name the place: its own name, its ward, its district."""
    names = [incident.place_label]
    for code in (incident.ward_code, incident.district_code):
        area = area_named(incident.area_set, code) if code else None
        names.append(area.name if area else code)
    return ", ".join(dict.fromkeys(name for name in names if name))


def _cameras(incident: Incident) -> list[Camera]:
    return cameras_near(incident.point.x, incident.point.y) if incident.point is not None else []


def _recommended(incident: Incident, person: Person, at: dt.datetime) -> Recommendation:
    agency_id = person.agency_id or 0
    return recommend(incident, agency_id, needed_of(incident, agency_id), at)


def _hospitals(incident: Incident, at: dt.datetime) -> list[Hospital]:
    place = (incident.point.x, incident.point.y) if incident.point is not None else None
    if place is None:
        return []
    kind = kind_of(incident.pk)
    wanted = kind.hospital if kind is not None else ()
    return hospitals(Facility.objects.filter(is_active=True), at, place, wanted)[:_SHOWN_HOSPITALS]


def _reports(incident: Incident) -> list[Report]:
    return list(Report.objects.filter(incident=incident).select_related("text").order_by("received_at", "pk"))


def _service(part: ServicePart, at: dt.datetime) -> ShownService:
    row = part.assignment
    waits = row.state in {"sent", "seen"}
    return ShownService(
        name=row.agency.short_name or row.agency.name,
        kind=row.agency.kind,
        state=str(STATES_OF_SERVICES[AssignmentState(row.state)]),
        is_open=row.state in OPEN_ASSIGNMENTS,
        is_silent=waits and (part.alarms > 0 or part.acknowledge_by < at),
        is_lead=row.role == Assignment.Role.LEAD,
        until=part.until,
    )


def _sorties(incident: Incident, person: Person) -> list[ShownSortie]:
    rows = (
        Sortie.objects.filter(incident=incident, ended_at=None)
        .select_related("unit__agency", "facility")
        .order_by("sent_at")
    )
    timers = {one.unit_id: one for one in SafetyTimer.objects.filter(sortie__incident=incident, ended_at=None)}
    return [_sortie(row, row.unit.agency_id == person.agency_id, timers.get(row.unit_id)) for row in rows]


def _sortie(row: Sortie, is_own: bool, timer: SafetyTimer | None = None) -> ShownSortie:
    service = row.unit.agency.kind
    first = next_step(service, row.state)
    allowed = sortie_steps(service, row.state) - {SortieState.WITHDRAWN}
    ordered = sorted(allowed, key=lambda step: (step != first, list(SortieState).index(step)))
    steps = [(step.value, str(SORTIE_STATES[step])) for step in ordered] if is_own else []
    return ShownSortie(row, str(SORTIE_STATES[SortieState(row.state)]), is_own, steps, timer)


def _log(shared: SharedIncident, person: Person, reader: Reader) -> list[ShownEntry]:
    """The entries this person reads, the newest first."""
    may = Q(pk__in=[])
    if reader in MATRIX[Field.COMMON_LOG]:
        may |= Q(scope=LogScope.COMMON)
    if reader in MATRIX[Field.OWN_NOTES] and person.agency_id is not None:
        may |= Q(scope=LogScope.OWN, agency=person.agency_id)
    if reader in MATRIX[Field.CASUALTIES]:
        may |= Q(scope=LogScope.SERVICES)
    if reader in MATRIX[Field.MEDICAL_NOTES]:
        may |= Q(scope=LogScope.MEDICAL)
    # What was taken in keeps its own chain; who reads this log reads it too, in the order of time.
    logs = [shared.pk, *taken_in(shared.pk)]
    rows = LogEntry.objects.filter(may, shared__in=logs).select_related("agency", "by", "text")
    if reader not in MATRIX[Field.PROTOCOL]:
        rows = rows.exclude(kind__in=ASKING)
    entries = list(rows.order_by("-at", "-shared", "-seq"))
    asked = asked_in(entries)
    return [_entry(row, shared.pk, asked) for row in entries]


def _entry(row: LogEntry, log: int, asked: Asked) -> ShownEntry:
    text = getattr(row, "text", None)
    words = "" if text is None else words_shown(row.kind, text.words) if text.erased_at is None else _("(erased)")
    agency = (row.agency.short_name or row.agency.name) if row.agency else ""
    who = " · ".join(name for name in (str(row.by) if row.by else "", agency) if name) or _("the system")
    return ShownEntry(
        at=row.at,
        who=who,
        what=said(row, asked),
        words=words,
        scope=row.scope,
        seq=row.seq,
        log="" if row.shared_id == log else f"1022-{row.shared_id:06d}",
    )


@dataclass(frozen=True)
class Shift:
    """What a crew's page shows: the unit somebody is on, and what it has to do."""

    unit: Unit | None
    # The units that somebody may sign on to; what those are doing that are out.
    units: Sequence[tuple[Unit, ShownSortie | None]]
    sortie: ShownSortie | None
    view: View | None
    # The service's own telephone, to talk to the dispatcher; "" when none is known.
    phone: str = ""
    # When the crew has to report that it is well.
    timer: SafetyTimer | None = None

    @property
    def called(self) -> int | None:
        """The sortie that the page is about: the unit's, else the newest that waits for somebody to sign on."""
        if self.unit is not None:
            return self.sortie.row.pk if self.sortie is not None else None
        return max((out.row.pk for _unit, out in self.units if out is not None), default=None)

    @property
    def point(self) -> tuple[float, float] | None:
        """Where to: latitude, longitude."""
        place = self.view.incident.point if self.view is not None else None
        return (place.y, place.x) if place is not None else None


def shift_of(person: Person) -> Shift:
    """The unit somebody of a crew is on, and its sortie."""
    from incidents.emergencies.units.crews import units_of

    unit = Unit.objects.select_related("agency").filter(crew__person=person).first()
    row = (
        Sortie.objects.filter(unit=unit, ended_at=None).select_related("unit__agency", "incident", "facility").first()
        if unit is not None
        else None
    )
    view = shared_view(row.incident.code, person) if row is not None else None
    points = ContactPoint.objects.filter(agency=person.agency_id, kind=ContactPoint.Kind.PHONE, is_active=True)
    phone = points.filter(is_head=False).order_by("order", "pk").values_list("address", flat=True).first() or ""
    timer = timer_of(unit.pk) if unit is not None else None
    units = units_of(person) if unit is None else []
    out = {
        sortie.unit_id: _sortie(sortie, True)
        for sortie in Sortie.objects.filter(unit__in=units, ended_at=None).select_related("unit__agency")
    }
    choice = [(one, out.get(one.pk)) for one in units]
    return Shift(unit, choice, _sortie(row, True) if row is not None else None, view, phone, timer)
