"""Distances and directions said from a thing, and pairs of an old and a new name."""

from __future__ import annotations

import pytest

from geo.steps.offsets import Offset, offset_from
from geo.steps.tokens import clean, tokens_of

NAME = ("cho", "bung")


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("cách chợ Búng 200 m", Offset(200, None)),
        ("cach cho bung khoang 200met", Offset(200, None)),
        ("cách chợ Búng chừng 1,5 km về hướng bắc", Offset(1500, 0)),
        ("cách chợ Búng 2km", Offset(2000, None)),
        ("cách chợ Búng hai trăm mét về phía đông nam", Offset(200, 3)),
        ("qua khỏi chợ Búng tầm 100m", Offset(100, None)),
        ("cách 300 m chợ Búng", Offset(300, None)),
        ("chợ Búng đi về hướng tây 1 cây số", Offset(1000, 6)),
        ("cách cổng sau chợ Búng 50m", Offset(50, None)),
        # No distance, no way, or neither of them from this thing.
        ("gần chợ Búng", None),
        ("cách chợ Búng không xa", None),
        ("chợ Búng 200 m", None),
        ("cách chợ Búng 200 người", None),
        ("cách nhà tôi, chợ Búng 200 m", None),
        ("cách chợ Búng 90 km", None),
        ("cách chợ Búng 0 m", None),
        ("cách chợ Búng, 200 m đường hư", None),
    ],
)
def test_how_far_from_a_thing(text: str, offset: Offset | None) -> None:
    tokens = tokens_of(clean(text))
    words = [token.folded for token in tokens]
    start = next(at for at in range(len(words)) if tuple(words[at : at + 2]) == NAME)
    assert offset_from(tokens, words, start, start + 2) == offset
