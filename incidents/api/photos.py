"""Photos: only for who may see the incident, and the original only for supervisors."""

from __future__ import annotations

from typing import Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router

from incidents.api.acting import person_who_may
from incidents.api.answers import REFUSALS, NotTheirs, refusal
from incidents.records.models import Incident, PersonalLook, Photo
from incidents.records.photos import path_of
from incidents.records.rights import Verb
from realtime.change import change

router = Router(tags=["photos"])
_ORIGINALS = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".heic": "image/heic"}


@router.get("/photos/{int:pk}/{variant}", summary="One photo")
def photo(request: HttpRequest, pk: int, variant: Literal["shown", "thumbnail", "original"]) -> HttpResponse:
    """`shown` and `thumbnail` have no metadata left; a look at the original, which has, is written down."""
    try:
        return _photo(request, pk, variant)
    except REFUSALS as error:
        return refusal(error)


def _photo(request: HttpRequest, pk: int, variant: Literal["shown", "thumbnail", "original"]) -> HttpResponse:
    is_original = variant == "original"
    person = person_who_may(request, Verb.SEE_ORIGINAL_PHOTO if is_original else Verb.SEE_PHOTO)
    row = Photo.objects.filter(pk=pk, incident__in=Incident.objects.visible_to(person).values("pk")).first()
    if row is None:
        raise NotTheirs
    path = path_of(row, variant)
    try:
        content = path.read_bytes()
    except OSError:
        raise NotTheirs from None
    if is_original:
        with change() as c:
            PersonalLook.objects.create(incident_id=row.incident_id, by=person, at=c.at)
    response = HttpResponse(content, content_type=_ORIGINALS.get(path.suffix, "application/octet-stream"))
    response["Cache-Control"] = "no-store" if is_original else "private, max-age=3600, immutable"
    if is_original:
        response["Content-Disposition"] = f'attachment; filename="{row.pk}{path.suffix}"'
    return response
