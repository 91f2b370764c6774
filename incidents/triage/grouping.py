"""Which reports are one event? Place, time, category and words, weighed together. Pure: no query, no clock.

A report is held against the events that are known, then against the reports that belong to none: when enough of those
are alike within a short time, they are a new event. The storm of tests/triage/storm.py measures how well it does.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

METRES_A_DEGREE = 111_320.0
# So many reports within WITHIN are proposed as one event.
LEAST = 6
WITHIN = dt.timedelta(minutes=30)
# An event that nobody reports for so long is over: the next report may be another one.
QUIET = dt.timedelta(hours=2)
# From here on two reports, or a report and an event, are taken for the same.
SAME_FROM = 0.6
# How far apart two reports of one thing may lie, beyond what each is unsure of; metres.
REACH_M = 150.0
FARTHEST_M = 900.0
# A circle wider than this says only in which ward it is: that is no place to compare.
VAGUE_M = 1_000.0
# A report whose place is so vague is never grouped by itself; from here on a supervisor is asked about it.
GUESS_FROM = 0.5
_TEXTS = 8
# Another category of the same group says so much of what the same category says.
_OF_A_GROUP = 0.25
# Words so much alike are enough although the kinds have nothing in common.
_ALIKE_ALONE = 0.75


@dataclass(frozen=True, slots=True)
class Sighting:
    """One incident as grouping sees it; degrees and metres, `words` folded."""

    id: int
    at: dt.datetime
    lon: float
    lat: float
    radius_m: float
    category: int | None
    group: int | None
    words: str


@dataclass(slots=True)
class Event:
    """Several sightings of one thing: its middle, how far they lie apart, of what kinds they are, the latest words."""

    key: int
    lon: float
    lat: float
    spread_m: float
    count: int
    last_at: dt.datetime
    categories: Counter[int | None] = field(default_factory=Counter)
    groups: Counter[int | None] = field(default_factory=Counter)
    texts: deque[str] = field(default_factory=lambda: deque(maxlen=_TEXTS))

    @classmethod
    def of(cls, key: int, sightings: Iterable[Sighting]) -> Event:
        """An event of sightings; raises ValueError for none."""
        first, *others = sightings
        event = cls(key, first.lon, first.lat, 0.0, 0, first.at)
        for one in (first, *others):
            event.add(one)
        return event

    def add(self, one: Sighting) -> None:
        """Takes one in; the more exact it is, the more it moves the middle."""
        if one.radius_m <= VAGUE_M:
            share = 1.0 / (self.count + 1) if one.radius_m <= REACH_M else 0.2 / (self.count + 1)
            away = metres(self.lon, self.lat, one.lon, one.lat)
            self.lon += (one.lon - self.lon) * share
            self.lat += (one.lat - self.lat) * share
            self.spread_m += (min(away, FARTHEST_M) - self.spread_m) * share
        self.count += 1
        self.last_at = max(self.last_at, one.at)
        self.categories[one.category] += 1
        self.groups[one.group] += 1
        self.texts.append(one.words)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a new sighting is: of a known event (`joins`), one of several that are a new event (`founds`), or alone."""

    joins: Event | None = None
    founds: tuple[Sighting, ...] = ()


def judge(one: Sighting, events: Iterable[Event], loose: Iterable[Sighting]) -> Verdict:
    """Holds a sighting against the events and the loose sightings around it."""
    best = max(((belongs(one, event), event.count, event) for event in events), key=lambda it: it[:2], default=None)
    if best is not None and best[0] >= SAME_FROM:
        return Verdict(joins=best[2])
    alike = [other for other in loose if likeness(one, other) >= SAME_FROM]
    if len(alike) + 1 >= LEAST:
        return Verdict(founds=(*sorted(alike, key=lambda other: other.id), one))
    return Verdict()


def likeness(one: Sighting, other: Sighting) -> float:
    """How likely two sightings are the same thing, from 0 to 1."""
    if abs(one.at - other.at) > WITHIN:
        return 0.0
    away = metres(one.lon, one.lat, other.lon, other.lat)
    near = _near(away, REACH_M + one.radius_m + other.radius_m)
    kin = (
        1.0 if one.category == other.category and one.category is not None else _OF_A_GROUP * (one.group == other.group)
    )
    return _weigh(near, kin, _alike(one.words, other.words))


def belongs(one: Sighting, event: Event) -> float:
    """How likely a sighting is of an event, from 0 to 1."""
    if one.at - event.last_at > QUIET:
        return 0.0
    away = metres(one.lon, one.lat, event.lon, event.lat)
    near = _near(away, REACH_M + one.radius_m + 2 * event.spread_m)
    return _weigh(near, _kin(one, event), max((_alike(one.words, text) for text in event.texts), default=0.0))


def _kin(one: Sighting, event: Event) -> float:
    kin = event.categories[one.category] / event.count if one.category is not None else 0.0
    # A few call it by another name of the same group.
    return max(min(1.0, kin * 2), _OF_A_GROUP * event.groups[one.group] / event.count)


def guess(one: Sighting, events: Iterable[Event]) -> tuple[Event, float] | None:
    """Of which event a sighting may be that is known only by its ward, and how sure that is, from 0 to 1.

    The place only rules events out; kind and words decide. What speaks for another event speaks against this one.
    """
    scores = [(_score_without_place(one, event), event.count, event) for event in events]
    best = max(scores, key=lambda it: it[:2], default=None)
    if best is None or best[0] == 0.0:
        return None
    sure = best[0] ** 2 / sum(score for score, _count, _event in scores)
    return (best[2], sure) if sure >= GUESS_FROM else None


def _score_without_place(one: Sighting, event: Event) -> float:
    away = metres(one.lon, one.lat, event.lon, event.lat)
    if one.at - event.last_at > QUIET or away > one.radius_m + event.spread_m + REACH_M:
        return 0.0
    alike = max((_alike(one.words, text) for text in event.texts), default=0.0)
    kin = _kin(one, event)
    return 0.0 if kin == 0.0 and alike < _ALIKE_ALONE else 0.6 * kin + 0.4 * alike


def metres(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Flat distance: right to the centimetre within a few hundred metres."""
    return math.hypot((lon - other_lon) * math.cos(math.radians(lat)), lat - other_lat) * METRES_A_DEGREE


def box(lon: float, lat: float, reach_m: float) -> tuple[float, float, float, float]:
    """West, south, east, north around a point, in degrees."""
    high = reach_m / METRES_A_DEGREE
    wide = high / max(math.cos(math.radians(lat)), 0.01)
    return (lon - wide, lat - high, lon + wide, lat + high)


def _near(away: float, reach: float) -> float:
    """1 at the same spot, 0.5 at the edge of what they may be apart, 0 at twice that."""
    return max(0.0, 1.0 - away / (2 * min(reach, FARTHEST_M)))


def _weigh(near: float, kin: float, alike: float) -> float:
    # Without any nearness, or about quite another thing, nothing else counts.
    if near == 0.0 or (kin == 0.0 and alike < _ALIKE_ALONE):
        return 0.0
    return 0.35 * near + 0.4 * kin + 0.25 * alike


def _alike(words: str, others: str) -> float:
    return fuzz.token_set_ratio(words, others) / 100 if words and others else 0.0


def within_reach(one: Sighting, others: Sequence[Sighting]) -> list[Sighting]:
    """Those that lie near enough to be asked about at all."""
    return [other for other in others if metres(one.lon, one.lat, other.lon, other.lat) <= 2 * FARTHEST_M]
