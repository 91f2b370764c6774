"""What people added and taught, laid over what the sources say: a few names that come often and are seen at once."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from shapely import STRtree

from geo.folding import fold_name
from geo.gazetteer.answers import KINDS, LearntAlias
from geo.gazetteer.grid import Grid
from geo.gazetteer.lookups import Gazetteer, LookupNames
from geo.gazetteer.names import NameRows, Names
from geo.gazetteer.rows import PlaceRow
from geo.gazetteer.shortforms import written_out

_NUMBERS = np.uint16


def with_people(
    whole: Gazetteer, *, places: Iterable[PlaceRow], aliases: Iterable[LearntAlias], versions: Mapping[str, str]
) -> Gazetteer:
    """The same gazetteer with other places that people added and other names they taught.

    Of what the sources say only flat arrays are copied: tens of milliseconds for a whole province, where building its
    names anew takes seconds.
    """
    rows, learnt, base = list(places), tuple(aliases), whole.source_places
    kinds = {kind: number for number, kind in enumerate(whole.place_kinds)}
    sources = {source: number for number, source in enumerate(whole.place_sources)}
    kind_numbers = [kinds.setdefault(row.kind, len(kinds)) for row in rows]
    source_numbers = [sources.setdefault(row.source, len(sources)) for row in rows]
    lonlat = np.array([(row.lon, row.lat) for row in rows], np.float64).reshape(-1, 2)
    flat = _flat(whole, lonlat)
    east, north = whole.place_grid.points()
    return replace(
        whole,
        versions=dict(versions),
        names=replace(whole.names, added=_place_names(rows, base)),
        aliases=_alias_names(learnt),
        alias_rows=learnt,
        place_ids=whole.place_ids[:base] + array("q", [row.id for row in rows]),
        place_names=whole.place_names.followed_by(base, [row.name for row in rows]),
        place_kinds=tuple(kinds),
        place_kind_numbers=_longer(whole.place_kind_numbers[:base], np.array(kind_numbers, _NUMBERS)),
        place_sources=tuple(sources),
        place_source_numbers=_longer(whole.place_source_numbers[:base], np.array(source_numbers, _NUMBERS)),
        place_lonlat=_longer(whole.place_lonlat[:base], lonlat),
        place_radii=_longer(whole.place_radii[:base], np.array([row.radius_m for row in rows], np.float32)),
        **_shapes(whole, rows),
        place_grid=Grid(_longer(east[:base], flat[:, 0]), _longer(north[:base], flat[:, 1])),
    )


def _shapes(whole: Gazetteer, rows: Sequence[PlaceRow]) -> dict[str, Any]:
    """The fields of outlines: as they are while nobody's place has one, which is nearly always."""
    base = whole.source_places
    own = {number: whole.plane.metres(row.shape) for number, row in enumerate(rows, base) if row.shape is not None}
    if not own and max(whole.place_shapes, default=-1) < base:
        return {}
    shapes = {number: shape for number, shape in whole.place_shapes.items() if number < base} | own
    numbers = np.fromiter(shapes, np.int32, len(shapes))
    return {"place_shapes": shapes, "shape_tree": STRtree(list(shapes.values())), "shape_numbers": numbers}


def _longer(first: Any, second: Any) -> Any:
    return np.concatenate([first, second]) if len(second) else first


def _flat(whole: Gazetteer, lonlat: Any) -> Any:
    if not len(lonlat):
        return np.empty((0, 2), np.float32)
    points = whole.plane.metres(shapely.points(lonlat))
    return shapely.get_coordinates(points).astype(np.float32).reshape(-1, 2)


def _place_names(rows: Sequence[PlaceRow], first: int) -> LookupNames | None:
    """The names of added places, numbered from `first` on."""
    if not rows:
        return None
    names, owners = NameRows(), array("i")
    for number, row in enumerate(rows, first):
        for name in (row.folded, *(fold_name(other) for other in row.other_names)):
            if words := written_out(name.split()):
                names.add(words)
                owners.append(number << 2 | KINDS.index("place"))
    return LookupNames(Names(names), owners)


def _alias_names(rows: Sequence[LearntAlias]) -> dict[int, LookupNames]:
    """The aliases' names, for each exercise its own."""
    found = {}
    for exercise in {row.exercise for row in rows}:
        own = [number for number, row in enumerate(rows) if row.exercise == exercise]
        names = NameRows()
        for number in own:
            names.add(written_out(fold_name(rows[number].phrase).split()))
        found[exercise] = LookupNames(Names(names), array("i", [number << 2 | KINDS.index("alias") for number in own]))
    return found
