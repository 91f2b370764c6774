"""A surge: proposed by itself, confirmed by a supervisor, taken in some at a time, joined by one key."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone

from incidents.dispatching.refusals import Refused
from incidents.records.editing import lock
from incidents.records.models import Incident, Report
from incidents.triage import surges
from incidents.triage.grouping import LEAST
from incidents.triage.models import Surge, SurgeMember
from incidents.triage.nearby import duplicates
from realtime.change import change
from tests.cast import Cast, Hands, cast, open_one
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


def vague(world: World, words: str = "Đèn đường tắt", **more: Any) -> Incident:
    """A report that names only its ward, held against the surges around it."""
    incident = open_one(
        world,
        summary=words,
        point=Point(IN_AN_LAC[0] + 0.005, IN_AN_LAC[1], srid=4326),
        radius_m=1_800.0,
        **{"category": world.categories["light"], **more},
    )
    with change():
        surges.notice(lock(incident.pk))
    return incident


def test_a_report_that_names_only_its_ward_is_never_grouped_by_itself(take: Any, world: World, cast: Cast) -> None:
    earlier = vague(world)
    many(take, LEAST)
    surge = Surge.objects.get()
    later, other = vague(world, "Tối om, đèn đường hư"), vague(world, "Đèn đường cúp")
    vague(world, exercise=7)
    vague(world, category=world.categories["road"], words="Hố sâu giữa đường")
    assert {row.incident.pk for row in surge.guesses.all()} == {earlier.pk, later.pk, other.pk}
    assert all(0.5 <= row.certainty <= 1 for row in surge.guesses.all())
    assert (surge.count, surge.members.count()) == (LEAST, LEAST)
    # Merging the surge leaves them alone.
    confirmed(surge, cast.supervisor)
    assert Incident.objects.on_board().filter(pk__in=[earlier.pk, later.pk, other.pk]).count() == 3


def test_a_supervisor_says_what_a_guess_is(take: Any, world: World, cast: Cast) -> None:
    many(take, LEAST)
    first, second, third = vague(world), vague(world), vague(world)
    surge = Surge.objects.get()
    supervisor = Hands(cast.supervisor)
    asked = f"/api/surges/{surge.pk}/guesses"
    assert asked in supervisor.get("/room/surges").content.decode()
    assert asked not in Hands(cast.call_taker).get("/room/surges").content.decode()
    # Of a surge that is only proposed it waits like the others; of a confirmed one it is taken in at once.
    assert supervisor.post(f"{asked}/{first.pk}/same").json()["count"] == LEAST + 1
    master = confirmed(surge, cast.supervisor).master
    assert supervisor.post(f"{asked}/{second.pk}/same").json()["count"] == LEAST + 2
    assert supervisor.post(f"{asked}/{third.pk}/other").status_code == 200
    assert master is not None
    assert Report.objects.filter(incident=master).count() == LEAST + 2
    assert set(Incident.objects.on_board().values_list("pk", flat=True)) == {master.pk, third.pk}
    assert supervisor.post(f"{asked}/{third.pk}/same").status_code == 409
    assert supervisor.post(f"{asked}/{master.pk}/same").status_code == 404
    assert asked not in supervisor.get("/room/surges").content.decode()
