"""From a report to the answer, through every act: states, history, messages; and what is refused on the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from incidents.delivery.models import Delivery
from incidents.dispatching import agency_work, assigning, closing, correcting, results
from incidents.dispatching.closing import CancelReason
from incidents.dispatching.deadlines import due_at
from incidents.dispatching.models import CompetenceRule
from incidents.dispatching.refusals import Refusal, Refused
from incidents.dispatching.suggesting import suggest
from incidents.records.editing import Changed, lock
from incidents.records.lifecycles import NotAllowed
from incidents.records.models import Assignment, History, Incident
from incidents.records.places import Pin
from opscenter.accounts.models import Agency, HandlingUnit
from realtime.change import change
from tests.cast import Cast, give, open_one, together
from tests.intake.world import IN_AN_LAC, IN_BINH_MINH, OUTSIDE, World


def do(act: Callable[..., Any], **given: Any) -> Any:
    with change():
        return act(**given)


def now(incident: Incident) -> Incident:
    return Incident.objects.get(pk=incident.pk)


def states(incident: Incident) -> tuple[str, list[str]]:
    rows = Assignment.objects.filter(incident=incident).order_by("pk")
    return now(incident).state, [row.state for row in rows]


def kinds(incident: Incident) -> list[str]:
    return list(History.objects.filter(incident=incident).order_by("pk").values_list("kind", flat=True))


def deliveries(incident: Incident, kind: str) -> list[str]:
    return sorted(Delivery.objects.filter(incident=incident, kind=kind).values_list("state", flat=True))


def test_the_whole_way(world: World, cast: Cast) -> None:
    incident = open_one(world)
    row = give(incident, world.an_lac, cast.call_taker, note="gấp", base_version=1)
    assert states(incident) == ("assigned", ["sent"])
    assert (row.role, row.note, row.by) == ("lead", "gấp", cast.call_taker)
    assert deliveries(incident, "assignment") == ["waiting"]
    assert deliveries(incident, "forwarded") == ["waiting"]
    pk = row.pk
    do(agency_work.see, assignment_id=pk, by=cast.focal_point)
    assert states(incident) == ("assigned", ["seen"])
    do(agency_work.accept, assignment_id=pk, by=cast.focal_point)
    assert states(incident) == ("assigned", ["accepted"])
    do(agency_work.hand_on, assignment_id=pk, unit=cast.unit, by=cast.focal_point)
    do(agency_work.start, assignment_id=pk, by=cast.handler)
    assert states(incident) == ("in_progress", ["in_progress"])
    do(agency_work.give_result, assignment_id=pk, text="Đã vá.", by=cast.handler)
    # The second hop ends where it began: the focal point reads it before the hotline does.
    assert states(incident) == ("in_progress", ["reported"])
    do(results.send_back_to_unit, assignment_id=pk, by=cast.focal_point, reason="Thiếu ảnh")
    assert states(incident) == ("in_progress", ["in_progress"])
    do(agency_work.give_result, assignment_id=pk, text="Đã vá.", by=cast.handler)
    do(results.pass_on_result, assignment_id=pk, by=cast.focal_point)
    assert states(incident) == ("resolved", ["result_given"])
    assert now(incident).resolved_at is not None
    do(closing.reject_result, incident_id=incident.pk, reason="Còn một ổ nữa", by=cast.call_taker)
    assert states(incident) == ("in_progress", ["in_progress"])
    assert now(incident).resolved_at is None
    assert Assignment.objects.get(pk=pk).rejection == "Còn một ổ nữa"
    do(agency_work.give_result, assignment_id=pk, text="Đã vá cả hai.", by=cast.handler)
    do(results.pass_on_result, assignment_id=pk, by=cast.focal_point, text="Đã vá cả hai ổ gà.")
    assert Assignment.objects.get(pk=pk).result == "Đã vá cả hai ổ gà."
    do(closing.close, incident_id=incident.pk, answer="Phường đã vá.", by=cast.call_taker)
    assert states(incident) == ("closed", ["answered"])
    done = now(incident)
    assert (done.on_board, done.outcome, done.answer) == (False, "handled", "Phường đã vá.")
    assert done.closed_at is not None
    assert deliveries(incident, "answered") == ["sent"]
    assert kinds(incident) == [
        "received", "dispatched", "seen", "accepted", "handed_on", "started", "reported", "sent_back_to_unit",
        "reported", "result_given", "result_rejected", "reported", "result_given", "closed",
    ]  # fmt: skip
    do(closing.reopen, incident_id=incident.pk, by=cast.supervisor, why="not_repaired")
    again = now(incident)
    assert (again.state, again.on_board, again.answer, again.closed_at) == ("received", True, "", None)
    second = give(incident, world.an_lac, cast.call_taker)
    assert second.pk != pk
    assert second.follows_id == pk
    assert states(incident) == ("assigned", ["reopened", "sent"])
    # Each act raised the version by one and left one row with it.
    versions = list(History.objects.filter(incident=incident).order_by("pk").values_list("version", flat=True))
    assert versions == list(range(1, now(incident).version + 1))


def test_seeing_twice_changes_nothing(world: World, cast: Cast) -> None:
    incident = open_one(world)
    pk = give(incident, world.an_lac, cast.call_taker).pk
    do(agency_work.see, assignment_id=pk, by=cast.focal_point)
    version = now(incident).version
    do(agency_work.see, assignment_id=pk, by=cast.handler)
    assert now(incident).version == version


def test_what_an_agency_gives_back_needs_a_person(world: World, cast: Cast) -> None:
    incident = open_one(world)
    pk = give(incident, world.an_lac, cast.call_taker).pk
    do(agency_work.return_, assignment_id=pk, by=cast.focal_point, reason="Đường tỉnh")
    assert states(incident) == ("received", ["returned"])
    assert "agency_returned" in now(incident).needs
    assert Assignment.objects.get(pk=pk).return_reason == "Đường tỉnh"
    give(incident, world.binh_minh, cast.call_taker)
    assert now(incident).needs == []


def test_several_agencies_are_put_together(world: World, cast: Cast) -> None:
    incident = open_one(world)
    lead = give(incident, world.an_lac, cast.call_taker, co_ordinating=[world.binh_minh])
    co = Assignment.objects.exclude(pk=lead.pk).get()
    assert (co.role, co.agency) == ("co", world.binh_minh)
    for row, by in ((lead, cast.focal_point), (co, cast.focal_point_there)):
        do(agency_work.accept, assignment_id=row.pk, by=by)
    theirs = {"assignment_id": lead.pk, "text": "Đã vá và dọn.", "by": cast.focal_point}
    # The other one still works on it, and the lead puts the results together.
    assert refusal(agency_work.give_result, **theirs) == Refusal.OTHERS_STILL_WORK
    do(assigning.assign, incident_id=incident.pk, lead=None, co_ordinating=[world.fire], by=cast.call_taker)
    do(agency_work.give_result, assignment_id=co.pk, text="Đã dọn.", by=cast.focal_point_there)
    assert refusal(agency_work.give_result, **theirs) == Refusal.OTHERS_STILL_WORK
    third = Assignment.objects.get(agency=world.fire)
    do(assigning.cancel_assignment, assignment_id=third.pk, by=cast.call_taker, why="mistake")
    do(agency_work.give_result, **theirs)
    assert states(incident) == ("resolved", ["result_given", "approved", "cancelled"])
    assert "results_put_together" in kinds(incident)
    do(closing.reject_result, incident_id=incident.pk, reason="Chưa rõ", by=cast.call_taker)
    assert states(incident) == ("in_progress", ["in_progress", "in_progress", "cancelled"])
    do(agency_work.give_result, assignment_id=co.pk, text="Đã dọn hết.", by=cast.focal_point_there)
    do(agency_work.give_result, **theirs)
    do(closing.close, incident_id=incident.pk, answer="Xong.", by=cast.call_taker)
    assert states(incident) == ("closed", ["answered", "answered", "cancelled"])


def test_closing_takes_back_what_is_open(world: World, cast: Cast) -> None:
    incident = open_one(world)
    give(incident, world.an_lac, cast.call_taker)
    do(closing.close, incident_id=incident.pk, answer="Đã trả lời.", by=cast.call_taker)
    assert states(incident) == ("closed", ["cancelled"])
    assert deliveries(incident, "assignment") == ["cancelled"]


def test_taking_a_result_back_from_the_agency(world: World, cast: Cast) -> None:
    incident = open_one(world)
    pk = give(incident, world.an_lac, cast.call_taker).pk
    do(agency_work.accept, assignment_id=pk, by=cast.focal_point)
    do(agency_work.give_result, assignment_id=pk, text="?", by=cast.focal_point)
    do(assigning.cancel_assignment, assignment_id=pk, by=cast.supervisor, why="wrong_agency")
    assert states(incident) == ("received", ["cancelled"])
    assert now(incident).resolved_at is None


def test_a_dispatch_can_be_withdrawn_for_ten_seconds(world: World, cast: Cast) -> None:
    incident = open_one(world)
    give(incident, world.an_lac, cast.call_taker)
    do(assigning.withdraw, incident_id=incident.pk, by=cast.call_taker)
    assert states(incident) == ("received", ["cancelled"])
    assert deliveries(incident, "assignment") == deliveries(incident, "forwarded") == ["cancelled"]
    assert kinds(incident)[-1] == "dispatch_withdrawn"
    with pytest.raises(Refused) as twice:
        do(assigning.withdraw, incident_id=incident.pk, by=cast.call_taker)
    assert twice.value.code == Refusal.NOTHING_TO_WITHDRAW
    # And again, from the beginning.
    give(incident, world.an_lac, cast.call_taker)
    do(assigning.withdraw, incident_id=incident.pk, by=cast.call_taker)
    assert states(incident) == ("received", ["cancelled", "cancelled"])


def refusal(act: Callable[..., Any], **given: Any) -> Refusal:
    with pytest.raises(Refused) as refused:
        do(act, **given)
    assert str(refused.value)
    return refused.value.code


def test_what_cannot_be_withdrawn(world: World, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    incident = open_one(world)
    row = give(incident, world.an_lac, cast.call_taker)
    assert refusal(assigning.withdraw, incident_id=incident.pk, by=cast.supervisor) == Refusal.NOTHING_TO_WITHDRAW
    monkeypatch.setattr(assigning, "WITHDRAW_WITHIN", dt.timedelta(0))
    assert refusal(assigning.withdraw, incident_id=incident.pk, by=cast.call_taker) == Refusal.TOO_LATE
    monkeypatch.undo()
    do(agency_work.accept, assignment_id=row.pk, by=cast.focal_point)
    assert refusal(assigning.withdraw, incident_id=incident.pk, by=cast.call_taker) == Refusal.ALREADY_ACCEPTED
    assert states(incident) == ("assigned", ["accepted"])


def test_the_emergency_key_and_back(world: World, cast: Cast) -> None:
    incident = open_one(world, due_at=dt.datetime(2030, 1, 1, tzinfo=dt.UTC))
    before = give(incident, world.an_lac, cast.call_taker)
    pk = before.pk
    do(correcting.set_emergency, incident_id=incident.pk, by=cast.call_taker, category=world.categories["fire"])
    hot = now(incident)
    assert (hot.group, hot.category, hot.priority) == (2, world.categories["fire"], 1)
    assert hot.due_at == hot.received_at + dt.timedelta(hours=1)
    row = Assignment.objects.get(pk=pk)
    # In plain time from now on: the agency has four fifths of the hour.
    assert row.due_at == row.sent_at + dt.timedelta(minutes=48)
    do(assigning.withdraw, incident_id=incident.pk, by=cast.call_taker)
    calm = now(incident)
    assert (calm.group, calm.category, calm.priority) == (3, world.categories["road"], 3)
    assert calm.due_at == dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    assert Assignment.objects.get(pk=pk).due_at == before.due_at
    # The dispatch before it is the next that can be undone.
    do(assigning.withdraw, incident_id=incident.pk, by=cast.call_taker)
    assert states(incident) == ("received", ["cancelled"])


def test_an_emergency_is_not_undone_over_a_later_decision(world: World, cast: Cast) -> None:
    incident = open_one(world)
    do(correcting.set_emergency, incident_id=incident.pk, by=cast.call_taker)
    do(correcting.set_category, incident_id=incident.pk, category=world.categories["fight"], by=cast.supervisor)
    assert refusal(assigning.withdraw, incident_id=incident.pk, by=cast.call_taker) == Refusal.TOO_LATE
    road = world.categories["road"]
    wrong = refusal(correcting.set_emergency, incident_id=incident.pk, by=cast.call_taker, category=road)
    assert wrong == Refusal.NOT_AN_EMERGENCY


def test_the_pin_decides_area_and_agency(world: World, cast: Cast) -> None:
    incident = open_one(world, ward_code="", district_code="", area_set="", place_trace={"outcome": "unknown"})
    with change():
        suggest(lock(incident.pk))
    assert now(incident).needs == ["place_unknown", "agency_unknown"]
    do(correcting.set_place, incident_id=incident.pk, pin=Pin(*IN_BINH_MINH, 20.0, "Chợ"), by=cast.call_taker)
    placed = now(incident)
    assert (placed.area_set, placed.ward_code, placed.district_code) == ("invented", "90002", "80001")
    assert (placed.suggested_agency, placed.needs, placed.place_label) == (world.binh_minh, [], "Chợ")
    assert placed.area_generation
    assert placed.agency_trace["certain"] is True
    do(correcting.set_place, incident_id=incident.pk, pin=Pin(*OUTSIDE), by=cast.call_taker)
    outside = now(incident)
    assert (outside.ward_code, outside.suggested_agency) == ("", None)
    assert outside.needs == ["agency_unknown"]


def test_after_a_dispatch_a_correction_suggests_nobody_else(world: World, cast: Cast) -> None:
    incident = open_one(world)
    do(correcting.set_place, incident_id=incident.pk, pin=Pin(*IN_AN_LAC), by=cast.call_taker)
    give(incident, world.an_lac, cast.call_taker)
    do(correcting.set_place, incident_id=incident.pk, pin=Pin(*IN_BINH_MINH), by=cast.call_taker)
    assert now(incident).suggested_agency == world.an_lac
    do(correcting.set_category, incident_id=incident.pk, category=world.categories["light"], by=cast.call_taker)
    changed = now(incident)
    assert changed.due_at == due_at(world.categories["light"], changed.received_at)
    due = Assignment.objects.get().due_at
    assert due is not None
    assert changed.received_at < due < changed.due_at


def test_a_rule_that_may_sends_by_itself(world: World, cast: Cast) -> None:
    CompetenceRule.objects.filter(code="field").update(auto=True)
    sure, unsure = open_one(world), open_one(world, category_trace={"sure": False})
    for incident in (sure, unsure):
        with change():
            suggest(lock(incident.pk))
    assert states(sure) == ("assigned", ["sent"])
    assert Assignment.objects.get().by is None
    assert History.objects.get(kind="dispatched").why == "by_rule"
    assert states(unsure) == ("received", [])
    # Starter areas are never enough.
    approximate = open_one(world, approximate=True)
    with change():
        suggest(lock(approximate.pk))
    assert states(approximate) == ("received", [])
    assert now(approximate).suggested_agency == world.an_lac


def test_what_a_dispatch_is_refused_for(world: World, cast: Cast) -> None:
    incident = open_one(world)
    given = {"incident_id": incident.pk, "by": cast.call_taker}
    assert refusal(assigning.assign, lead=None, co_ordinating=[world.fire], **given) == Refusal.NO_LEAD
    ended = Agency.objects.create(
        code="ended", name="Đã giải thể", kind="department", valid_from=dt.date(2019, 1, 1),
        valid_until=dt.date(2019, 2, 1),
    )  # fmt: skip
    assert refusal(assigning.assign, lead=ended, **given) == Refusal.AGENCY_NOT_IN_FORCE
    both = refusal(assigning.assign, lead=world.an_lac, co_ordinating=[world.an_lac], **given)
    assert both == Refusal.AGENCY_HAS_IT
    # Nothing of a refused act is left.
    assert states(incident) == ("received", [])
    assert Delivery.objects.filter(incident=incident).count() == 0
    give(incident, world.an_lac, cast.call_taker)
    assert refusal(assigning.assign, lead=world.binh_minh, **given) == Refusal.HAS_LEAD
    do(closing.close, incident_id=incident.pk, answer="Xong.", by=cast.call_taker)
    with pytest.raises(NotAllowed):
        do(assigning.assign, lead=world.binh_minh, **given)


def test_what_else_is_refused(world: World, cast: Cast) -> None:
    incident = open_one(world)
    given = {"incident_id": incident.pk, "by": cast.call_taker}
    assert refusal(closing.close, answer="Xong.", **given) == Refusal.NOT_ASSIGNED
    assert refusal(closing.reject_result, reason="?", **given) == Refusal.NO_RESULT
    pk = give(incident, world.an_lac, cast.call_taker).pk
    assert refusal(closing.answer_at_once, answer="Xong.", **given) == Refusal.ALREADY_ASSIGNED
    theirs = {"assignment_id": pk, "by": cast.focal_point}
    for act, more in (
        (agency_work.start, {}),
        (agency_work.give_result, {"text": "?"}),
        (agency_work.hand_on, {"unit": cast.unit}),
    ):
        with pytest.raises(NotAllowed):
            do(act, **theirs, **more)
    do(agency_work.accept, **theirs)
    assert refusal(agency_work.hand_on, unit=cast.unit_there, **theirs) == Refusal.OTHER_UNIT
    HandlingUnit.objects.filter(pk=cast.unit.pk).update(is_active=False)
    idle = HandlingUnit.objects.get(pk=cast.unit.pk)
    assert refusal(agency_work.hand_on, unit=idle, **theirs) == Refusal.OTHER_UNIT
    do(agency_work.give_result, text="Đã vá.", **theirs)
    # Only the hotline sends a result back.
    for act, more in ((agency_work.start, {}), (agency_work.return_, {"reason": "?"}), (agency_work.accept, {})):
        with pytest.raises(NotAllowed):
            do(act, **theirs, **more)
    do(closing.cancel, reason=CancelReason.TEST, **given)
    assert states(incident) == ("cancelled", ["cancelled"])
    for act, more in (
        (closing.cancel, {"reason": CancelReason.TEST}),
        (closing.close, {"answer": "?"}),
        (closing.answer_at_once, {"answer": "?"}),
        (closing.reject_result, {"reason": "?"}),
    ):
        with pytest.raises(NotAllowed):
            do(act, **given, **more)


@pytest.mark.parametrize(
    ("first", "second", "conflicts"),
    [
        ("place", "place", True),
        ("place", "category", False),
        ("place", "dispatch", True),
        ("category", "category", True),
        ("category", "emergency", True),
        ("note", "dispatch", False),
        ("note", "close", False),
        ("dispatch", "place", False),
        ("dispatch", "close", True),
        ("close", "place", True),
        ("close", "reopen", True),
    ],
)
def test_which_acts_conflict(world: World, cast: Cast, first: str, second: str, conflicts: bool) -> None:
    from incidents.records.notes import add_note

    incident = open_one(world)
    if "close" in (first, second) and first != "dispatch":
        give(incident, world.binh_minh, cast.supervisor)
    seen = now(incident).version
    acts: dict[str, Callable[[int | None], Any]] = {
        "place": lambda base: do(
            correcting.set_place, incident_id=incident.pk, pin=Pin(*IN_AN_LAC), by=cast.supervisor, base_version=base
        ),
        "category": lambda base: do(
            correcting.set_category, incident_id=incident.pk, category=world.categories["light"], by=cast.supervisor,
            base_version=base,
        ),
        "emergency": lambda base: do(
            correcting.set_emergency, incident_id=incident.pk, by=cast.supervisor, base_version=base
        ),
        "dispatch": lambda base: give(incident, world.an_lac, cast.supervisor, base_version=base),
        "close": lambda base: do(
            closing.close, incident_id=incident.pk, answer="Xong.", by=cast.supervisor, base_version=base
        ),
        "reopen": lambda base: do(closing.reopen, incident_id=incident.pk, by=cast.supervisor, base_version=base),
        "note": lambda base: do(add_note, incident_id=incident.pk, text="gọi lại", by=cast.supervisor),
    }  # fmt: skip
    acts[first](None)
    if conflicts:
        with pytest.raises(Changed) as changed:
            acts[second](seen)
        assert changed.value.since
    else:
        acts[second](seen)


def test_two_call_takers_dispatch_at_once(world: World, cast: Cast) -> None:
    for _round in range(4):
        incident = open_one(world)
        agencies = [world.an_lac, world.binh_minh, world.fire]

        def send(agency: Agency, pk: int = incident.pk) -> int:
            with change():
                assigning.assign(incident_id=pk, lead=agency, by=cast.call_taker, base_version=1)
            return agency.pk

        results = together([lambda agency=agency: send(agency) for agency in agencies])  # type: ignore[misc]
        sent = [result for result in results if isinstance(result, int)]
        refused = [result for result in results if isinstance(result, Changed)]
        assert (len(sent), len(refused)) == (1, 2), results
        assert Assignment.objects.get(incident=incident).agency_id == sent[0]
        assert now(incident).version == 2


def test_the_agency_accepts_while_it_is_withdrawn(world: World, cast: Cast) -> None:
    """Whichever comes first, the other is refused, and what is left belongs together."""
    for _round in range(6):
        incident = open_one(world)
        pk = give(incident, world.an_lac, cast.call_taker).pk
        results = together(
            [
                lambda pk=pk: do(agency_work.accept, assignment_id=pk, by=cast.focal_point),
                lambda pk=incident.pk: do(assigning.withdraw, incident_id=pk, by=cast.call_taker),
            ]
        )  # type: ignore[misc]
        failed = [result for result in results if isinstance(result, Exception)]
        assert len(failed) == 1, results
        assert isinstance(failed[0], NotAllowed | Refused)
        assert states(incident) in (("assigned", ["accepted"]), ("received", ["cancelled"]))
