"""The pairs of messages and states that the browser's store is tested with too: frontend/src/live/store.test.ts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.realtime.reducer import State, reduce

CASES = [
    case for file in sorted((Path(__file__).parent / "pairs").glob("*.json")) for case in json.loads(file.read_text())
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["says"])
def test_the_reference_gives_what_the_pair_says(case: dict[str, Any]) -> None:
    state = State()
    for step in case["steps"]:
        state, resume = reduce(state, step["message"])
        expected = step["expect"]
        assert (state.position, state.rows, state.gone, resume) == (
            expected["position"],
            expected["rows"],
            expected["gone"],
            expected["resume"],
        )
