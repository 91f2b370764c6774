"""An invented town with known geometry, written as an OpenStreetMap file: every true point is known to the metre.

The plane's middle lies in the made ward "Phường Hiệp Thành" of tests/geo/conftest.py. East and north are metres.

    Lê Văn Mẫu      east-west at north 0, 1,200 m, a house about every 10 m: odd numbers on its north side
    Trần Thị Thử    north-south at east 0, two carriageways 16 m apart, crosses Lê Văn Mẫu at (0, 0)
    QL99            a bend: from (-600, -700) east to (600, -700), then north to (600, 900); posts at Km10 to Km12
    Đường D1        north-south at east 300, ends on Lê Văn Mẫu
    Phạm Văn Vòng   meets Nguyễn Thị Nối at a roundabout round (-400, 400)
    Lê Văn Mẫu      another street of that name, 5 km farther east
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

from geo.plane import Plane

MIDDLE = (106.61, 10.93)
PLANE = Plane(*MIDDLE)


@dataclass
class OsmWriter:
    """Collects nodes and ways and writes them as .osm."""

    nodes: dict[tuple[float, float], int] = field(default_factory=dict)
    tags: dict[int, dict[str, str]] = field(default_factory=dict)
    ways: list[tuple[list[int], dict[str, str]]] = field(default_factory=list)

    def node(self, east: float, north: float, **tags: str) -> int:
        """The node at a point of the plane, made if new: ways through one point share its node."""
        number = self.nodes.setdefault((round(east, 2), round(north, 2)), len(self.nodes) + 1)
        self.tags.setdefault(number, {}).update({key.replace("__", ":"): value for key, value in tags.items()})
        return number

    def way(self, points: list[tuple[float, float]], **tags: str) -> None:
        numbers = [self.node(*point) for point in points]
        self.ways.append((numbers, {key.replace("__", ":"): value for key, value in tags.items()}))

    def write(self, path: Path) -> Path:
        lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6">']
        for (east, north), number in self.nodes.items():
            lon, lat = PLANE.degrees(east, north)
            lines.append(f'<node id="{number}" version="1" lat="{lat:.9f}" lon="{lon:.9f}">')
            lines += [*_tags(self.tags.get(number, {})), "</node>"]
        for number, (nodes, tags) in enumerate(self.ways, start=1):
            lines.append(f'<way id="{number}" version="1">')
            lines += [*(f'<nd ref="{node}"/>' for node in nodes), *_tags(tags), "</way>"]
        path.write_text("\n".join([*lines, "</osm>", ""]), encoding="utf-8")
        return path


def _tags(tags: dict[str, str]) -> list[str]:
    return [f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items()]


def house_at(number: int) -> tuple[float, float]:
    """Where a number of Lê Văn Mẫu is: number 1 is at the western end. No two plots are equally wide or deep."""
    place = (number + 1) // 2
    east = -600.0 + 10.0 * place + 4.0 * math.sin(1.7 * place)
    depth = 12.0 + 3.0 * math.sin(2.3 * number)
    return east, depth if number % 2 else -depth


def km_at(km: float) -> tuple[float, float]:
    """Where a kilometre of QL99 is, along its bend."""
    along = (km - 10.0) * 1000.0
    return (-600.0 + along, -700.0) if along <= 1200 else (600.0, -700.0 + along - 1200.0)


def town(*, houses: tuple[int, ...] = (1, 2, 21, 22, 61, 62, 119, 120)) -> OsmWriter:
    osm = OsmWriter()
    osm.way([(-600, 0), (-300, 0), (-8, 0), (8, 0)], highway="secondary", name="Lê Văn Mẫu", alt_name="Đường Số Mẫu")
    osm.way([(8, 0), (300, 0), (600, 0)], highway="secondary", name="Đường Lê Văn Mẫu")
    for east in (-8, 8):
        osm.way([(east, -500), (east, 0), (east, 500)], highway="primary", name="Trần Thị Thử", oneway="yes")
    osm.way([(300, 0), (300, 400)], highway="residential", name="Đường D1")
    osm.way([(-600, -700), (0, -700), (600, -700)], highway="trunk", name="Đại lộ Tưởng Tượng", ref="QL99")
    osm.way([(600, -700), (600, 0), (600, 900)], highway="trunk", ref="QL99")
    ring = [(-400 + 30 * math.cos(turn * math.pi / 4), 400 + 30 * math.sin(turn * math.pi / 4)) for turn in range(8)]
    osm.way([*ring, ring[0]], highway="tertiary", junction="roundabout")
    osm.way([ring[0], (-100, 400)], highway="tertiary", name="Phạm Văn Vòng")
    osm.way([ring[4], (-700, 400)], highway="tertiary", name="Phạm Văn Vòng")
    osm.way([ring[2], (-400, 800)], highway="tertiary", name="Nguyễn Thị Nối")
    osm.way([(5000, 0), (5300, 0)], highway="residential", name="Lê Văn Mẫu")
    # Posts stand beside the road, and the middle one 30 m too far along.
    for km, along in ((10, 10.0), (11, 11.03), (12, 12.0)):
        east, north = km_at(along)
        osm.node(east + 4, north + 5, highway="milestone", distance=str(km), ref="QL99")
    osm.node(20, 30, amenity="marketplace", name="Chợ Tưởng Tượng", alt_name="Chợ Cũ")
    osm.node(-8, 500, highway="traffic_signals", name="Ngã tư Bịa")
    square = [(200, -300), (400, -300), (400, -100), (200, -100), (200, -300)]
    osm.way(square, landuse="industrial", name="Khu công nghiệp Bịa Đặt")
    osm.way([(-700, -400), (700, -450)], waterway="stream", name="Suối Nghĩ Ra")
    osm.way([(100, 100), (120, 100), (120, 120), (100, 120), (100, 100)], building="yes", name="Trường Tiểu học Bịa")
    # Last, so that the other nodes keep their numbers whatever houses there are.
    for number in houses:
        osm.node(*house_at(number), addr__housenumber=str(number), addr__street="Lê Văn Mẫu")
    osm.node(-290.0, 40.0, addr__housenumber="61/5", addr__street="Đường Lê Văn Mẫu")
    return osm
