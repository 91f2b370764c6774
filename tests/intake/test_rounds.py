"""The worker does what rooms registered, as often as they said, and one that fails stops none of the others."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import OperationalError

from incidents.intake.worker import Worker
from incidents.records import rounds

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def only_these(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "_rounds", {})


def counting(results: list[int]) -> Callable[[], int]:
    return lambda: results.pop(0) if results else 0


def test_asked_again_at_once_while_there_is_something_to_do() -> None:
    left = [3, 1, 0, 7]
    rounds.register("these", counting(left), every=dt.timedelta(hours=1))
    worker = Worker()
    assert [worker.tick(tidy=False) for _ in range(4)] == [3, 1, 0, 0]
    assert left == [7], "not asked again within the hour"


def test_one_that_fails_stops_no_other_and_waits_its_time() -> None:
    tries: list[int] = []

    def fails() -> int:
        tries.append(1)
        raise ValueError("a row nobody foresaw")

    rounds.register("fails", fails, every=dt.timedelta(hours=1))
    rounds.register("works", counting([1, 1]))
    worker = Worker()
    assert worker.tick(tidy=False) == 1
    assert worker.tick(tidy=False) == 1
    assert tries == [1]


def test_a_name_stands_for_one_kind_of_work() -> None:
    rounds.register("these", counting([5]))
    rounds.register("these", counting([2]))
    assert Worker().tick(tidy=False) == 2


def test_a_lock_that_took_too_long_is_one_line_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    answers: list[Exception] = [OperationalError("database is locked")]

    def locked_once() -> int:
        if answers:
            raise answers.pop()
        return 2

    rounds.register("figures", locked_once)
    worker = Worker()
    with caplog.at_level("WARNING"):
        assert [worker.tick(tidy=False) for _ in range(2)] == [0, 2]
    (said,) = caplog.records
    assert said.getMessage() == "figures: the database does not answer, tried again: database is locked"
    assert said.exc_info is None
