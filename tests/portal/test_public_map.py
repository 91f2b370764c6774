"""The public map: coarse places, no words, and never what must not be seen."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from incidents.portal.public_map import safe
from incidents.records.models import Category, Incident
from incidents.records.models.incidents import SHOWN_AFTERWARDS
from tests.cast import Cast, Hands, cast, give
from tests.intake.world import World, take, world

__all__ = ["cast", "take", "world"]
pytestmark = pytest.mark.django_db(transaction=True)
SPOT = (106.623456, 11.051234)


def points() -> list[dict[str, Any]]:
    answer = Hands().get("/ban-do/phan-anh.json")
    assert "public" in answer["Cache-Control"]
    return list(answer.json()["reports"])


def test_a_field_report_is_shown_coarsely_and_without_words(take: Any) -> None:
    taken = take("Có ổ gà trước nhà 0900 000 001", point=SPOT)
    (shown,) = points()
    assert shown.keys() == {"topic", "state", "done", "at", "lat", "lon", "photo"}
    assert (shown["lon"], shown["lat"]) == (106.623, 11.051)
    body = Hands().get("/ban-do/phan-anh.json").content.decode()
    for secret in ("ổ gà", "0900", taken.incident.code, taken.report.tracking_code, "106.6234"):
        assert secret not in body


def test_what_must_not_be_seen_is_not_there(take: Any, world: World, cast: Cast) -> None:
    take("có cháy nhà", point=SPOT)
    take("Làm sổ đỏ ở đâu", point=SPOT)
    take("Có ổ gà", point=SPOT, exercise=2)
    take("Có ổ gà")
    helped = take("Có ổ gà", point=SPOT).incident
    give(helped, world.fire, cast.call_taker)
    assert points() == []
    shown = take("Đèn đường hỏng", point=SPOT).incident
    assert len(points()) == 1
    Category.objects.filter(pk=shown.category_id).update(is_complaint=True)
    assert points() == []
    Category.objects.filter(pk=shown.category_id).update(is_complaint=False, is_public=False)
    assert points() == []


def test_what_was_answered_leaves_after_a_month(take: Any) -> None:
    pk = take("Có ổ gà", point=SPOT).incident.pk
    now = timezone.now()
    Incident.objects.filter(pk=pk).update(state="closed", on_board=False, closed_at=now)
    assert points()[0]["done"]
    assert not safe(now + SHOWN_AFTERWARDS).exists()
    Incident.objects.filter(pk=pk).update(state="cancelled")
    assert points() == []
