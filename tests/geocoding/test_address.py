"""What leaves the house is the address and nothing else."""

import pytest

from incidents.geocoding.address import LONGEST, address_part


@pytest.mark.parametrize(
    ("words", "sent"),
    [
        ("Ổ gà trước hẻm 12/5 đường Nguyễn Văn Mẫu, P. Phú Mẫu, gọi 0900 000 001",
         "hẻm 12/5 đường Nguyễn Văn Mẫu, P. Phú Mẫu"),
        ("Tôi tên Trần Thị Thử, nhà ở số 7 đường Lê Thử. Rác nhiều quá!", "số 7 đường Lê Thử"),
        ("Anh Nguyễn Văn Thử gây ồn ở KCN Sóng Mẫu 1, cạnh nhà bà Lê Thị Mẫu", "KCN Sóng Mẫu 1"),
        ("Tôi tên Nguyễn Đình Thử ở số 9 Đường Lê Thử Phường Phú Mẫu", "số 9 Đường Lê Thử Phường Phú Mẫu"),
        ("Nguyễn Đình Thử báo tin", ""),
        ("cột mốc trên QL13 gần ngã tư 550", "QL13 ngã tư 550"),
        ("gần chợ Bà Mẫu, thu@example.vn, 0274 3822 022", "chợ Bà Mẫu"),
        # Only a ward: the resolver knows those itself.
        ("Cây đổ ở phường Phú Mẫu", ""),
        # Nothing says where the name of the street ends.
        ("đường lê thử bị ngập, chị nga gọi", ""),
        ("số điện thoại của tôi 0900 000 002", ""),
        ("số 123456 là mã của tôi", ""),
        ("", ""),
        ("<script>alert(1)</script> 😀", ""),
    ],
)  # fmt: skip
def test_of_the_words_only_the_address(words: str, sent: str) -> None:
    assert address_part(words) == sent


def test_an_address_given_apart_goes_without_numbers_and_names() -> None:
    given = "12/5 Nguyễn Văn Mẫu, nhà bà Đỗ Thị Thử, cô Ư, 0900 000 001"
    assert address_part("đường Khác", given) == "12/5 Nguyễn Văn Mẫu"
    assert len(address_part("", "đường Mẫu " * 2000)) <= LONGEST


def test_long_words_cost_little_and_send_little() -> None:
    assert len(address_part("đường Mẫu 5 " * 2000)) <= LONGEST
    assert address_part("a" * 10_000) == ""
