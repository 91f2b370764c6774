"""However many change at once: who reads up to the top has everything up to there."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest
from django.db import connection

from realtime import log
from tests.realtime.web import ROOT, database_url
from tests.realtime.writer import write_much

pytestmark = pytest.mark.usefixtures("probes")


class Reader:
    """Reads as a hub does, again and again, and keeps what it got in the order it got it."""

    def __init__(self) -> None:
        self.offsets: list[int] = []
        self.start = self.at = log.state().top
        self.done = threading.Event()
        self.failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            # A breath between two reads: a thread that never lets go keeps the writers from running at all.
            while not self.done.wait(0.001):
                self.read()
        except BaseException as error:
            self.failed = error
        finally:
            connection.close()

    def read(self) -> None:
        state = log.state()
        events = log.read(self.at, state.top)
        assert [event.offset for event in events] == list(range(self.at + 1, state.top + 1))
        self.offsets += [event.offset for event in events]
        self.at = state.top

    def finish(self) -> list[int]:
        self.done.set()
        self._thread.join()
        assert self.failed is None, self.failed
        self.read()
        return self.offsets


def race_threads(threads: int, changes: int) -> None:
    reader = Reader()
    made: list[int] = []

    def work(seed: int) -> None:
        try:
            made.append(write_much(seed, changes))
        finally:
            connection.close()

    workers = [threading.Thread(target=work, args=(seed,)) for seed in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(made) == threads
    assert reader.finish() == list(range(reader.start + 1, reader.start + sum(made) + 1))


def race_processes(processes: int, changes: int) -> None:
    reader = Reader()
    env = {**os.environ, "OPSCENTER_DATABASE_URL": database_url()}
    command = [sys.executable, "-m", "tests.realtime.writer"]
    workers = [
        subprocess.Popen([*command, str(seed), str(changes)], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)
        for seed in range(processes)
    ]
    total = sum(int(worker.communicate()[0]) for worker in workers)
    assert reader.finish() == list(range(reader.start + 1, reader.start + total + 1))


def test_threads_leave_no_gap() -> None:
    race_threads(4, 25)


def test_processes_leave_no_gap() -> None:
    race_processes(2, 40)


@pytest.mark.proof
def test_threads_leave_no_gap_at_length() -> None:
    race_threads(8, 1000)


@pytest.mark.proof
def test_processes_leave_no_gap_at_length() -> None:
    race_processes(4, 2000)


def test_the_reader_would_notice_a_gap() -> None:
    reader = Reader()
    reader.done.set()
    reader._thread.join()
    write_much(1, 1)
    log.Event.objects.filter(offset=log.state().top).delete()
    with pytest.raises(AssertionError):
        reader.read()
