"""A surge: proposed by itself, confirmed by a supervisor, taken in some at a time, joined by one key."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from incidents.dispatching.refusals import Refused
from incidents.records.models import Incident, Report
from incidents.triage import surges
from incidents.triage.grouping import LEAST
from incidents.triage.models import Surge, SurgeMember
from incidents.triage.nearby import duplicates
from realtime.change import change
from tests.cast import Cast, Hands, cast
from tests.intake.world import IN_AN_LAC, IN_BINH_MINH, World

__all__ = ["cast"]
TOLD = ("Đèn đường tắt cả dãy", "đèn đường không sáng", "den duong tat het", "Tối om, đèn đường hư", "Đèn đường cúp")


def many(take: Any, count: int, at: tuple[float, float] = IN_AN_LAC, **more: Any) -> list[Incident]:
    lon, lat = at
    return [
        take(TOLD[number % len(TOLD)], point=(lon + number % 5 * 0.0003, lat), **more).incident
        for number in range(count)
    ]


def confirmed(surge: Surge, by: Any) -> Surge:
    with change():
        return surges.confirm(surge_id=surge.pk, by=by)


def test_enough_reports_of_one_thing_are_proposed_and_later_ones_join(take: Any) -> None:
    many(take, LEAST - 1)
    take("Đống rác to", point=IN_AN_LAC)
    many(take, 3, at=IN_BINH_MINH)
    assert not Surge.objects.exists()
    many(take, 1)
    surge = Surge.objects.get()
    assert (surge.state, surge.count, surge.master) == ("proposed", LEAST, None)
    many(take, 2)
    surge.refresh_from_db()
    assert surge.count == LEAST + 2
    assert Incident.objects.on_board().count() == LEAST + 2 + 1 + 3


def test_an_exercise_and_the_live_service_are_never_one(take: Any) -> None:
    many(take, LEAST - 1)
    many(take, LEAST - 1, exercise=7)
    assert not Surge.objects.exists()
    many(take, 1, exercise=7)
    assert Surge.objects.get().exercise == 7
    assert not SurgeMember.objects.filter(incident__exercise=0).exists()


def test_confirmed_it_becomes_one_incident_and_everybody_is_counted(
    take: Any, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surges, "AT_ONCE", 3)
    first, *_others = many(take, LEAST + 3)
    surge = confirmed(Surge.objects.get(), cast.supervisor)
    assert surge.master is not None
    assert surge.master.pk == first.pk
    assert Incident.objects.on_board().count() > 1
    while surges.go_on():
        pass
    assert list(Incident.objects.on_board().values_list("pk", flat=True)) == [first.pk]
    assert Report.objects.filter(incident=first).count() == LEAST + 3
    # What joins later is not merged unseen, and the supervisor may take it in too.
    (late,) = many(take, 1)
    assert SurgeMember.objects.get(incident=late).surge == surge
    assert surges.go_on() == 0
    confirmed(surge, cast.supervisor)
    assert not Incident.objects.get(pk=late.pk).on_board
    assert Report.objects.filter(incident=first).count() == LEAST + 4


def test_a_caller_is_offered_the_one_that_stays(take: Any, world: World, cast: Cast) -> None:
    first, *_others = many(take, LEAST + 1)
    light = world.categories["light"]
    asked = {"words": "đèn đường tắt", "point": IN_AN_LAC, "at": timezone.now(), "category": light}
    (proposed,) = duplicates(**asked)
    assert (proposed.is_surge, proposed.reports) == (True, LEAST + 1)
    confirmed(Surge.objects.get(), cast.supervisor)
    (near,) = duplicates(**asked)
    assert near.incident.pk == first.pk
    joined = take("đèn đường tắt", point=IN_AN_LAC, same_as=near.incident.pk)
    assert joined.incident.pk == first.pk


def test_what_is_dismissed_stays_apart(take: Any, cast: Cast) -> None:
    many(take, LEAST)
    surge = Surge.objects.get()
    with change():
        surges.dismiss(surge_id=surge.pk, by=cast.supervisor)
    with pytest.raises(Refused):
        confirmed(surge, cast.supervisor)
    assert surges.running() == []
    many(take, 1)
    assert Incident.objects.on_board().count() == LEAST + 1
    assert Surge.objects.count() == 1


def test_the_room_shows_it_and_a_supervisor_decides(take: Any, cast: Cast) -> None:
    many(take, LEAST)
    surge = Surge.objects.get()
    assert "/confirm" not in Hands(cast.call_taker).get("/room/surges").content.decode()
    assert f"/api/surges/{surge.pk}/confirm" in Hands(cast.supervisor).get("/room/surges").content.decode()
    answer = Hands(cast.supervisor).post(f"/api/surges/{surge.pk}/confirm")
    assert answer.status_code == 200
    assert answer.json()["count"] == LEAST
    assert "Merge" not in Hands(cast.supervisor).get("/room/surges").content.decode()
