"""Reading areas and places at a process's start: beside everything else, once, and only where a process serves."""

from __future__ import annotations

import threading

import pytest
from django.db import OperationalError

from geo import warming


def test_what_is_read_is_read_beside_everything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, go = [], threading.Event()

    def resolve(words: str, **_options: object) -> None:
        go.wait(10)
        asked.append((words, threading.current_thread().name))

    monkeypatch.setattr(warming, "resolve", resolve)
    monkeypatch.setattr(warming, "suggest", resolve)
    thread = warming.warm()
    assert asked == []
    go.set()
    thread.join(10)
    assert asked == 2 * [(warming.SAMPLE, "warming")]


def test_what_is_handed_in_is_read_after(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    monkeypatch.setattr(warming, "resolve", lambda words, **_options: order.append("places"))
    monkeypatch.setattr(warming, "suggest", lambda words, **_options: None)

    def answers() -> None:
        order.append("answers")

    warming.warm(answers).join(10)
    assert order == ["places", "answers"]


def test_a_database_without_tables_stops_no_start(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def resolve(words: str, **_options: object) -> None:
        raise OperationalError("no such table: geo_areaset")

    monkeypatch.setattr(warming, "resolve", resolve)
    warming.warm().join(10)
    assert "no such table" in caplog.text


def test_only_a_process_that_serves_reads_at_its_start(monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    monkeypatch.setattr(warming, "warm", lambda: started.append(True))
    monkeypatch.delenv(warming.SERVES, raising=False)
    warming.warm_if_serving()
    assert started == []
    monkeypatch.setenv(warming.SERVES, "1")
    warming.warm_if_serving()
    assert started == [True]
