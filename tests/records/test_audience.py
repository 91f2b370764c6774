from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from incidents.records.audience import incident_audience, keys_of_person
from incidents.records.keys import PROFILES
from incidents.records.models import Assignment, Category, Incident, IncidentAudience
from opscenter.accounts.roles import Role
from realtime import entities
from realtime.change import change
from tests.cast import Cast, give, open_one
from tests.intake.world import World


def test_profiles_are_those_of_the_stream() -> None:
    assert PROFILES == entities.PROFILES


def _audience(
    category: Category | None = None, exercise: int = 0, rows: Any = (), reports: Any = (7,)
) -> dict[str, str]:
    incident = Incident(category=category, exercise=exercise)
    assignments = [
        Assignment(pk=number, agency_id=agency, state=state) for number, (agency, _unit, state) in enumerate(rows, 1)
    ]
    units = {number: [unit] for number, (_agency, unit, _state) in enumerate(rows, 1) if unit is not None}
    found = incident_audience(incident, assignments, reports, units=units, above={4: [2, 1]})
    return {key: str(profile) for key, profile in found.items()}


_ALWAYS = {"room": "room", "track:7": "public"}
_LIVE = {**_ALWAYS, "leader": "wall", "wall": "wall"}
# Agency 4 has two above it, who see what it was given.
_FOUR = {"agency:4": "agency", "agency:2": "agency", "agency:1": "agency"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, _LIVE),
        ({"category": Category(is_complaint=False)}, _LIVE),
        ({"category": Category(is_complaint=True)}, _ALWAYS),
        ({"exercise": 3}, _ALWAYS),
        ({"reports": [7, 8]}, {**_LIVE, "track:8": "public"}),
        ({"rows": [(4, None, "sent")]}, {**_LIVE, **_FOUR}),
        ({"rows": [(4, None, "planned")]}, _LIVE),
        ({"rows": [(4, None, "transferred"), (5, None, "sent")]}, {**_LIVE, "agency:5": "agency"}),
        # A complaint about officials is for nobody but who was given it.
        ({"category": Category(is_complaint=True), "rows": [(4, 9, "sent")]}, {**_ALWAYS, "agency:4": "agency",
                                                                             "unit:9": "unit"}),
        ({"rows": [(4, 9, "accepted")]}, {**_LIVE, **_FOUR, "unit:9": "unit"}),
        ({"rows": [(4, 9, "answered")]}, {**_LIVE, **_FOUR, "unit:9": "unit"}),
        ({"rows": [(4, 9, "returned"), (5, None, "cancelled")]}, _LIVE),
        ({"rows": [(4, 9, "returned"), (4, None, "sent")]}, {**_LIVE, **_FOUR}),
        ({"rows": [(4, None, "sent"), (5, 8, "seen")]}, {**_LIVE, **_FOUR, "agency:5": "agency", "unit:8": "unit"}),
    ],
)  # fmt: skip
def test_who_sees_what(given: dict[str, Any], expected: dict[str, str]) -> None:
    assert _audience(**given) == expected


def test_keys_of_every_role(cast: Cast) -> None:
    expected = {
        "call_taker": {"room"},
        "supervisor": {"room"},
        "administrator": {"room"},
        "leader": {"leader"},
        "focal_point": {f"agency:{cast.focal_point.agency_id}"},
        "dispatcher": {f"agency:{cast.dispatcher.agency_id}"},
        "handler": {f"unit:{cast.unit.pk}"},
        "crew": {f"unit:{cast.crew.handling_unit_id}"},
        "partner": {f"partner:{cast.partner.pk}"},
    }
    assert {name: set(keys_of_person(getattr(cast, name))) for name in expected} == expected
    assert expected.keys() == {role.value for role in Role}
    for person in cast.people().values():
        person.is_active = False
        assert keys_of_person(person) == frozenset()
    assert keys_of_person(AnonymousUser()) == frozenset()


def test_visible_to_is_the_stored_audience(world: World, cast: Cast) -> None:
    mine, other = open_one(world), open_one(world)
    assignment = give(mine, world.an_lac, cast.call_taker)

    def seen_by(person: Any) -> set[int]:
        return set(Incident.objects.visible_to(person).values_list("pk", flat=True))

    both = {mine.pk, other.pk}
    assert seen_by(cast.call_taker) == seen_by(cast.supervisor) == seen_by(cast.administrator) == both
    assert seen_by(cast.focal_point) == {mine.pk}
    nothing = (cast.handler, cast.focal_point_there, cast.handler_there, cast.dispatcher, cast.crew, cast.leader)
    for person in (*nothing, cast.partner, AnonymousUser()):
        assert seen_by(person) == set(), person
    # A leader sees the wall's fields, which carry no words.
    assert set(Incident.objects.visible_to(cast.leader, PROFILES).values_list("pk", flat=True)) == both
    with change():
        from incidents.dispatching import agency_work

        agency_work.return_(assignment_id=assignment.pk, by=cast.focal_point, reason="không thuộc địa bàn")
    assert seen_by(cast.focal_point) == set()
    assert not IncidentAudience.objects.filter(key=f"agency:{world.an_lac.pk}").exists()
