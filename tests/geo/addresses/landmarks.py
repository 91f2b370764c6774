"""Places told by a landmark alone: those that the resolver lists, as callers name them, and those that nobody lists.

Listed ones must say their ward, or the district where they lie on a border of wards; invented ones and things named
after a ward of two districts must be left to a person. Seeded.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from geo.folding import fold
from geo.index import SetIndex
from geo.language import table
from tests.geo.addresses.cases import OLD, Case

FORMS = (
    "{}", "ngay {}", "trước {}", "gần {}", "đối diện {}", "sau lưng {}", "cách {} 100 m", "ổ gà trước {}",
    "chỗ {} bị ngập nước", "kẹt xe ở {} nè", "cổng sau {}, cột điện nghiêng",
)  # fmt: skip
# Nothing of the province is called so, as far as is known.
THINGS = (
    "chợ", "quán cà phê", "trường mầm non", "nhà thuốc", "chung cư", "siêu thị", "cầu", "ngã tư", "bệnh viện",
    "chùa", "karaoke", "cây xăng", "công ty", "nhà hàng", "tiệm vàng", "KDC", "công viên",
)  # fmt: skip
NAMES = (
    "Hoa Tưởng", "Bảy Giả", "Sao Mơ", "Ngọc Thử", "Bằng Lăng Tím", "Mây Hồng Ngọc", "Ánh Dương Xanh", "Số 907",
    "Cô Út Mẫu", "Vườn Cau Xưa", "Kim Ngân Thử", "Đèn Đỏ",
)  # fmt: skip
# The keys round each letter.
_KEYS = {
    "q": "wa", "w": "qes", "e": "wrd", "r": "etf", "t": "ryg", "y": "tuh", "u": "yij", "i": "uok", "o": "ipl", "p": "o",
    "a": "qsz", "s": "adwx", "d": "sfec", "f": "dgrv", "g": "fhtb", "h": "gjyn", "j": "hkum", "k": "jli", "l": "ko",
    "z": "xa", "x": "zcs", "c": "xvd", "v": "cbf", "b": "vng", "n": "bmh", "m": "nj",
}  # fmt: skip


def landmarks(index: SetIndex, seed: int = 550) -> list[Case]:
    """Every listed landmark once in each way of writing, and as many that nobody lists."""
    chance = random.Random(seed)
    known = [*_listed(index, chance), *_unlisted(chance), *_of_two_districts(index, chance)]
    return [*known, *_mistyped(index, random.Random(seed + 1))]


def _listed(index: SetIndex, chance: random.Random) -> Iterator[Case]:
    for entry in table("landmarks")["landmark"]:
        districts = {index.units[code].parent_code for code in entry["wards"]}
        ward = entry["wards"][0] if len(entry["wards"]) == 1 else ""
        # On a border of districts nothing is shared.
        district = districts.pop() if len(districts) == 1 else ""
        for name in entry["names"]:
            for kind, text in (
                ("as written", name),
                ("without marks", fold(name)),
                ("in capitals", name.upper()),
                ("two letters exchanged", _slip(name, chance)),
            ):
                yield Case(f"landmark: {kind}", chance.choice(FORMS).format(text), OLD, ward, district)


def _mistyped(index: SetIndex, chance: random.Random) -> Iterator[Case]:
    """Every listed landmark of six letters or more with one slip of each kind, with its marks and without."""
    for entry in table("landmarks")["landmark"]:
        districts = {index.units[code].parent_code for code in entry["wards"]}
        ward = entry["wards"][0] if len(entry["wards"]) == 1 else ""
        district = districts.pop() if len(districts) == 1 else ""
        for name in (name for name in entry["names"] if len(name) >= 6):
            for kind, slip in SLIPS.items():
                for text in (name, fold(name)):
                    told = chance.choice(FORMS).format(slip(text, chance))
                    yield Case(f"landmark: {kind}", told, OLD, ward, district)


def _unlisted(chance: random.Random) -> Iterator[Case]:
    for thing in THINGS:
        for name in NAMES:
            text = chance.choice(FORMS).format(f"{thing} {name}")
            yield Case("landmark: nobody knows it", chance.choice((text, fold(text))), OLD, "", "")


def _of_two_districts(index: SetIndex, chance: random.Random) -> Iterator[Case]:
    names: dict[str, set[str]] = {}
    for ward in index.wards:
        names.setdefault(ward.name.partition(" ")[2], set()).add(ward.parent_code)
    for name in sorted(name for name, districts in names.items() if len(districts) > 1):
        for thing in THINGS[:8]:
            text = chance.choice(FORMS).format(f"{thing} {name}")
            yield Case("landmark: named after wards of two districts", text, OLD, "", "")


def _letters(name: str) -> list[int]:
    """Where letters stand behind the first: nobody mistypes what they look at."""
    return [at for at in range(1, len(name)) if name[at].isalpha()]


def _missing(name: str, chance: random.Random) -> str:
    at = chance.choice(_letters(name))
    return name[:at] + name[at + 1 :]


def _twice(name: str, chance: random.Random) -> str:
    at = chance.choice(_letters(name))
    return name[:at] + name[at : at + 1] + name[at:]


def _beside(name: str, chance: random.Random) -> str:
    """One letter is that of a neighbouring key."""
    at = chance.choice([at for at in _letters(name) if fold(name[at]) in _KEYS])
    return name[:at] + chance.choice(_KEYS[fold(name[at])]) + name[at + 1 :]


def _in_one(name: str, chance: random.Random) -> str:
    """Two words written in one."""
    gaps = [at for at, letter in enumerate(name) if letter == " "]
    if not gaps:
        return name
    at = chance.choice(gaps)
    return name[:at] + name[at + 1 :]


SLIPS = {"a letter missing": _missing, "a letter twice": _twice, "a key beside": _beside, "words in one": _in_one}


def _slip(name: str, chance: random.Random) -> str:
    """Two neighbouring letters exchanged, not in numbers."""
    places = [at for at in range(1, len(name) - 1) if name[at].isalpha() and name[at + 1].isalpha()]
    if not places:
        return name
    at = chance.choice(places)
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
