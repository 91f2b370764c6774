"""What contacts write, and what it means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.contacts.commands import Act, Command, choose_unit, read, why_returned


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("N 1234", Command(Act.ACCEPT, "1234")),
        ("n1234", Command(Act.ACCEPT, "1234")),
        ("Nhận 1234", Command(Act.ACCEPT, "1234")),
        ("NHAN VIEC 1234", Command(Act.ACCEPT, "1234")),
        ("nhận việc số 1234.", Command(Act.ACCEPT, "1234")),
        ("  N:  1234 ạ", Command(Act.ACCEPT, "1234", "ạ")),
        ("N 1022-000123", Command(Act.ACCEPT, "1022-000123")),
        ("T 1234 đường tỉnh, thuộc Sở GTVT", Command(Act.RETURN, "1234", "đường tỉnh, thuộc Sở GTVT")),
        ("tra lai 1234: khong thuoc tham quyen", Command(Act.RETURN, "1234", "khong thuoc tham quyen")),
        ("C 1234 Tổ đô thị", Command(Act.HAND_ON, "1234", "Tổ đô thị")),
        ("chuyển 1234 2", Command(Act.HAND_ON, "1234", "2")),
        ("X 1234 Đã vá xong ổ gà", Command(Act.DONE, "1234", "Đã vá xong ổ gà")),
        ("Xong 1234\nđã vá, đường thông", Command(Act.DONE, "1234", "đã vá, đường thông")),
        ("X 1234 vá 3 m2 lúc 10:30", Command(Act.DONE, "1234", "vá 3 m2 lúc 10:30")),
        ("H", Command(Act.HELP)),
        # Not whole: which reason, which unit, which result?
        ("T 1234", Command(Act.HELP, "1234", wanted=Act.RETURN)),
        ("C 1234 ", Command(Act.HELP, "1234", wanted=Act.HAND_ON)),
        ("X 1234 .", Command(Act.HELP, "1234", wanted=Act.DONE)),
        ("N", Command(Act.HELP)),
        ("N abc", Command(Act.HELP)),
        ("1234 N", Command(Act.HELP)),
        ("Y 1234 xong rồi nhé các anh chị ơi, cảm ơn nhiều", Command(Act.HELP)),
        ("ok", Command(Act.HELP)),
        ("không hiểu", Command(Act.HELP)),
        # A focal point's telephone may report something as a citizen.
        ("Nước tràn ra đường ở phường An Lạc từ sáng đến giờ", None),
        ("Trước cổng trường có cây đổ chắn ngang lối đi", None),
    ],
)
def test_what_an_sms_means(text: str, expected: Command | None) -> None:
    assert read(text) == expected


def test_a_thread_of_mails_tells_the_code() -> None:
    assert read("N", code_needed=False) == Command(Act.ACCEPT)
    for text in ("X đã vá xong", "X: đã vá xong", "xong: đã vá xong"):
        assert read(text, code_needed=False) == Command(Act.DONE, "", "đã vá xong")
    # Prose that only begins like a command.
    for text in ("Trả lời ông/bà: chúng tôi sẽ xem lại hồ sơ này", "Nhận được thư của quý cơ quan, xin cảm ơn nhiều"):
        assert read(text, code_needed=False) is None
    assert read("T", code_needed=False) == Command(Act.HELP, wanted=Act.RETURN)


@given(st.text(max_size=200))
def test_no_text_makes_it_fail(text: str) -> None:
    command = read(text)
    assert command is None or command.act == Act.HELP or command.code


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Không thuộc thẩm quyền, của Sở GTVT", "not_competent"),
        ("khong thuoc tham quyen", "not_competent"),
        ("không thuộc địa bàn phường, địa chỉ chưa rõ", "other_area"),
        ("đã xử lý tuần trước", "already_done"),
        ("địa chỉ chưa rõ", "not_clear"),
        ("xe hỏng", "other"),
    ],
)
def test_why_it_was_returned(words: str, expected: str) -> None:
    assert why_returned(words) == expected


UNITS = ["Tổ đô thị", "Tổ môi trường", "Văn phòng"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Tổ đô thị", 0),
        ("to do thi", 0),
        ("môi trường", 1),
        ("3", 2),
        ("văn phòng", 2),
        ("tổ", None),
        ("4", None),
        ("0", None),
        ("khác", None),
        ("", None),
    ],
)
def test_which_unit_is_meant(words: str, expected: int | None) -> None:
    assert choose_unit(words, UNITS) == expected
