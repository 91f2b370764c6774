"""The columns follow what happens, and survive a worker that is killed, a restore and new borders."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
import shapely
from django.utils import timezone

from geo.importing.loading import NewUnit, load_generation, measure_lineage
from geo.index import look_again
from geo.models import AreaSet
from incidents.calls.lifecycle import PhoneEvent
from incidents.calls.receiving import PhoneReport, receive
from incidents.dispatching import closing
from incidents.figures import following
from incidents.figures.counting import Selection, counts_by, figures_of
from incidents.figures.models import DayAreas, DayColumns, Followed, StaleDay
from incidents.figures.reading import columns_of
from incidents.figures.telephone import calls_of
from incidents.records.models import Incident
from realtime import log
from realtime.change import change
from tests.cast import Cast, open_one
from tests.figures.history import Past
from tests.intake.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def today() -> tuple[int, int]:
    """(received, answered) of today."""
    day = timezone.localdate()
    figures = figures_of(Selection().of(columns_of(day, day)), timezone.now())
    return figures.received, figures.answered


def test_what_happens_arrives_in_the_figures(world: World, cast: Cast) -> None:
    incident = open_one(world)
    open_one(world)
    following.catch_up()
    assert today() == (2, 0)
    with change():
        closing.answer_at_once(incident_id=incident.pk, answer="Đã trả lời", by=cast.call_taker)
    following.catch_up()
    assert today() == (2, 1)
    assert following.follow() == 0, "nothing happened since"


def test_a_day_settles_before_it_is_made(world: World) -> None:
    open_one(world)
    following.follow()
    assert following.make_days(at=timezone.now()) == 0
    assert following.make_days(at=timezone.now() + following.SETTLE) == 1


def test_a_worker_killed_while_it_makes_a_day_loses_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def killed(day: dt.date) -> None:
        raise Killed

    open_one(world)
    following.follow()
    later = timezone.now() + 2 * following.SETTLE
    with monkeypatch.context() as patch:
        patch.setattr(following, "facts_of", killed)
        with pytest.raises(Killed):
            following.make_days(at=later)
    assert following.make_days(at=later) == 1
    assert today() == (1, 0)


def test_what_changes_while_a_day_is_made_marks_it_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    open_one(world)
    following.follow()
    read = following.facts_of

    def meanwhile(day: dt.date) -> object:
        facts = read(day)
        open_one(world)
        following.follow()
        return facts

    with monkeypatch.context() as patch:
        patch.setattr(following, "facts_of", meanwhile)
        following.make_days(at=timezone.now() + following.SETTLE)
    assert StaleDay.objects.count() == 1
    following.catch_up()
    assert today() == (2, 0)


def test_an_older_making_does_not_undo_a_newer_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    open_one(world)
    following.follow()
    read = following.facts_of
    later = timezone.now() + 2 * following.SETTLE

    def overtaken(day: dt.date) -> object:
        facts = read(day)
        monkeypatch.setattr(following, "facts_of", read)
        open_one(world)
        following.follow()
        following.make_days(at=later + following.SETTLE)
        return facts

    monkeypatch.setattr(following, "facts_of", overtaken)
    following.make_days(at=later)
    assert today() == (2, 0)


@pytest.mark.parametrize("what", ["restored", "pruned", "from the future"])
def test_a_log_that_cannot_say_marks_every_day(past: Past, what: str) -> None:
    before = DayColumns.objects.count()
    DayColumns.objects.all().delete()
    with change():
        if what == "restored":
            log.new_epoch()
        elif what == "pruned":
            Followed.objects.update(offset=-1)
        else:
            Followed.objects.update(offset=10**9)
    following.catch_up()
    assert DayColumns.objects.count() == before > 30


def test_calls_arrive_in_the_figures(world: World) -> None:
    def calls() -> tuple[int, int]:
        day = timezone.localdate()
        figures = calls_of(Selection().of(columns_of(day, day)))
        return figures.calls, figures.answered

    at = timezone.now()
    receive(PhoneReport(event=PhoneEvent.RINGING, call_id="1", event_ts=at))
    following.catch_up()
    assert calls() == (1, 0), "also on a day without any incident"
    receive(PhoneReport(event=PhoneEvent.ANSWERED, call_id="1", event_ts=at + dt.timedelta(seconds=3)))
    following.catch_up()
    assert calls() == (1, 1)


def test_only_a_ward_is_known_and_the_set_changes(past: Past) -> None:
    """Incidents without a point go with their ward's ground into the wards of another set; no total changes."""
    halves = [
        NewUnit("ward", code, "", code, shapely.MultiPolygon([shapely.box(west, 11.0, east, 11.1)]))
        for code, west, east in (("1", 106.6, 106.66), ("2", 106.66, 106.69), ("3", 106.69, 106.7))
    ]
    AreaSet.objects.filter(name="invented").update(valid_until=dt.date(2025, 7, 1))
    later = AreaSet.objects.create(name="later", valid_from=dt.date(2025, 7, 1))
    load_generation(later, halves, source="invented for tests", licence="", is_approximate=False)
    look_again()
    measure_lineage()
    with change():
        home = {"area_set": "invented", "ward_code": "90002", "state": "received", "source": "phone", "version": 1}
        at = dt.datetime.combine(past.first, dt.time(12), tzinfo=past.at.tzinfo)
        Incident.objects.bulk_create([Incident(**home, received_at=at) for _ in range(500)])
        StaleDay.objects.create(day=past.first, since=at, mark=uuid.uuid4())
    following.catch_up()

    told = {
        name: counts_by(Selection().of(columns_of(past.first, past.first, name)), "ward")
        for name in ("invented", "later")
    }
    assert sum(told["invented"].values()) == sum(told["later"].values()) >= 500
    assert told["invented"]["90002",] >= 500
    # A fifth of the old ward's ground, three fifths, a fifth.
    for code, expected in (("1", 100), ("2", 300), ("3", 100)):
        assert abs(told["later"][code,] - expected) < 25, code


def test_days_of_another_layout_are_made_anew(past: Past) -> None:
    DayColumns.objects.update(layout=0)
    assert len(columns_of(past.first, past.last).incidents) == 0
    following.catch_up()
    assert len(columns_of(past.first, past.last).incidents) == 400


def test_new_borders_are_counted_by(past: Past) -> None:
    DayAreas.objects.update(generation="older", wards=b"")
    following.catch_up()
    columns = columns_of(past.first, past.last, "invented")
    assert {columns.ward_codes[n] for n in columns.wards.tolist()} == {"", "90001", "90002"}
