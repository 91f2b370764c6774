"""Numbered roads in words, and whose they are."""

from __future__ import annotations

import pytest

from incidents.dispatching.roads import road_in


@pytest.mark.parametrize(
    ("words", "name", "owner"),
    [
        ("Ổ gà trên QL13 gần cầu vượt", "QL13", "national"),
        ("quốc lộ 1A đoạn qua Dĩ An", "QL1A", "national"),
        ("đường ĐT 743 sụt lún", "ĐT743", "provincial"),
        ("dt741 ngap nuoc", "ĐT741", "provincial"),
        ("Tỉnh lộ 746b hư", "ĐT746B", "provincial"),
        ("Huyện lộ 402 lầy lội", "ĐH402", "district"),
        ("ĐH.508 bụi mù", "ĐH508", "district"),
        ("đường ĐX 012 tối om", "ĐX012", "commune"),
        # Of a crossing the higher road counts.
        ("ngã tư ĐT743 và QL13", "QL13", "national"),
    ],
)
def test_the_number_says_the_owner(words: str, name: str, owner: str) -> None:
    road = road_in(words)
    assert road is not None
    assert (road.name, road.owner) == (name, owner)


@pytest.mark.parametrize(
    "words", ["ổ gà trước số 12/5", "ĐT 0900 000 001", "đt 274 382 2022", "DT 900000001", "đường 30/4"]
)
def test_telephones_and_houses_are_no_roads(words: str) -> None:
    assert road_in(words) is None


def test_the_first_text_that_names_one_counts() -> None:
    road = road_in("", "ĐH 402", "QL13")
    assert road is not None
    assert road.name == "ĐH402"
