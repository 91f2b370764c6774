from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.records.covering import cover, mask
from incidents.records.summaries import LONGEST, summarise


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


@pytest.mark.parametrize(
    ("words", "covered"),
    [
        ("Tôi tên là Nguyễn Văn A, nhà ở đường Nguyễn Văn Trỗi", "Tôi tên là •••, nhà ở đường Nguyễn Văn Trỗi"),
        ("Tôi là Nguyễn Văn A phản ánh ổ gà", "Tôi là ••• phản ánh ổ gà"),
        ("toi ten la nguyen van a o khu pho 3", "toi ten la ••• o khu pho 3"),
        ("TÔI TÊN LÀ NGUYỄN VĂN A Ở ĐƯỜNG LÊ LỢI", "TÔI TÊN LÀ ••• Ở ĐƯỜNG LÊ LỢI"),
        ("Họ tên: Phạm Thị C. Số 0900000001", "Họ tên: •••. Số •••"),
        ("gọi cho chị Lan nhé", "gọi cho chị ••• nhé"),
        ("liên hệ anh Tuấn 0900000001", "liên hệ anh ••• •••"),
        ("ông Nguyễn Văn Bảy bị té", "ông ••• bị té"),
        # Composed of letters and marks, as some telephones write.
        (unicodedata.normalize("NFD", "em là Trần Hương"), "em là •••"),
    ],
)
def test_covers_who_somebody_says_they_are_and_whom_to_ring(words: str, covered: str) -> None:
    assert cover(words) == covered


@pytest.mark.parametrize(
    "words",
    [
        "đường Nguyễn Văn Trỗi, phường Lê Lợi, gần trường Lê Văn Tám",
        "đường Cô Giang gần chợ Bà Chiểu, hẻm chú Hỏa, chùa Bà Thiên Hậu",
        "trước nhà bà Bảy, đường bà Lê Chân",
        "gọi cho Công an phường Phú Hòa, gặp Sở Thông tin và Truyền thông, báo UBND xã Tân Định",
        "tôi là Tổ trưởng tổ dân phố 5, tôi là người dân phường Phú Hòa, em là sinh viên",
        "Công ty Cổ phần Trần Anh, con hẻm tên là Hoa Lan",
        "gọi hồ sơ đất đai bị trễ, cô giáo, ông cao tuổi, chi cao cap",
        "gọi Lê Hồng Phong giao Cách Mạng Tháng Tám",
        "khi nào gọi 113 114 115, khi nào gọi 1022",
        "gần Ngã ba Huỳnh Văn Lũy - Lê Hồng Phong, nga ba Hoang Hoa Tham, gan cau Ho Van Cong, vòng xoay Bà Lê Chân",
    ],
)
def test_streets_places_and_offices_stay(words: str) -> None:
    assert cover(words) == words


@given(st.text())
def test_whatever_is_written_is_covered_once(words: str) -> None:
    again = cover(cover(words))
    assert again == cover(again)


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
