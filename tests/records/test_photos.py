"""Photos: what is in a file decides, nothing the camera wrote is shown, and nothing is left lying about."""

from __future__ import annotations

import datetime as dt
import io
import os
import struct
import time
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import ExifTags, Image

from incidents.records import photos
from tests.intake.world import picture, upload

SECRET = "Máy của Nguyễn Văn Giả"


@pytest.fixture(autouse=True)
def media(tmp_path: Path) -> Any:
    before = settings.MEDIA_ROOT
    settings.MEDIA_ROOT = tmp_path
    yield tmp_path
    settings.MEDIA_ROOT = before


def files(media: Path) -> list[Path]:
    return sorted(path for path in media.rglob("*") if path.is_file())


def camera_exif(*, orientation: int = 1, offset: str = "+07:00") -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Artist] = SECRET
    details = exif.get_ifd(ExifTags.IFD.Exif)
    details[ExifTags.Base.DateTimeOriginal] = "2024:06:01 10:20:30"
    if offset:
        details[ExifTags.Base.OffsetTimeOriginal] = offset
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLatitude] = "N", (11.0, 3.0, 0.0)
    gps[ExifTags.GPS.GPSLongitudeRef], gps[ExifTags.GPS.GPSLongitude] = "E", (106.0, 37.0, 12.0)
    return exif


def one(content: bytes, name: str = "anh.jpg") -> photos.Prepared:
    prepared, problems = photos.prepare([upload(content, name)])
    assert problems == []
    return prepared[0]


def problem(content: bytes, name: str = "anh.jpg") -> str:
    prepared, problems = photos.prepare([upload(content, name)])
    assert prepared == []
    return problems[0].code


def test_what_the_camera_wrote_is_read_then_stripped(media: Path) -> None:
    content = picture(exif=camera_exif(), comment=SECRET.encode(), icc_profile=b"p" * 200)
    result = one(content)
    assert result.taken_point == pytest.approx((106.62, 11.05))
    assert result.taken_at == dt.datetime(2024, 6, 1, 3, 20, 30, tzinfo=dt.UTC)
    assert (media / result.original).read_bytes() == content
    for name in (result.shown, result.thumbnail):
        data = (media / name).read_bytes()
        shown = Image.open(io.BytesIO(data))
        assert dict(shown.getexif()) == {}
        assert "comment" not in shown.info
        assert "icc_profile" not in shown.info
        assert SECRET.encode() not in data
        assert b"Exif" not in data
    # The original lies apart from what is served.
    assert Path(result.original).parts[0] != Path(result.shown).parts[0]


def test_time_without_a_zone_is_local(media: Path) -> None:
    assert one(picture(exif=camera_exif(offset=""))).taken_at == dt.datetime(2024, 6, 1, 3, 20, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_made_upright(media: Path, orientation: int) -> None:
    """The red corner of the drawing lies top left once the picture is upright."""
    upright = Image.open(io.BytesIO(picture(size=(64, 32))))
    # How a camera held that way stores it: the inverse of what exif_transpose does.
    stored = {
        1: lambda image: image,
        2: lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: lambda image: image.transpose(Image.Transpose.ROTATE_180),
        4: lambda image: image.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: lambda image: image.transpose(Image.Transpose.TRANSPOSE),
        6: lambda image: image.transpose(Image.Transpose.ROTATE_90),
        7: lambda image: image.transpose(Image.Transpose.TRANSVERSE),
        8: lambda image: image.transpose(Image.Transpose.ROTATE_270),
    }[orientation](upright)
    buffer = io.BytesIO()
    stored.save(buffer, "JPEG", exif=camera_exif(orientation=orientation), quality=95)
    result = one(buffer.getvalue())
    assert (result.width, result.height) == (64, 32)
    for name in (result.shown, result.thumbnail):
        shown = Image.open(media / name)
        assert shown.size == (64, 32)
        red, _green, blue = shown.getpixel((3, 3))  # type: ignore[misc]
        assert red > blue


@pytest.mark.parametrize(
    ("form", "name", "saving"),
    [
        ("PNG", "a.png", {}),
        ("WEBP", "a.webp", {}),
        ("HEIF", "a.heic", {}),
        # What a file is called and says it is does not matter.
        ("PNG", "a.jpg", {}),
        ("JPEG", "a.exe", {}),
    ],
)
def test_formats_by_content(media: Path, form: str, name: str, saving: dict[str, Any]) -> None:
    result = one(picture(form=form, **saving), name)
    assert Image.open(media / result.shown).format == "JPEG"
    assert Path(result.original).suffix == {"PNG": ".png", "WEBP": ".webp", "HEIF": ".heic", "JPEG": ".jpg"}[form]


def test_heic_metadata_is_read_and_stripped(media: Path) -> None:
    result = one(picture(form="HEIF", exif=camera_exif()), "IMG.HEIC")
    assert result.taken_point == pytest.approx((106.62, 11.05))
    assert dict(Image.open(media / result.shown).getexif()) == {}


def test_transparency_becomes_white(media: Path) -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (20, 20), (255, 0, 0, 0)).save(buffer, "PNG")
    pixel = Image.open(media / one(buffer.getvalue()).shown).getpixel((5, 5))
    assert pixel == (255, 255, 255)


def test_large_pictures_are_made_smaller(media: Path) -> None:
    result = one(picture(size=(4000, 3000)))
    assert (result.width, result.height) == (2048, 1536)
    assert max(Image.open(media / result.thumbnail).size) == 320


def _png_header(width: int, height: int) -> bytes:
    """A PNG that promises a size and holds hardly any data: a decompression bomb."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 10_000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"not a picture", "not_a_picture"),
        (b"%PDF-1.7", "not_a_picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "not_a_picture"),
        (b"GIF89a" + b"\0" * 50, "not_a_picture"),
        (_png_header(8000, 8000), "too_many_pixels"),
        (_png_header(60000, 60000), "too_many_pixels"),
        (_png_header(500, 500), "damaged"),
        (picture()[:600], "damaged"),
        (picture(form="PNG")[:-40], "damaged"),
        (picture(form="HEIF")[:400], "damaged"),
    ],
)
def test_bad_files_are_problems_and_leave_nothing(media: Path, content: bytes, code: str) -> None:
    assert problem(content) == code
    assert files(media) == []


def test_the_limit_of_bytes_holds_whatever_the_client_says(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "PHOTO_MAX_BYTES", 1000)
    assert problem(picture()) == "too_large"

    class Liar(SimpleUploadedFile):
        size = 10

    prepared, problems = photos.prepare([Liar("a.jpg", picture())])
    assert (prepared, problems[0].code) == ([], "too_large")


def test_one_too_many(media: Path) -> None:
    many = [
        upload(picture(size=(100 + number, 80)), f"{number}.jpg") for number in range(settings.PHOTOS_PER_REPORT + 1)
    ]
    prepared, problems = photos.prepare(many)
    assert len(prepared) == settings.PHOTOS_PER_REPORT
    assert [(p.name, p.code) for p in problems] == [(f"{settings.PHOTOS_PER_REPORT}.jpg", "too_many")]


def test_a_full_disk_is_told(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(photos, "write", full)
    assert problem(picture()) == "not_stored"


@pytest.mark.parametrize(
    "gps",
    [
        {ExifTags.GPS.GPSLatitude: (0.0, 0.0, 0.0), ExifTags.GPS.GPSLongitude: (0.0, 0.0, 0.0)},
        {ExifTags.GPS.GPSLatitude: (95.0, 0.0, 0.0), ExifTags.GPS.GPSLongitude: (106.0, 0.0, 0.0)},
        {ExifTags.GPS.GPSLatitude: (11.0,), ExifTags.GPS.GPSLongitude: (106.0, 0.0, 0.0)},
        {ExifTags.GPS.GPSLatitude: (11.0, 0.0, 0.0)},
    ],
)
def test_nonsense_positions_are_none(media: Path, gps: dict[Any, Any]) -> None:
    exif = Image.Exif()
    ifd = exif.get_ifd(ExifTags.IFD.GPSInfo)
    ifd.update({ExifTags.GPS.GPSLatitudeRef: "N", ExifTags.GPS.GPSLongitudeRef: "E", **gps})
    assert one(picture(exif=exif)).taken_point is None


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_bytes_never_raise(media: Path, data: st.DataObject) -> None:
    content = bytearray(picture(size=(60, 40), exif=camera_exif()))
    for _change in range(data.draw(st.integers(1, 12))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    prepared, problems = photos.prepare([upload(bytes(content))])
    assert len(prepared) + len(problems) == 1


def test_every_problem_is_said_in_both_languages() -> None:
    for code in photos.PhotoProblemCode:
        for language in ("vi", "en"):
            text = photos.PhotoProblem("100%.jpg", code).text(language)
            assert "100%.jpg" in text
            assert "%(" not in text


@pytest.mark.django_db(transaction=True)
def test_files_without_a_row_are_removed_after_a_day(media: Path) -> None:
    old, new = one(picture()), one(picture(size=(80, 60)))
    yesterday = time.time() - 90_000
    for name in (old.original, old.shown, old.thumbnail):
        os.utime(media / name, (yesterday, yesterday))
    assert photos.remove_orphans() == 3
    assert len(files(media)) == 3
    assert (media / new.shown).exists()


@pytest.mark.django_db(transaction=True)
def test_files_with_a_row_stay(take: Any, world: Any) -> None:
    taken = take("ổ gà", photos=[upload(picture())])
    root = Path(settings.MEDIA_ROOT)
    for path in files(root):
        os.utime(path, (1, 1))
    assert photos.remove_orphans() == 0
    photo = taken.incident.photos.get()
    assert photos.path_of(photo, "shown").exists()
    assert photo.added_at == taken.incident.received_at


@pytest.mark.django_db(transaction=True)
def test_the_same_picture_twice_is_one_photo(take: Any, world: Any) -> None:
    taken = take("ổ gà", photos=[upload(picture()), upload(picture())])
    assert taken.incident.photos.count() == 1
    assert taken.photo_problems == ()
