from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from incidents.records import editing
from incidents.records.history import HistoryKind, NotLocked, append
from incidents.records.models import History, Incident
from realtime.change import NoOpenChange, change
from tests.cast import Cast, open_one
from tests.intake.world import World


@pytest.mark.parametrize("statement", ["UPDATE records_history SET why = 'x'", "DELETE FROM records_history"])
def test_the_database_refuses_to_change_history(world: World, statement: str) -> None:
    open_one(world)
    before = list(History.objects.values())
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert list(History.objects.values()) == before


def test_a_row_has_the_version_it_leads_to_and_the_time_of_the_change(world: World, cast: Cast) -> None:
    incident = open_one(world)
    with change() as c:
        held = editing.lock(incident.pk)
        row = append(held, HistoryKind.NOTE_ADDED, by=cast.call_taker, why="why", data={"note": 1})
    stored = History.objects.get(pk=row.pk)
    assert (stored.version, stored.at, stored.by, stored.why) == (2, c.at, cast.call_taker, "why")
    assert (stored.data, stored.exercise) == ({"note": 1}, 0)


def test_only_for_an_incident_that_the_change_holds(world: World) -> None:
    incident = open_one(world)
    with pytest.raises(NoOpenChange):
        append(incident, HistoryKind.NOTE_ADDED, by=None)
    with pytest.raises(NotLocked), change():
        append(incident, HistoryKind.NOTE_ADDED, by=None)

    def with_another_object() -> None:
        with change():
            editing.lock(incident.pk)
            # The same row, but not the object that was locked: its fields may be old.
            append(Incident.objects.get(pk=incident.pk), HistoryKind.NOTE_ADDED, by=None)

    with pytest.raises(NotLocked):
        with_another_object()


def test_places_that_were_kept_finer_once_are_made_coarse_and_nothing_else_is_touched(world: World, cast: Cast) -> None:
    coarsen = import_module("incidents.records.migrations.0006_coarsen_kept_places").coarsen
    incident = open_one(world)
    with change():
        held = editing.lock(incident.pk)
        kept = {"moved_m": 12, "radius_m": 15.0, "ward": "90002"}
        fine = append(
            held, HistoryKind.PLACE_SET, by=cast.call_taker, data={"lon": 106.6543219, "lat": 10.98765, **kept}
        )
        nowhere = append(held, HistoryKind.PLACE_SET, by=None, data={"lon": None, "lat": None})
        coarse = append(held, HistoryKind.PLACE_SET, by=None, data={"lon": 106.654, "lat": 10.9})
    others = [row for row in History.objects.values() if row["id"] != fine.pk]
    with connection.schema_editor() as editor:
        coarsen(apps, editor)
    assert History.objects.get(pk=fine.pk).data == {"lon": 106.654, "lat": 10.988, **kept}
    assert [row for row in History.objects.values() if row["id"] != fine.pk] == others
    assert {nowhere.pk, coarse.pk} <= {row["id"] for row in others}
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        History.objects.filter(pk=fine.pk).update(why="x")
