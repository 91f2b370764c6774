"""Asking for files of figures, the list of one's own, and fetching them."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from incidents.figures.asking import Question
from incidents.figures.files import KEPT, TooMany, ask_for, kinds, path_of
from incidents.figures.models import File, FileKind, FileState
from incidents.figures.views import reader_of
from incidents.records import actions
from incidents.records.actions import ActionTaken
from realtime.change import change

_KIND = "figures.file"


@login_required
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Puts a file into the worker's queue: `kind`, `question`, `action_id`. Leads to the list of one's files."""
    person = reader_of(request)
    kind, question = request.POST.get("kind", ""), request.POST.get("question", "")[:1000]
    try:
        action = UUID(request.POST.get("action_id", ""))
    except ValueError:
        action = uuid4()
    if kind not in dict(kinds()) or not Question(QueryDict(question), person).is_valid():
        messages.error(request, _("This file cannot be made. Ask for the figures again and choose a file below them."))
        return redirect("figures:files")
    try:
        with change():
            if actions.once(action, kind=_KIND, by=person) is None:
                file = ask_for(kind=FileKind(kind), question=question, language=get_language() or "vi", by=person)
                actions.keep(action, kind=_KIND, by=person, status=201, answer={"file": file.pk})
    except TooMany:
        messages.error(request, _("Several of your files are still being written. Ask again when one is ready."))
    except ActionTaken:
        messages.error(request, _("This was sent before. Load the page again."))
    return redirect("figures:files")


@never_cache
@require_safe
@login_required
def files(request: HttpRequest) -> HttpResponse:
    """One's own files of the last days; with `?part` only the table, for the page that waits for them."""
    person = reader_of(request)
    rows = list(File.objects.filter(by=person)[:50])
    context = {
        "files": rows,
        "waits": any(row.state in {FileState.WAITING, FileState.WRITING} for row in rows),
        "days": KEPT.days,
    }
    return render(request, "figures/files_table.html" if "part" in request.GET else "figures/files.html", context)


@never_cache
@require_safe
@login_required
def fetch(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file itself, for whoever asked for it. 404 for anybody else, and when it is not ready or gone."""
    person = reader_of(request)
    file = File.objects.filter(pk=pk, by=person, state=FileState.DONE).first()
    path = path_of(file) if file is not None else None
    if file is None or path is None or not path.is_file():
        raise Http404
    name = f"1022-{timezone.localdate(file.asked_at):%Y%m%d}-{file.pk}.{file.kind}"
    response = FileResponse(path.open("rb"), as_attachment=True, filename=name)
    response["Cache-Control"] = "private, no-store"
    return response
