"""The page on which the hotline issues many accounts: a dry run with what is wrong in each row, then all or none."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from opscenter.accounts import bulk
from opscenter.accounts.models import Person
from opscenter.accounts.permissions import may_administer

_SALT = "accounts.bulk"
_CHECKED_FOR_S = 3600


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def issue_many(request: HttpRequest) -> HttpResponse:
    """POST `file`: the dry run. POST `checked` (from its page): issues them; `as` is page or file. 403, 422."""
    person = request.user
    if not isinstance(person, Person) or not may_administer(person):
        raise PermissionDenied
    if request.method != "POST":
        return _page(request)
    if "checked" in request.POST:
        return _issue(request, person)
    file = request.FILES.get("file")
    if file is None:
        return _page(request, error=_("Choose a file."), status=422)
    try:
        rows = bulk.read(str(file.name or ""), file.read(bulk.LARGEST + 1))
    except bulk.Unreadable as error:
        return _page(request, error=str(error), status=422)
    right = bulk.check(rows, by=person)
    return _page(
        request, rows=rows, right=right, checked=_packed(rows, person) if right else "", status=200 if right else 422
    )


def _issue(request: HttpRequest, person: Person) -> HttpResponse:
    try:
        kept = signing.loads(request.POST["checked"], salt=f"{_SALT}.{person.pk}", max_age=_CHECKED_FOR_S)
    except signing.BadSignature:
        return _page(request, error=_("The check is too old. Choose the file again."), status=422)
    rows = [bulk.Row(number, values) for number, values in kept]
    if not bulk.check(rows, by=person):
        return _page(request, rows=rows, right=False, status=422)
    try:
        issued = bulk.issue(rows)
    except IntegrityError:
        return _page(
            request, error=_("Somebody took one of these user names just now. Choose the file again."), status=409
        )
    if request.POST.get("as") == "file":
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        response = HttpResponse(bulk.as_xlsx(issued), content_type=kind)
        response["Content-Disposition"] = 'attachment; filename="tai-khoan-1022.xlsx"'
        return response
    return render(request, "account/issued_many.html", {"issued": issued})


def _packed(rows: list[bulk.Row], person: Person) -> str:
    """The checked rows, signed, so that the next request issues these and no others. No password is in them."""
    return signing.dumps([(row.number, row.values) for row in rows], salt=f"{_SALT}.{person.pk}", compress=True)


def _page(request: HttpRequest, status: int = 200, **context: object) -> HttpResponse:
    headings = [(names[0], key) for key, names in bulk.HEADINGS.items()]
    return render(
        request, "account/issue_many.html", {"headings": headings, "most": bulk.MOST_ROWS, **context}, status=status
    )
