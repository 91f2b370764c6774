"""What the pages of answers show."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet

from incidents.knowledge import finding
from incidents.knowledge.lifecycle import VersionState
from incidents.knowledge.models import AnswerVersion, LegalDocument
from incidents.knowledge.writing import may_write
from opscenter.accounts.models import Agency, Person
from opscenter.accounts.roles import Role

_PAGE = 100
STATES = ("in_force", "to_review", "drafts", "over", "review_due")


@dataclass(frozen=True, slots=True)
class Line:
    """One version in the list; `state` is a code of the page's own."""

    version: AnswerVersion
    state: str


def owners(person: Person, on: dt.date) -> QuerySet[Agency]:
    """The agencies this person writes for."""
    if person.role in {Role.SUPERVISOR, Role.ADMINISTRATOR}:
        in_force = Q(pk__in=Agency.objects.in_force(on).values("pk")) | Q(answers__isnull=False)
        return Agency.objects.filter(in_force).distinct().order_by("name")
    return Agency.objects.filter(people=person)


def state_of(version: AnswerVersion, on: dt.date) -> str:
    """in_force, coming, over, draft, in_review or withdrawn."""
    if version.state != VersionState.APPROVED:
        return version.state
    if version.is_in_force(on):
        return "in_force"
    return "coming" if version.valid_from > on else "over"


def listed(person: Person, *, text: str, state: str, on: dt.date, page: str) -> tuple[list[Line], Page[AnswerVersion]]:
    """The versions that match, a page of them: an agency's people see all that is in force, and drafts of their own
    agency alone. What is in force is found by its words, the best first: all of it on one page."""
    rows = AnswerVersion.objects.select_related("answer__owner", "answer__category")
    if person.role not in {Role.CALL_TAKER, Role.SUPERVISOR, Role.ADMINISTRATOR}:
        rows = rows.filter(Q(state=VersionState.APPROVED) | Q(answer__owner=person.agency_id))
    match state:
        case "to_review":
            rows = rows.filter(state=VersionState.IN_REVIEW)
        case "drafts":
            rows = rows.filter(state=VersionState.DRAFT)
        case "over":
            over = Q(state=VersionState.WITHDRAWN) | Q(state=VersionState.APPROVED, valid_until__lte=on)
            rows = rows.filter(over)
        case "review_due":
            rows = rows.in_force(on).filter(review_on__lte=on)
        case _:
            rows = rows.in_force(on)
    if text.strip():
        if state in {"", "in_force"}:
            found = [one.version.pk for one in finding.suggest(text, on=on, most=40)]
            kept = {row.pk: row for row in rows.filter(pk__in=found)}
            return _page([kept[pk] for pk in found if pk in kept], on, "1")
        rows = rows.filter(question__icontains=text.strip())
    return _page(rows.order_by("question", "pk"), on, page)


def _page(
    rows: QuerySet[AnswerVersion] | list[AnswerVersion], on: dt.date, page: str
) -> tuple[list[Line], Page[AnswerVersion]]:
    """What is no number is the first page, what is too high the last."""
    pages = Paginator(rows, _PAGE).get_page(page)
    return [Line(row, state_of(row, on)) for row in pages], pages


def to_review(person: Person) -> int:
    """How many drafts wait for this person's agency."""
    rows = AnswerVersion.objects.filter(state=VersionState.IN_REVIEW)
    return rows.filter(answer__owner=person.agency_id).count() if person.agency_id else rows.count()


def documents() -> list[LegalDocument]:
    """The documents, with how many answers rest on each."""
    resting = Count("bases", filter=Q(bases__version__state=VersionState.APPROVED), distinct=True)
    return list(LegalDocument.objects.annotate(resting=resting).order_by("number"))


def may_open(person: Person, version: AnswerVersion) -> bool:
    """Whether a version may be opened: what is or was in force by everybody who handles, a draft by its writers."""
    if version.state in {VersionState.APPROVED, VersionState.WITHDRAWN} or person.works_in_room:
        return True
    return may_write(person, version.answer.owner) or person.agency_id == version.answer.owner_id
