"""Addresses made from the lists of units: every unit of both sets, every name and form, with slips; seeded."""

from __future__ import annotations

import csv
import datetime as dt
import random
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from geo.folding import fold
from geo.kinds import split_label
from tests.geo.addresses.cases import NEW, OLD, Case

FIXTURES = Path(__file__).parents[3] / "fixtures" / "areas"
SHORT = {
    "phuong": ["P.", "P. ", "P ", "p. ", "Ph. ", "F. "],
    "xa": ["X. ", "X.", "xã "],
    "thi_tran": ["TT. ", "TT ", "T.T "],
    "thi_xa": ["TX. ", "TX ", "TX.", "T.X "],
    "thanh_pho": ["TP. ", "TP ", "Tp.", "tp "],
    "huyen": ["H. ", "H.", "H "],
}
STREETS = [
    "Nguyễn Thị Minh Khai", "Lê Hồng Phong", "Cách Mạng Tháng Tám", "Huỳnh Văn Lũy", "30/4", "Nguyễn An Ninh", "Yersin",
    "Thích Quảng Đức", "Trần Hưng Đạo", "Hùng Vương", "Nguyễn Văn Tiết", "Phan Đình Phùng", "Nguyễn Trãi", "N3", "D12",
    "Lý Thường Kiệt", "số 5", "ĐX 044", "ĐT 743", "QL13", "ĐH 409", "Đại lộ Bình Dương", "Độc Lập", "Tạo Lực 2",
    "Trần Quang Diệu", "DT741",
]  # fmt: skip
HAMLETS = [
    "KP 3",
    "khu phố 2",
    "Khu Phố Bình Đức",
    "ấp 4",
    "Ấp Bà Tri",
    "tổ 5, KP. 1",
    "Tổ 12 khu 6",
    "KP. Tân Thắng",
    "Lô C2, KCN",
    "khu phố 1A",
]
THINGS = ["chợ", "trường tiểu học", "bưu điện", "nhà thờ", "trường THCS", "chùa"]
SEATS = ["UBND", "công an", "trạm y tế", "BĐVHX"]
SAID = [
    "nước ngập nhà tôi ở {}",
    "dạ cho hỏi đèn đường hư tại {} ạ",
    "{} bị cúp điện từ sáng",
    "có tai nạn ở {}, mau lên",
    "rác đổ trộm thuộc {} nha chị",
]
SHOPS = ["Shop Mẫu", "Tạp hóa Cô Út", "Công ty TNHH Ví Dụ", "Nhà thuốc Số 7", "Cửa hàng Thử Nghiệm"]
CITY = ["TP. Hồ Chí Minh", "TP.HCM", "Thành phố Hồ Chí Minh", "TPHCM"]
ELSEWHERE = [
    "phường {}, quận 12, TP.HCM",
    "xã {}, huyện Hớn Quản, Bình Phước",
    "{}, Biên Hòa, Đồng Nai",
    "P. {}, Q. 9, TPHCM",
    "xã {}, huyện Củ Chi",
    "{}, Trảng Bàng, Tây Ninh",
]
TELEX = {"\u0300": "f", "\u0301": "s", "\u0309": "r", "\u0303": "x", "\u0323": "j"}
HEARD = [
    ("dầu", "giầu"), ("lái thiêu", "lái thiu"), ("giáo", "dáo"), ("bàu", "bào"), ("cát", "các"), ("dĩ", "dỹ"),
    ("uyên", "quyên"), ("thuận", "thuộn"), ("mỹ", "mĩ"), ("lợi", "lợ"), ("tiếng", "tiến"), ("thạnh", "thạn"),
    ("phước", "phướt"),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as the lists have it on one date."""

    code: str
    name: str
    district: str

    @property
    def kind(self) -> str:
        return split_label(self.name)[0]

    @property
    def bare(self) -> str:
        return split_label(self.name)[1]


class Lists:
    """The units of both sets, their names on any date, and where the ground of the old ones lies now."""

    def __init__(self, shares: dict[tuple[str, str], float]) -> None:
        self.shares = shares
        self.names: list[tuple[str, str, str, dt.date, dt.date | None]] = []
        for row in rows_of("names.csv"):
            until = dt.date.fromisoformat(row["valid_until"]) if row["valid_until"] else None
            self.names.append((row["set"], row["code"], row["name"], dt.date.fromisoformat(row["valid_from"]), until))
        self.parents = {row["code"]: row["parent_code"] for row in rows_of("units_2019.csv") if row["level"] == "ward"}

    def name(self, area_set: str, code: str, on: dt.date) -> str:
        return next(
            name
            for set_name, other, name, since, until in self.names
            if (set_name, other) == (area_set, code) and since <= on and (until is None or on < until)
        )

    def old(self, on: dt.date = OLD) -> list[Unit]:
        return [Unit(code, self.name("2019", code, on), parent) for code, parent in self.parents.items()]

    def new(self) -> list[Unit]:
        return [Unit(code, name, "") for area_set, code, name, _since, _until in self.names if area_set == "2025"]

    def district(self, code: str, on: dt.date = OLD) -> Unit:
        return Unit(code, self.name("2019", code, on), "")


def generated(lists: Lists, seed: int = 1022, each: int = 3) -> list[Case]:
    """`each` addresses of every class for every unit it fits."""
    chance = random.Random(seed)
    cases: list[Case] = []
    for _again in range(each):
        cases += _old_units(lists, chance)
        cases += _new_units(lists, chance)
        cases += _without_ward(lists, chance)
    return cases


def well_formed(kind: str) -> bool:
    """Whether addresses of a class name a ward as a clerk would write it."""
    return kind in {
        "labelled",
        "short labels",
        "list",
        "no district",
        "later names",
        "turned round",
        "separators",
        "new names",
    }


def with_slips(kind: str) -> bool:
    return kind in SLIPS


def _old_units(lists: Lists, chance: random.Random) -> Iterator[Case]:
    units = lists.old()
    often = [unit.bare for unit in units]
    for unit in units:
        district = lists.district(unit.district)
        key = (unit.code, unit.district)

        def case(kind: str, text: str, on: dt.date = OLD, key: tuple[str, str] = key) -> Case:
            return Case(kind, text, on, *key)

        front = _front(chance)
        labelled = f"{front}, {unit.name}, {district.name}{_province(chance)}"
        yield case("labelled", labelled)
        short = f"{short_form(unit, chance)}, {short_form(district, chance)}"
        yield case("short labels", f"{front}, {short}{_province(chance)}")
        yield case("list", f"{front}, {unit.bare}, {_some_district(district, chance)}{_province(chance)}")
        if often.count(unit.bare) == 1:
            yield case("no district", f"{front}, {unit.name}{_province(chance)}")
            yield case("name alone", unit.bare)
        later = chance.choice([dt.date(2020, 3, 1), dt.date(2021, 3, 1), dt.date(2024, 6, 1), dt.date(2025, 3, 1)])
        then = lists.name("2019", unit.code, later)
        yield case(
            "later names", f"{front}, {then}, {lists.district(unit.district, later).name}", chance.choice([OLD, later])
        )
        yield case("turned round", f"Bình Dương - {district.name} - {unit.name} - {front}")
        mark = chance.choice([" - ", " / ", "; ", " ", " | ", "\n"])
        yield case("separators", mark.join([front, unit.name, district.name, "Bình Dương"]))
        yield case("no commas", f"{front} {unit.bare} {district.bare} Bình Dương".replace(",", ""))
        yield case("brackets", f"{chance.choice(SHOPS)} ({front}, {short_form(unit, chance)}, {district.bare})")
        other = chance.choice([one for one in units if one.bare != unit.bare])
        street = f"{chance.randint(1, 400)} {chance.choice(['đường ', 'Đường ', 'đ. ', ''])}{other.bare}"
        yield case(
            "street like a ward",
            f"{street}, {_some_ward(unit, chance)}, {_some_district(district, chance)}{_province(chance)}",
        )
        place = f"{chance.choice(['chợ', 'KCN', 'gần ngã tư', 'KDC', 'quán', 'khu phố'])} {other.bare}"
        yield case("thing like a ward", f"{place}, {_some_ward(unit, chance)}, {_some_district(district, chance)}")
        yield case("its own thing", f"{chance.choice(THINGS)} {unit.bare}, {_some_ward(unit, chance)}, {district.bare}")
        yield case(
            "seat of it",
            f"{chance.choice(SEATS)} {chance.choice([unit.bare, unit.name])}, {_some_district(district, chance)}",
        )
        yield case("thing of it", f"{chance.choice(THINGS)} {unit.bare}, {_some_district(district, chance)}")
        yield case("caller", chance.choice(SAID).format(f"{_some_ward(unit, chance)} {district.bare}".lower()))
        former = {"719": "721", "726": "723"}.get(unit.district)
        kind = chance.choice(["Xã", "Thị trấn", "Phường"])
        if often.count(unit.bare) == 1:
            yield case("former kind", f"{front}, {kind} {unit.bare}, huyện {district.bare}")
            if former:
                yield case("divided district", f"{front}, xã {unit.bare}, huyện {lists.district(former).bare}")
        for slip, change in SLIPS.items():
            form = chance.choice(
                [
                    labelled,
                    f"{front}, {short_form(unit, chance)}, {short_form(district, chance)}",
                    f"{front}, {unit.bare}, {district.bare}",
                ]
            )
            yield case(slip, change(form, chance))
        yield _on_the_new_ground(lists, unit, district, front, chance)


def _on_the_new_ground(lists: Lists, unit: Unit, district: Unit, front: str, chance: random.Random) -> Case:
    """An old address after the merger: the new ward where nearly all of the old one went, else nobody knows."""
    share, new = max((share, new) for (old, new), share in lists.shares.items() if old == unit.code)
    text = f"{front}, {_some_ward(unit, chance)}, {_some_district(district, chance)}{_province(chance)}"
    return Case("old names, new set", text, NEW, new if share >= 0.9 else "", "")


def _new_units(lists: Lists, chance: random.Random) -> Iterator[Case]:
    for unit in lists.new():
        front = _front(chance)
        yield Case("new names", f"{front}, {unit.name}, {chance.choice(CITY)}", NEW, unit.code, "")
        yield Case("new names", f"{front}, {short_form(unit, chance)}, {chance.choice(CITY)}", NEW, unit.code, "")
        yield Case("new list", f"{front}, {unit.bare}, {chance.choice(CITY)}", NEW, unit.code, "")
        for slip, change in SLIPS.items():
            yield Case(slip, change(f"{front}, {unit.name}, {chance.choice(CITY)}", chance), NEW, unit.code, "")


def _without_ward(lists: Lists, chance: random.Random) -> Iterator[Case]:
    units = lists.old()
    for code in sorted({unit.district for unit in units}):
        district = lists.district(code)
        street = chance.choice(STREETS)
        yield Case(
            "district only",
            f"{chance.randint(1, 900)} {street}, {_some_district(district, chance)}{_province(chance)}",
            OLD,
            "",
            code,
        )
        yield Case("district only", f"{street} {short_form(district, chance)}", OLD, "", code)
        yield Case("district only", f"bưu điện {district.bare}", OLD, "", code)
    often = [unit.bare for unit in units]
    for name in sorted({bare for bare in often if often.count(bare) > 1}):
        yield Case("two of the name", f"{_front(chance)}, {name}{_province(chance)}", OLD, "", "")
    for form in ELSEWHERE:
        yield Case(
            "outside",
            form.format(
                chance.choice(
                    ["Hiệp Thành", "An Bình", "Tân Hiệp", "Phú Mỹ", "Thanh An", "An Phú", "Long Tân", "Bình Thọ"]
                )
            ),
            OLD,
            "",
            "",
        )


def _front(chance: random.Random) -> str:
    number = chance.choice(["{}", "{}/{}", "số {}", "{}A", "{}/{}/{}", "Số {}/{}"]).format(
        *(chance.randint(1, 300) for _ in range(3))
    )
    street = chance.choice(STREETS)
    return chance.choice(
        [
            f"{number} {street}",
            f"{number} đường {street}",
            f"{number}, {street}",
            f"{number} {street}, {chance.choice(HAMLETS)}",
            f"{chance.choice(HAMLETS)}",
            f"hẻm {number}, đường {street}",
        ]
    )


def _province(chance: random.Random) -> str:
    return chance.choice(
        ["", ", Bình Dương", ", tỉnh Bình Dương", ", BD", ", T. Bình Dương", " - Bình Dương", ", Bình Dương, Việt Nam"]
    )


def short_form(unit: Unit, chance: random.Random) -> str:
    if unit.bare == "Thủ Dầu Một" and chance.random() < 0.5:
        return chance.choice(["TDM", "TPTDM", "TP.TDM", "Tp TDM"])
    return chance.choice(SHORT[unit.kind]) + unit.bare


def _some_ward(unit: Unit, chance: random.Random) -> str:
    return chance.choice([unit.name, short_form(unit, chance), unit.bare])


def _some_district(unit: Unit, chance: random.Random) -> str:
    return chance.choice([unit.name, short_form(unit, chance), unit.bare])


# --- slips -----------------------------------------------------------------------------------------------------


def _plain(text: str, chance: random.Random) -> str:
    return "".join(_base(letter) for letter in text)


def _base(letter: str) -> str:
    plain = fold(letter)
    return plain.upper() if letter.isupper() else plain


def _upper(text: str, chance: random.Random) -> str:
    return text.upper()


def _decomposed(text: str, chance: random.Random) -> str:
    return unicodedata.normalize("NFD", text)


def _mixed(text: str, chance: random.Random) -> str:
    return " ".join(_plain(word, chance) if chance.random() < 0.4 else word for word in text.split(" "))


def _other_tone_place(text: str, chance: random.Random) -> str:
    for one, other in (("òa", "oà"), ("ỏa", "oả"), ("úy", "uý"), ("ũy", "uỹ"), ("ủy", "uỷ")):
        text = text.replace(one, other)
    return text


def _glued(text: str, chance: random.Random) -> str:
    parts = text.split(",")
    return ",".join("".join(word[:1].upper() + word[1:] for word in part.split()) for part in parts)


def _telex(text: str, chance: random.Random) -> str:
    """What remains when the keyboard's Vietnamese mode was off, for about half of the words."""
    return " ".join(_telex_word(word) if chance.random() < 0.5 else word for word in text.split(" "))


def _telex_word(word: str) -> str:
    typed, tone = "", ""
    for letter in unicodedata.normalize("NFD", word):
        if letter in TELEX:
            tone = TELEX[letter]
        elif letter == "\u0302":
            typed += typed[-1:]
        elif letter in "\u0306\u031b":
            typed += "w"
        else:
            typed += {"đ": "dd", "Đ": "DD"}.get(letter, letter)
    end = len(typed.rstrip(".,;-"))
    return typed[:end] + tone + typed[end:]


def _typing(text: str, chance: random.Random) -> str:
    """One slip of a finger in a word of three letters or more that carries no digit."""
    words = text.split(" ")
    fitting = [at for at, word in enumerate(words) if len(word) >= 3 and word.strip(",.").isalpha()]
    if not fitting:
        return text
    at = chance.choice(fitting)
    word = words[at]
    place = chance.randrange(len(word.rstrip(",.")) - 1)
    words[at] = chance.choice(
        [
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
            word[:place] + word[place + 1 :],
            word[:place] + word[place] + word[place:],
            word[:place] + chance.choice("aeionhtgcm") + word[place + 1 :],
        ]
    )
    return " ".join(words)


def _heard(text: str, chance: random.Random) -> str:
    text = text.lower().replace(",", "")
    for right, heard in HEARD:
        if chance.random() < 0.5:
            text = re.sub(rf"\b{right}\b", heard, text)
    return text


SLIPS: dict[str, Callable[[str, random.Random], str]] = {
    "plain": _plain,
    "upper case": _upper,
    "decomposed": _decomposed,
    "mixed marks": _mixed,
    "other tone place": _other_tone_place,
    "glued": _glued,
    "telex": _telex,
    "typing slip": _typing,
    "misheard": _heard,
}


def rows_of(name: str) -> list[dict[str, str]]:
    with (FIXTURES / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))
