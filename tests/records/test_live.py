from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from incidents.dispatching import agency_work, closing
from incidents.records import live
from incidents.records.models import Incident
from realtime.change import change
from tests.cast import Cast, give, most_queries, open_one
from tests.intake.world import World


@pytest.fixture
def one_link(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_wall", [lambda token: token == "good"])


def test_keys_of_a_connection(world: World, cast: Cast, one_link: None) -> None:
    report = open_one(world).reports.get()

    def keys(person: Any, query: str = "") -> set[str]:
        return set(live.keys_of(person, {"query_string": query.encode()}))

    nobody = AnonymousUser()
    assert keys(cast.call_taker) == {"room"}
    assert keys(nobody) == set()
    assert keys(nobody, f"track={report.tracking_code}") == {f"track:{report.pk}"}
    assert keys(nobody, f"track={report.tracking_code.lower()}") == {f"track:{report.pk}"}
    assert keys(nobody, "track=AAAA-BBBB-CCCC") == set()
    assert keys(nobody, "wall=good") == {"wall"}
    assert keys(nobody, "wall=bad") == set()
    # A page that follows one thing never gets what the person behind it could see elsewhere.
    assert keys(cast.call_taker, "wall=bad") == set()
    assert keys(cast.call_taker, "wall=own") == keys(cast.leader, "wall=own") == {"wall"}
    assert keys(cast.focal_point, "wall=own") == keys(nobody, "wall=own") == set()
    assert keys(cast.call_taker, f"track={report.tracking_code}") == {f"track:{report.pk}"}
    assert keys(nobody, "track=%FF%00") == set()


def test_a_snapshot_costs_a_dozen_queries(world: World, cast: Cast) -> None:
    incidents = [open_one(world) for _number in range(20)]
    for incident in incidents[:7]:
        give(incident, world.an_lac, cast.call_taker)
    agency = frozenset({f"agency:{world.an_lac.pk}"})
    for keys, count in ((frozenset({"room"}), 20), (agency, 7), (frozenset({"leader"}), 20), (frozenset({"wall"}), 20)):
        with most_queries(12):
            rows = list(live.snapshot(keys))
        assert len(rows) == count
    assert list(live.snapshot(frozenset())) == []


def test_a_snapshot_shows_the_board_and_a_tracked_report_for_good(world: World, cast: Cast) -> None:
    stays, ends = open_one(world), open_one(world)
    with change():
        closing.answer_at_once(incident_id=ends.pk, answer="Theo quy định…", by=cast.call_taker)
    assert [row.id for row in live.snapshot(frozenset({"room"}))] == [stays.pk]
    track = frozenset({f"track:{ends.reports.get().pk}"})
    (row,) = live.snapshot(track)
    assert (row.entity, row.id, row.version) == ("incident", ends.pk, 2)
    assert row.body["state"] == "closed"


def test_of_several_keys_the_most_detailed_profile_counts(world: World, cast: Cast) -> None:
    incident = open_one(world)
    assignment = give(incident, world.an_lac, cast.call_taker)
    with change():
        agency_work.accept(assignment_id=assignment.pk, by=cast.focal_point)
    (row,) = live.snapshot(frozenset({"wall", f"agency:{world.an_lac.pk}"}))
    assert "summary" in row.body


def test_figures(world: World, cast: Cast) -> None:
    # Noon, so that an hour more or less stays on the same day.
    now = timezone.localtime().replace(hour=12, minute=0)
    yesterday = now - dt.timedelta(days=1)

    open_one(world, received_at=now, due_at=now + dt.timedelta(hours=1))
    late = open_one(world, received_at=yesterday, due_at=now - dt.timedelta(hours=1), needs=["place_unknown"])
    fire = open_one(world, received_at=now, group=2, due_at=now - dt.timedelta(minutes=1))
    open_one(world, received_at=now, exercise=1, due_at=now - dt.timedelta(hours=1))
    give(fire, world.fire, cast.call_taker)
    done = open_one(world, received_at=now, group=None, category=None)
    with change():
        closing.answer_at_once(incident_id=done.pk, answer="Theo quy định…", by=cast.call_taker)
    cancelled = open_one(world, received_at=now)
    with change():
        closing.cancel(incident_id=cancelled.pk, reason=closing.CancelReason.TEST, by=cast.call_taker)
    Incident.objects.filter(pk=done.pk).update(closed_at=now, due_at=now - dt.timedelta(seconds=1))
    with most_queries(5):
        figures = live.figures(now)
    today = timezone.localdate()
    assert figures == {
        "day": today.isoformat(),
        "received": 4,
        "open": 3,
        "overdue": 2,
        "needs": 1,
        "resolved": 0,
        "closed": 1,
        "closed_in_time": 0,
        "by_state": {"assigned": 1, "in_progress": 0, "planned": 0, "received": 2, "resolved": 0},
        "by_group": {"0": 1, "2": 1, "3": 2},
        "by_source": {"phone": 5},
    }
    assert late.on_board
