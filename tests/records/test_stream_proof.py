"""The proof of the stream for incidents: whatever people do, a reader by events has what a snapshot would give it."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from incidents.dispatching import agency_work, assigning, closing, correcting
from incidents.dispatching.refusals import Refused
from incidents.records import live
from incidents.records.editing import Changed
from incidents.records.lifecycles import NotAllowed
from incidents.records.models import Assignment, Report
from incidents.records.notes import add_note
from incidents.records.places import Pin
from realtime.change import change
from tests.cast import Cast, open_one
from tests.intake.world import IN_AN_LAC, IN_BINH_MINH, OUTSIDE, World
from tests.realtime.checker import Checker

# What the tables and rules refuse is part of the game; it must leave nothing behind either.
_REFUSALS = (NotAllowed, Refused, Changed)


class Play:
    """A few incidents, a few people, and every act of the domain on a random one of them."""

    def __init__(self, world: World, cast: Cast) -> None:
        self.world, self.cast = world, cast
        self.chance = Random(0)
        self.ids: list[int] = []

    def pick(self, choices: Iterable[Any]) -> Any:
        return self.chance.choice(list(choices))

    def incident(self) -> int:
        return int(self.pick(self.ids))

    def assignment(self) -> int | None:
        rows = list(Assignment.objects.filter(incident__in=self.ids).order_by("pk").values_list("pk", flat=True))
        return int(self.pick(rows)) if rows else None

    def open(self, category: str, exercise: int) -> None:
        row = self.world.categories[category]
        self.ids.append(open_one(self.world, category=row, group=row.group, exercise=exercise).pk)

    def dispatch(self) -> None:
        agencies = [self.world.an_lac, self.world.binh_minh, self.world.fire]
        assigning.assign(
            incident_id=self.incident(),
            lead=self.pick([None, *agencies]),
            co_ordinating=self.pick([[], [], [self.world.fire], [self.world.an_lac, self.world.fire]]),
            by=self.cast.call_taker,
        )

    def withdraw(self) -> None:
        assigning.withdraw(incident_id=self.incident(), by=self.cast.call_taker)

    def place(self) -> None:
        lon, lat = self.pick([IN_AN_LAC, IN_BINH_MINH, OUTSIDE])
        correcting.set_place(incident_id=self.incident(), pin=Pin(lon, lat), by=self.cast.call_taker)

    def category(self) -> None:
        category = self.pick([None, *self.world.categories.values()])
        correcting.set_category(incident_id=self.incident(), category=category, group=3, by=self.cast.supervisor)

    def complaint(self) -> None:
        from incidents.records.models import Category

        category, _new = Category.objects.get_or_create(
            code="conduct", defaults={"group": 1, "name": "Thái độ", "name_en": "Conduct", "is_complaint": True}
        )
        correcting.set_category(incident_id=self.incident(), category=category, by=self.cast.supervisor)

    def emergency(self) -> None:
        correcting.set_emergency(incident_id=self.incident(), by=self.cast.call_taker)

    def note(self) -> None:
        add_note(incident_id=self.incident(), text="gọi lại sau", by=self.cast.call_taker)

    def answer(self) -> None:
        closing.answer_at_once(incident_id=self.incident(), answer="Theo quy định…", by=self.cast.call_taker)

    def close(self) -> None:
        closing.close(incident_id=self.incident(), answer="Đã sửa.", by=self.cast.call_taker)

    def reject(self) -> None:
        closing.reject_result(incident_id=self.incident(), reason="Chưa xong", by=self.cast.call_taker)

    def cancel(self) -> None:
        closing.cancel(incident_id=self.incident(), reason=closing.CancelReason.TEST, by=self.cast.call_taker)

    def reopen(self) -> None:
        closing.reopen(incident_id=self.incident(), by=self.cast.supervisor)

    def work(self) -> None:
        pk = self.assignment()
        if pk is None:
            return
        by = self.cast.focal_point
        act = self.pick(["see", "accept", "return", "hand", "start", "result", "take back"])
        match act:
            case "see":
                agency_work.see(assignment_id=pk, by=by)
            case "accept":
                agency_work.accept(assignment_id=pk, by=by)
            case "return":
                agency_work.return_(assignment_id=pk, by=by, reason="không thuộc địa bàn")
            case "hand":
                unit = self.pick([self.cast.unit, self.cast.unit_there, self.cast.crew.handling_unit])
                agency_work.hand_on(assignment_id=pk, unit=unit, by=by)
            case "start":
                agency_work.start(assignment_id=pk, by=by)
            case "result":
                agency_work.give_result(assignment_id=pk, text="Đã vá.", by=by)
            case "take back":
                assigning.cancel_assignment(assignment_id=pk, by=self.cast.supervisor, why="mistake")

    def two_at_once(self) -> None:
        """One change that does several things to several incidents."""
        first, second = sorted(self.chance.choices(self.ids, k=2))
        add_note(incident_id=first, text="cùng một việc", by=self.cast.call_taker)
        correcting.set_emergency(incident_id=second, by=self.cast.call_taker)
        add_note(incident_id=second, text="cùng một việc", by=self.cast.call_taker)


_ALONE = ("withdraw", "place", "category", "complaint", "emergency", "note", "answer", "close", "reject", "cancel")
_ACTS = [
    *_ALONE,
    "reopen",
    "two_at_once",
    # Dispatching opens the way to the agencies' work, which has seven acts of its own.
    *["dispatch"] * 4,
    *["work"] * 10,
]
# An act, the seed of its choices (the rows differ from run to run), and whether the readers look after it: so a
# reader may also miss several changes and get them together.
_STEP = st.tuples(st.sampled_from(_ACTS), st.integers(min_value=0, max_value=2**16), st.booleans())


def _scopes(cast: Cast, ids: list[int]) -> list[frozenset[str]]:
    from incidents.records.keys import keys_of_person

    own = {keys_of_person(person) for person in cast.people().values()}
    tracks = {frozenset({f"track:{pk}"}) for pk in Report.objects.filter(incident__in=ids).values_list("pk", flat=True)}
    return sorted(
        {*own, *tracks, frozenset({"wall"}), frozenset({"wall", f"agency:{cast.focal_point.agency_id}"})}, key=sorted
    )


@pytest.mark.timeout(300)
@settings(
    max_examples=12,
    deadline=None,
    # A failure is told at once: shrinking it would play for minutes.
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    start=st.lists(
        st.tuples(st.sampled_from(["road", "fire", "land"]), st.sampled_from([0, 0, 0, 1])), min_size=2, max_size=4
    ),
    steps=st.lists(_STEP, min_size=5, max_size=30),
)
def test_events_give_every_role_what_a_snapshot_gives(
    world: World, cast: Cast, start: list[tuple[str, int]], steps: list[tuple[str, int, bool]]
) -> None:
    play = Play(world, cast)
    for category, exercise in start:
        play.open(category, exercise)
    checker = Checker(live.snapshot, _scopes(cast, play.ids))
    for name, seed, look in steps:
        play.chance = Random(seed)
        try:
            with change():
                getattr(play, name)()
        except _REFUSALS:
            pass
        if look:
            checker.check()
    checker.check()
