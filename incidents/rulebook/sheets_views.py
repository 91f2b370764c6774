"""Import and export of the rules. An import is read and reported first; only the second request writes."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from incidents.intake.take import storable
from incidents.records.rights import Verb, may
from incidents.rulebook import sheets
from incidents.rulebook.access import readers_only
from incidents.rulebook.editing import save_rules
from incidents.rulebook.queries import all_rules
from opscenter.accounts.models import Person
from realtime.change import change

_TYPES = {
    "csv": ("text/csv; charset=utf-8", sheets.as_csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", sheets.as_xlsx),
}


@require_safe
@never_cache
@readers_only
def export(request: HttpRequest, person: Person, form: str) -> HttpResponse:
    """All rules as a spreadsheet that the import reads back."""
    if form not in _TYPES:
        raise Http404
    content_type, write = _TYPES[form]
    response = HttpResponse(write(all_rules()), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="tham-quyen.{form}"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@readers_only
def import_(request: HttpRequest, person: Person) -> HttpResponse:
    """A file gives a report; the report's own form, sent back, writes the rows that have no error."""
    context: dict[str, Any] = {"tab": "import", "may_edit": may(person, Verb.EDIT_RULES), "columns": sheets.COLUMNS}
    if request.method != "POST":
        return render(request, "rulebook/import.html", context)
    try:
        rows = _rows(request)
        report = sheets.check(rows)
    except sheets.Unreadable as error:
        return render(request, "rulebook/import.html", {**context, "error": str(error)}, status=422)
    if "commit" in request.POST and report.changes:
        with change():
            save_rules([one.wanted for one in report.changes], by=person)
        count = len(report.changes)
        said = ngettext("%(n)d rule is saved.", "%(n)d rules are saved.", count) % {"n": count}
        messages.success(request, said)
        if not report.wrong:
            return redirect("rulebook:rules")
        report = sheets.check(rows)
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return render(request, "rulebook/import.html", {**context, "report": report, "rows": text.getvalue()})


def _rows(request: HttpRequest) -> list[list[str]]:
    file = request.FILES.get("file")
    if file is not None:
        if (file.size or 0) > sheets.MOST_BYTES:
            raise sheets.Unreadable(_("The file is too large."))
        return sheets.cells_of(str(file.name), file.read())
    if not request.POST.get("rows"):
        raise sheets.Unreadable(_("Choose a file first."))
    return sheets.cells_of("rows.csv", storable(request.POST["rows"]).encode())
