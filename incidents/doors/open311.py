"""Open311 GeoReport v2: discovery, services, requests and tokens, in XML and JSON.

Anybody may read the services and the open field reports (without words, on about 100 m). A partner's key is needed to
post, and shows the partner its own reports whole.
"""

from __future__ import annotations

import datetime as dt
import functools
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from incidents.conversations.models import Message
from incidents.delivery.wording import tracking_link
from incidents.doors import media, open311_form, open311_requests
from incidents.doors.models import ApiKey, ServiceAttribute
from incidents.doors.open311_answers import Problem, Refused, answer, refusal
from incidents.intake.take import take_report
from incidents.records.models import Category, Report, Source
from opscenter import budgets

# When these answers last changed their shape.
CHANGESET = dt.datetime(2026, 11, 24, tzinfo=dt.timezone(dt.timedelta(hours=7)))

View = Callable[..., HttpResponse]


def _endpoint(*methods: str) -> Callable[[View], View]:
    """Budget, methods, and every refusal in the standard's own form. Reading is CSRF-free, keys stand in the form."""

    def decorate(view: View) -> View:
        @csrf_exempt
        @functools.wraps(view)
        def checked(request: HttpRequest, form: str, **kwargs: Any) -> HttpResponse:
            try:
                if request.method not in methods:
                    raise Refused(
                        Problem(405, _("This address answers to %(methods)s.") % {"methods": ", ".join(methods)})
                    )
                budgets.spend(request, "open311.report" if request.method == "POST" else "open311.read")
                return view(request, form, **kwargs)
            except Refused as refused:
                return refusal(refused, form)
            except budgets.Exhausted as exhausted:
                response = refusal(Refused(Problem(429, exhausted.words)), form)
                response["Retry-After"] = str(exhausted.retry_after)
                return response

        return checked

    return decorate


@_endpoint("GET", "HEAD")
def discovery(request: HttpRequest, form: str) -> HttpResponse:
    """What is here, where, and who gives keys."""
    base = settings.PUBLIC_URL + reverse("open311:services", args=["json"]).rsplit("/", 1)[0]
    content = {
        "changeset": CHANGESET.isoformat(),
        "contact": _("Contact the hotline %(name)s.") % {"name": settings.HOTLINE_NAME},
        "key_service": _("Keys are given by the hotline's administrator."),
        "endpoints": [
            {
                "specification": "http://wiki.open311.org/GeoReport_v2",
                "url": base,
                "changeset": CHANGESET.isoformat(),
                "type": "production" if settings.PRODUCTION else "test",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }
    return answer("discovery", content, form)


@_endpoint("GET", "HEAD")
def services(request: HttpRequest, form: str) -> HttpResponse:
    """The categories that the public may report."""
    asked = set(ServiceAttribute.objects.values_list("category_id", flat=True))
    rows = [
        {
            "service_code": category.code,
            "service_name": category.label,
            "description": category.explanation,
            "metadata": category.pk in asked,
            "type": "realtime",
            "keywords": "",
            "group": str(category.get_group_display()),
        }
        for category in Category.objects.filter(is_active=True, is_public=True)
    ]
    return answer("services", rows, form)


@_endpoint("GET", "HEAD")
def service(request: HttpRequest, form: str, code: str) -> HttpResponse:
    """The extra questions of one service."""
    category = Category.objects.filter(code=code, is_active=True, is_public=True).first()
    rows = list(ServiceAttribute.objects.filter(category=category)) if category else []
    if category is None or not rows:
        raise Refused(Problem(404, _("There is no such service, or it has no metadata.")))
    attributes = [
        {
            "variable": True,
            "code": row.code,
            "datatype": row.datatype,
            "required": row.required,
            "datatype_description": "",
            "order": row.order,
            "description": row.question,
            "values": row.named_values(),
        }
        for row in rows
    ]
    return answer("service_definition", {"service_code": category.code, "attributes": attributes}, form)


@_endpoint("GET", "HEAD", "POST")
def requests(request: HttpRequest, form: str) -> HttpResponse:
    """POST: a new report. GET: reports by code, service, time and status."""
    if request.method == "POST":
        return _post(request, form)
    key = _key(request.GET.get("api_key", ""), request)
    rows = open311_requests.found(open311_requests.read(request.GET, timezone.now()), key)
    return answer("service_requests", rows, form)


@_endpoint("GET", "HEAD")
def one_request(request: HttpRequest, form: str, code: str) -> HttpResponse:
    """One report by its service_request_id."""
    key = _key(request.GET.get("api_key", ""), request)
    rows = open311_requests.by_codes([code], key)
    if not rows:
        raise Refused(Problem(404, _("There is no such request, or this key may not see it.")))
    return answer("service_requests", rows, form)


@_endpoint("GET", "HEAD")
def token(request: HttpRequest, form: str, code: str) -> HttpResponse:
    """The request of a token; the citizen's tracking code is the token, so whoever has it needs no key."""
    report = Report.objects.select_related("incident").filter(tracking_code=code.upper()).first()
    if report is None:
        budgets.spend(request, "guess")
        raise Refused(Problem(404, _("There is no such token.")))
    row = {"service_request_id": report.incident.code, "token": report.tracking_code}
    return answer("service_requests", [row], form)


def _post(request: HttpRequest, form: str) -> HttpResponse:
    try:
        posted_form = request.POST
    except RequestDataTooBig:
        raise Refused(Problem(413, _("The request is too large."))) from None
    except TooManyFieldsSent:
        raise Refused(Problem(400, _("The request has too many fields."))) from None
    key = _key(posted_form.get("api_key", "") or request.GET.get("api_key", ""), request)
    if key is None:
        raise Refused(Problem(403, _("api_key is missing.")))
    posted = open311_form.read(posted_form)
    door_data: dict[str, Any] = {"api_key": key.pk}
    door_data |= posted.answers.data()
    if posted.media_url:
        door_data["media_urls"] = [posted.media_url]
    taken = take_report(
        source=Source.OPEN311,
        source_id=f"{key.pk}:{_own_number(request)}",
        words=posted.words,
        address=posted.address,
        point=posted.point,
        category=posted.category,
        reporter=posted.reporter,
        taken_by=key.partner,
        language=get_language() or "vi",
        exercise=key.exercise,
        door_data=door_data,
    )
    if taken.created and posted.media_url:
        media.expect(Message.objects.get(report=taken.report, opens=True), [posted.media_url])
    row = {
        "service_request_id": taken.incident.code,
        "service_notice": _("Follow it at %(link)s") % {"link": tracking_link(taken.report)},
        "account_id": None,
    }
    return answer("service_requests", [row], form, 201)


def _own_number(request: HttpRequest) -> str:
    """What makes a repeated POST the same: the client's action id. The standard has none, so it is a header."""
    try:
        return str(uuid.UUID(request.headers.get("X-Action-Id", "")))
    except ValueError:
        return str(uuid.uuid4())


def _key(text: str, request: HttpRequest) -> ApiKey | None:
    """The key that was given; None for none. Raises Refused for one that is not valid."""
    if not text:
        return None
    key = ApiKey.of(text)
    if key is None:
        budgets.spend(request, "guess")
        raise Refused(Problem(403, _("api_key is not valid.")))
    return key
