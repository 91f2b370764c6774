"""An invented province of any size: streets on a bent net, house numbers, crossroads, posts, and named places.

Everything follows from the seed. Names are built from common Vietnamese words, so that they share words as real
ones do.
"""

from __future__ import annotations

import math
import pickle
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from shapely import LineString, MultiLineString, Polygon

from geo.folding import fold_name
from geo.gazetteer.lookups import Gazetteer, build
from geo.gazetteer.rows import CrossroadRow, HouseRow, PlaceRow, PostRow, StreetRow

# The order in which `build` takes them.
ROWS = ("places", "houses", "posts", "streets", "crossroads")
WEST, SOUTH, EAST, NORTH = 106.35, 10.86, 106.96, 11.49
MIDDLE = ((WEST + EAST) / 2, (SOUTH + NORTH) / 2)
DEGREE_M = 110_000.0

FAMILY = [
    "Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Hoàng", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô",
    "Dương", "Lý", "Đinh", "Trương", "Đoàn", "Tô", "Mai", "Châu",
]  # fmt: skip
MIDDLES = [
    "Văn", "Thị", "Hữu", "Đức", "Minh", "Thanh", "Quang", "Ngọc", "Xuân", "Thu", "Hoài", "Kim", "Bá", "Công",
    "Đình", "Gia", "Hải", "Phước", "Tấn", "Thái",
]  # fmt: skip
GIVEN = [
    "An", "Ánh", "Bảo", "Bình", "Bích", "Cường", "Châu", "Chi", "Dũng", "Duyên", "Đạt", "Điền", "Giang", "Hà",
    "Hạnh", "Hiền", "Hiếu", "Hòa", "Hoa", "Hùng", "Hương", "Huy", "Khang", "Khoa", "Khải", "Lan", "Lâm",
    "Lộc", "Long", "Lợi", "Mai", "Mạnh", "Nam", "Nga", "Nghĩa", "Nhân", "Nhung", "Phát", "Phong", "Phúc",
    "Phương", "Quân", "Quý", "Sơn", "Tài", "Tâm", "Thảo", "Thắng", "Thiện", "Thịnh", "Thủy", "Tiến", "Toàn",
    "Trâm", "Trí", "Trinh", "Trung", "Tuấn", "Tùng", "Tường", "Tuyết", "Uyên", "Vinh", "Vỹ", "Xuyến", "Yến",
]  # fmt: skip
PLACES = [
    "Phú", "Tân", "Bình", "Thuận", "Hòa", "Lợi", "Thành", "An", "Long", "Mỹ", "Hưng", "Định", "Đông", "Tây",
    "Chánh", "Vĩnh", "Uyên", "Bến", "Cát", "Dầu", "Tiếng", "Lái", "Thiêu",
]  # fmt: skip
THINGS: tuple[tuple[str, str, int], ...] = (
    ("Quán cơm", "restaurant", 12),
    ("Quán cà phê", "cafe", 14),
    ("Nhà thuốc", "pharmacy", 8),
    ("Cửa hàng", "shop", 16),
    ("Tạp hóa", "convenience", 10),
    ("Công ty TNHH", "company", 12),
    ("Trường Tiểu học", "school", 2),
    ("Trường THCS", "school", 2),
    ("Trường Mầm non", "kindergarten", 3),
    ("Chợ", "marketplace", 1),
    ("Chùa", "place_of_worship", 2),
    ("Nhà thờ", "place_of_worship", 1),
    ("Trạm y tế", "clinic", 1),
    ("Khách sạn", "hotel", 3),
    ("Karaoke", "karaoke_box", 2),
    ("Cầu", "bridge", 2),
    ("Khu dân cư", "residential", 2),
    ("Khu phố", "neighbourhood", 2),
    ("Ngã tư", "crossroads", 1),
    ("Cây xăng", "fuel", 2),
    ("Tiệm vàng", "jewelry", 2),
)


@dataclass
class Province:
    """The rows of a gazetteer, and the streets' crossings for whoever writes addresses from it."""

    places: list[PlaceRow] = field(default_factory=list)
    streets: list[StreetRow] = field(default_factory=list)
    houses: list[HouseRow] = field(default_factory=list)
    crossroads: list[CrossroadRow] = field(default_factory=list)
    posts: list[PostRow] = field(default_factory=list)


def generate(places: int = 200_000, streets: int = 20_000, seed: int = 1022) -> Province:
    """The province with that many places and streets; one street in fifty is a numbered road with posts."""
    chance = random.Random(seed)
    province = Province()
    for number in range(streets):
        _add_street(province, number, chance)
    _add_crossroads(province, chance)
    for number in range(places):
        province.places.append(_place(number, chance))
    return province


def gazetteer_of(province: Province) -> Gazetteer:
    return build(
        places=province.places,
        streets=province.streets,
        houses=province.houses,
        crossroads=province.crossroads,
        posts=province.posts,
        middle=MIDDLE,
    )


def person(chance: random.Random) -> str:
    middle = f"{chance.choice(MIDDLES)} " if chance.random() < 0.8 else ""
    return f"{chance.choice(FAMILY)} {middle}{chance.choice(GIVEN)}"


def _street_name(number: int, chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.6:
        return person(chance)
    if kind < 0.75:
        return f"Đường số {chance.randint(1, 80)}"
    if kind < 0.85:
        return f"Hẻm {chance.randint(1, 400)}"
    if kind < 0.95:
        return f"{chance.choice('DNK')}{chance.randint(1, 60)}"
    return f"{chance.choice(PLACES)} {chance.choice(PLACES)} {chance.randint(1, 40):02}"


def _add_street(province: Province, number: int, chance: random.Random) -> None:
    is_road = number % 50 == 0
    nodes = chance.randint(40, 80) if is_road else chance.randint(6, 30)
    step = 120.0 if is_road else chance.uniform(15.0, 40.0)
    heading = chance.uniform(0, 2 * math.pi)
    lon, lat = chance.uniform(WEST, EAST), chance.uniform(SOUTH, NORTH)
    points = []
    for _node in range(nodes):
        points.append((lon, lat))
        heading += chance.gauss(0, 0.12)
        lon += step * math.sin(heading) / DEGREE_M
        lat += step * math.cos(heading) / DEGREE_M
    name = f"{chance.choice(('ĐT', 'ĐH', 'ĐX'))}{100 + number // 50}" if is_road else _street_name(number, chance)
    lines = MultiLineString([LineString(points)])
    province.streets.append(StreetRow(number + 1, name, (), name if is_road else "", is_road, "residential", lines))
    if is_road:
        for place in range(0, nodes, 8):
            province.posts.append(PostRow(number + 1, place * step / 1000, *points[place]))
    elif chance.random() < 0.2:
        for house in range(1, 2 * nodes, 3):
            place = points[house // 2]
            province.houses.append(HouseRow(number + 1, str(house), *place))


def _add_crossroads(province: Province, chance: random.Random) -> None:
    """Each street is told to cross two others: where does not matter to memory and time."""
    for street in province.streets:
        for _time in range(2):
            other = chance.choice(province.streets)
            if other.id != street.id:
                lon, lat = other.lines.geoms[0].coords[0]
                low, high = sorted((street.id, other.id))
                province.crossroads.append(CrossroadRow(low, high, lon, lat, 15.0, 4))


def _place(number: int, chance: random.Random) -> PlaceRow:
    thing, kind, _weight = chance.choices(THINGS, [weight for _thing, _kind, weight in THINGS])[0]
    own = chance.random()
    if own < 0.5:
        called = person(chance)
    elif own < 0.8:
        called = f"{chance.choice(PLACES)} {chance.choice(PLACES)} {chance.choice(GIVEN)}"
    else:
        called = f"{chance.choice(GIVEN)} {chance.choice(GIVEN)} {chance.randint(1, 99)}"
    name = f"{thing} {called}"
    lon, lat = chance.uniform(WEST, EAST), chance.uniform(SOUTH, NORTH)
    shape = None
    # One in ten is a building or ground with an outline.
    if number % 10 == 0:
        turns = np.linspace(0, 2 * math.pi, 7)[:-1]
        shape = Polygon([(lon + 0.0004 * math.cos(turn), lat + 0.0004 * math.sin(turn)) for turn in turns])
    return PlaceRow(number + 1, name, fold_name(name), (), kind, lon, lat, 60.0, "generated", shape)


def write(province: Province, path: Path) -> None:
    """The rows one after another in a file, so that a process can read them without ever holding them all."""
    with path.open("wb") as file:
        for name in ROWS:
            rows = getattr(province, name)
            pickle.dump(len(rows), file)
            for row in rows:
                pickle.dump(row, file)


def read(path: Path) -> Gazetteer:
    """The gazetteer of a file that `write` wrote."""
    with path.open("rb") as file:

        def rows() -> Iterator[Any]:
            for _row in range(pickle.load(file)):
                yield pickle.load(file)

        places, houses, posts, streets, crossroads = (rows() for _name in ROWS)
        return build(places=places, streets=streets, houses=houses, crossroads=crossroads, posts=posts, middle=MIDDLE)
