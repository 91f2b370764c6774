"""Taking a report, whatever door it came by: receive → triage → dispatch.

Receiving is one change that either has everything of the report or nothing. The two steps after it run at once, each
in a change of its own; what is left of them stands on the report, and the worker takes it up.
"""

from __future__ import annotations

import datetime as dt
import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.gis.geos import Point
from django.db import IntegrityError
from django.utils import timezone

from geo.resolution import Reason, Resolution
from geo.resolver import resolve
from incidents.conversations import listening
from incidents.conversations.models import Message
from incidents.delivery.models import Kind
from incidents.delivery.queue import tell_reporter
from incidents.dispatching.deadlines import due_at
from incidents.dispatching.learning import learn_from_form
from incidents.intake import steps
from incidents.records import actions, needs, photos
from incidents.records.actions import Action
from incidents.records.editing import lock, open_incident
from incidents.records.history import HistoryKind, append
from incidents.records.models import Category, Complaint, Incident, NextStep, Report, Reporter, ReportWords, Source
from incidents.records.photos import PhotoProblem, Prepared, Upload
from incidents.records.places import Pin, place_fields, read_from
from incidents.records.summaries import summarise
from incidents.triage.merging import holder_of, would_reach
from opscenter.accounts.models import Agency, Person
from realtime.change import Change, change

log = logging.getLogger(__name__)

# Two processes may receive the same message, or a new sender's first two, at once: the second try finds the first's.
_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ReporterDetails:
    """Who reports, as far as they say. `door_id` is who they are on a door that knows people by its own number."""

    kind: str = Reporter.Kind.PERSON
    name: str = ""
    organisation: str = ""
    on_behalf_of: str = ""
    phone: str = ""
    email: str = ""
    door: str = ""
    door_id: str = ""

    @property
    def is_anonymous(self) -> bool:
        return not any((self.name, self.organisation, self.on_behalf_of, self.phone, self.email, self.door_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintDetails:
    """Whom a complaint is about, as far as it was told: it never goes to that agency nor to anyone under it."""

    agency: Agency | None = None
    official: str = ""
    procedure: str = ""
    # Said by the call-taker, with the citizen on the telephone.
    no_unit: bool = False

    @property
    def is_empty(self) -> bool:
        return self.agency is None and not self.official and not self.procedure and not self.no_unit

    @property
    def is_decided(self) -> bool:
        return self.agency is not None or self.no_unit


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a message. `created` is False when it had been taken before; then nothing was changed."""

    report: Report
    incident: Incident
    created: bool
    photo_problems: tuple[PhotoProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Message:
    """All that came in, cleaned; nothing of it depends on the database."""

    source: str
    source_id: str
    words: str
    address: str
    point: tuple[float, float] | None
    accuracy_m: float | None
    category: Category | None
    reporter: ReporterDetails
    taken_by: Person | None
    language: str
    exercise: int
    door_data: Mapping[str, Any] = field(default_factory=dict)
    complaint: ComplaintDetails = ComplaintDetails()
    same_as: int | None = None
    # The message of another report that this one begins with, and who decided so.
    said: Message | None = None
    split_by: Person | None = None


def take_report(
    *,
    source: Source,
    source_id: str,
    words: str,
    address: str = "",
    point: tuple[float, float] | None = None,
    accuracy_m: float | None = None,
    category: Category | None = None,
    reporter: ReporterDetails | None = None,
    taken_by: Person | None = None,
    photos: Sequence[Upload] = (),
    language: str = "vi",
    exercise: int = 0,
    door_data: Mapping[str, Any] | None = None,
    complaint: ComplaintDetails | None = None,
    same_as: int | None = None,
    action: Action | None = None,
    said: Message | None = None,
    split_by: Person | None = None,
) -> Taken:
    """Takes one report: it has its incident, and is on the live stream, when this returns.

    `source_id` is the door's own number of the message: the same one again gives the first report, unchanged.
    `point` is (lon, lat) in SRID 4326 as the reporter gave it, `accuracy_m` metres; a point that is not on the globe
    counts as not given. `category` is what the reporter (or, with `taken_by`, the call-taker) chose. Bad photos are
    told in `photo_problems` and never lose the report. `exercise` is 0 for the live service.

    `complaint` says whom a complaint is about. `same_as` is the id of the incident that somebody said this is the same
    as: the report joins it, is counted and answered with it; where that is not possible (closed meanwhile, another
    exercise, with the agency complained of or one under it, or while nobody has said whom it complains of) it opens its
    own.

    With `action`, the answer {report, incident, tracking_code} is kept under its id in the same change. `said` is a
    message that was taken as part of another report and is moved to this one (`splitting.split_off`).

    Not to be called inside a change. Raises actions.ActionTaken for an action id of somebody else; nothing else that
    depends on what was sent.
    """
    message = _Message(
        source=Source(source),
        source_id=storable(source_id)[:150],
        words=storable(words),
        address=storable(address),
        point=_on_the_globe(point),
        accuracy_m=_sensible(accuracy_m),
        category=category,
        reporter=reporter or ReporterDetails(),
        taken_by=taken_by,
        language=language if language in {"vi", "en"} else "vi",
        exercise=exercise,
        door_data=door_data or {},
        complaint=complaint or ComplaintDetails(),
        same_as=same_as,
        said=said,
        split_by=split_by,
    )
    before = _known(message)
    if before is not None:
        return before
    prepared, problems = _prepared(photos)
    place = _place(message)
    try:
        taken = _receive_once(message, prepared, tuple(problems), place, action)
    except BaseException:
        _discard(prepared)
        raise
    if not taken.created:
        _discard(prepared)
        return taken
    steps.run(taken.report.pk)
    # As the steps left it.
    report = Report.objects.select_related("incident__category").get(pk=taken.report.pk)
    return Taken(report, report.incident, True, taken.photo_problems)


def storable(text: str) -> str:
    """The text without what no database stores: the character NUL and halves of surrogate pairs."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


# --- receive ----------------------------------------------------------------------------------------------------


def _known(message: _Message) -> Taken | None:
    report = (
        Report.objects.select_related("incident__category")
        .filter(source=message.source, source_id=message.source_id)
        .first()
    )
    return Taken(report, report.incident, False) if report is not None else None


def _receive_once(
    message: _Message,
    prepared: list[Prepared],
    problems: tuple[PhotoProblem, ...],
    place: Mapping[str, Any],
    action: Action | None,
) -> Taken:
    for tries_left in reversed(range(_TRIES)):
        try:
            with change() as c:
                known = _known(message)
                if known is not None:
                    return known
                prior = actions.once(action.id, kind=action.kind, by=action.by) if action else None
                if prior is not None:
                    # The same request, though under another source id.
                    report = Report.objects.select_related("incident__category").get(pk=prior.answer["report"])
                    return Taken(report, report.incident, False)
                taken = _receive(c, message, prepared, problems, place)
                if action is not None:
                    actions.keep(action.id, kind=action.kind, by=action.by, status=201, answer=_answer(taken))
                return taken
        except IntegrityError:
            known = _known(message)
            if known is not None:
                return known
            if not tries_left:
                raise
    raise AssertionError("the loop above returns or raises")


def _receive(
    c: Change,
    message: _Message,
    prepared: list[Prepared],
    problems: tuple[PhotoProblem, ...],
    place: Mapping[str, Any],
) -> Taken:
    known = _joined(message)
    incident = known or open_incident(
        source=message.source,
        summary=summarise(message.words),
        received_at=c.at,
        due_at=due_at(message.category, c.at),
        category=message.category,
        group=message.category.group if message.category else None,
        priority=message.category.priority if message.category else 3,
        exercise=message.exercise,
        **place,
    )
    report = Report.objects.create(
        incident=incident,
        source=message.source,
        source_id=message.source_id,
        reporter=_reporter(message.reporter, c.at),
        taken_by=message.taken_by,
        language=message.language,
        received_at=c.at,
        given_point=Point(*message.point, srid=4326) if message.point else None,
        given_accuracy_m=message.accuracy_m if message.point else None,
        given_category=message.category,
        door_data=dict(message.door_data),
        next_step=NextStep.DONE if known else NextStep.TRIAGE,
        next_step_at=c.at + steps.LEFT_AFTER,
        exercise=message.exercise,
    )
    ReportWords.objects.create(report=report, words=message.words, address=message.address)
    _teach(message, place)
    _complain(report, message.complaint)
    append(
        incident,
        HistoryKind.REPORT_ADDED if known else HistoryKind.RECEIVED,
        by=message.taken_by,
        data={
            "report": report.pk,
            "source": message.source,
            "place": place["place_trace"]["outcome"],
            # The report's own, whatever later becomes of the incident's place, or of the one that it joined.
            "where": read_from(place),
            "photo_problems": [str(one.code) for one in problems],
        },
    )
    photos.add(incident, prepared, report=report, by=message.taken_by)
    needs.recompute(incident)
    if message.said is None:
        listening.open_with(report, incident)
    else:
        listening.move_to(report, message.said, by=message.split_by)
    tell_reporter(report, Kind.RECEIVED)
    return Taken(report, incident, True, problems)


def _teach(message: _Message, place: Mapping[str, Any]) -> None:
    """What the call-taker's own pin or choice says of the words; a point that somebody else gave teaches nothing."""
    if message.source == Source.PHONE and message.taken_by is not None and message.point is not None:
        learn_from_form(
            (message.address, message.words),
            place["place_trace"],
            Pin(*message.point),
            by_hand=message.accuracy_m is None,
            exercise=message.exercise,
            by=message.taken_by,
        )


def _joined(message: _Message) -> Incident | None:
    """The incident that the report joins, locked; None when it is to open its own."""
    if message.same_as is None:
        return None
    holder = holder_of(message.same_as)
    rows = Incident.objects.on_board().filter(pk=holder, exercise=message.exercise)
    # Read before it is locked, so that what was closed or is not theirs keeps its version.
    incident = lock(holder) if rows.exists() else None
    if incident is None or not incident.on_board:
        return None
    complained_of = message.complaint.agency
    if complained_of is not None and would_reach([incident], [complained_of.pk]):
        return None
    is_complaint = message.category is not None and message.category.is_complaint
    if (is_complaint or message.complaint.official) and not message.complaint.is_decided:
        # Nobody knows yet who must not have it.
        return None
    return incident


def _complain(report: Report, details: ComplaintDetails) -> None:
    if not details.is_empty:
        Complaint.objects.create(
            report=report,
            agency=details.agency,
            no_unit=details.no_unit and details.agency is None,
            official=storable(details.official)[:200],
            procedure=storable(details.procedure)[:200],
        )


def _answer(taken: Taken) -> dict[str, Any]:
    return {"report": taken.report.pk, "incident": taken.incident.code, "tracking_code": taken.report.tracking_code}


def _reporter(details: ReporterDetails, at: dt.datetime) -> Reporter | None:
    if details.is_anonymous:
        return None
    fields = {
        "kind": details.kind,
        "name": storable(details.name)[:150],
        "organisation": storable(details.organisation)[:200],
        "on_behalf_of": storable(details.on_behalf_of)[:200],
        "phone": storable(details.phone)[:20],
        "email": storable(details.email)[:254],
        "created_at": at,
    }
    if not details.door_id:
        return Reporter.objects.create(**fields)
    door_id = storable(details.door_id)[:100]
    known, _created = Reporter.objects.get_or_create(door=details.door, door_id=door_id, defaults=fields)
    return known


def _prepared(files: Sequence[Upload]) -> tuple[list[Prepared], list[PhotoProblem]]:
    return photos.prepare(files) if files else ([], [])


def _discard(prepared: list[Prepared]) -> None:
    photos.discard(prepared)


def _place(message: _Message) -> dict[str, Any]:
    """The incident's fields that say where it is. A resolver that fails must not cost the report: then a person
    finds the place."""
    on = timezone.localdate()
    try:
        resolution = resolve(
            message.words,
            on=on,
            point=message.point,
            accuracy_m=message.accuracy_m,
            address=message.address,
            exercise=message.exercise,
        )
        return place_fields(resolution, on=on)
    except Exception as error:
        log.exception("the place of %s %s could not be resolved", message.source, message.source_id)
        failed = Reason("intake.resolver_failed", {"error": type(error).__name__})
        return place_fields(Resolution("unknown", (), (failed,)), on=on)


def _on_the_globe(point: tuple[float, float] | None) -> tuple[float, float] | None:
    if point is None or not all(map(math.isfinite, point)):
        return None
    lon, lat = point
    return point if abs(lon) <= 180 and abs(lat) <= 90 else None


def _sensible(accuracy_m: float | None) -> float | None:
    return accuracy_m if accuracy_m is not None and math.isfinite(accuracy_m) and accuracy_m >= 0 else None
