"""Files that came with a mail: a download for who handles the incident, never shown in the page."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponseBase
from ninja import Router

from incidents.api.acting import person_who_may
from incidents.api.answers import REFUSALS, NotTheirs, refusal
from incidents.doors.files import ending_of
from incidents.doors.models import KeptFile
from incidents.emergencies.services.visibility import Field, is_withheld, reader_of
from incidents.records.models import Incident
from incidents.records.rights import Verb

router = Router(tags=["files"])


@router.get("/files/{int:pk}", summary="One file of a mail")
def kept_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The bytes as they came, to be saved. 404 for a file of an incident that is not theirs."""
    try:
        person = person_who_may(request, Verb.SEE_PHOTO)
        seen = Incident.objects.visible_to(person).values("pk")
        rows = KeptFile.objects.select_related("message__report__incident")
        row = rows.filter(pk=pk, message__report__incident__in=seen).first()
        report = row.message.report if row is not None else None
        # Of a shared incident they go with the words of the mail.
        if row is None or report is None or is_withheld(report.incident, reader_of(person), Field.WORDS):
            raise NotTheirs
        return _download(row)
    except REFUSALS as error:
        return refusal(error)


def _download(row: KeptFile) -> HttpResponseBase:
    try:
        content = (Path(settings.MEDIA_ROOT) / row.path).open("rb")
    except OSError:
        raise NotTheirs from None
    response = FileResponse(
        content, as_attachment=True, filename=safe_name(row), content_type="application/octet-stream"
    )
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    # Should a browser open it all the same, it may do nothing.
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def safe_name(row: KeptFile) -> str:
    """The sender's name for it without anything that means something to a shell, a path or a header."""
    stem = re.sub(r"[^\w -]+", "_", Path(row.name).stem).strip(" ._-")[:60]
    return f"{stem or row.pk}.{ending_of(row.name)}"
