"""Addresses as they come in a hurry: parts left out, other wards' names in streets and things, several slips at once.

Harder than `generated`, and unlike there the words do not always tell the ward that is meant: people name the ward next
door, and a market or an estate named after a ward may lie outside it. How often is assumed here, not measured.
Confidence is fitted on one set of these and shown on another (`python -m tests.geo.addresses.calibration`). Seeded.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from tests.geo.addresses.cases import NEW, OLD, Case
from tests.geo.addresses.generated import (
    CITY,
    SAID,
    SEATS,
    SHOPS,
    SLIPS,
    STREETS,
    THINGS,
    Lists,
    Unit,
    rows_of,
    short_form,
)

BESIDE = ["gần", "đối diện", "sau", "kế bên", "cách", "hướng đi", "giáp"]
NEAR_THINGS = ["chợ", "KCN", "ngã tư", "KDC", "công ty", "cây xăng", "cầu", "trường tiểu học", "UBND", "phường"]
HAMLETS = ["KP 3", "khu phố 2", "ấp 4", "tổ 5, KP. 1", "Tổ 12 khu 6", "khu phố 1A", "Lô C2, KCN", "tờ bản đồ 5"]
INSIDE = [*THINGS, "khu phố"]
MAYBE = ["KDC", "ngã tư", "cây xăng", "chợ", "chung cư"]
# How often the ward named is the one next door, by how it is named.
MISREMEMBERED, INSIDE_ELSEWHERE, MAYBE_ELSEWHERE = 0.01, 0.08, 0.25
ENDS = ["", "", "", " bị ngập", " mau lên", " nha", ", 0909 000 000", " (gọi trước khi giao)", " từ sáng"]


def hurried(lists: Lists, seed: int, each: int = 24) -> list[Case]:
    """`each` addresses of every ward of the old set, and half as many of the new one."""
    chance = random.Random(seed)
    return [*_old(lists, chance, each), *_new(lists, chance, each // 2)]


def _old(lists: Lists, chance: random.Random, each: int) -> Iterator[Case]:
    units = lists.old()
    districts = sorted({unit.district for unit in units})
    by_code = {unit.code: unit for unit in units}
    next_door = {row["code"]: row["neighbours"].split() for row in rows_of("units_2019.csv") if row["level"] == "ward"}
    for unit in units:
        beside = [by_code[code] for code in next_door[unit.code] if code in by_code] or [unit]
        others = [one for one in units if one.bare != unit.bare]
        for _again in range(each):
            code = unit.district if chance.random() > 0.02 else chance.choice(districts)
            district = lists.district(code)
            tail = ""
            if chance.random() < 0.55:
                tail = chance.choice([district.name, short_form(district, chance), district.bare])
            if chance.random() < 0.4:
                tail += ", Bình Dương" if tail else "Bình Dương"
            text = _address(unit, beside, chance.choice(others), tail, chance)
            yield Case("hurried", text, OLD, unit.code, unit.district)


def _new(lists: Lists, chance: random.Random, each: int) -> Iterator[Case]:
    units = lists.new()
    for unit in units:
        others = [one for one in units if one.bare != unit.bare]
        for _again in range(each):
            tail = chance.choice(CITY) if chance.random() < 0.7 else ""
            yield Case("hurried", _address(unit, [unit], chance.choice(others), tail, chance), NEW, unit.code, "")


def _address(unit: Unit, beside: list[Unit], other: Unit, tail: str, chance: random.Random) -> str:
    parts = [part for part in (_front(other, chance), _ward(unit, beside, chance), tail) if part]
    text = chance.choice([", ", ", ", " ", " - "]).join(parts)
    if chance.random() < 0.3:
        text = chance.choice(SAID).format(text.lower())
    text += chance.choice(ENDS)
    for _slip in range(chance.choice([0, 0, 1, 1, 2, 3])):
        text = SLIPS[chance.choice(list(SLIPS))](text, chance)
    return text


def _front(other: Unit, chance: random.Random) -> str:
    """What stands before the ward: a house, a hamlet, a shop, or something with another ward's name."""
    number = f"{chance.randint(1, 300)}{chance.choice(['', '', 'A', '/5', '/12/3'])}"
    kind = chance.random()
    if kind < 0.4:
        return f"{number} {chance.choice(['', 'đường '])}{chance.choice(STREETS)}"
    if kind < 0.5:
        return chance.choice(HAMLETS)
    if kind < 0.6:
        return f"{number} {chance.choice(['', 'đường ', 'hẻm '])}{other.bare}"
    if kind < 0.75:
        return f"{chance.choice([*BESIDE, ''])} {chance.choice(NEAR_THINGS)} {other.bare}".strip()
    return chance.choice(SHOPS) if kind < 0.85 else ""


def _ward(unit: Unit, beside: list[Unit], chance: random.Random) -> str:
    kind, elsewhere = chance.random(), chance.random()
    if elsewhere < (MISREMEMBERED if kind < 0.89 else INSIDE_ELSEWHERE if kind < 0.95 else MAYBE_ELSEWHERE):
        unit = chance.choice(beside)
    if kind < 0.35:
        return unit.name
    if kind < 0.55:
        return short_form(unit, chance)
    if kind < 0.85:
        return unit.bare
    things = SEATS if kind < 0.89 else INSIDE if kind < 0.95 else MAYBE
    return f"{chance.choice(things)} {unit.bare}"
