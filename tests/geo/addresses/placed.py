"""Reports that say where by a street, place, crossing, kilometre or position, as surely as people do, with the truth.

Harder than `spotted`: names that stand for several things, numbers between and beyond the known ones, fixes as far off
as they say and sometimes farther, and people who mean another thing of that name than the one that is known. How often
is assumed here, not measured. Confidence is held against these by `python -m tests.geo.addresses.calibration`. Seeded.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from geo.folding import fold_name
from geo.index import SetIndex
from tests.geo.addresses.cases import OLD, Case
from tests.geo.addresses.spotted import Point, plus_code

if TYPE_CHECKING:
    from tests.bench.province import Province

# How often another thing of that name is meant, which no source knows: of shops and streets more often than of roads.
UNKNOWN_NAMESAKE = {"place": 0.12, "street": 0.1, "crossing": 0.05, "kilometre": 0.03}
# How often a fix or pin is where the person is, not where the thing is, and how far from it; metres.
ELSEWHERE, ELSEWHERE_M = 0.04, 2_500.0
# How often people name the ward next door to where it is, when they name one.
NEXT_DOOR = 0.02
STREET_NODES_M = 110_000.0


@dataclass(frozen=True, slots=True)
class Placed:
    """A case with the position that came with it."""

    case: Case
    point: Point | None = None
    accuracy_m: float | None = None


def placed(province: Province, index: SetIndex, seed: int, each: int = 200) -> list[Placed]:
    """`each` of every kind, wherever its true point lies in a ward; every third names the district."""
    maker = _Maker(province, index, random.Random(seed))
    kinds: Mapping[str, Iterator[tuple[str, Point]]] = {
        "house known": maker.houses(0),
        "house between": maker.houses(1),
        "house in an alley": maker.houses(0, alley=True),
        "crossing": maker.crossings(),
        "kilometre": maker.kilometres(),
        "place": maker.places(("{}", "tại {}"), 30.0),
        "beside a place": maker.places(("gần {}", "đối diện {}", "sau {}"), 120.0),
        "street": maker.along(),
        "between": maker.between(),
        "written position": maker.positions(),
    }
    found = [one for kind, cases in kinds.items() for one in islice(maker.of_words(kind, cases), each)]
    for low, high in ((5, 30), (30, 100), (100, 500), (500, 1500)):
        found += islice(maker.fixes(f"fix {low}-{high} m", low, high), each)
    return found


class _Maker:
    def __init__(self, province: Province, index: SetIndex, chance: random.Random) -> None:
        self.province, self.index, self.chance = province, index, chance
        self.streets = {street.id: street for street in province.streets}
        self.by_id = {street.id: list(street.lines.geoms[0].coords) for street in province.streets}

    def of_words(self, kind: str, cases: Iterator[tuple[str, Point]]) -> Iterator[Placed]:
        for text, true in cases:
            codes = self._codes(true)
            if codes is not None:
                behind = f", {self._district(codes[1])}" if self.chance.random() < 1 / 3 else ""
                yield Placed(Case(kind, text + behind, OLD, *codes))

    def houses(self, beyond: int, *, alley: bool = False) -> Iterator[tuple[str, Point]]:
        while True:
            house = self.chance.choice(self.province.houses)
            name, nodes = self.streets[house.street_id].name, self.by_id[house.street_id]
            number = int(house.number) + beyond * self.chance.randint(1, 2)
            if number // 2 >= len(nodes):
                continue
            true = self._off(nodes[number // 2][:2], 60.0 if alley else 8.0)
            text = f"{number}{f'/{self.chance.randint(1, 40)}' if alley else ''} {self._street(name)}"
            yield text, self._meant("street", true)

    def crossings(self) -> Iterator[tuple[str, Point]]:
        while True:
            row = self.chance.choice(self.province.crossroads)
            first, second = (self.streets[number].name for number in (row.first_id, row.second_id))
            form = self.chance.choice(("ngã tư {} và {}", "ngã ba {} - {}", "góc đường {}, đường {}"))
            yield form.format(first, second), self._meant("crossing", self._off((row.lon, row.lat), 25.0))

    def kilometres(self) -> Iterator[tuple[str, Point]]:
        roads = [street for street in self.province.streets if street.is_road]
        while True:
            road = self.chance.choice(roads)
            nodes = self.by_id[road.id]
            metres = self.chance.randrange(0, (len(nodes) - 1) * 120, 100)
            at, part = divmod(metres / 120.0, 1)
            (west, south), (east, north) = nodes[int(at)][:2], nodes[int(at) + 1][:2]
            true = self._off((west + part * (east - west), south + part * (north - south)), 40.0)
            text = f"km {metres // 1000}+{metres % 1000:03} {road.name}"
            yield text, self._meant("kilometre", true)

    def places(self, forms: tuple[str, ...], off_m: float) -> Iterator[tuple[str, Point]]:
        while True:
            place = self.chance.choice(self.province.places)
            text = self.chance.choice(forms).format(place.name)
            yield text, self._meant("place", self._off((place.lon, place.lat), off_m))

    def along(self) -> Iterator[tuple[str, Point]]:
        while True:
            street = self.chance.choice(self.province.streets)
            if len(fold_name(street.name).split()) > 1:
                true = self.chance.choice(self.by_id[street.id])[:2]
                yield self._street(street.name), self._meant("street", self._off(true, 15.0))

    def between(self) -> Iterator[tuple[str, Point]]:
        """Two places not a kilometre apart, and a point between them."""
        while True:
            one = self.chance.choice(self.province.places)
            near = [
                other
                for other in self.chance.sample(self.province.places, 400)
                if 0 < math.hypot(other.lon - one.lon, other.lat - one.lat) * STREET_NODES_M < 1_500
            ]
            if near:
                share = self.chance.uniform(0.2, 0.8)
                true = one.lon + share * (near[0].lon - one.lon), one.lat + share * (near[0].lat - one.lat)
                yield f"giữa {one.name} và {near[0].name}", self._meant("place", true)

    def positions(self) -> Iterator[tuple[str, Point]]:
        while True:
            lon, lat = self._anywhere()
            written = self.chance.choice((f"{lat:.5f}, {lon:.5f}", f"lat: {lat:.5f}, lng: {lon:.5f}"))
            text = self.chance.choice((written, plus_code(lon, lat), f"https://maps.google.com/?q={lat:.6f},{lon:.6f}"))
            yield text, self._thing((lon, lat), 10.0)

    def fixes(self, kind: str, low: float, high: float) -> Iterator[Placed]:
        """A device's fix, alone, with the ward (sometimes the one next door), or with a place beside it."""
        while True:
            place = self.chance.choice(self.province.places)
            said = self.chance.choice(("", "ward", "place"))
            true = self._off((place.lon, place.lat), 30.0) if said == "place" else self._anywhere()
            codes = self._codes(true)
            if codes is None:
                continue
            accuracy = self.chance.uniform(low, high)
            text = {"": "", "ward": self._ward(codes[0], true), "place": f"trước {place.name}"}[said]
            # The accuracy is what two thirds of fixes keep.
            fix = self._thing(self._off(true, accuracy / 1.5), 0.0)
            yield Placed(Case(f"{kind}{f' and {said}' if said else ''}", text, OLD, *codes), fix, round(accuracy, 1))

    def _ward(self, code: str, true: Point) -> str:
        if self.chance.random() < NEXT_DOOR:
            code = self.chance.choice(self.index.wards_near(*true, 3_000))[1].code
        return self.index.units[code].named(OLD)[1]

    def _meant(self, kind: str, true: Point) -> Point:
        return self._anywhere() if self.chance.random() < UNKNOWN_NAMESAKE[kind] else true

    def _thing(self, at: Point, off_m: float) -> Point:
        return self._off(at, ELSEWHERE_M if self.chance.random() < ELSEWHERE else off_m)

    def _off(self, at: Point, spread_m: float) -> Point:
        """A point beside another, normally so far from it each way."""
        east, north = self.chance.gauss(0, spread_m), self.chance.gauss(0, spread_m)
        return at[0] + east / STREET_NODES_M, at[1] + north / STREET_NODES_M

    def _anywhere(self) -> Point:
        while True:
            west, south, east, north = self.chance.choice(self.index.wards).polygon.bounds
            point = self.chance.uniform(west, east), self.chance.uniform(south, north)
            if self.index.ward_at(*point) is not None:
                return point

    def _codes(self, true: Point) -> tuple[str, str] | None:
        ward = self.index.ward_at(*true)
        return (ward.code, ward.parent_code) if ward is not None else None

    def _district(self, code: str) -> str:
        return self.index.units[code].named(OLD)[1]

    def _street(self, name: str) -> str:
        return f"{self.chance.choice(('', 'đường '))}{name}"
