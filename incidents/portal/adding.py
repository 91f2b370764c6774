"""What a citizen does on a tracking page besides reading: adds words and photos, and says what the answer was worth."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from incidents.intake.messages import take_message
from incidents.intake.rating import Rated, rate
from incidents.portal.following import found
from incidents.portal.forms import AddForm, RatingForm
from incidents.portal.queries import Followed
from incidents.records.models import Report, Source
from opscenter import budgets


@require_POST
def add(request: HttpRequest, code: str) -> HttpResponseBase:
    """More words and photos for an open report, by whoever has the code. 201, 404, 409, 422; a plain form goes back."""
    budgets.spend(request, "portal.add")
    followed = found(request, code)
    form = AddForm(request.POST, request.FILES)
    if not form.is_valid():
        return _answer(request, followed, 422, fields=form.errors)
    if not followed.is_open:
        return _answer(request, followed, 409, _("This report is closed. Tell us below if the answer does not help."))
    heard = take_message(
        source=Source.WEB,
        source_id=str(_action_id(request)),
        words=form.cleaned_data["words"],
        photos=form.cleaned_data["photos"],
        report=Report.objects.select_related("text", "incident").get(pk=followed.report_id),
    )
    for problem in heard.photo_problems:
        messages.warning(request, problem.text())
    return _answer(request, followed, 201, _("Thank you, that is with your report now."))


@require_POST
def rating(request: HttpRequest, code: str) -> HttpResponseBase:
    """Whether the answer helps: once. An unhappy one opens the report again, once. 200, 404, 409, 422."""
    budgets.spend(request, "portal.add")
    followed = found(request, code)
    form = RatingForm(request.POST)
    if not form.is_valid():
        return _answer(request, followed, 422, fields=form.errors)
    outcome = rate(
        report_id=followed.report_id,
        happy=form.cleaned_data["happy"] == "yes",
        words=form.cleaned_data["words"],
        source_id=str(_action_id(request)),
    )
    if outcome == Rated.NOT_NOW:
        return _answer(request, followed, 409, _("This answer was rated already, or the report is open again."))
    if outcome == Rated.REOPENED:
        return _answer(request, followed, 200, _("Thank you. We have opened your report again and look at it anew."))
    return _answer(request, followed, 200, _("Thank you for telling us."))


def _answer(
    request: HttpRequest, followed: Followed, status: int, detail: str = "", fields: object = None
) -> HttpResponse:
    """JSON for scripts; a plain form goes back to the page, which says it."""
    if "X-Action-Id" in request.headers:
        body = {"code": {409: "refused", 422: "invalid"}.get(status, "done"), "detail": detail}
        return JsonResponse({**body, **({"fields": fields} if fields else {})}, status=status)
    text = detail or _("Write a few words or choose a photo.")
    (messages.success if status < 400 else messages.warning)(request, text)
    return redirect("portal:track", code=followed.code)


def _action_id(request: HttpRequest) -> uuid.UUID:
    """The request's own number; a plain form carries it in a field."""
    try:
        return uuid.UUID(request.headers.get("X-Action-Id") or str(request.POST.get("action_id", "")))
    except ValueError:
        return uuid.uuid4()
