from __future__ import annotations

from typing import Any

import pytest

from incidents.dispatching import agency_work, closing
from incidents.records.bodies import PublicBody, StaffBody, WallBody
from incidents.records.described import describe
from incidents.records.models import IncidentAudience
from realtime import log
from realtime.change import change
from realtime.entities import Described
from tests.cast import Cast, give, most_queries, open_one
from tests.intake.world import World


def described(pk: int) -> Described:
    (one,) = describe([pk])
    return one


def test_fields_are_closed() -> None:
    staff = (
        "id code version exercise state group category priority lat lon radius_m approximate area summary source"
        " received_at due_at needs assignments parent reports photos waiting_since emergency"
    )
    assert set(StaffBody.model_fields) == set(staff.split())
    wall = "id version exercise state group category lat lon area received_at due_at"
    assert set(WallBody.model_fields) == set(wall.split())
    assert set(PublicBody.model_fields) == {"id", "version", "state", "received_at", "due_at", "answered_at"}


def test_one_incident_costs_nine_queries_and_many_no_more(world: World, cast: Cast) -> None:
    incidents = [open_one(world) for _number in range(12)]
    for incident in incidents[:6]:
        give(incident, world.an_lac, cast.call_taker)
    with most_queries(9):
        list(describe([incidents[0].pk]))
    with most_queries(9):
        assert len(list(describe([incident.pk for incident in incidents]))) == 12


def test_each_profile_shows_its_own_fields(world: World, cast: Cast) -> None:
    from django.contrib.gis.geos import Point

    incident = open_one(
        world, point=Point(106.62345678, 11.05432198, srid=4326), radius_m=12.0, needs=["agency_unsure"]
    )
    give(incident, world.an_lac, cast.call_taker)
    one = described(incident.pk)
    assert one.bodies.keys() == {"room", "agency", "wall", "public"}
    room, agency, wall = one.bodies["room"], one.bodies["agency"], one.bodies["wall"]
    assert (room["lat"], room["lon"], room["radius_m"]) == (11.05432198, 106.62345678, 12.0)
    assert (wall["lat"], wall["lon"]) == (11.054, 106.623)
    assert room["code"] == incident.code
    assert [row["agency"] for row in agency["assignments"]] == [world.an_lac.pk]
    for body in (wall, one.bodies["public"]):
        assert "summary" not in body
        assert "Ổ gà" not in str(body)
    # The words themselves, with the number in them, are in no event at all.
    assert "0900" not in str(one.bodies)


def test_agencies_are_not_told_who_gave_it_back(world: World, cast: Cast) -> None:
    incident = open_one(world)
    assignment = give(incident, world.binh_minh, cast.call_taker)
    with change():
        agency_work.return_(assignment_id=assignment.pk, by=cast.focal_point_there, reason="không thuộc địa bàn")
    give(incident, world.an_lac, cast.call_taker)
    one = described(incident.pk)
    assert [row["agency"] for row in one.bodies["agency"]["assignments"]] == [world.an_lac.pk]
    assert [row["agency"] for row in one.bodies["room"]["assignments"]] == [world.binh_minh.pk, world.an_lac.pk]
    assert one.bodies["agency"]["needs"] == []


def _last_event() -> Any:
    top = log.state().top
    (event,) = log.read(top - 1, top)
    return event


def test_who_loses_it_is_told_so(world: World, cast: Cast) -> None:
    incident = open_one(world)
    assignment = give(incident, world.an_lac, cast.call_taker)
    key = f"agency:{world.an_lac.pk}"
    assert _last_event().audience[key] == "agency"
    with change():
        agency_work.return_(assignment_id=assignment.pk, by=cast.focal_point, reason="không thuộc địa bàn")
    event = _last_event()
    assert key in event.removed
    assert key not in event.audience


def test_off_the_board_only_the_citizen_keeps_it(world: World, cast: Cast) -> None:
    incident = open_one(world)
    give(incident, world.an_lac, cast.call_taker)
    with change():
        closing.close(incident_id=incident.pk, answer="Đã sửa.", by=cast.call_taker)
    event = _last_event()
    track = f"track:{incident.reports.get().pk}"
    assert event.audience == {track: "public"}
    # The agency's part ended with the closing, so it is gone for it as for everybody.
    assert event.removed == {"room", "leader", "wall", f"agency:{world.an_lac.pk}"}
    # Rights stay: the room can still open it.
    assert IncidentAudience.objects.filter(incident=incident, key="room").exists()


@pytest.mark.parametrize("answered", [True, False])
def test_the_citizen_learns_when_it_was_answered(world: World, cast: Cast, answered: bool) -> None:
    incident = open_one(world)
    with change() as c:
        if answered:
            closing.answer_at_once(incident_id=incident.pk, answer="Theo quy định…", by=cast.call_taker)
        else:
            closing.cancel(incident_id=incident.pk, reason=closing.CancelReason.TEST, by=cast.call_taker)
    body = described(incident.pk).bodies["public"]
    expected = c.at.isoformat().replace("+00:00", "Z") if answered else None
    assert body["answered_at"] == expected
