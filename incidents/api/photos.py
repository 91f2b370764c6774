"""Photos: only for who may see the incident, and the original only for supervisors; what people outside may see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import Router

from incidents.api.acting import Done, act, answered, person_who_may
from incidents.api.answers import REFUSALS, Conflict, Invalid, NotTheirs, refusal
from incidents.api.described import body_of
from incidents.api.shapes import Redact, S, UndoRedaction, read
from incidents.emergencies.services.visibility import photos_for
from incidents.records import redacting
from incidents.records.models import Incident, PersonalLook, Photo, Redaction
from incidents.records.photos import path_of
from incidents.records.redacting import Box, OtherDecision
from incidents.records.rights import Verb
from incidents.records.serving import served
from opscenter.accounts.models import Person
from realtime.change import change

router = Router(tags=["photos"])
_ORIGINALS = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".heic": "image/heic"}

Variant = Literal["shown", "thumbnail", "outside", "original"]


# The fixed addresses stand before the one with a name in it, which would take them too.
@router.post("/photos/{int:pk}/redaction", summary="What people outside may see", openapi_extra=body_of(Redact))
def redact(request: HttpRequest, pk: int) -> JsonResponse:
    """Boxes over faces and plates, and whether it may be seen at all. The photo itself stays as it is."""

    def wanted(sent: Redact, row: Photo) -> tuple[Sequence[Box], bool]:
        if any(x + width > redacting.WHOLE or y + height > redacting.WHOLE for x, y, width, height in sent.boxes):
            raise Invalid({"boxes": [_("A box lies outside the picture.")]})
        return sent.boxes, sent.public

    return answered(lambda: _decide(request, pk, Redact, wanted))


@router.post(
    "/photos/{int:pk}/redaction/undo", summary="As it was before the last", openapi_extra=body_of(UndoRedaction)
)
def undo(request: HttpRequest, pk: int) -> JsonResponse:
    """What was decided before the last decision counts again, as a decision of its own."""

    def wanted(sent: UndoRedaction, row: Photo) -> tuple[Sequence[Box], bool]:
        if not Redaction.objects.filter(photo=row, number=sent.on).exists():
            raise NotTheirs
        before = Redaction.objects.filter(photo=row, number=sent.on - 1).first()
        return redacting.boxes_of(before), redacting.public_before(row, before)

    return answered(lambda: _decide(request, pk, UndoRedaction, wanted))


@router.get("/photos/{int:pk}/{variant}", summary="One photo")
def photo(request: HttpRequest, pk: int, variant: Variant) -> HttpResponse:
    """`shown` and `thumbnail` have no metadata left; `outside` is what people without an account may see, 404 where
    that is nothing. A look at the original, which has metadata, is written down."""
    try:
        return _photo(request, pk, variant)
    except REFUSALS as error:
        return refusal(error)


def _photo(request: HttpRequest, pk: int, variant: Variant) -> HttpResponse:
    is_original = variant == "original"
    person = person_who_may(request, Verb.SEE_ORIGINAL_PHOTO if is_original else Verb.SEE_PHOTO)
    row = _theirs(person, pk)
    if variant == "original":
        return _original(row, person)
    path = (
        redacting.outside_file(row, redacting.latest([row]).get(pk)) if variant == "outside" else path_of(row, variant)
    )
    if path is None:
        raise NotTheirs
    # Asked again each time, so that what was redacted, erased or taken away is not shown out of a cache.
    return _or_nothing(lambda: served(request, path))


def _original(row: Photo, person: Person) -> HttpResponse:
    path = path_of(row, "original")
    content_type = _ORIGINALS.get(path.suffix, "application/octet-stream")
    response = _or_nothing(lambda: HttpResponse(path.read_bytes(), content_type=content_type))
    with change() as c:
        PersonalLook.objects.create(incident_id=row.incident_id, by=person, at=c.at)
    response["Cache-Control"] = "no-store"
    response["Content-Disposition"] = f'attachment; filename="{row.pk}{path.suffix}"'
    return response


def _or_nothing(read_file: Callable[[], HttpResponse]) -> HttpResponse:
    try:
        return read_file()
    except OSError:
        raise NotTheirs from None


def _theirs(person: Person, pk: int) -> Photo:
    """The photo, when this person may see its incident and, of a shared one, its photos. Raises NotTheirs."""
    seen = Incident.objects.visible_to(person).values("pk")
    row = Photo.objects.select_related("incident").filter(pk=pk, incident__in=seen).first()
    if row is None or not photos_for(row.incident, person).filter(pk=pk).exists():
        raise NotTheirs
    return row


def _decide(
    request: HttpRequest, pk: int, shape: type[S], wanted: Callable[[S, Photo], tuple[Sequence[Box], bool]]
) -> JsonResponse:
    """Draws what is wanted, outside the change, and makes it what counts. The files of a refusal are removed."""
    row = _theirs(person_who_may(request, Verb.REDACT_PHOTO), pk)
    boxes, is_public = wanted(read(request, shape), row)
    try:
        drawn = redacting.draw(row, boxes)
    except OSError:
        raise NotTheirs from None
    kept = False

    def work(person: Person, again: S) -> Done:
        nonlocal kept
        try:
            decided = redacting.decide(
                photo_id=_theirs(person, pk).pk, drawn=drawn, is_public=is_public, by=person, on=getattr(again, "on", 0)
            )
        except OtherDecision as other:
            raise Conflict(_as_it_is(row, other.current), {"boxes": len(boxes), "public": is_public}) from None
        kept = True
        return {"photo": pk, "number": decided.number, "public": is_public, "url": f"/room/photo/{pk}/"}

    try:
        answer = act(request, Verb.REDACT_PHOTO, pk, shape, work)
    except BaseException:
        redacting.discard(drawn)
        raise
    if not kept or answer.status_code != 200:
        redacting.discard(drawn)
    return answer


def _as_it_is(row: Photo, current: Redaction | None) -> dict[str, object]:
    return {
        "version": current.number if current else 0,
        "done": str(current.by) if current else "",
        "boxes": len(redacting.boxes_of(current)),
        "public": redacting.public_before(row, current),
    }
