"""What many threads write at once goes into few changes, each gets its own answer, and one error costs one of them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, OperationalError, connections

from incidents.intake.together import Together, _Waiting
from realtime.change import change, current_change

pytestmark = pytest.mark.django_db(transaction=True)


class Scribe:
    """Writes numbers; holds the first batch until the others stand behind it."""

    def __init__(self, threads: int) -> None:
        self.batches: list[list[int]] = []
        self.threads = threads
        self.asked = threading.Semaphore(0)
        self.do = Together(self.write)

    def write(self, numbers: Sequence[int]) -> list[int]:
        assert current_change().at
        if not self.batches:
            for _thread in range(self.threads):
                assert self.asked.acquire(timeout=20)
        self.batches.append(list(numbers))
        if 13 in numbers:
            raise IntegrityError("this one cannot be written")
        if 99 in numbers:
            raise OperationalError("the database does not answer")
        return [number * 10 for number in numbers]

    def one(self, number: int) -> int | str:
        try:
            self.asked.release()
            return self.do(number)
        except (IntegrityError, OperationalError) as error:
            return type(error).__name__
        finally:
            connections.close_all()


def written(numbers: Sequence[int]) -> tuple[Scribe, list[int | str]]:
    scribe = Scribe(len(numbers))
    with ThreadPoolExecutor(len(numbers)) as threads:
        return scribe, list(threads.map(scribe.one, numbers))


def test_those_who_wait_are_written_together() -> None:
    numbers = list(range(20, 40))
    scribe, answers = written(numbers)
    assert answers == [number * 10 for number in numbers]
    assert sorted(number for batch in scribe.batches for number in batch) == numbers
    # Threads that were only just asking may miss the second one.
    assert len(scribe.batches) < len(numbers) / 2


def test_an_error_of_one_costs_the_others_nothing() -> None:
    _scribe, answers = written([20, 21, 13, 22])
    assert answers == [200, 210, "IntegrityError", 220]


def test_a_database_that_is_away_is_asked_once() -> None:
    scribe, answers = written([99, 98, 97])
    assert "OperationalError" in answers
    assert len(scribe.batches) <= 3


def test_nobody_waits_for_a_thread_that_was_ended() -> None:
    def write(numbers: Sequence[int]) -> list[int]:
        raise SystemExit

    do: Together[int, int] = Together(write)
    other = _Waiting[int, int](2)
    do._waiting.append(other)
    with pytest.raises(SystemExit):
        do(1)
    assert isinstance(other.error, RuntimeError)


def test_not_inside_a_change() -> None:
    with change(), pytest.raises(RuntimeError):
        Together(lambda numbers: numbers)(1)
