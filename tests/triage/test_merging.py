"""Merging and parting: nothing is lost, everybody is counted and answered, and no exercise meets the live service."""

from __future__ import annotations

from typing import Any

import pytest

from incidents.delivery.models import Delivery
from incidents.dispatching import agency_work, closing
from incidents.dispatching.refusals import Refusal, Refused
from incidents.intake.take import ComplaintDetails
from incidents.records.editing import Changed
from incidents.records.models import Assignment, History, Incident, IncidentAudience, Report
from incidents.triage import merging
from incidents.triage.models import Merge
from realtime.change import change
from tests.cast import Cast, cast, give, open_one, together
from tests.intake.world import IN_AN_LAC, World

__all__ = ["cast"]


def merged(by: Any, *incidents: Incident, **more: Any) -> tuple[Incident, list[Merge]]:
    with change():
        return merging.merge(incident_ids={one.pk for one in incidents}, by=by, **more)


def parted(row: Merge, by: Any) -> Incident:
    with change():
        return merging.unmerge(merge_id=row.pk, by=by)


def now(incident: Incident) -> Incident:
    return Incident.objects.get(pk=incident.pk)


def facts(incident: Incident) -> dict[str, Any]:
    """Everything of an incident that a merge could lose."""
    row = now(incident)
    return {
        "row": {
            name: getattr(row, name)
            for name in (
                "state",
                "group",
                "category_id",
                "priority",
                "on_board",
                "outcome",
                "answer",
                "closed_at",
                "needs",
            )
        },
        "reports": list(Report.objects.filter(incident=incident).order_by("pk").values_list("pk", flat=True)),
        "work": list(
            Assignment.objects.filter(incident=incident)
            .exclude(state="cancelled")
            .order_by("agency")
            .values_list("agency", "role", "state")
        ),
        "audience": set(IncidentAudience.objects.filter(incident=incident).values_list("key", "profile")),
    }


def test_everybody_is_counted_and_answered(world: World, cast: Cast) -> None:
    first, second = open_one(world, reports=2), open_one(world)
    into, (row,) = merged(cast.call_taker, first, second, base_version=1, seen=first.pk)
    assert into.pk == first.pk
    assert len(facts(first)["reports"]) == 3
    gone = now(second)
    assert (gone.state, gone.on_board, gone.outcome) == ("cancelled", False, "merged")
    # Who follows the second report follows the first incident.
    keys = {f"track:{pk}" for pk in row.moved["reports"]}
    assert keys <= {key for key, _profile in facts(first)["audience"]}
    assert not keys & {key for key, _profile in facts(second)["audience"]}
    give(into, world.an_lac, cast.call_taker)
    with change():
        closing.close(incident_id=into.pk, answer="Đã vá.", by=cast.supervisor)
    told = Delivery.objects.filter(kind="answered").values_list("report", flat=True)
    assert set(told) == set(facts(first)["reports"])
    for one, kind in ((first, "took_in"), (second, "merged_away")):
        assert History.objects.filter(incident=one, kind=kind).count() == 1


@pytest.mark.parametrize("given", ["neither", "first", "second", "both", "others"])
def test_parting_gives_back_what_was(world: World, cast: Cast, given: str) -> None:
    first, second = open_one(world), open_one(world)
    if given in {"first", "both", "others"}:
        give(first, world.an_lac, cast.call_taker)
    if given in {"second", "both"}:
        give(second, world.an_lac, cast.call_taker)
    if given == "others":
        row = give(second, world.binh_minh, cast.call_taker, co_ordinating=[world.fire])
        with change():
            agency_work.accept(assignment_id=row.pk, by=cast.focal_point_there)
    before = facts(first), facts(second)
    _into, (row_of_merge,) = merged(cast.supervisor, second, first)
    during = facts(first)
    agencies = [agency for agency, _role, _state in during["work"]]
    assert len(agencies) == len(set(agencies))
    assert sum(role == "lead" for _agency, role, _state in during["work"]) == (given != "neither")
    parted(row_of_merge, cast.supervisor)
    assert (facts(first), facts(second)) == before
    with pytest.raises(Refused) as refused:
        parted(row_of_merge, cast.supervisor)
    assert refused.value.code == Refusal.NOT_MERGED


def test_merged_again_and_parted_in_any_order(world: World, cast: Cast) -> None:
    one, two, three = (open_one(world) for _number in range(3))
    before = [facts(incident) for incident in (one, two, three)]
    _into, (inner,) = merged(cast.supervisor, two, three)
    _into, (outer,) = merged(cast.supervisor, one, two)
    assert len(facts(one)["reports"]) == 3
    parted(inner, cast.supervisor)
    assert (len(facts(one)["reports"]), facts(three)) == (2, before[2])
    parted(outer, cast.supervisor)
    assert [facts(incident) for incident in (one, two, three)] == before


def test_an_emergency_stays_whoever_was_first(world: World, cast: Cast) -> None:
    calm = open_one(world)
    fire = open_one(world, category=world.categories["fire"], group=2, priority=1)
    into, _rows = merged(cast.call_taker, calm, fire)
    assert (into.pk, into.group, into.priority) == (fire.pk, 2, 1)


def test_what_is_refused(world: World, cast: Cast, take: Any) -> None:
    live, drill, other_drill = open_one(world), open_one(world, exercise=3), open_one(world, exercise=4)
    has_tasks, closed = open_one(world), open_one(world)
    open_one(world, parent=has_tasks)
    with change():
        closing.cancel(incident_id=closed.pk, reason=closing.CancelReason.TEST, by=cast.supervisor)
    complains = take("Ổ gà", complaint=ComplaintDetails(agency=world.an_lac)).incident
    has_it = open_one(world)
    give(has_it, world.an_lac, cast.call_taker)
    before = [facts(one) for one in Incident.objects.order_by("pk")]
    for incidents, code in (
        ((live, drill), Refusal.OTHER_EXERCISE),
        ((drill, other_drill), Refusal.OTHER_EXERCISE),
        ((live, closed), Refusal.NOT_ON_BOARD),
        ((live,), Refusal.SAME_INCIDENT),
        ((live, has_tasks), Refusal.CHILDREN_OPEN),
        ((complains, has_it), Refusal.COMPLAINED_OF),
    ):
        with pytest.raises(Refused) as refused:
            merged(cast.supervisor, *incidents)
        assert refused.value.code == code
    assert [facts(one) for one in Incident.objects.order_by("pk")] == before
    assert not Merge.objects.exists()


def test_what_was_merged_away_is_parted_not_reopened(world: World, cast: Cast, take: Any) -> None:
    first, second = open_one(world), open_one(world)
    merged(cast.supervisor, first, second)
    with pytest.raises(Refused) as refused, change():
        closing.reopen(incident_id=second.pk, by=cast.supervisor)
    assert refused.value.code == Refusal.MERGED_AWAY
    # A caller who means the second one joins what took it in.
    assert take("Vẫn vậy", same_as=second.pk, point=IN_AN_LAC).incident.pk == first.pk


def test_somebody_who_closed_it_meanwhile_is_shown(world: World, cast: Cast) -> None:
    first, second = open_one(world), open_one(world)
    with change():
        closing.answer_at_once(incident_id=first.pk, answer="Theo quy định…", by=cast.call_taker)
    with pytest.raises(Changed):
        merged(cast.supervisor, first, second, base_version=1, seen=first.pk)


def test_two_people_merge_crosswise_at_once(world: World, cast: Cast) -> None:
    one, two, three = (open_one(world) for _number in range(3))
    results = together(
        [
            lambda: merged(cast.supervisor, one, two),
            lambda: merged(cast.call_taker, three, two),
            lambda: merged(cast.administrator, one, three),
        ]
    )
    # Whoever came too late is told; every report is with exactly one open incident, none is lost.
    assert all(isinstance(result, (tuple, Refused)) for result in results), results
    assert Report.objects.filter(incident__on_board=True).count() == 3
    for row in Merge.objects.filter(parted_at=None):
        assert not now(row.other).on_board
