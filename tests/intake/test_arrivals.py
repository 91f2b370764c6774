"""What arrives is kept once, taken up in the order of each sender, and never lost to what goes wrong."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from incidents.intake import arrivals
from incidents.intake.models import Arrival
from tests.cast import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The numbers that the door was given, in order."""
    found: list[str] = []
    monkeypatch.setattr(arrivals, "_takes", {"door": lambda arrived: found.append(arrived.body["n"])})
    return found


def arrive(number: str, sender: str = "a", door: str = "door") -> bool:
    return arrivals.arrive(door=door, source_id=number, sender=sender, body={"n": number})


def later() -> dt.datetime:
    return timezone.now() + dt.timedelta(hours=1)


def test_the_same_number_is_kept_once(taken: list[str]) -> None:
    assert arrive("1")
    assert not arrive("1")
    assert arrivals.take_up() == 1
    # Also after it was taken up.
    assert not arrive("1")
    assert arrivals.take_up() == 0
    assert taken == ["1"]
    row = Arrival.objects.get()
    assert (row.state, row.body) == ("taken", {})
    assert "a" not in {row.sender}


def test_what_no_database_stores_is_replaced(taken: list[str]) -> None:
    arrivals.arrive(door="door", source_id="1\x00", sender="a", body={"n": "\x00ổ\ud800", "list": ["\x00"]})
    assert arrivals.take_up() == 1
    assert taken == ["ổ?"]


def test_each_senders_order_is_kept_and_nobody_waits_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    fails = {"a1"}

    def take(arrived: arrivals.Arrived) -> None:
        if arrived.source_id in fails:
            raise RuntimeError("not now")
        seen.append(arrived.source_id)

    monkeypatch.setattr(arrivals, "_takes", {"door": take})
    for number in ("a1", "b1", "a2", "b2"):
        arrive(number, sender=number[0])
    while arrivals.take_up():
        pass
    # a2 waits behind a1.
    assert seen == ["b1", "b2"]
    fails.clear()
    while arrivals.take_up(at=later()):
        pass
    assert seen == ["b1", "b2", "a1", "a2"]


def test_what_fails_again_and_again_is_kept_for_a_person_and_lets_the_next_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[str] = []

    def take(arrived: arrivals.Arrived) -> None:
        if arrived.source_id == "1":
            raise ValueError(arrived.body["n"])
        seen.append(arrived.source_id)

    monkeypatch.setattr(arrivals, "_takes", {"door": take})
    arrive("1")
    arrive("2")
    at = timezone.now()
    while arrivals.take_up(at=at):
        at += dt.timedelta(hours=1)
    row = Arrival.objects.get(source_id="1")
    assert (row.state, row.tries, row.error, row.body) == ("failed", arrivals.MOST_TRIES, "ValueError", {"n": "1"})
    assert seen == ["2"]
    monkeypatch.setattr(arrivals, "_takes", {"door": lambda arrived: seen.append(arrived.source_id)})
    assert arrivals.try_again([row.pk, row.pk + 1]) == 1
    assert arrivals.take_up() == 1
    assert seen == ["2", "1"]


def test_a_killed_worker_leaves_its_lease_and_another_takes_it_up(taken: list[str]) -> None:
    arrive("1")
    Arrival.objects.update(next_try_at=timezone.now() + arrivals.LEASE, tries=1)
    assert arrivals.take_up() == 0
    assert arrivals.take_up(at=timezone.now() + arrivals.LEASE + dt.timedelta(seconds=1)) == 1
    assert taken == ["1"]


class Killed(BaseException):
    """What a killed process does: nothing more, not even writing down that it failed."""


def test_order_holds_when_many_write_at_once_and_a_worker_is_killed_in_the_middle(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Three senders write at once; the worker dies over a message of one. The others go on, that sender waits."""
    seen: list[str] = []
    dies = {"b3"}

    def take(arrived: arrivals.Arrived) -> None:
        if arrived.source_id in dies:
            dies.clear()
            raise Killed
        seen.append(arrived.source_id)

    monkeypatch.setattr(arrivals, "_takes", {"door": take})

    def write(sender: str) -> None:
        for number in range(6):
            arrive(f"{sender}{number}", sender=sender)

    def work() -> None:
        with contextlib.suppress(Killed):
            while arrivals.take_up(most=3):
                pass

    assert together([partial(write, sender) for sender in "abc"] + [work, work]) == [None] * 5
    for _time in range(3):
        work()
    assert [one for one in seen if one[0] == "b"] == ["b0", "b1", "b2"]
    while arrivals.take_up(at=timezone.now() + arrivals.LEASE + dt.timedelta(seconds=1)):
        pass
    for sender in "abc":
        assert [one for one in seen if one[0] == sender] == [f"{sender}{number}" for number in range(6)]


def test_several_workers_take_each_up_once(taken: list[str]) -> None:
    for number in range(12):
        arrive(str(number), sender=str(number % 3))

    def work() -> None:
        while arrivals.take_up(most=2):
            pass

    work_: list[Callable[[], Any]] = [work, work, work]
    assert together(work_) == [None, None, None]
    while arrivals.take_up():
        pass
    assert sorted(taken, key=int) == [str(number) for number in range(12)]
    for sender in range(3):
        mine = [int(number) for number in taken if int(number) % 3 == sender]
        assert mine == sorted(mine)


def test_the_same_one_twice_at_the_same_moment_is_one(taken: list[str]) -> None:
    together([lambda: arrive("1"), lambda: arrive("1"), lambda: arrive("1")])
    assert Arrival.objects.count() == 1


def test_a_door_nobody_registered_waits(taken: list[str]) -> None:
    arrive("1", door="other")
    assert arrivals.take_up() == 0
    assert Arrival.objects.get().state == "waiting"


def test_what_was_taken_up_long_ago_is_forgotten(taken: list[str]) -> None:
    arrive("1")
    arrivals.take_up()
    arrive("2")
    assert arrivals.prune() == 0
    Arrival.objects.filter(source_id="1").update(taken_at=timezone.now() - dt.timedelta(days=8))
    assert arrivals.prune() == 1
    assert Arrival.objects.get().source_id == "2"
