"""The two tables, written out a second time as lists of states: every pair is either here or refused."""

from __future__ import annotations

import itertools

import pytest

from incidents.records.lifecycles import (
    ASSIGNMENT_STEPS,
    INCIDENT_STEPS,
    LIVE_STATES,
    OPEN_ASSIGNMENTS,
    AssignmentState,
    IncidentState,
    NotAllowed,
    check_assignment_step,
    check_incident_step,
)

INCIDENT = {
    "received": "assigned closed cancelled",
    "assigned": "received in_progress resolved closed cancelled",
    "in_progress": "received assigned resolved closed cancelled",
    "resolved": "received in_progress assigned closed cancelled",
    "closed": "received",
    "cancelled": "received",
}
ASSIGNMENT = {
    "sent": "seen accepted returned cancelled",
    "seen": "accepted returned cancelled",
    "accepted": "in_progress result_given returned cancelled",
    "in_progress": "result_given returned cancelled",
    "result_given": "approved in_progress cancelled",
    "returned": "",
    "approved": "",
    "cancelled": "",
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


@pytest.mark.parametrize(
    "way",
    [
        "received assigned in_progress resolved closed",
        "received closed received assigned closed",
        "received assigned received assigned in_progress resolved in_progress resolved closed",
        "received cancelled received closed",
    ],
)
def test_ways_through(way: str) -> None:
    states = way.split()
    for now, wanted in itertools.pairwise(states):
        check_incident_step(now, wanted)


def test_every_state_has_its_row_and_a_way_out_of_what_is_open() -> None:
    assert INCIDENT_STEPS.keys() == set(IncidentState)
    assert ASSIGNMENT_STEPS.keys() == set(AssignmentState)
    for state in LIVE_STATES:
        assert INCIDENT_STEPS[state] - LIVE_STATES, f"{state} can never end"
    for open_state in OPEN_ASSIGNMENTS:
        assert AssignmentState.CANCELLED in ASSIGNMENT_STEPS[open_state]
