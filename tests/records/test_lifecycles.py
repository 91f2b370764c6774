"""The two tables, written out a second time as lists of states: every pair is either here or refused."""

from __future__ import annotations

import itertools

import pytest

from incidents.records.lifecycles import (
    ASSIGNMENT_STEPS,
    INCIDENT_STEPS,
    LIVE_STATES,
    OPEN_ASSIGNMENTS,
    SERVICE_KINDS,
    AssignmentState,
    IncidentState,
    NotAllowed,
    check_assignment_step,
    check_incident_step,
)

INCIDENT = {
    "received": "planned assigned closed cancelled",
    "planned": "received assigned closed cancelled",
    "assigned": "received planned in_progress resolved closed cancelled",
    "in_progress": "received planned assigned resolved closed cancelled",
    "resolved": "received planned in_progress assigned closed cancelled",
    "closed": "received",
    "cancelled": "received",
}
ASSIGNMENT = {
    "planned": "sent cancelled",
    "sent": "seen accepted returned transferred cancelled",
    "seen": "accepted returned transferred cancelled",
    "accepted": "in_progress asked postponed reported result_given returned transferred cancelled",
    "in_progress": "asked postponed reported result_given returned transferred cancelled",
    "asked": "in_progress returned transferred cancelled",
    "postponed": "in_progress returned transferred cancelled",
    "reported": "result_given in_progress cancelled",
    "result_given": "approved answered in_progress cancelled",
    "approved": "answered in_progress cancelled",
    "answered": "reopened",
    "reopened": "",
    "returned": "",
    "transferred": "",
    "cancelled": "",
}
# 113, 114, 115: at work at once, back to taken when their units are called back, never paused, never two hops.
SERVICE = {
    **ASSIGNMENT,
    "sent": "seen accepted in_progress returned transferred cancelled",
    "seen": "accepted in_progress returned transferred cancelled",
    "accepted": "in_progress result_given returned transferred cancelled",
    "in_progress": "accepted result_given returned transferred cancelled",
    "asked": "",
    "postponed": "",
    "reported": "",
}


@pytest.mark.parametrize(("now", "wanted"), list(itertools.product(IncidentState, repeat=2)))
def test_every_pair_of_incident_states(now: IncidentState, wanted: IncidentState) -> None:
    if wanted in INCIDENT[now].split():
        check_incident_step(now, wanted)
    else:
        with pytest.raises(NotAllowed) as refused:
            check_incident_step(now, wanted)
        assert (refused.value.now, refused.value.wanted) == (now, wanted)


@pytest.mark.parametrize(("now", "wanted"), list(itertools.product(AssignmentState, repeat=2)))
def test_every_pair_of_assignment_states(now: AssignmentState, wanted: AssignmentState) -> None:
    if wanted in ASSIGNMENT[now].split():
        check_assignment_step(now, wanted)
    else:
        with pytest.raises(NotAllowed):
            check_assignment_step(now, wanted)


@pytest.mark.parametrize("kind", sorted(SERVICE_KINDS))
def test_every_pair_of_states_of_an_emergency_service(kind: str) -> None:
    for now, wanted in itertools.product(AssignmentState, repeat=2):
        if wanted in SERVICE[now].split():
            check_assignment_step(now, wanted, kind)
        else:
            with pytest.raises(NotAllowed):
                check_assignment_step(now, wanted, kind)


@pytest.mark.parametrize(
    "way",
    [
        "received assigned in_progress resolved closed",
        "received closed received assigned closed",
        "received assigned received assigned in_progress resolved in_progress resolved closed",
        "received cancelled received closed",
        "received planned assigned in_progress planned received closed",
    ],
)
def test_ways_through(way: str) -> None:
    states = way.split()
    for now, wanted in itertools.pairwise(states):
        check_incident_step(now, wanted)


@pytest.mark.parametrize(
    "way",
    [
        "sent seen accepted in_progress reported result_given answered",
        "planned sent accepted result_given approved answered reopened",
        "sent seen returned",
        "sent accepted transferred",
        "accepted asked in_progress postponed in_progress reported in_progress result_given in_progress cancelled",
    ],
)
def test_ways_of_an_assignment(way: str) -> None:
    for now, wanted in itertools.pairwise(way.split()):
        check_assignment_step(now, wanted)


def test_every_state_has_its_row_and_a_way_out_of_what_is_open() -> None:
    assert INCIDENT_STEPS.keys() == set(IncidentState)
    assert ASSIGNMENT_STEPS.keys() == set(AssignmentState)
    for state in LIVE_STATES:
        assert INCIDENT_STEPS[state] - LIVE_STATES, f"{state} can never end"
    for open_state in OPEN_ASSIGNMENTS:
        assert AssignmentState.CANCELLED in ASSIGNMENT_STEPS[open_state]
