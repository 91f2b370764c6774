"""Keys that a browser keeps for what it began: whoever has one wrote the report, and may read what was said."""

from __future__ import annotations

from django.core import signing
from django.http import HttpRequest

from incidents.records.models import Report
from opscenter import budgets

_SALT = "incidents.portal.keys"
HEADER = "X-Report-Key"


def key_of(report: Report) -> str:
    """The key of a report: signed by this deployment, so it cannot be guessed and is stored nowhere here."""
    return signing.dumps(report.pk, salt=_SALT)


def report_of(request: HttpRequest) -> Report | None:
    """The report whose key stands in the request's header; None without one. A wrong one costs the budget `guess`."""
    key = request.headers.get(HEADER, "")
    if not key:
        return None
    try:
        pk = signing.loads(key, salt=_SALT)
    except signing.BadSignature:
        budgets.spend(request, "guess")
        return None
    return Report.objects.select_related("incident", "reporter").filter(pk=pk).first()
