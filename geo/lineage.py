"""Counting by units of another set: what was counted by the old ones as by the new ones, with the total unchanged.

Two ways. By shares, for counts that are only known by unit: each old unit's count goes to its parts by area. By point,
for what has a position: the unit of the other set that holds it. Prefer the second where there is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from geo.index import territory
from geo.models import AreaLineage

Key = tuple[str, str]


def code_at(lon: float, lat: float, set_name: str) -> str:
    """The ward of a set that holds a point, or "" outside it; exact, whatever the date of what happened there."""
    index = territory().named(set_name)
    ward = index.ward_at(lon, lat) if index is not None else None
    return ward.code if ward is not None else ""


def shares(from_set: str, to_set: str) -> dict[str, dict[str, float]]:
    """For each ward of one set, the parts of it that lie in wards of another; each ward's parts add up to 1.

    Either set may be the older one. Sets that do not follow one another are joined through those between. A ward
    without any part in the other set has none here.
    """
    names = [one.name for one in sorted(territory().sets, key=lambda one: one.valid_from)]
    if from_set not in names or to_set not in names:
        return {}
    start, end = names.index(from_set), names.index(to_set)
    way = names[start : end + 1] if start <= end else names[end : start + 1][::-1]
    index = territory().named(from_set)
    assert index is not None
    found = {ward.code: {ward.code: 1.0} for ward in index.wards}
    for one, other in pairwise(way):
        step = _neighbouring(one, other)
        found = {code: joined for code, parts in found.items() if (joined := _through(parts, step))}
    return found


def recount(counts: Mapping[Key, float], to_set: str) -> dict[Key, float]:
    """Counts by (set, ward) as counts by the wards of one set. The total stays what it was.

    What belongs to no ward of that set, because nothing of its ward lies in it or its code is not known, is counted
    under (set, "").
    """
    found: dict[Key, float] = {}
    tables: dict[str, dict[str, dict[str, float]]] = {}
    for (set_name, code), count in counts.items():
        table = tables.setdefault(set_name, shares(set_name, to_set))
        for new_code, share in table.get(code, {"": 1.0}).items():
            found[to_set, new_code] = found.get((to_set, new_code), 0.0) + count * share
    return found


def whole(counts: Mapping[Key, float]) -> dict[Key, int]:
    """The counts as whole numbers with the same total, rounded: the largest remainders are rounded up."""
    total = round(sum(counts.values()))
    found = {key: int(count) for key, count in counts.items()}
    by_remainder = sorted(counts, key=lambda key: (found[key] - counts[key], key))
    for key in by_remainder[: total - sum(found.values())]:
        found[key] += 1
    return found


def _through(parts: Mapping[str, float], step: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    found: dict[str, float] = {}
    for code, part in parts.items():
        for new_code, share in step.get(code, {}).items():
            found[new_code] = found.get(new_code, 0.0) + part * share
    total = sum(found.values())
    return {code: share / total for code, share in found.items()} if total else {}


def _neighbouring(from_set: str, to_set: str) -> dict[str, dict[str, float]]:
    """The stored shares between a set and the next or the one before, each ward's adding up to 1.

    Stored are shares of the old unit; backwards they are weighed by the old units' areas.
    """
    rows = AreaLineage.objects.filter(old_set__name=from_set, new_set__name=to_set)
    pieces = [(row.old_code, row.new_code, row.share_of_old) for row in rows]
    if not pieces:
        before = territory().named(to_set)
        areas = {ward.code: ward.area_km2 for ward in before.wards} if before is not None else {}
        pieces = [
            (row.new_code, row.old_code, row.share_of_old * areas.get(row.old_code, 0.0))
            for row in AreaLineage.objects.filter(old_set__name=to_set, new_set__name=from_set)
        ]
    found: dict[str, dict[str, float]] = {}
    for code, other, weight in pieces:
        found.setdefault(code, {})[other] = weight
    totals = {code: sum(parts.values()) for code, parts in found.items()}
    return {
        code: {other: weight / totals[code] for other, weight in parts.items()}
        for code, parts in found.items()
        if totals[code] > 0
    }
