"""The page on which a clerk fetches the report's Word template, tries another one, and puts it into use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from incidents.figures import report_template, reports
from incidents.figures.asking import Question
from incidents.figures.report_template import TemplateProblem
from incidents.figures.telling import tell
from incidents.figures.views import reader_of
from incidents.records.rights import Verb, may
from opscenter.accounts.models import Person

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def _clerk(request: HttpRequest) -> Person:
    person = reader_of(request)
    if not may(person, Verb.SET_REPORT_TEMPLATE):
        raise PermissionDenied
    return person


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """The template in use, and what it may name with the values of the last 30 days. POST `act`: `try` gives the report
    that the sent `file` makes, `keep` puts it into use, `shipped` goes back. 422 with what is wrong with the file."""
    person = _clerk(request)
    values = _values(person)
    problem: TemplateProblem | None = None
    if request.method == "POST":
        act = request.POST.get("act")
        if act == "shipped":
            report_template.forget()
            messages.success(request, _("The shipped template is in use."))
            return redirect("figures:template")
        try:
            content = _sent(request.FILES.get("file"))
            report = report_template.tried(content, values)
        except TemplateProblem as found:
            problem = found
        else:
            if act == "keep":
                report_template.keep(content)
                messages.success(request, _("Your template is in use: the next report is made with it."))
                return redirect("figures:template")
            return HttpResponse(
                report,
                content_type=_WORD,
                headers={"Content-Disposition": 'attachment; filename="1022-thu.docx"'},
            )
    own = report_template.own()
    context = {
        "problem": problem,
        "is_own": own.is_file(),
        "since": dt.datetime.fromtimestamp(own.stat().st_mtime, timezone.get_current_timezone())
        if own.is_file()
        else None,
        "values": list(named(values)),
    }
    return render(request, "figures/template.html", context, status=422 if problem else 200)


@never_cache
@require_safe
@login_required
def fetch(request: HttpRequest) -> HttpResponseBase:
    """The template in use, to be edited in Word; with `?shipped` the shipped one."""
    _clerk(request)
    path = report_template.SHIPPED if "shipped" in request.GET else report_template.template()
    return FileResponse(path.open("rb"), as_attachment=True, filename="1022-mau-bao-cao.docx", content_type=_WORD)


def _sent(file: UploadedFile[bytes] | None) -> bytes:
    if file is None:
        raise TemplateProblem("no_file")
    if file.size is None or file.size > report_template.MOST_BYTES:
        raise TemplateProblem("too_big")
    return bytes(file.read())


def _values(person: Person) -> dict[str, Any]:
    """What the report of the last 30 days would say."""
    form = Question(QueryDict(), person)
    form.is_valid()
    return reports.values(tell(form.asked(), timezone.now()))


def named(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """All that a template may name, each with its value now: "received", "calls.answered", "groups[0].name"."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from named(value, f"{before}{name}.")
        elif isinstance(value, list):
            if value:
                yield from named(value[0], f"{before}{name}[0].")
        else:
            yield f"{before}{name}", "" if value is None else str(value)
