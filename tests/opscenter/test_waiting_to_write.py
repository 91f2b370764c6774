"""SQLite has one writer: a transaction that waits for another looks often, for as long as it was told, and no more."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from opscenter.spatialite import base

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def holder(database_kind: str) -> Iterator[sqlite3.Connection]:
    """Somebody else who is writing."""
    if database_kind != "spatialite":
        pytest.skip("this is about SQLite's one writer")
    connection.ensure_connection()
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield other
    other.close()


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[int], None]], list[float]]:
    """Calls a function with the number of each look that was in vain; gives the seconds slept between them."""

    def after_each(act: Callable[[int], None]) -> list[float]:
        slept: list[float] = []

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            act(len(slept))

        monkeypatch.setattr(base, "sleep", sleep)
        return slept

    return after_each


def test_it_begins_as_soon_as_the_other_has_ended(holder: sqlite3.Connection, looks: Any) -> None:
    slept = looks(lambda look: holder.execute("ROLLBACK") if look == 40 else None)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        # What comes later in the transaction waits as it always did.
        assert cursor.fetchone() == (20_000,)
    assert slept == [base.LOOK_EVERY_S] * 40
    assert not connection.errors_occurred


def test_it_gives_up_when_its_time_is_over(holder: sqlite3.Connection, looks: Any, monkeypatch: Any) -> None:
    now = [0.0]
    monkeypatch.setattr(base, "monotonic", lambda: now[0])
    slept = looks(lambda look: now.__setitem__(0, 19.0 + look))
    with pytest.raises(OperationalError, match="locked"), transaction.atomic():
        pass
    assert len(slept) == 1
    holder.execute("ROLLBACK")
    with transaction.atomic():
        pass
