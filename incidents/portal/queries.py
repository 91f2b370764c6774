"""What the citizens' pages read. Nothing here carries who reported, nor the words as typed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db.models import Prefetch, Q
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy

from geo.areas import area_named
from incidents.conversations.models import Message
from incidents.portal.icons import icon_of
from incidents.records import redacting
from incidents.records.lifecycles import AssignmentState, IncidentState
from incidents.records.models import Assignment, Category, Exercise, Incident, Photo, Report
from incidents.records.models.categories import Group
from opscenter.accounts.models import Agency, AgencyKind

# Where it stands, as its reporter reads it.
CITIZENS_STATES: dict[IncidentState, str | Promise] = {
    IncidentState.RECEIVED: gettext_lazy("Received"),
    IncidentState.ASSIGNED: gettext_lazy("Forwarded"),
    IncidentState.IN_PROGRESS: gettext_lazy("Being handled"),
    IncidentState.RESOLVED: gettext_lazy("Answer in preparation"),
    IncidentState.CLOSED: gettext_lazy("Answered"),
    IncidentState.CANCELLED: gettext_lazy("Closed without handling"),
}
_NOT_CODE = re.compile(r"[^0-9A-Z]")


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as the form offers it."""

    code: str
    label: str
    icon: str


def topics() -> list[Topic]:
    """The topics of field reports (group 3) in their order. One query."""
    rows = Category.objects.filter(group=Group.FIELD, is_active=True, is_public=True)
    return [Topic(row.code, row.label, icon_of(row.code)) for row in rows]


def agencies_to_complain_of(on: dt.date) -> list[tuple[str, list[Agency]]]:
    """The agencies in force under the names of their kinds, without utilities. One query."""
    kinds: dict[str, list[Agency]] = {}
    rows = Agency.objects.in_force(on).exclude(kind__in=[AgencyKind.HOTLINE, AgencyKind.UTILITY])
    for agency in rows.order_by("kind", "name"):
        kinds.setdefault(str(agency.get_kind_display()), []).append(agency)
    return list(kinds.items())


def exercise_of(token: str, at: dt.datetime) -> Exercise | None:
    """The exercise that runs now under this token; None for none. One query."""
    row = Exercise.objects.filter(token=token, starts_at__lte=at).first() if token else None
    return row if row and (row.ends_at is None or at < row.ends_at) else None


def tidy_code(typed: str) -> str:
    """A tracking code as it is stored, from whatever way it was typed: "abcd efgh 2345" → "ABCD-EFGH-2345"."""
    letters = _NOT_CODE.sub("", typed.upper())[:40]
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of what happened. kind: received, forwarded, working, answered or cancelled."""

    kind: str
    at: dt.datetime
    agency: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """Something the hotline wrote to the citizen besides the answer."""

    text: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Followed:
    """A report as its tracking page shows it."""

    code: str
    report_id: int
    incident: Incident
    received_at: dt.datetime
    topic: str
    area: str
    # The borders the area was found by are grown from figures, not surveyed: it may be the next one.
    approximate: bool
    steps: Sequence[Step]
    answer: str
    # Those of the work once it is answered, and the reporter's own: only what a person has released.
    photos: Sequence[Photo]
    own_photos: Sequence[Photo]
    replies: Sequence[Reply]
    rated: bool
    exercise: int

    @property
    def is_open(self) -> bool:
        return self.incident.on_board


def followed(code: str) -> Followed | None:
    """The report with this tracking code, as its page shows it; None when there is none. Seven queries at most.

    The answer and the photos taken afterwards show once the hotline has closed the incident, not before.
    """
    report = (
        Report.objects.select_related("incident__category", "rating")
        .prefetch_related(
            Prefetch(
                "incident__assignments",
                Assignment.objects.select_related("agency")
                .exclude(state__in=[AssignmentState.CANCELLED, AssignmentState.RETURNED])
                .order_by("sent_at", "id"),
                to_attr="given",
            ),
            Prefetch(
                "incident__photos",
                Photo.objects.order_by("id"),
                to_attr="pictures",
            ),
            Prefetch(
                "messages",
                # What the citizen said is for nobody who only knows the code.
                Message.objects.filter(direction=Message.Direction.OUT).order_by("at", "pk"),
                to_attr="told",
            ),
        )
        .filter(tracking_code=tidy_code(code))
        .first()
    )
    if report is None:
        return None
    incident = report.incident
    closed = incident.state == IncidentState.CLOSED
    pictures: list[Photo] = incident.pictures  # type: ignore[attr-defined]
    decided = redacting.latest(pictures) if pictures else {}
    seen = [one for one in pictures if redacting.public_before(one, decided.get(one.pk))]
    return Followed(
        code=report.tracking_code,
        report_id=report.pk,
        incident=incident,
        received_at=report.received_at,
        topic=incident.category.label if incident.category else "",
        area=_area(incident),
        approximate=incident.approximate,
        steps=_steps(report, incident),
        answer=incident.answer if closed else "",
        photos=[one for one in seen if one.phase == Photo.Phase.AFTER] if closed else [],
        own_photos=[one for one in seen if one.report_id == report.pk and one.phase != Photo.Phase.AFTER],
        replies=[Reply(row.text, row.at) for row in report.told],
        rated=hasattr(report, "rating"),
        exercise=report.exercise,
    )


def _steps(report: Report, incident: Incident) -> list[Step]:
    given: list[Assignment] = incident.given  # type: ignore[attr-defined]
    steps = [Step("forwarded", row.sent_at, _name(row)) for row in given]
    steps += [Step("working", row.accepted_at, _name(row)) for row in given if row.accepted_at]
    if incident.state == IncidentState.CLOSED and incident.closed_at:
        steps.append(Step("answered", incident.closed_at))
    if incident.state == IncidentState.CANCELLED and incident.closed_at:
        steps.append(Step("cancelled", incident.closed_at))
    # Received comes first also when this report joined an incident that was already being worked on.
    return [Step("received", report.received_at), *sorted(steps, key=lambda step: step.at)]


def _area(incident: Incident) -> str:
    code = incident.ward_code or incident.district_code
    area = area_named(incident.area_set, code) if code else None
    return area.name if area else ""


def _name(assignment: Assignment) -> str:
    agency = assignment.agency
    return agency.name_en if agency.name_en and (get_language() or "vi").startswith("en") else agency.name


def followed_photo(code: str, photo_id: int) -> Path | None:
    """The file of a photo that the tracking page of this code shows; None for any other. Two queries.

    Those of the work once it is closed, those of this report once a person has released them; both as redacted.
    """
    of_work = Q(phase=Photo.Phase.AFTER, incident__state=IncidentState.CLOSED)
    own = ~Q(phase=Photo.Phase.AFTER) & Q(report__tracking_code=tidy_code(code))
    found = (
        Photo.objects.filter(of_work | own, pk=photo_id, incident__reports__tracking_code=tidy_code(code))
        .distinct()
        .first()
    )
    return redacting.outside_file(found, redacting.latest([found]).get(found.pk)) if found is not None else None
