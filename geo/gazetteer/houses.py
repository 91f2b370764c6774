"""House numbers by street in flat arrays; a province has more of them than of anything else."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from typing import Any

from geo.gazetteer.linear import HouseAt, split_number
from geo.gazetteer.rows import HouseRow
from geo.plane import Plane


class Houses:
    """The known houses of each street, by the street's key in the rows."""

    def __init__(self, rows: Iterable[HouseRow], plane: Plane) -> None:
        by_street: dict[int, array[int]] = {}
        self._mains, self._east, self._north = array("i"), array("f"), array("f")
        # Few numbers have more than a main number.
        self._rests: dict[int, tuple[str, ...]] = {}
        for row in rows:
            parsed = split_number(row.number)
            if parsed is None:
                continue
            number = len(self._mains)
            by_street.setdefault(row.street_id, array("i")).append(number)
            east, north = plane.point(row.lon, row.lat)
            self._mains.append(parsed[0])
            self._east.append(east)
            self._north.append(north)
            if parsed[1]:
                self._rests[number] = parsed[1]
        self._by_street: Mapping[int, Any] = by_street

    def __contains__(self, street_id: int) -> bool:
        return street_id in self._by_street

    def of(self, street_id: int) -> list[HouseAt]:
        return [
            HouseAt(self._mains[number], self._rests.get(number, ()), self._east[number], self._north[number])
            for number in self._by_street.get(street_id, ())
        ]
