"""The chat with a call-taker: a report that is talked about. What is said travels by POST, the live stream says when
there is something new. The browser keeps a key, so a chat outlives a reload and any server."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from incidents.conversations import listening
from incidents.conversations.models import Message
from incidents.conversations.phones import normal
from incidents.intake.messages import take_message
from incidents.intake.take import ReporterDetails
from incidents.portal.forms import ChatForm
from incidents.portal.keys import key_of, report_of
from incidents.portal.queries import exercise_of
from incidents.records.lifecycles import IncidentState
from incidents.records.models import Report, Source
from incidents.records.names import INCIDENT_STATES
from opscenter import budgets
from realtime.change import change


@never_cache
@require_http_methods(["GET", "POST"])
def chat(request: HttpRequest) -> JsonResponse:
    """GET: what was said. POST: one more message, or the first, which is answered with the key. 201, 404, 409, 422."""
    if request.method == "GET":
        budgets.spend(request, "portal.chat.read")
        report = report_of(request)
        return JsonResponse(_said(report)) if report is not None else _no(404, _("This chat is not known here."))
    budgets.spend(request, "portal.chat")
    form = ChatForm(request.POST, request.FILES)
    if not form.is_valid():
        return JsonResponse({"code": "invalid", "fields": form.errors}, status=422)
    report = report_of(request)
    if report is not None and not report.incident.on_board:
        return _no(409, _("This chat has ended. Begin a new one."))
    return _say(request, form, report)


def _say(request: HttpRequest, form: ChatForm, report: Report | None) -> JsonResponse:
    data = form.cleaned_data
    token = data["exercise"]
    exercise = exercise_of(token, timezone.now())
    if token and exercise is None:
        return _no(409, _("The exercise is over. Copy what you wrote if you still need it."))
    heard = take_message(
        source=Source.CHAT,
        source_id=str(_action_id(request)),
        words=data["words"],
        reporter=_reporter(form) if report is None else None,
        photos=data["photos"],
        report=report,
        language=get_language() or "vi",
        exercise=exercise.pk if exercise else 0,
    )
    return JsonResponse({"key": key_of(heard.report), **_said(heard.report)}, status=201)


@require_POST
def end(request: HttpRequest) -> JsonResponse:
    """The citizen has nothing more to say. The report stays, and is handled; nobody is waited for."""
    budgets.spend(request, "portal.chat")
    report = report_of(request)
    if report is None:
        return _no(404, _("This chat is not known here."))
    with change():
        listening.end_chat(report)
    return JsonResponse(_said(report))


def _reporter(form: ChatForm) -> ReporterDetails | None:
    name, phone = form.cleaned_data["name"], normal(form.cleaned_data["phone"]) or form.cleaned_data["phone"]
    return ReporterDetails(name=name, phone=phone) if name or phone else None


def _said(report: Report) -> dict[str, Any]:
    """All that was said of this report, for the browser that began it, in order. Three queries."""
    report = Report.objects.select_related("incident", "text").get(pk=report.pk)
    rows = Message.objects.filter(report=report).prefetch_related("photos").order_by("at", "pk")
    incident = report.incident
    closed = incident.state == IncidentState.CLOSED
    return {
        "code": report.tracking_code,
        "open": incident.on_board,
        "state": str(INCIDENT_STATES[IncidentState(incident.state)]),
        "waiting": incident.waiting_since is not None,
        "answer": incident.answer if closed else "",
        "messages": [
            {
                "id": row.pk,
                "mine": row.direction == Message.Direction.IN,
                "text": report.text.words if row.opens else row.text,
                "photos": len(row.photos.all()),
                "at": row.at.isoformat(),
            }
            for row in rows
        ],
    }


def _action_id(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.headers.get("X-Action-Id", ""))
    except ValueError:
        return uuid.uuid4()


def _no(status: int, detail: str) -> JsonResponse:
    return JsonResponse({"code": {404: "unknown", 409: "ended"}[status], "detail": detail}, status=status)
