"""The pages of answers: list, one answer with its versions, documents and their repeal."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from incidents.knowledge import queries, writing
from incidents.knowledge.forms import AnswerForm, DocumentForm, RepealForm, typed
from incidents.knowledge.lifecycle import VersionState
from incidents.knowledge.models import AnswerVersion, LegalDocument
from incidents.knowledge.refusals import AnswerRefusal, AnswerRefused
from incidents.records.keys import WITH_WORDS
from incidents.records.models import Assignment, Incident
from incidents.records.rights import Verb, may
from opscenter.accounts.models import Person
from opscenter.accounts.roles import Role
from realtime.change import change

P = ParamSpec("P")


def handlers_only(
    view: Callable[Concatenate[HttpRequest, Person, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Gives the view the person; others are asked to sign in, or refused (403)."""

    @wraps(view)
    def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not may(request.user, Verb.FIND_ANSWERS):
            raise PermissionDenied
        return view(request, cast(Person, request.user), *args, **kwargs)

    return cast("Callable[Concatenate[HttpRequest, P], HttpResponseBase]", login_required(checked))


@require_safe
@never_cache
@handlers_only
def answers(request: HttpRequest, person: Person) -> HttpResponse:
    """The list: what is in force, what waits for a review, drafts, and what is over."""
    today = timezone.localdate()
    asked = {"text": request.GET.get("text", "")[:300], "state": request.GET.get("state", "")}
    lines, pages = queries.listed(person, on=today, page=request.GET.get("page", ""), **asked)
    context = {
        "lines": lines,
        "pages": pages,
        "asked": asked,
        "states": [
            ("", _("In force")),
            ("to_review", _("To be reviewed")),
            ("drafts", _("Drafts")),
            ("review_due", _("To be looked at again")),
            ("over", _("No longer in force")),
        ],
        "waiting": queries.to_review(person),
        "may_write": _writes(person),
        "oversees": person.role in {Role.SUPERVISOR, Role.ADMINISTRATOR},
    }
    return render(request, "knowledge/answers.html", context)


def _writes(person: Person) -> bool:
    oversees = person.role in {Role.SUPERVISOR, Role.ADMINISTRATOR}
    return oversees or (person.agency is not None and writing.may_write(person, person.agency))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@handlers_only
def edit(request: HttpRequest, person: Person, pk: int | None = None) -> HttpResponse:
    """One version: its text and, for who may, the form of the draft or of the next version."""
    today = timezone.localdate()
    version = _version(person, pk) if pk is not None else None
    if version is None and not _writes(person):
        raise PermissionDenied
    writes = version is None or writing.may_write(person, version.answer.owner)
    if request.method == "POST" and not writes:
        raise PermissionDenied
    owners = queries.owners(person, today)
    form = AnswerForm(request.POST or None, owners=owners, initial=_typed(version) if version else typed(today))
    if request.method == "POST" and form.is_valid():
        try:
            with change():
                kept = writing.write(
                    draft=form.draft(),
                    owner=form.cleaned_data["owner"],
                    by=person,
                    answer=version.answer if version else None,
                    category=form.cleaned_data["category"],
                )
        except AnswerRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The draft is kept."))
            return redirect("knowledge:edit", pk=kept.pk)
    context: dict[str, Any] = {"form": form, "version": version, "writes": writes}
    if version is not None:
        context |= {
            "state": queries.state_of(version, today),
            "reviews": writing.may_review(person, version.answer.owner),
            "versions": [
                queries.Line(row, queries.state_of(row, today))
                for row in version.answer.versions.order_by("-number").select_related("reviewed_by")
                if queries.may_open(person, row)
            ],
        }
    return render(request, "knowledge/edit.html", context, status=422 if form.errors else 200)


def _version(person: Person, pk: int) -> AnswerVersion:
    rows = AnswerVersion.objects.select_related("answer__owner", "answer__category", "reviewed_by", "drafted_by")
    version = rows.filter(pk=pk).first()
    if version is None or not queries.may_open(person, version):
        raise Http404
    return version


def _typed(version: AnswerVersion) -> dict[str, Any]:
    bases = version.bases.select_related("document")
    return {
        "owner": version.answer.owner_id,
        "category": version.answer.category_id,
        "question": version.question,
        "ways": "\n".join(form.text for form in version.answer.forms.all()),
        "text": version.text,
        "bases": "\n".join(f"{basis.article} | {basis.document.number}" for basis in bases),
        "valid_from": version.valid_from,
        "valid_until": version.valid_until,
        "review_on": version.review_on,
    }


@require_POST
@handlers_only
def move(request: HttpRequest, person: Person, pk: int, act: str) -> HttpResponse:
    """To the review, into force, back to its writer, or out of force."""
    version = _version(person, pk)
    try:
        with change():
            match act:
                case "ask":
                    writing.ask_review(version_id=pk, by=person)
                case "approve":
                    writing.approve(version_id=pk, by=person)
                case "back":
                    writing.send_back(version_id=pk, by=person, remark=request.POST.get("remark", "")[:2000])
                case "withdraw":
                    writing.withdraw(version_id=pk, by=person)
                case _:
                    raise Http404
    except AnswerRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Done."))
    return redirect("knowledge:edit", pk=version.pk)


@require_POST
@handlers_only
def from_incident(request: HttpRequest, person: Person) -> HttpResponse:
    """Makes a draft of what an agency replied: of the assignment whose button was pressed, or of a typed code."""
    seen = Incident.objects.visible_to(person, WITH_WORDS)
    rows = Assignment.objects.exclude(result="").order_by("-pk")
    pressed = request.POST.get("assignment", "")
    if pressed.isdecimal() and len(pressed) < 18:
        rows = rows.filter(pk=int(pressed), incident__in=seen.values("pk"))
    else:
        incident = seen.by_code(request.POST.get("code", "")[:40]).first()
        if incident is None:
            messages.error(request, _("No incident of yours has this code."))
            return redirect("knowledge:answers")
        rows = rows.filter(incident=incident)
    assignment = rows.first()
    try:
        if assignment is None:
            raise AnswerRefused(AnswerRefusal.NO_RESULT)
        with change():
            version = writing.draw_from(assignment=assignment, by=person, today=timezone.localdate())
    except AnswerRefused as refused:
        messages.error(request, str(refused))
        return redirect("knowledge:answers")
    if version.state == VersionState.DRAFT:
        messages.success(request, _("The draft is kept. Take names, numbers and addresses of people out of it."))
    return redirect("knowledge:edit", pk=version.pk)


def _overseer(person: Person) -> None:
    if person.role not in {Role.SUPERVISOR, Role.ADMINISTRATOR}:
        raise PermissionDenied


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@handlers_only
def documents(request: HttpRequest, person: Person) -> HttpResponse:
    """The documents on which answers rest; POST adds one."""
    _overseer(person)
    form = DocumentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with change():
            LegalDocument.objects.create(**form.cleaned_data)
        messages.success(request, _("Done."))
        return redirect("knowledge:documents")
    context = {"documents": queries.documents(), "form": form, "today": timezone.localdate()}
    return render(request, "knowledge/documents.html", context, status=422 if form.errors else 200)


@require_POST
@handlers_only
def repeal(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Ends a document, and with it every answer that rests on it."""
    _overseer(person)
    form = RepealForm(request.POST)
    if not LegalDocument.objects.filter(pk=pk).exists():
        raise Http404
    if not form.is_valid():
        messages.error(request, _("Say from which date on."))
        return redirect("knowledge:documents")
    with change():
        ended = writing.repeal(document_id=pk, by=person, **form.cleaned_data)
    messages.success(request, _("Answers that end with it: %(n)d") % {"n": len(ended)})
    return redirect("knowledge:documents")
