"""Addresses that name a spot: crossings, kilometres, alleys, things beside and between, positions written out.

Made from an invented province of streets and places on the borders in use, so that the true ward of each is the one
its point lies in. Names that stand for several things are left out, and so are points so near a border that nobody
could say.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from geo.folding import fold_name
from geo.index import SetIndex
from geo.plane import about_m, moved
from tests.geo.addresses.cases import OLD, Case

if TYPE_CHECKING:
    from geo.gazetteer.rows import PlaceRow
    from tests.bench.province import Province

FROM_BORDERS_M = 60.0
AWAY_M = 200
TOGETHER_M = 800.0
DIRECTIONS = ("bắc", "đông bắc", "đông", "đông nam", "nam", "tây nam", "tây", "tây bắc")
_PLUS = "23456789CFGHJMPQRVWX"
Point = tuple[float, float]
T = TypeVar("T")


def spotted(province: Province, index: SetIndex, seed: int = 550, each: int = 120) -> list[Case]:
    """`each` addresses of every class, as far as the province has so many names that stand for one thing alone."""
    maker = _Maker(province, index, random.Random(seed))
    classes: dict[str, Iterator[tuple[str, Point]]] = {
        "crossing": maker.crossings(),
        "kilometre": maker.kilometres(),
        "house in a street": maker.houses(("{number} {street}", "số {number} đường {street}", "nhà {number} {street}")),
        "house in an alley": maker.houses(
            ("hẻm {number} đường {street}", "kiệt {number} {street}", "ngõ {number} {street}", "{number}/7 {street}")
        ),
        "known place": maker.places(("{place}", "tại {place}", "rác trước cổng {place}")),
        "beside a place": maker.places(("gần {place}", "đối diện {place}", "sau {place}", "cách {place} khoảng 50m")),
        "so far from a place": maker.away(),
        "in a plot or block": maker.places(
            ("lô C2 {place}", "Lô A5-7, {place}", "block B {place}", "Block 12, {place}", "lô B, block 3, {place}")
        ),
        "between two places": maker.between(),
        "coordinates": maker.positions(_degrees),
        "map link": maker.positions(_link),
        "plus code": maker.positions(lambda _chance, lon, lat: plus_code(lon, lat)),
    }
    return [case for kind, found in classes.items() for case in islice(maker.cases(kind, found), each)]


class _Maker:
    def __init__(self, province: Province, index: SetIndex, chance: random.Random) -> None:
        self.province, self.index, self.chance = province, index, chance
        self.streets = {street.id: street for street in province.streets}
        names = Counter(fold_name(street.name) for street in province.streets)
        names.update(place.folded for place in province.places)
        self.once = {name for name, count in names.items() if count == 1}

    def cases(self, kind: str, found: Iterator[tuple[str, Point]]) -> Iterator[Case]:
        """Cases of the points that lie clearly in one ward; every other one names the district too."""
        for text, (lon, lat) in found:
            near = self.index.wards_near(lon, lat, FROM_BORDERS_M)
            if len(near) != 1 or self.index.ward_at(lon, lat) is None:
                continue
            ward = near[0][1]
            district = self.index.units[ward.parent_code]
            behind = f", {district.named(OLD)[1]}" if self.chance.random() < 0.5 else ""
            yield Case(f"spot: {kind}", f"{text}{behind}", OLD, ward.code, district.code)

    def crossings(self) -> Iterator[tuple[str, Point]]:
        forms = ("ngã tư {} và {}", "ngã ba {} - {}", "giao lộ {} với {}", "góc đường {}, đường {}")
        for row in self._shuffled(self.province.crossroads):
            first, second = self.streets[row.first_id], self.streets[row.second_id]
            if self._alone(first.name) and self._alone(second.name):
                yield self.chance.choice(forms).format(first.name, second.name), (row.lon, row.lat)

    def kilometres(self) -> Iterator[tuple[str, Point]]:
        for post in self._shuffled(self.province.posts):
            name, whole, metres = self.streets[post.street_id].name, int(post.km), round(1000 * (post.km % 1))
            if fold_name(name) in self.once and metres < 1000:
                form = self.chance.choice(("km {0}+{1:03} {2}", "Km{0}+{1:03} đường {2}", "{2} km {0}+{1:03}"))
                yield form.format(whole, metres, name), (post.lon, post.lat)

    def houses(self, forms: Sequence[str]) -> Iterator[tuple[str, Point]]:
        for house in self._shuffled(self.province.houses):
            street = self.streets[house.street_id]
            if self._alone(street.name) and not any(letter.isdigit() for letter in street.name):
                yield (
                    self.chance.choice(forms).format(number=house.number, street=street.name),
                    (house.lon, house.lat),
                )

    def places(self, forms: Sequence[str]) -> Iterator[tuple[str, Point]]:
        for place in self._shuffled(self.province.places):
            if self._alone(place.name):
                yield self.chance.choice(forms).format(place=place.name), (place.lon, place.lat)

    def between(self) -> Iterator[tuple[str, Point]]:
        alone = [place for place in self._shuffled(self.province.places) if self._alone(place.name)]
        for one in alone:
            near = [other for other in alone if other is not one and _apart_m(one, other) <= TOGETHER_M]
            if near:
                middle = (one.lon + near[0].lon) / 2, (one.lat + near[0].lat) / 2
                yield f"giữa {one.name} và {near[0].name}", middle

    def away(self) -> Iterator[tuple[str, Point]]:
        for text, (lon, lat) in self.places(("{place}",)):
            way = self.chance.randrange(8)
            yield f"cách {text} {AWAY_M} m về hướng {DIRECTIONS[way]}", moved(lon, lat, AWAY_M, way)

    def positions(self, written: Callable[[random.Random, float, float], str]) -> Iterator[tuple[str, Point]]:
        wards = self.index.wards
        while True:
            west, south, east, north = self.chance.choice(wards).polygon.bounds
            lon, lat = self.chance.uniform(west, east), self.chance.uniform(south, north)
            yield (
                self.chance.choice(("{}", "ổ gà ở {}", "{} bị ngập")).format(written(self.chance, lon, lat)),
                (lon, lat),
            )

    def _alone(self, name: str) -> bool:
        folded = fold_name(name)
        return folded in self.once and len(folded.split()) > 1

    def _shuffled(self, rows: Sequence[T]) -> list[T]:
        return self.chance.sample(rows, len(rows))


def _apart_m(one: PlaceRow, other: PlaceRow) -> float:
    return about_m(one.lon, one.lat, other.lon, other.lat)


def _degrees(chance: random.Random, lon: float, lat: float) -> str:
    def parts(value: float) -> tuple[int, int, float]:
        minutes = (value % 1) * 60
        return int(value), int(minutes), (minutes % 1) * 60

    (a, b, c), (d, e, f) = parts(lat), parts(lon)
    return chance.choice(
        (
            f"{lat:.5f}, {lon:.5f}",
            f"{lat:.6f} {lon:.6f}",
            f"{lon:.5f}, {lat:.5f}",
            f"{lat:.5f}N {lon:.5f}E",
            f"{a}°{b:02}'{c:04.1f}\"N {d}°{e:02}'{f:04.1f}\"E",
        )
    )


def _link(chance: random.Random, lon: float, lat: float) -> str:
    return chance.choice(
        (
            f"https://maps.google.com/?q={lat:.6f},{lon:.6f}",
            f"https://www.google.com/maps/place/X/@{lat + 0.03:.6f},{lon - 0.03:.6f},15z/data=!3d{lat:.6f}!4d{lon:.6f}",
            f"https://www.openstreetmap.org/?mlat={lat:.5f}&mlon={lon:.5f}#map=17/{lat:.5f}/{lon:.5f}",
            f"geo:{lat:.6f},{lon:.6f}",
        )
    )


def plus_code(lon: float, lat: float) -> str:
    """The full plus code of a point: five pairs of base-20 digits."""
    north, east = int((lat + 90) * 8000), int((lon + 180) * 8000)
    digits = ""
    for power in (160_000, 8_000, 400, 20, 1):
        digits += _PLUS[north // power % 20] + _PLUS[east // power % 20]
    return f"{digits[:8]}+{digits[8:]}"
