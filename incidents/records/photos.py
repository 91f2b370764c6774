"""Photos: checked by their content, stripped of what the camera wrote, kept in three versions.

Decoding is slow, so it never happens inside a change: `prepare` writes the files first, `add` makes the rows in the
change, and `discard` removes the files of a change that failed. What a killed process left is found by
`remove_orphans`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import logging
import math
import os
import threading
import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal, Protocol

import pillow_heif
from django.conf import settings
from django.contrib.gis.geos import Point
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import override as in_language
from PIL import ExifTags, Image, ImageFile, ImageOps, UnidentifiedImageError

from incidents.records.history import HistoryKind, append
from incidents.records.models import Assignment, Incident, Photo, Redaction, Report
from opscenter.accounts.models import Person
from realtime.change import current_change

pillow_heif.register_heif_opener()
log = logging.getLogger(__name__)

SHOWN_SIDE = 2048
THUMBNAIL_SIDE = 320
# A JPEG is decoded at a reduced size, so phones with 100 million pixels are fine; the others are decoded whole.
JPEG_PIXELS = 130_000_000
OTHER_PIXELS = 50_000_000
# Pillow warns above this and refuses above twice as much; the limits above are asked before anything is decoded.
Image.MAX_IMAGE_PIXELS = JPEG_PIXELS
# The readers Pillow may use. The reader of JPEG also finds MPO, which some phones write into their .jpg files.
_READERS = ("JPEG", "PNG", "WEBP", "HEIF")
# What was found, and the ending of the original.
_ENDINGS = {"JPEG": "jpg", "MPO": "jpg", "PNG": "png", "WEBP": "webp", "HEIF": "heic"}
# Each decoding may need 200 MB; more at once would take the memory of everything else.
_decoding = threading.BoundedSemaphore(2)

Variant = Literal["original", "shown", "thumbnail"]


class Upload(Protocol):
    """A file as Django's forms give it."""

    @property
    def name(self) -> str | None: ...

    @property
    def size(self) -> int | None: ...

    def read(self, num_bytes: int = ..., /) -> bytes: ...


class PhotoProblemCode(StrEnum):
    TOO_MANY = "too_many"
    TOO_LARGE = "too_large"
    EMPTY = "empty"
    NOT_A_PICTURE = "not_a_picture"
    DAMAGED = "damaged"
    TOO_MANY_PIXELS = "too_many_pixels"
    NOT_STORED = "not_stored"


@dataclass(frozen=True, slots=True)
class PhotoProblem:
    """Why one file was not taken. The report it came with is taken all the same."""

    name: str
    code: PhotoProblemCode

    def text(self, language: str | None = None) -> str:
        """What to tell the sender, in `language` or else the reader's."""
        if language is None:
            return self._text()
        with in_language(language):
            return self._text()

    def _text(self) -> str:
        megabytes, most = settings.PHOTO_MAX_BYTES // 1_048_576, settings.PHOTOS_PER_REPORT
        return _sentence(self.code, most) % {"name": self.name, "most": most, "megabytes": megabytes}


@dataclass(frozen=True, slots=True)
class Prepared:
    """One photo whose files are written and whose row is not. Names are relative to MEDIA_ROOT."""

    original: str
    shown: str
    thumbnail: str
    sha256: str
    width: int
    height: int
    taken_at: dt.datetime | None
    taken_point: tuple[float, float] | None


class _Refused(Exception):
    def __init__(self, code: PhotoProblemCode) -> None:
        self.code = code


def prepare(files: Sequence[Upload], *, most: int | None = None) -> tuple[list[Prepared], list[PhotoProblem]]:
    """Checks, strips and writes photos; gives those that can be added and why the others cannot.

    `most` is how many are taken (settings.PHOTOS_PER_REPORT); each may have settings.PHOTO_MAX_BYTES. Never raises
    for what a file holds. Not to be called inside a change: it takes up to a second a photo.
    """
    most = settings.PHOTOS_PER_REPORT if most is None else most
    prepared, problems = [], []
    for number, file in enumerate(files):
        name = Path(file.name or "").name[:100]
        try:
            if number >= most:
                raise _Refused(PhotoProblemCode.TOO_MANY)
            prepared.append(_prepare(file))
        except _Refused as refused:
            problems.append(PhotoProblem(name, refused.code))
        except OSError:
            # A full disk must not cost the report.
            log.exception("a photo could not be stored")
            problems.append(PhotoProblem(name, PhotoProblemCode.NOT_STORED))
    return prepared, problems


def add(
    incident: Incident,
    prepared: Iterable[Prepared],
    *,
    phase: Photo.Phase = Photo.Phase.REPORT,
    report: Report | None = None,
    assignment: Assignment | None = None,
    by: Person | None = None,
) -> list[Photo]:
    """Makes the rows of prepared photos for an incident locked or opened by the open change, with one history row.

    The same picture twice in one phase is one photo; the files of the second are left to `remove_orphans`.
    """
    change = current_change()
    known = set(Photo.objects.filter(incident=incident, phase=phase).values_list("sha256", flat=True))
    photos = []
    for one in prepared:
        if one.sha256 in known:
            continue
        known.add(one.sha256)
        photos.append(
            Photo.objects.create(
                incident=incident,
                report=report,
                assignment=assignment,
                phase=phase,
                original=one.original,
                shown=one.shown,
                thumbnail=one.thumbnail,
                sha256=one.sha256,
                width=one.width,
                height=one.height,
                taken_at=one.taken_at,
                taken_point=Point(*one.taken_point, srid=4326) if one.taken_point else None,
                added_at=change.at,
                by=by,
                exercise=incident.exercise,
            )
        )
    if photos:
        ids = [photo.pk for photo in photos]
        append(incident, HistoryKind.PHOTO_ADDED, by=by, data={"photos": ids, "phase": str(phase)})
    return photos


def discard(prepared: Iterable[Prepared]) -> None:
    """Removes the files of photos that got no row."""
    for one in prepared:
        for name in (one.original, one.shown, one.thumbnail):
            with suppress(OSError):
                (Path(settings.MEDIA_ROOT) / name).unlink(missing_ok=True)


def path_of(photo: Photo, variant: Variant) -> Path:
    """Where a version of a photo lies; `shown` and `thumbnail` are JPEG. Who may see it is the caller's question."""
    return Path(settings.MEDIA_ROOT) / str(getattr(photo, variant))


def remove_orphans(older_than: dt.timedelta = dt.timedelta(days=1)) -> int:
    """Removes files without a row that are older than `older_than`; gives how many. For the worker."""
    before = timezone.now().timestamp() - older_than.total_seconds()
    root = Path(settings.MEDIA_ROOT)
    removed = 0
    kinds: list[tuple[str, str, type[Photo | Redaction]]] = [
        *((folder, variant, Photo) for variant, folder in _FOLDERS.items()),
        *((folder, variant, Redaction) for variant, folder in REDACTED_FOLDERS.items()),
    ]
    for folder, variant, kind in kinds:
        old = sorted(
            str(file.relative_to(root)) for file in (root / folder).glob("*/*/*") if _written_at(file) < before
        )
        for start in range(0, len(old), 500):
            names = old[start : start + 500]
            kept = set(kind._default_manager.filter(**{f"{variant}__in": names}).values_list(variant, flat=True))
            for name in set(names) - kept:
                (root / name).unlink(missing_ok=True)
                removed += 1
    return removed


# --- one file ---------------------------------------------------------------------------------------------------

# The originals lie apart from what is served.
_FOLDERS: dict[Variant, str] = {
    "original": "photos-original",
    "shown": "photos-shown",
    "thumbnail": "photos-thumbnail",
}
# What people outside may see, made by redacting.py.
REDACTED_FOLDERS: dict[Literal["shown", "thumbnail"], str] = {
    "shown": "photos-redacted",
    "thumbnail": "photos-redacted-thumbnail",
}


def _prepare(file: Upload) -> Prepared:
    if (file.size or 0) > settings.PHOTO_MAX_BYTES:
        raise _Refused(PhotoProblemCode.TOO_LARGE)
    content = file.read(settings.PHOTO_MAX_BYTES + 1)
    if len(content) > settings.PHOTO_MAX_BYTES:
        raise _Refused(PhotoProblemCode.TOO_LARGE)
    if not content:
        raise _Refused(PhotoProblemCode.EMPTY)
    with _decoding:
        image, kind, exif = _decoded(content)
        shown, thumbnail = as_jpeg(image, SHOWN_SIDE, 86), as_jpeg(image, THUMBNAIL_SIDE, 80)
        width, height = image.size
    folder, key = f"{timezone.localdate():%Y/%m}", uuid.uuid4().hex
    result = Prepared(
        original=f"{_FOLDERS['original']}/{folder}/{key}.{_ENDINGS[kind]}",
        shown=f"{_FOLDERS['shown']}/{folder}/{key}.jpg",
        thumbnail=f"{_FOLDERS['thumbnail']}/{folder}/{key}.jpg",
        sha256=hashlib.sha256(content).hexdigest(),
        width=width,
        height=height,
        taken_at=_taken_at(exif),
        taken_point=_taken_point(exif),
    )
    try:
        for name, data in ((result.original, content), (result.shown, shown), (result.thumbnail, thumbnail)):
            write(Path(settings.MEDIA_ROOT) / name, data)
    except OSError:
        discard([result])
        raise
    return result


def _decoded(content: bytes) -> tuple[Image.Image, str, Image.Exif]:
    """The picture upright in plain colours, its format, and its EXIF. Only the formats we know are even tried."""
    try:
        image: Image.Image = Image.open(io.BytesIO(content), formats=_READERS)
    except UnidentifiedImageError:
        raise _Refused(PhotoProblemCode.NOT_A_PICTURE) from None
    except Image.DecompressionBombError:
        raise _Refused(PhotoProblemCode.TOO_MANY_PIXELS) from None
    except Exception as error:
        raise _damaged(error) from error
    kind = image.format or ""
    pixels = image.width * image.height
    if pixels > (JPEG_PIXELS if kind in {"JPEG", "MPO"} else OTHER_PIXELS):
        raise _Refused(PhotoProblemCode.TOO_MANY_PIXELS)
    try:
        if isinstance(image, ImageFile.ImageFile):
            # JPEG alone can be decoded at a half, a quarter or an eighth; the others ignore this.
            image.draft("RGB", (SHOWN_SIDE, SHOWN_SIDE))
        image.load()
        exif = image.getexif()
        image.thumbnail((SHOWN_SIDE, SHOWN_SIDE), Image.Resampling.LANCZOS)
        upright = ImageOps.exif_transpose(image)
        return _plain(upright), kind, exif
    except Image.DecompressionBombError:
        raise _Refused(PhotoProblemCode.TOO_MANY_PIXELS) from None
    except Exception as error:
        raise _damaged(error) from error


def _damaged(error: Exception) -> _Refused:
    """Decoders meet hostile and half-sent files, and raise whatever they like; our own mistakes show in the log."""
    log.info("a photo could not be decoded: %s: %s", type(error).__name__, str(error)[:200])
    return _Refused(PhotoProblemCode.DAMAGED)


def _plain(image: Image.Image) -> Image.Image:
    """In RGB, what was transparent white, without any metadata."""
    if "A" in image.getbands() or "transparency" in image.info:
        layered = image.convert("RGBA")
        plain = Image.new("RGB", layered.size, "white")
        plain.paste(layered, mask=layered.getchannel("A"))
    else:
        plain = image.convert("RGB")
    # Pillow writes comments and profiles that it finds here into the new file.
    plain.info.clear()
    return plain


def as_jpeg(image: Image.Image, side: int, quality: int) -> bytes:
    """The picture with at most `side` pixels a side, without metadata when it holds none."""
    small = image.copy()
    small.thumbnail((side, side), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=quality, optimize=True, progressive=True)
    return buffer.getvalue()


def write(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Complete and on the disk before the row says that it is there.
    unfinished = path.with_suffix(".part")
    with unfinished.open("wb") as file:
        os.fchmod(file.fileno(), 0o640)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def _written_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return math.inf


# --- what the camera wrote --------------------------------------------------------------------------------------


def _taken_at(exif: Image.Exif) -> dt.datetime | None:
    """When the shutter fell. Without an offset it is local time, as phones here are set."""
    try:
        details = exif.get_ifd(ExifTags.IFD.Exif)
        text = str(details.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime) or "")
        moment = dt.datetime.strptime(text.strip("\x00 ")[:19], "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
        offset = str(details.get(ExifTags.Base.OffsetTimeOriginal) or "").strip("\x00 ")
        aware = dt.datetime.fromisoformat(f"{moment.isoformat()}{offset}") if offset else moment
        aware = aware if aware.tzinfo else timezone.make_aware(moment)
    except (ValueError, OverflowError, KeyError, TypeError, SyntaxError):
        return None
    # A camera whose clock was never set says 1970 or 2036.
    return aware if dt.datetime(2000, 1, 1, tzinfo=dt.UTC) < aware < timezone.now() + dt.timedelta(days=1) else None


def _taken_point(exif: Image.Exif) -> tuple[float, float] | None:
    """(lon, lat) of the camera, SRID 4326; None when it wrote none or nonsense."""
    try:
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        lat = _degrees(gps[ExifTags.GPS.GPSLatitude], str(gps[ExifTags.GPS.GPSLatitudeRef]), "S")
        lon = _degrees(gps[ExifTags.GPS.GPSLongitude], str(gps[ExifTags.GPS.GPSLongitudeRef]), "W")
    except (KeyError, TypeError, ValueError, ZeroDivisionError, IndexError, SyntaxError):
        return None
    usable = math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180
    # 0, 0 is what cameras write when they do not know.
    return (lon, lat) if usable and (abs(lat) > 1e-9 or abs(lon) > 1e-9) else None


def _degrees(parts: Sequence[float], side: str, negative: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    return -value if side.strip("\x00 ").upper() == negative else value


def _sentence(code: PhotoProblemCode, most: int) -> str:
    match code:
        case PhotoProblemCode.TOO_MANY:
            return ngettext(
                "“%(name)s” was not taken: at most %(most)d photo.",
                "“%(name)s” was not taken: at most %(most)d photos.",
                most,
            )
        case PhotoProblemCode.TOO_LARGE:
            return gettext("“%(name)s” is too large: at most %(megabytes)d MB.")
        case PhotoProblemCode.EMPTY:
            return gettext("“%(name)s” is empty. Choose it again.")
        case PhotoProblemCode.NOT_A_PICTURE:
            return gettext("“%(name)s” is not a photo we can read. Send it as JPEG, PNG, WebP or HEIC.")
        case PhotoProblemCode.DAMAGED:
            return gettext("“%(name)s” is damaged or arrived incomplete. Send it again.")
        case PhotoProblemCode.TOO_MANY_PIXELS:
            return gettext("“%(name)s” has too many pixels. Send a smaller version of it.")
        case PhotoProblemCode.NOT_STORED:
            return gettext("“%(name)s” could not be stored. Send it again later.")
