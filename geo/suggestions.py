"""What somebody may be about to type: units of the set in force and known places, by the beginnings of words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from geo.areas import AreaRef, covering_in, names_date, reference_to, set_index_on
from geo.folding import fold_name
from geo.gazetteer.answers import Entry
from geo.gazetteer.index import gazetteer
from geo.index import SetIndex, Territory, territory
from geo.kinds import bare_name
from geo.models import Level
from geo.resolver import resolve
from geo.steps.areanames import expand_short_names
from geo.steps.tokens import clean, tokens_of
from geo.steps.units import circle_of
from geo.steps.written import write_out

MOST = 8
# Longer than this is an address to be resolved, not a name being typed.
MOST_WORDS = 10
# Two stops of one name are one line, so more are asked for than shown.
MOST_ASKED = 3 * MOST
# Learnt names go before places, and never fill the list.
MOST_LEARNT = 3


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line of the list: a name, where it is (degrees, radius in metres), its ward and district."""

    kind: str
    name: str
    lon: float
    lat: float
    radius_m: float
    ward: AreaRef | None
    district: AreaRef | None
    approximate: bool
    # How often people confirmed a learnt name; 0 for everything else.
    times: int = 0

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "name": self.name,
            "detail": ", ".join(area.name for area in (self.ward, self.district) if area and area.name != self.name),
            "lon": round(self.lon, 6),
            "lat": round(self.lat, 6),
            "radius_m": round(self.radius_m),
            "ward": _area(self.ward),
            "district": _area(self.district),
            "approximate": self.approximate,
            "times": self.times,
        }


@dataclass(frozen=True, slots=True)
class _Entry:
    """A name's words, folded; `bare` without the label of a unit."""

    words: tuple[str, ...]
    bare: tuple[str, ...]
    suggestion: Suggestion

    def has(self, word: str) -> bool:
        """Whether a typed word begins a word of the name; a label must be whole, or "phu" would be every phường."""
        return any(own.startswith(word) for own in self.bare) or word in self.words


@dataclass(frozen=True, eq=False, slots=True)
class _Entries:
    """The units of one set, by the first two letters of each of their words."""

    entries: tuple[_Entry, ...]
    by_beginning: dict[str, tuple[int, ...]]


_kept: tuple[Territory, SetIndex, dt.date | None, _Entries] | None = None


def suggest(query: str, *, on: dt.date, learnt_in: int | None = None) -> list[Suggestion]:
    """At most eight suggestions, best first. Every typed word must begin a word of the name, in any order.

    `learnt_in`: with the local names learnt in this exercise (0: live), behind the units and before the places; None:
    without any, for whoever is not of the house. Where no name fits, the text is resolved as an address or position.
    """
    whole, index = territory(), set_index_on(on)
    typed = tokens_of(clean(query))
    if index is None or not typed:
        return []
    known = _entries(whole, index, names_date(on))
    # "đường 30" and "BV" are read as the names are stored; a word still being typed stays as it is.
    words = [token.folded for token in write_out(expand_short_names(typed))]
    plain = [token.folded for token in typed]
    found = [entry.suggestion for entry in _matching(known, words) or _matching(known, plain)]
    if len(words) <= MOST_WORDS:
        if learnt_in is not None:
            found += _learnt(index, names_date(on), words, learnt_in) or _learnt(
                index, names_date(on), plain, learnt_in
            )
        found += _named(index, names_date(on), words) or _named(index, names_date(on), plain)
    # Two stops of one name in one ward are one line.
    once: dict[tuple[str, str, str], Suggestion] = {}
    for one in found:
        area = one.ward or one.district
        once.setdefault((one.kind, fold_name(one.name), area.code if area else ""), one)
    return list(once.values())[:MOST] or _resolved(query, on, learnt_in or 0)


def _learnt(index: SetIndex, named_on: dt.date | None, words: Sequence[str], exercise: int) -> list[Suggestion]:
    """What people call places here, the most often confirmed first. Two places of one name are both offered."""
    known = gazetteer()
    names = known.aliases.get(exercise)
    rows = [known.alias(entry.number) for entry in names.beginning(words, MOST)] if names is not None else []
    found = []
    for row in sorted(rows, key=lambda one: -one.times)[:MOST_LEARNT]:
        covering = covering_in(index, row.lon, row.lat, named_on)
        if not covering.is_outside:
            at = (row.lon, row.lat, row.radius_m)
            areas = (covering.ward, covering.district)
            found.append(Suggestion("alias", row.phrase, *at, *areas, index.approximate, row.times))
    return found


def _named(index: SetIndex, named_on: dt.date | None, words: Sequence[str]) -> list[Suggestion]:
    """Places and streets of the gazetteer inside the territory."""
    entries = gazetteer().names.beginning(words, MOST_ASKED)
    found = (_suggestion(index, named_on, entry) for entry in entries)
    return [one for one in found if one is not None]


def _suggestion(index: SetIndex, named_on: dt.date | None, entry: Entry) -> Suggestion | None:
    known = gazetteer()
    if entry.kind == "place":
        place = known.place(entry.number)
        kind, name, lon, lat, radius = "place", place.name, place.lon, place.lat, place.radius_m
    else:
        whole, kind, name = known.whole(entry.number), "street", known.street(entry.number).name
        lon, lat, radius = whole.lon, whole.lat, whole.radius_m
    covering = covering_in(index, lon, lat, named_on)
    if covering.is_outside:
        return None
    return Suggestion(kind, name, lon, lat, radius, covering.ward, covering.district, index.approximate)


def _matching(known: _Entries, words: Sequence[str]) -> list[_Entry]:
    if len(words) > MOST_WORDS:
        return []
    wanted: set[int] | None = None
    for word in words:
        numbers = known.by_beginning.get(word[:2], ())
        fitting = {
            number for number in numbers if (wanted is None or number in wanted) and known.entries[number].has(word)
        }
        wanted = fitting
        if not wanted:
            return []
    typed = tuple(words)
    return sorted(
        (known.entries[number] for number in wanted or ()),
        key=lambda entry: (
            not _begins(entry.bare, typed),
            not _begins(entry.words, typed),
            len(entry.words),
            entry.suggestion.name,
        ),
    )


def _begins(words: tuple[str, ...], typed: tuple[str, ...]) -> bool:
    """Whether a name begins with what was typed, its last word maybe unfinished."""
    last = len(typed) - 1
    return words[:last] == typed[:last] and len(words) > last and words[last].startswith(typed[last])


def _resolved(query: str, on: dt.date, exercise: int) -> list[Suggestion]:
    return [
        Suggestion(
            candidate.kind,
            candidate.name or query.strip(),
            candidate.lon,
            candidate.lat,
            candidate.radius_m,
            candidate.ward,
            candidate.district,
            candidate.approximate,
        )
        for candidate in resolve(query, on=on, exercise=exercise).candidates
    ]


def _entries(whole: Territory, index: SetIndex, named_on: dt.date | None) -> _Entries:
    global _kept
    kept = _kept
    if kept is None or kept[0] is not whole or kept[1] is not index or kept[2] != named_on:
        entries = tuple(_areas(whole, index, named_on))
        by_beginning: dict[str, set[int]] = {}
        for number, entry in enumerate(entries):
            for word in entry.words:
                for length in (1, 2):
                    by_beginning.setdefault(word[:length], set()).add(number)
        kept = (whole, index, named_on, _Entries(entries, {key: tuple(v) for key, v in by_beginning.items()}))
        _kept = kept
    return kept[3]


def _areas(whole: Territory, index: SetIndex, named_on: dt.date | None) -> Iterable[_Entry]:
    for unit in index.units.values():
        if unit.level == Level.PROVINCE:
            continue
        reference = reference_to(index, unit, named_on)
        above = index.units.get(unit.parent_code)
        ward = reference if unit.level == Level.WARD else None
        district = reference if ward is None else reference_to(index, above, named_on) if above is not None else None
        suggestion = Suggestion(
            unit.level, reference.name, *circle_of(whole, index, unit), ward, district, index.approximate
        )
        # Former names find the unit too; the list shows what it is called now.
        for name in dict.fromkeys([reference.name, unit.name, *(dated.name for dated in unit.names)]):
            bare = tuple(fold_name(bare_name(name)).split())
            yield _Entry(tuple(fold_name(name).split()), bare, suggestion)


def _area(area: AreaRef | None) -> dict[str, str] | None:
    return {"set": area.set_name, "code": area.code, "name": area.name} if area is not None else None
