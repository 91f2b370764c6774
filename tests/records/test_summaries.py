from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.records.summaries import LONGEST, mask, summarise


@pytest.mark.parametrize(
    ("words", "masked"),
    [
        ("gọi 0900000001 nhé", "gọi ••• nhé"),
        ("gọi 0900 000 001, gặp Lan", "gọi •••, gặp Lan"),
        ("+84-900.000.001", "•••"),
        ("(0274) 3822 022", "•••"),
        ("thư ai.do+1@vi-du.example.vn ạ", "thư ••• ạ"),
        ("số 12/5 đường 30/4, gọi 115", "số 12/5 đường 30/4, gọi 115"),
        ("hẻm 12345678 không phải số điện thoại", "hẻm 12345678 không phải số điện thoại"),
        ("ngày 24/11/2019 lúc 08:30", "ngày 24/11/2019 lúc 08:30"),
    ],
)
def test_masks_numbers_and_addresses(words: str, masked: str) -> None:
    assert mask(words) == masked


def test_one_line_cut_between_words() -> None:
    text = "Ổ gà  rất\nsâu " * 40
    short = summarise(text)
    assert len(short) <= LONGEST
    assert short.endswith("…")
    assert "\n" not in short
    assert "  " not in short
    assert summarise("ngắn") == "ngắn"


@given(st.text(), st.integers(min_value=20, max_value=200))
def test_never_longer(words: str, longest: int) -> None:
    assert len(summarise(words, longest)) <= longest


@given(st.from_regex(r"0\d{9}", fullmatch=True), st.sampled_from([" ", ".", "-", ""]))
def test_no_grouping_gets_a_number_through(number: str, between: str) -> None:
    written = between.join((number[:4], number[4:7], number[7:]))
    assert not any(len(part) > 4 and part.isdigit() for part in mask(f"gọi {written} gấp").split())
    assert number[4:7] not in mask(f"gọi {written} gấp")
