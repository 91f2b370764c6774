"""What people outside see of a photo: boxes over faces and number plates, and whether it may be seen at all.

Outside is everybody without an account: tracking pages, the public map, Open311, and the pages that an agency opens by
a link. Until a person has released it, they see no photo of a citizen. Photos of the work are released with the answer
that closes the incident, unless somebody holds them back.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from PIL import Image, ImageDraw

from incidents.records.editing import lock
from incidents.records.history import HistoryKind, append
from incidents.records.lifecycles import IncidentState
from incidents.records.models import Incident, Photo, Redaction
from incidents.records.photos import REDACTED_FOLDERS, SHOWN_SIDE, THUMBNAIL_SIDE, as_jpeg, path_of, write
from opscenter.accounts.models import Person
from realtime.change import current_change

# One box: x, y, width, height in ten-thousandths of the picture's width and height.
Box = tuple[int, int, int, int]
WHOLE = 10_000
MOST_BOXES = 60
# Filled, not blurred: what is blurred or made of large squares can be guessed again.
_FILL = (32, 35, 40)


class OtherDecision(Exception):
    """Somebody decided about the photo meanwhile; `current` is what counts now."""

    def __init__(self, current: Redaction | None) -> None:
        super().__init__("another decision")
        self.current = current


@dataclass(frozen=True, slots=True)
class Drawn:
    """The files of a redacted photo whose row is not written yet. Names are relative to MEDIA_ROOT."""

    key: str
    boxes: tuple[Box, ...]
    shown: str
    thumbnail: str


def latest(photos: Iterable[Photo]) -> dict[int, Redaction]:
    """The decision that counts for each photo, by the photo's id; those without any are left out. One query."""
    rows = Redaction.objects.filter(photo__in=[photo.pk for photo in photos]).select_related("by").order_by("number")
    return {row.photo_id: row for row in rows}


def draw(photo: Photo, boxes: Sequence[Box]) -> Drawn:
    """Writes the redacted files of a photo. Not to be called inside a change. Raises OSError when it has no file."""
    with Image.open(path_of(photo, "shown")) as stored:
        picture = stored.convert("RGB")
    picture.info.clear()
    pen = ImageDraw.Draw(picture)
    for x, y, width, height in boxes:
        # Outwards to whole pixels, so that no edge of what is covered is left.
        left, top = x * picture.width // WHOLE, y * picture.height // WHOLE
        right = -(-(x + width) * picture.width // WHOLE)
        bottom = -(-(y + height) * picture.height // WHOLE)
        pen.rectangle((left, top, max(left, right - 1), max(top, bottom - 1)), fill=_FILL)
    folder, key = f"{timezone.localdate():%Y/%m}", uuid.uuid4().hex
    drawn = Drawn(
        key,
        tuple(boxes),
        f"{REDACTED_FOLDERS['shown']}/{folder}/{key}.jpg",
        f"{REDACTED_FOLDERS['thumbnail']}/{folder}/{key}.jpg",
    )
    try:
        for name, side, quality in ((drawn.shown, SHOWN_SIDE, 86), (drawn.thumbnail, THUMBNAIL_SIDE, 80)):
            write(Path(settings.MEDIA_ROOT) / name, as_jpeg(picture, side, quality))
    except OSError:
        discard(drawn)
        raise
    return drawn


def discard(drawn: Drawn) -> None:
    """Removes the files of a decision that got no row."""
    for name in (drawn.shown, drawn.thumbnail):
        with suppress(OSError):
            (Path(settings.MEDIA_ROOT) / name).unlink(missing_ok=True)


def decide(*, photo_id: int, drawn: Drawn, is_public: bool, by: Person, on: int) -> Redaction:
    """Makes what was drawn the decision that counts, in the open change.

    `on` is the number of the decision that the person saw, 0 for none. Raises OtherDecision when there is a newer one,
    and Photo.DoesNotExist.
    """
    photo = Photo.objects.get(pk=photo_id)
    incident = lock(photo.incident_id)
    current = photo.redactions.order_by("-number").first()
    if (current.number if current else 0) != on:
        raise OtherDecision(current)
    row = Redaction.objects.create(
        photo=photo,
        number=on + 1,
        boxes=[list(box) for box in drawn.boxes],
        is_public=is_public,
        key=drawn.key,
        shown=drawn.shown,
        thumbnail=drawn.thumbnail,
        by=by,
        at=current_change().at,
    )
    data = {"photo": photo.pk, "redaction": row.number, "boxes": len(drawn.boxes), "public": is_public}
    append(incident, HistoryKind.PHOTO_REDACTED, by=by, data=data)
    return row


def boxes_of(row: Redaction | None) -> tuple[Box, ...]:
    """The boxes of a decision; none without one."""
    return tuple((x, y, width, height) for x, y, width, height in row.boxes) if row is not None else ()


def public_before(photo: Photo, row: Redaction | None) -> bool:
    """Whether people outside may see a photo under a decision; without one only photos of the work, once closed."""
    return row.is_public if row is not None else photo.phase == Photo.Phase.AFTER


def outside_file(photo: Photo, row: Redaction | None, size: Literal["shown", "thumbnail"] = "shown") -> Path | None:
    """The file that people outside may see of a photo under the decision that counts; None for none.

    Whether its incident shows outside, and whether it is closed, is the caller's question.
    """
    if not public_before(photo, row):
        return None
    return Path(settings.MEDIA_ROOT) / str(getattr(row, size)) if row is not None else path_of(photo, size)


def seen_outside(incidents: Iterable[Incident], at: dt.datetime) -> dict[int, str]:
    """The key of one released photo, the newest, of each of these incidents that everybody may see; {incident id: key}.

    One query.
    """
    seen = Incident.objects.for_everybody(at).filter(pk__in=[incident.pk for incident in incidents])
    rows = _counting().filter(photo__incident__in=seen.values("pk")).order_by("photo")
    return dict(rows.values_list("photo__incident_id", "key"))


def outside_path(key: str, at: dt.datetime) -> Path | None:
    """The file of a released photo whose incident everybody may see; None for any other key. One query."""
    seen = Incident.objects.for_everybody(at).values("pk")
    row = _counting().filter(key=key, photo__incident__in=seen).first()
    return Path(settings.MEDIA_ROOT) / row.shown if row is not None else None


def _counting() -> QuerySet[Redaction]:
    """The decisions that count and release their photo. Photos of the work only once the citizen was answered."""
    newer = Redaction.objects.filter(photo=OuterRef("photo"), number__gt=OuterRef("number"))
    early = Q(photo__phase=Photo.Phase.AFTER) & ~Q(photo__incident__state=IncidentState.CLOSED)
    return Redaction.objects.filter(~Exists(newer), is_public=True).exclude(early)
