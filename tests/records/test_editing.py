from __future__ import annotations

import pytest

from incidents.records import editing
from incidents.records.editing import Changed, OutOfOrder, lock, lock_many
from incidents.records.history import HistoryKind, append
from incidents.records.models import Incident
from realtime.change import NoOpenChange, change
from realtime.models import Event
from tests.cast import Cast, open_one, together
from tests.intake.world import World


def test_a_lock_raises_the_version_once_a_change_and_touches(world: World) -> None:
    incident = open_one(world)
    events = Event.objects.count()
    with change():
        first = lock(incident.pk)
        assert lock(incident.pk) is first
        assert lock_many([incident.pk]) == [first]
    assert Incident.objects.get(pk=incident.pk).version == 2
    assert Event.objects.count() == events + 1


def test_needs_an_open_change(world: World) -> None:
    incident = open_one(world)
    with pytest.raises(NoOpenChange):
        lock(incident.pk)


def test_what_is_not_there(world: World) -> None:
    with pytest.raises(Incident.DoesNotExist), change():
        lock(987_654)


def test_locks_go_in_the_order_of_ids(world: World) -> None:
    one, two = open_one(world), open_one(world)
    with change():
        assert [incident.pk for incident in lock_many([two.pk, one.pk])] == [one.pk, two.pk]
    with change():
        lock(one.pk)
        lock(two.pk)

    def the_other_way() -> None:
        with change():
            lock(two.pk)
            lock(one.pk)

    with pytest.raises(OutOfOrder):
        the_other_way()
    # What this very change made is nobody else's: it may lock older ones after it.
    with change() as c:
        editing.open_incident(source="phone", received_at=c.at)
        lock(one.pk)


def test_only_the_kinds_named_conflict(world: World, cast: Cast) -> None:
    incident = open_one(world)
    with change():
        append(lock(incident.pk), HistoryKind.NOTE_ADDED, by=cast.call_taker)
    with change():
        append(lock(incident.pk), HistoryKind.PLACE_SET, by=cast.supervisor)
    with change():
        lock(incident.pk, base_version=1, against={HistoryKind.CATEGORY_SET})
    with change():
        lock(incident.pk, base_version=3, against={HistoryKind.PLACE_SET})
    with pytest.raises(Changed) as changed, change():
        lock(incident.pk, base_version=2, against={HistoryKind.PLACE_SET, HistoryKind.NOTE_ADDED})
    assert [(row.kind, row.by) for row in changed.value.since] == [("place_set", cast.supervisor)]
    # The refused change left nothing behind.
    assert Incident.objects.get(pk=incident.pk).version == 5


def test_a_version_that_never_was_conflicts(world: World) -> None:
    incident = open_one(world)
    with pytest.raises(Changed), change():
        lock(incident.pk, base_version=7, against=frozenset())


def test_what_the_change_itself_did_does_not_conflict_with_it(world: World) -> None:
    incident = open_one(world)
    with change():
        append(lock(incident.pk), HistoryKind.PLACE_SET, by=None)
        lock(incident.pk, base_version=1, against={HistoryKind.PLACE_SET})


def test_many_changes_at_once_lose_no_version(world: World) -> None:
    one, two = open_one(world), open_one(world)

    def raise_both() -> None:
        for _time in range(5):
            with change():
                lock_many([two.pk, one.pk])

    assert together([raise_both] * 4) == [None] * 4
    assert list(Incident.objects.order_by("pk").values_list("version", flat=True)) == [21, 21]
