"""The change and the log: what is numbered, when, and what is refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.utils import timezone

from realtime import entities, log
from realtime.change import ChangeClosed, NoOpenChange, change, current_change
from realtime.entities import BadDescription, Described, UnknownEntity
from realtime.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

asked: list[list[int]] = []


def thing(id: int, **fields: object) -> Described:
    start = Described("thing", id, 1, {"room": "room"}, frozenset(), {"room": {"id": id}}, 0)
    return start._replace(**fields)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _things() -> Iterator[None]:
    def describe(ids):  # type: ignore[no-untyped-def]
        asked.append(list(ids))
        return [thing(id) for id in ids]

    asked.clear()
    entities.register("thing", describe)
    yield
    entities.unregister("thing")


def redescribe(describe) -> None:  # type: ignore[no-untyped-def]
    entities.unregister("thing")
    entities.register("thing", describe)


def test_each_touched_entity_is_described_once_and_numbered_in_order() -> None:
    start = log.state().top
    with change() as c:
        for id in (5, 3, 5):
            c.touch("thing", id)
        current_change().touch("thing", 9)
    assert asked == [[5, 3, 9]]
    assert [(e.offset, e.id) for e in log.read(start, start + 9)] == [(start + 1, 5), (start + 2, 3), (start + 3, 9)]
    assert log.state().top == start + 3
    assert set(Event.objects.values_list("at", flat=True)) == {c.at}


def test_a_change_that_touches_nothing_takes_no_offset() -> None:
    before = log.state()
    with change():
        pass
    assert log.state() == before


def test_an_error_undoes_everything() -> None:
    before = log.state()

    def fails() -> None:
        with change() as c:
            c.touch("thing", 1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert log.state() == before
    with pytest.raises(NoOpenChange):
        current_change()
    with change() as c:
        c.touch("thing", 1)
    assert log.state().top == before.top + 1


def test_a_change_is_outermost() -> None:
    with pytest.raises(RuntimeError), transaction.atomic(), change():
        pass
    with pytest.raises(RuntimeError), change(), change():
        pass
    with pytest.raises(NoOpenChange):
        current_change()


def test_an_unknown_entity_is_refused_where_it_is_touched() -> None:
    with pytest.raises(UnknownEntity), change() as c:
        c.touch("nothing", 1)


@pytest.mark.parametrize(
    "fields",
    [
        {"audience": {"room": "everything"}, "bodies": {"everything": {}}},
        {"audience": {"room": "room", "wall": "wall"}},
        {"removed": frozenset({"room"})},
        {"bodies": {}},
        {"id": 77},
    ],
)
def test_a_describer_that_contradicts_itself_is_refused(fields: dict[str, object]) -> None:
    before = log.state()
    redescribe(lambda ids: [thing(id)._replace(**fields) for id in ids])
    with pytest.raises(BadDescription), change() as c:
        c.touch("thing", 1)
    assert log.state() == before


def test_a_describer_that_leaves_one_out_or_touches_is_refused() -> None:
    redescribe(lambda ids: [])
    with pytest.raises(BadDescription), change() as c:
        c.touch("thing", 1)

    def touches(ids):  # type: ignore[no-untyped-def]
        current_change().touch("thing", 2)

    redescribe(touches)
    with pytest.raises(ChangeClosed), change() as c:
        c.touch("thing", 1)


def test_bodies_are_stored_as_one_canonical_text() -> None:
    redescribe(lambda ids: [thing(id, bodies={"room": {"b": 1e2, "a": "Phú Hòa", "c": None}}) for id in ids])
    with change() as c:
        c.touch("thing", 1)
    top = log.state().top
    assert log.read(top - 1, top)[0].bodies == {"room": '{"a":"Phú Hòa","b":100.0,"c":null}'}


def test_rights_can_be_touched_and_nobody_is_sent_it() -> None:
    with change() as c:
        c.touch("rights", 12)
    top = log.state().top
    assert log.read(top - 1, top)[0][1:] == ("rights", 12, 0, {}, frozenset(), {})


def test_pruning_keeps_the_young_and_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "REPLAY_LIMIT", 4)
    monkeypatch.setattr(log, "_PRUNE_BATCH", 2)
    start = log.state().top
    for age in (9, 8, 1, 7, 1, 1, 9, 9, 9, 9):
        with change() as c:
            c.at = timezone.now() - dt.timedelta(days=age)
            c.touch("thing", 1)
    # The third is young, so it and all after it stay, also the older one behind it.
    assert log.prune(dt.timedelta(days=2)) == 2
    assert log.state().floor == start + 2
    assert log.prune(dt.timedelta(days=2)) == 0
    # All are old: the newest four stay.
    assert log.prune(dt.timedelta(0)) == 4
    assert log.state() == (log.state().epoch, start + 10, start + 6)
    assert [event.offset for event in log.read(0, start + 99)] == [start + n for n in (7, 8, 9, 10)]


def test_a_new_epoch_keeps_the_offsets() -> None:
    with change() as c:
        c.touch("thing", 1)
    before = log.state()
    assert log.new_epoch() != before.epoch
    assert log.state()[1:] == before[1:]
    assert log.state().epoch != before.epoch
