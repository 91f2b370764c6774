"""A small invented province for the tests of intake, doors, triage and delivery: two wards side by side, a few
categories with their phrases, and the agencies that rules of competence name."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from geo import index
from geo.importing.loading import NewUnit, load_generation
from geo.models import AreaSet
from incidents.dispatching.models import CompetenceRule
from incidents.records.models import Category
from incidents.triage.models import Keyword
from opscenter.accounts.models import Agency, ContactPoint
from tests.harness.remembering import Remembering

# Points (lon, lat) well inside the two wards, and one far outside.
IN_AN_LAC = (106.62, 11.05)
IN_BINH_MINH = (106.68, 11.05)
OUTSIDE = (105.0, 21.0)


@dataclass(frozen=True)
class World:
    categories: dict[str, Category]
    an_lac: Agency
    binh_minh: Agency
    fire: Agency


def _square(west: float, south: float, east: float, north: float) -> shapely.MultiPolygon:
    return shapely.MultiPolygon([shapely.box(west, south, east, north)])


def make_world() -> World:
    start = dt.date(2019, 1, 1)
    wards = [
        NewUnit("ward", "90001", "80001", "Phường An Lạc", _square(106.6, 11.0, 106.65, 11.1)),
        NewUnit("ward", "90002", "80001", "Phường Bình Minh", _square(106.65, 11.0, 106.7, 11.1)),
        NewUnit("district", "80001", "", "Thành phố Sông Xanh", _square(106.6, 11.0, 106.7, 11.1)),
    ]
    area_set = AreaSet.objects.create(name="invented", valid_from=start)
    load_generation(area_set, wards, source="invented for tests", licence="", is_approximate=False)
    settings.AREA_SET = "invented"

    categories = {
        code: Category.objects.create(code=code, group=group, name=name, name_en=code, priority=priority, hours=hours)
        for code, group, name, priority, hours in (
            ("road", 3, "Đường hư hỏng", 3, 48),
            ("light", 3, "Đèn đường", 3, 24),
            ("waste", 3, "Rác thải", 3, 72),
            ("fire", 2, "Cháy", 1, 1),
            ("fight", 2, "Đánh nhau", 1, 1),
            ("land", 1, "Đất đai", 4, 24),
        )
    }
    for code, phrase, weight in (
        ("road", "ổ gà", 3),
        ("road", "mặt đường", 1),
        ("light", "đèn đường", 3),
        ("light", "cháy bóng đèn", 3),
        ("waste", "đống rác", 3),
        ("waste", "rác", 2),
        ("fire", "cháy", 2),
        ("fire", "cháy nhà", 3),
        ("fight", "đánh nhau", 3),
        ("land", "sổ đỏ", 3),
    ):
        Keyword.objects.create(category=categories[code], phrase=phrase, weight=weight)

    def committee(code: str, area_code: str) -> Agency:
        agency = Agency.objects.create(
            code=code, name=f"UBND {code}", kind="commune", area_set="invented", area_code=area_code, valid_from=start
        )
        ContactPoint.objects.create(agency=agency, kind="email", address=f"{code}@agency.example")
        return agency

    an_lac, binh_minh = committee("an-lac", "90001"), committee("binh-minh", "90002")
    fire = Agency.objects.create(code="fire-114", name="Cảnh sát PCCC", kind="fire", valid_from=start)
    for code, fields in {
        "field": {"group": 3, "target": "ward_committee"},
        "fire": {"category": categories["fire"], "target": "agency", "agency": fire},
    }.items():
        CompetenceRule.objects.create(code=code, legal_basis="invented", valid_from=start, **fields)
    return World(categories, an_lac, binh_minh, fire)


@pytest.fixture
def world(transactional_db: None, tmp_path: Path, made_once: Remembering) -> Iterator[World]:
    """The invented province in the database, and a media folder of the test's own."""
    before = settings.AREA_SET, settings.MEDIA_ROOT
    settings.MEDIA_ROOT = tmp_path / "media"
    index.look_again()
    made = made_once("world", make_world)
    settings.AREA_SET = "invented"
    yield made
    settings.AREA_SET, settings.MEDIA_ROOT = before
    index.look_again()


def picture(
    *, size: tuple[int, int] = (640, 480), form: str = "JPEG", exif: Image.Exif | None = None, **saving: Any
) -> bytes:
    """A photo's bytes with something drawn on it, so that each colour and size gives another one."""
    image = Image.new("RGB", size, (40, 120, 200))
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 4, size[1] // 4), fill=(220, 30, 30))
    buffer = io.BytesIO()
    if exif is not None:
        saving["exif"] = exif
    image.save(buffer, form, **saving)
    return buffer.getvalue()


def upload(content: bytes, name: str = "anh.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.fixture
def take(world: World) -> Callable[..., Any]:
    """take_report with a source and a number of its own."""
    import itertools

    from incidents.intake.take import take_report

    numbers = itertools.count(1)

    def taken(words: str = "Có ổ gà trước số 12/5", **fields: Any) -> Any:
        return take_report(**{"source": "web", "source_id": f"test-{next(numbers)}", "words": words, **fields})

    return taken
