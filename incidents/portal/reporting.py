"""The citizen's form. It works as one plain page; scripts make it one question at a time."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET

from incidents.dispatching.competence import decision_date
from incidents.doors import questions
from incidents.intake.take import ComplaintDetails, ReporterDetails, take_report
from incidents.portal.forms import ReportForm, Speaks
from incidents.portal.queries import agencies_to_complain_of, exercise_of, topics
from incidents.records.actions import Action
from incidents.records.models import Category, Exercise, Reporter, Source
from incidents.records.models.categories import Group
from opscenter import budgets


# Compressed here too: on a slow network the page must stay under 100 KB whatever server stands in front.
@gzip_page
@require_GET
@ensure_csrf_cookie
def home(request: HttpRequest) -> HttpResponse:
    """The form. `?thu-nghiem=TOKEN` makes it part of the exercise that runs under that token."""
    token = request.GET.get("thu-nghiem", "")
    exercise = exercise_of(token, timezone.now())
    if token and exercise is None:
        # Somebody who means to exercise must never send a live report by mistake.
        return render(request, "portal/exercise_over.html", status=404)
    return render(request, "portal/home.html", _page(ReportForm(), exercise))


@budgets.limited("portal.report")
def report(request: HttpRequest) -> HttpResponse:
    """Takes a report. Scripts get JSON: 201 {code, url} or 422 {code, fields}; a plain form gets a page each."""
    if request.method != "POST":
        return redirect("portal:home")
    wants_json = "X-Action-Id" in request.headers
    form = ReportForm(request.POST, request.FILES)
    token = request.POST.get("exercise", "")
    exercise = exercise_of(token, timezone.now())
    form.full_clean()
    if token and exercise is None:
        form.add_error("words", _("The exercise is over. Copy what you wrote if you still need it."))
    if not form.is_valid():
        if wants_json:
            return JsonResponse({"code": "invalid", "fields": form.errors}, status=422)
        return render(request, "portal/home.html", _page(form, exercise), status=422)
    return _take(request, form, exercise, wants_json)


def _page(form: ReportForm, exercise: Exercise | None) -> dict[str, Any]:
    return {
        "form": form,
        "exercise": exercise,
        "categories": topics(),
        # Those of the other topics are fetched when one is chosen: each costs a slow phone bytes.
        "asked": questions.asked_in_forms(_offered(str(form.data.get("category", ""))), form.data),
        "agencies": agencies_to_complain_of(decision_date(timezone.localdate())),
        "most_photos": settings.PHOTOS_PER_REPORT,
        "photo_bytes": settings.PHOTO_MAX_BYTES,
        # The form carries it through every try, so that sending twice is one report.
        "action_id": form.data.get("action_id") or uuid.uuid4(),
    }


@gzip_page
@require_GET
def extra_questions(request: HttpRequest) -> HttpResponse:
    """The fields of a topic's extra questions, for the form above; nothing for a topic without any."""
    asked = questions.asked_in_forms(_offered(request.GET.get("category", "")[:60]))
    response = render(request, "questions/fields.html", {"asked": asked, "box": "field"})
    response["Cache-Control"] = "private, max-age=300"
    return response


def _offered(code: str) -> list[Category]:
    """The topic with this code, if the form offers it."""
    return list(Category.objects.filter(code=code, group=Group.FIELD, is_active=True, is_public=True))


def _action_id(request: HttpRequest, form: ReportForm) -> uuid.UUID:
    """The request's action id; a client that sends none gets one, and no protection against sending twice."""
    try:
        return uuid.UUID(request.headers.get("X-Action-Id", ""))
    except ValueError:
        return form.cleaned_data.get("action_id") or uuid.uuid4()


def _reporter(form: ReportForm) -> ReporterDetails | None:
    data = form.cleaned_data
    is_organisation = data["kind"] == Speaks.ORGANISATION
    organisation = data["organisation"] if is_organisation else ""
    behalf = data["on_behalf_of"] if data["kind"] == Speaks.OTHER else ""
    if not any((data["name"], organisation, behalf, data["phone"], data["email"])):
        return None
    return ReporterDetails(
        kind=Reporter.Kind.ORGANISATION if is_organisation else Reporter.Kind.PERSON,
        name=data["name"],
        organisation=organisation,
        on_behalf_of=behalf,
        phone=data["phone"],
        email=data["email"],
    )


def _take(request: HttpRequest, form: ReportForm, exercise: Exercise | None, wants_json: bool) -> HttpResponse:
    data = form.cleaned_data
    action_id = _action_id(request, form)
    taken = take_report(
        source=Source.APP if data["app"] else Source.WEB,
        source_id=str(action_id),
        words=form.answers.with_words(data["words"]),
        address=data["address"],
        point=form.point,
        accuracy_m=data["accuracy"],
        category=data["category"],
        reporter=_reporter(form),
        photos=data["photos"],
        language=get_language() or "vi",
        exercise=exercise.pk if exercise else 0,
        door_data=form.answers.data(),
        complaint=ComplaintDetails(
            agency=data["complained_agency"],
            official=data["complained_official"],
            procedure=data["complained_procedure"],
        ),
        action=Action(action_id, "portal.report"),
    )
    # The report is in; what was wrong with a photo is said on the next page.
    for problem in taken.photo_problems:
        messages.warning(request, problem.text())
    code = taken.report.tracking_code
    url = reverse("portal:track", kwargs={"code": code}) + "?moi"
    if wants_json:
        return JsonResponse({"code": code, "url": url}, status=201)
    return redirect(url)
