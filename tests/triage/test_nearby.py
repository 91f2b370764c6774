"""Likely duplicates: near, recent, of the same category or with similar words."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from incidents.records.models import Incident
from incidents.triage.grouping import VAGUE_M
from incidents.triage.nearby import duplicates
from tests.intake.world import IN_AN_LAC, World

pytestmark = pytest.mark.django_db(transaction=True)
# 0.001 degrees of latitude are 111 metres.
NORTH_111_M = (IN_AN_LAC[0], IN_AN_LAC[1] + 0.001)
NORTH_445_M = (IN_AN_LAC[0], IN_AN_LAC[1] + 0.004)


def test_near_ones_of_the_same_category_are_found_and_far_ones_not(take: Any, world: World) -> None:
    near = take("Ổ gà to", point=NORTH_111_M).incident
    take("Ổ gà to", point=NORTH_445_M)
    found = duplicates(words="hố sâu", point=IN_AN_LAC, at=timezone.now(), category=world.categories["road"])
    assert [one.incident.pk for one in found] == [near.pk]
    assert found[0].distance_m == pytest.approx(111, abs=2)
    assert found[0].same_category


def test_similar_words_are_enough_without_a_category(take: Any) -> None:
    near = take("Xe ben chở đất rơi vãi trên đường 30/4", point=NORTH_111_M).incident
    take("Loa kéo ồn ào ban đêm", point=NORTH_111_M)
    found = duplicates(words="xe ben cho dat roi vai duong 30/4", point=IN_AN_LAC, at=timezone.now())
    assert [one.incident.pk for one in found] == [near.pk]
    assert found[0].similarity > 80


def test_reports_known_by_their_ward_alone_are_near_each_other_only_in_what_they_say(take: Any, world: World) -> None:
    hole = take("Ổ gà to ở phường An Lạc").incident
    assert hole.radius_m > VAGUE_M
    asked: dict[str, Any] = {"point": (hole.point.x, hole.point.y), "at": timezone.now(), "unsure_m": hole.radius_m}
    # The ward's name is in both, and each lies in the ward's middle: that says nothing.
    assert duplicates(words="Đèn đường ở phường An Lạc bị tắt", category=world.categories["light"], **asked) == []
    assert duplicates(words="Mặt cầu lún sụt", category=world.categories["road"], **asked) == []
    (same,) = duplicates(words="ổ gà rất to ở An Lạc", category=world.categories["road"], **asked)
    assert (same.incident.pk, same.distance_m) == (hole.pk, None)
    # As exact as the pin may be: where the other is, nobody knows.
    (again,) = duplicates(words="ổ gà to ở An Lạc", category=world.categories["road"], **{**asked, "unsure_m": 10.0})
    assert again.distance_m is None


def test_old_closed_and_exercise_ones_are_left_out(take: Any, world: World) -> None:
    old = take("Ổ gà", point=IN_AN_LAC).incident
    Incident.objects.filter(pk=old.pk).update(received_at=timezone.now() - dt.timedelta(hours=49))
    closed = take("Ổ gà", point=IN_AN_LAC).incident
    Incident.objects.filter(pk=closed.pk).update(state="cancelled", on_board=False)
    drill = take("Ổ gà", point=IN_AN_LAC, exercise=3).incident
    road = world.categories["road"]
    assert duplicates(words="Ổ gà", point=IN_AN_LAC, at=timezone.now(), category=road) == []
    own = duplicates(words="Ổ gà", point=IN_AN_LAC, at=timezone.now(), category=road, exercise=3)
    assert [one.incident.pk for one in own] == [drill.pk]


def test_without_a_point_nothing_is_compared(take: Any) -> None:
    take("Ổ gà", point=IN_AN_LAC)
    assert duplicates(words="Ổ gà", point=None, at=timezone.now()) == []
