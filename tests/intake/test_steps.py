"""The steps after receiving: each once, whoever runs them; what fails waits for a person and is tried again."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from incidents.intake import steps
from incidents.intake.models import WorkerBeat
from incidents.intake.worker import Worker, is_working
from incidents.records import editing
from incidents.records.models import Assignment, History, Incident, Report
from incidents.triage import categorise
from realtime.change import change
from tests.intake.world import IN_AN_LAC, World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def left(take: Any, monkeypatch: pytest.MonkeyPatch) -> Report:
    """A report whose process died right after receiving it."""
    with monkeypatch.context() as patch:
        patch.setattr(steps, "run", lambda report_id: False)
        report: Report = take("Ổ gà to", point=IN_AN_LAC).report
    assert report.next_step == "triage"
    return report


def kinds() -> list[str]:
    return list(History.objects.order_by("pk").values_list("kind", flat=True))


def test_nobody_takes_it_up_within_five_seconds(left: Report) -> None:
    at = left.received_at
    assert steps.left(at + dt.timedelta(seconds=4.9)) == []
    assert not steps.claim(left.pk, at + dt.timedelta(seconds=4.9))
    assert steps.left(at + dt.timedelta(seconds=5.1)) == [left.pk]


def test_one_of_many_claims_it(left: Report) -> None:
    at = left.received_at + dt.timedelta(seconds=6)
    barrier, won = threading.Barrier(4), []

    def try_it() -> None:
        barrier.wait()
        try:
            won.append(steps.claim(left.pk, at))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=try_it) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(won) == [False, False, False, True]
    # And again, should the claimer die too.
    assert steps.claim(left.pk, at + dt.timedelta(seconds=6))


def test_the_worker_takes_it_up(left: Report, world: World) -> None:
    Report.objects.update(next_step_at=timezone.now())
    assert Worker().run_once() >= 1
    left.refresh_from_db()
    assert left.next_step == ""
    assert left.incident.suggested_agency == world.an_lac
    assert kinds() == ["received", "category_suggested", "agency_suggested"]


def test_two_at_the_same_step_do_it_once(left: Report) -> None:
    barrier = threading.Barrier(3)

    def run() -> None:
        barrier.wait()
        try:
            steps.run(left.pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert kinds() == ["received", "category_suggested", "agency_suggested"]


def test_a_step_that_fails_waits_for_a_person_with_the_reason(
    take: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any, **_more: Any) -> Any:
        raise LookupError("ông Giả ở số 9")

    with monkeypatch.context() as patch:
        patch.setattr(categorise, "suggest", broken)
        taken = take("Ổ gà to", point=IN_AN_LAC)
    assert taken.created
    assert "step_failed" in taken.incident.needs
    row = History.objects.get(kind="step_failed")
    assert (row.why, row.data["error"], row.data["times"]) == ("triage", "LookupError", 1)
    assert "Giả" not in str(row.data)
    report = Report.objects.get()
    assert report.next_step_at > timezone.now() + dt.timedelta(seconds=8)
    # The next try succeeds and takes the need away.
    Report.objects.update(next_step_at=timezone.now())
    Worker().run_once()
    incident = Incident.objects.get()
    assert incident.needs == []
    assert incident.category == world.categories["road"]
    assert Report.objects.get().next_step_failures == 0


def test_failures_wait_longer_and_longer(left: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any, **_more: Any) -> Any:
        raise LookupError

    monkeypatch.setattr(categorise, "suggest", broken)
    waits = []
    for _number in range(12):
        steps.run(left.pk)
        left.refresh_from_db()
        waits.append(left.next_step_at - timezone.now())
    assert waits[0] < dt.timedelta(seconds=11)
    assert waits[2] > dt.timedelta(seconds=35)
    assert max(waits) <= dt.timedelta(minutes=30)


def test_a_persons_category_is_kept(left: Report, world: World, new_person: Any) -> None:
    with change():
        incident = editing.lock(left.incident_id)
        incident.category, incident.group = world.categories["light"], 3
        incident.category_trace = {"by": "person"}
        incident.save()
    steps.run(left.pk)
    incident.refresh_from_db()
    assert incident.category == world.categories["light"]
    assert "category_suggested" not in kinds()
    assert Report.objects.get().next_step == ""


def test_a_rule_that_says_so_sends_it_without_a_person(take: Any, world: World) -> None:
    from incidents.dispatching.models import CompetenceRule

    CompetenceRule.objects.filter(code="field").update(auto=True, min_confidence=0.5)
    taken = take("Ổ gà to", point=IN_AN_LAC)
    assert Assignment.objects.get().agency == world.an_lac
    assert taken.incident.state == "assigned"
    # Not where anything is open.
    unsure = take("Mặt đường", point=IN_AN_LAC)
    assert unsure.incident.state == "received"


def test_approximate_borders_never_send_by_themselves(take: Any, world: World) -> None:
    from geo import index
    from geo.models import Generation
    from incidents.dispatching.models import CompetenceRule

    Generation.objects.update(is_approximate=True)
    index.look_again()
    CompetenceRule.objects.filter(code="field").update(auto=True, min_confidence=0.5)
    taken = take("Ổ gà to", point=IN_AN_LAC)
    assert taken.incident.approximate
    assert taken.incident.state == "received"


# --- the worker -------------------------------------------------------------------------------------------------


def test_the_worker_shows_that_it_lives_and_leaves(world: World) -> None:
    worker = Worker(name="test")
    assert not is_working()
    worker.tick()
    assert is_working()
    assert not is_working(timezone.now() + dt.timedelta(seconds=31))
    worker.stop()
    worker.run()
    assert not WorkerBeat.objects.exists()


def test_one_broken_part_does_not_stop_the_others(left: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    from incidents.delivery.work import Sending

    def broken(_self: Any) -> int:
        raise RuntimeError

    monkeypatch.setattr(Sending, "tick", broken)
    Report.objects.update(next_step_at=timezone.now())
    Worker().tick()
    assert Report.objects.get().next_step == ""


def test_the_worker_prunes_the_event_log_and_orphans(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from incidents.intake import worker as working

    asked = []
    monkeypatch.setattr(working.event_log, "prune", lambda: asked.append("log") or 0)
    monkeypatch.setattr(working.photos, "remove_orphans", lambda: asked.append("photos") or 0)
    worker = Worker()
    worker.tick()
    worker.tick()
    assert asked == ["log", "photos"]
