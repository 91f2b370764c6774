"""Writing answers: a draft, its review by the agency that owns it, publishing at a date, withdrawing, repealing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F
from django.utils import timezone

from incidents.knowledge.lifecycle import VersionState, may_follow
from incidents.knowledge.models import Answer, AnswerVersion, Basis, Generation, LegalDocument, QuestionForm
from incidents.knowledge.refusals import AnswerRefusal, AnswerRefused
from incidents.records.lifecycles import WITH_RESULT, AssignmentState
from incidents.records.models import Assignment, Category, Incident
from opscenter.accounts.models import Agency, Person
from opscenter.accounts.roles import Role
from realtime.change import current_change

OPEN = (VersionState.DRAFT, VersionState.IN_REVIEW)
# The agency's focal point has passed the result on to the hotline.
REPLIED = WITH_RESULT | {AssignmentState.ANSWERED}
_REVIEWERS = frozenset({Role.FOCAL_POINT, Role.DISPATCHER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """All that somebody writes of an answer. `bases` are (document, article); `forms` how people ask."""

    question: str
    text: str
    valid_from: dt.date
    valid_until: dt.date | None = None
    review_on: dt.date | None = None
    forms: Sequence[str] = ()
    bases: Sequence[tuple[LegalDocument, str]] = ()


def may_write(person: Person, owner: Agency) -> bool:
    """Supervisors and administrators write for any agency, an agency's people for their own."""
    if person.role in {Role.SUPERVISOR, Role.ADMINISTRATOR}:
        return True
    return person.role in _REVIEWERS | {Role.HANDLER} and person.agency_id == owner.pk


def may_review(person: Person, owner: Agency) -> bool:
    """The owning agency's focal point speaks for it; an administrator stands in while an agency has nobody here."""
    return person.role == Role.ADMINISTRATOR or (person.role in _REVIEWERS and person.agency_id == owner.pk)


def changed() -> None:
    """Tells every process that the answers changed; inside the open change."""
    current_change()
    if not Generation.objects.filter(pk=1).update(number=F("number") + 1):
        Generation.objects.bulk_create([Generation(pk=1, number=1)], ignore_conflicts=True)


def write(
    *,
    draft: Draft,
    owner: Agency,
    by: Person | None,
    answer: Answer | None = None,
    category: Category | None = None,
    drawn_from: Incident | None = None,
) -> AnswerVersion:
    """Keeps a draft: of a new answer, or the next version of one. What is in force stays as it is.

    Raises AnswerRefused (NOT_YOURS, NO_TEXT, DATES). `by` None: the shipped samples.
    """
    if by is not None and not may_write(by, answer.owner if answer else owner):
        raise AnswerRefused(AnswerRefusal.NOT_YOURS)
    if not draft.question.strip() or not draft.text.strip():
        raise AnswerRefused(AnswerRefusal.NO_TEXT)
    if draft.valid_until is not None and draft.valid_until <= draft.valid_from:
        raise AnswerRefused(AnswerRefusal.DATES)
    at = current_change().at
    if answer is None:
        answer = Answer.objects.create(owner=owner, category=category, drawn_from=drawn_from)
    else:
        answer = Answer.objects.select_for_update().get(pk=answer.pk)
        answer.category = category or answer.category
        answer.save(update_fields=["category"])
    newest = AnswerVersion.objects.filter(answer=answer).order_by("-number").first()
    if newest is not None and newest.state in OPEN:
        version = newest
    else:
        version = AnswerVersion(answer=answer, number=newest.number + 1 if newest is not None else 1)
    version.question, version.text = draft.question.strip(), draft.text.strip()
    version.valid_from, version.valid_until = draft.valid_from, draft.valid_until
    version.review_on = draft.review_on
    version.state, version.drafted_by, version.drafted_at = VersionState.DRAFT, by, at
    version.save()
    QuestionForm.objects.filter(answer=answer).delete()
    forms = dict.fromkeys(form.strip()[:300] for form in draft.forms if form.strip())
    QuestionForm.objects.bulk_create([QuestionForm(answer=answer, text=form) for form in forms])
    Basis.objects.filter(version=version).delete()
    rests_on = dict.fromkeys((document.pk, article.strip()[:60]) for document, article in draft.bases)
    Basis.objects.bulk_create(
        [Basis(version=version, document_id=document, article=article) for document, article in rests_on]
    )
    changed()
    return version


def ask_review(*, version_id: int, by: Person) -> AnswerVersion:
    """Hands a draft to the owning agency. Raises AnswerRefused."""
    version = _locked(version_id)
    if not may_write(by, version.answer.owner):
        raise AnswerRefused(AnswerRefusal.NOT_YOURS)
    _move(version, VersionState.IN_REVIEW)
    version.save()
    return version


def send_back(*, version_id: int, by: Person, remark: str) -> AnswerVersion:
    """The agency wants it otherwise. Raises AnswerRefused."""
    version = _locked(version_id)
    if not may_review(by, version.answer.owner):
        raise AnswerRefused(AnswerRefusal.NOT_REVIEWER)
    _move(version, VersionState.DRAFT)
    version.remark = remark.strip()
    version.save()
    return version


def approve(*, version_id: int, by: Person | None) -> AnswerVersion:
    """The agency stands by it: in force from its date on, by itself. The version before ends on that date.

    Raises AnswerRefused (NOT_REVIEWER, NO_BASIS, BASIS_NOT_IN_FORCE, STATE). `by` None: the shipped samples.
    """
    version = _locked(version_id)
    if by is not None and not may_review(by, version.answer.owner):
        raise AnswerRefused(AnswerRefusal.NOT_REVIEWER)
    bases = list(Basis.objects.filter(version=version).select_related("document"))
    if not bases:
        raise AnswerRefused(AnswerRefusal.NO_BASIS)
    ends = [basis.document.in_force_until for basis in bases if basis.document.in_force_until is not None]
    if any(end <= version.valid_from for end in ends):
        raise AnswerRefused(AnswerRefusal.BASIS_NOT_IN_FORCE)
    _move(version, VersionState.APPROVED)
    # It cannot outlive what it rests on.
    version.valid_until = min([*ends, *([version.valid_until] if version.valid_until else [])], default=None)
    version.reviewed_by, version.reviewed_at, version.remark = by, current_change().at, ""
    version.save()
    for before in AnswerVersion.objects.filter(answer=version.answer, state=VersionState.APPROVED).exclude(
        pk=version.pk
    ):
        if before.valid_until is None or before.valid_until > version.valid_from:
            before.valid_until = max(before.valid_from, version.valid_from)
            before.save(update_fields=["valid_until"])
    changed()
    return version


def withdraw(*, version_id: int, by: Person) -> AnswerVersion:
    """The agency no longer stands by it: from now on it cannot be read out. Raises AnswerRefused."""
    version = _locked(version_id)
    if not may_review(by, version.answer.owner):
        raise AnswerRefused(AnswerRefusal.NOT_REVIEWER)
    _withdraw(version, "by_agency")
    changed()
    return version


def repeal(*, document_id: int, by: Person, on: dt.date, repealed_by: str = "") -> list[AnswerVersion]:
    """A document ends: every answer that rests on it ends with it, in one act. Gives those that were ended.

    On a later day they end on that day by themselves; from today on or earlier they are withdrawn now.
    """
    if by.role not in {Role.SUPERVISOR, Role.ADMINISTRATOR}:
        raise AnswerRefused(AnswerRefusal.NOT_YOURS)
    document = LegalDocument.objects.select_for_update().get(pk=document_id)
    document.in_force_until, document.repealed_by = on, repealed_by.strip()[:200]
    document.save()
    resting = AnswerVersion.objects.filter(state=VersionState.APPROVED, bases__document=document).distinct()
    ended = []
    for pk in sorted(resting.values_list("pk", flat=True)):
        version = _locked(pk)
        if version.valid_until is not None and version.valid_until <= on:
            continue
        if on <= timezone.localdate():
            _withdraw(version, "repealed")
        else:
            version.valid_until = max(on, version.valid_from)
            version.save(update_fields=["valid_until"])
        ended.append(version)
    changed()
    return ended


def may_draw_from(person: Person, assignment: Assignment) -> bool:
    """Whether somebody may make an answer of what an agency replied: given to the hotline, and no complaint about an
    official, which is nobody else's to read."""
    category = assignment.incident.category
    if category is not None and category.is_complaint:
        return False
    return bool(assignment.result) and assignment.state in REPLIED and may_write(person, assignment.agency)


def drawn_from(assignment: Assignment) -> AnswerVersion | None:
    """The newest version of the answer that was made of this agency's reply, if one was. One query."""
    made = AnswerVersion.objects.filter(answer__drawn_from=assignment.incident_id, answer__owner=assignment.agency_id)
    return made.order_by("-pk").first()


def draw_from(*, assignment: Assignment, by: Person, today: dt.date) -> AnswerVersion:
    """Makes a draft of what an agency replied to a question, for the agency to review; pressed again, gives the same.

    Raises AnswerRefused (NO_RESULT, NOT_YOURS).
    """
    current_change()
    row = Assignment.objects.select_for_update(of=("self",)).select_related("agency", "incident__category")
    assignment = row.get(pk=assignment.pk)
    if not may_write(by, assignment.agency):
        raise AnswerRefused(AnswerRefusal.NOT_YOURS)
    if not may_draw_from(by, assignment):
        raise AnswerRefused(AnswerRefusal.NO_RESULT)
    return drawn_from(assignment) or write(
        draft=Draft(question=assignment.incident.summary[:300], text=assignment.result, valid_from=today),
        owner=assignment.agency,
        by=by,
        category=assignment.incident.category,
        drawn_from=assignment.incident,
    )


def _locked(version_id: int) -> AnswerVersion:
    current_change()
    rows = AnswerVersion.objects.select_for_update(of=("self",)).select_related("answer__owner")
    return rows.get(pk=version_id)


def _move(version: AnswerVersion, wanted: VersionState) -> None:
    if not may_follow(version.state, wanted):
        raise AnswerRefused(AnswerRefusal.STATE)
    version.state = wanted


def _withdraw(version: AnswerVersion, why: str) -> None:
    _move(version, VersionState.WITHDRAWN)
    version.withdrawn_at, version.withdrawn_why = current_change().at, why
    version.save(update_fields=["state", "withdrawn_at", "withdrawn_why"])
