"""What the pages of the territory show: area sets with their checks, lineage, sources of places, learnt names."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

import shapely
from django.conf import settings
from django.db.models import Count
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from geo.adding import KINDS
from geo.areas import set_index_on
from geo.importing.figures import read_figures, shipped_figures
from geo.index import SetIndex, territory
from geo.lineage import shares
from geo.models import Alias, Crossroad, HouseNumber, KmPost, Level, Loading, Place, PlaceSource, Street

# A unit whose area differs from the published one by more than this is named.
AREA_MAY_DIFFER = 0.15
MOST_NAMED = 12
MOST_ALIASES = 500
MOST_ADDED = 500


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked on the polygons as they are now; `about` names the units that it is not true of."""

    text: str | Promise
    holds: bool
    about: tuple[str, ...] = ()

    @property
    def named(self) -> tuple[str, ...]:
        return self.about[:MOST_NAMED]

    @property
    def more(self) -> int:
        return max(len(self.about) - MOST_NAMED, 0)


@dataclass(frozen=True, slots=True)
class ShownSet:
    """An area set with its borders' address and what was checked."""

    index: SetIndex
    borders: str
    in_force: bool
    pinned: bool
    area_km2: float
    checks: tuple[Check, ...]

    @property
    def good(self) -> bool:
        return all(check.holds for check in self.checks)


@dataclass(frozen=True, slots=True)
class Split:
    """A unit of one set with its parts in another, the largest first."""

    code: str
    name: str
    parts: tuple[tuple[str, str, float], ...]

    @property
    def is_divided(self) -> bool:
        return len(self.parts) > 1


def shown_sets(on: dt.date) -> list[ShownSet]:
    """All sets with borders, the newest first. Nothing but the index in memory is asked."""
    now = set_index_on(on)
    return [
        ShownSet(
            index=one,
            borders=reverse("geo:borders", args=[one.name, one.token]),
            in_force=one is now,
            pinned=one is now and bool(settings.AREA_SET),
            area_km2=sum(unit.area_km2 for unit in one.wards or one.districts),
            checks=_checks(one),
        )
        for one in reversed(territory().sets)
    ]


@lru_cache(maxsize=8)
def _checks(index: SetIndex) -> tuple[Check, ...]:
    """Checked once for each generation: the index is another one when the polygons change."""
    units = index.wards or index.districts
    broken = [unit.name for unit in units if not unit.polygon.is_valid]
    unequal = shapely.coverage_invalid_edges([unit.polygon for unit in units])
    ragged = [unit.name for unit, edges in zip(units, unequal, strict=True) if not edges.is_empty]
    orphans = [ward.name for ward in index.wards if index.districts and ward.parent_code not in index.units]
    checks = [
        Check(gettext_lazy("Every polygon is sound"), not broken, tuple(broken)),
        Check(gettext_lazy("Neighbours share one border: no overlap, no gap"), not ragged, tuple(ragged)),
    ]
    if index.districts:
        checks.append(Check(gettext_lazy("Every ward lies in a district of the set"), not orphans, tuple(orphans)))
    return (*checks, *_compared(index))


def _compared(index: SetIndex) -> list[Check]:
    """The set against the published figures, where some came along."""
    path = shipped_figures(index.name)
    if path is None:
        return [Check(gettext_lazy("Published figures to compare with"), False)]
    known = {code: one for code, one in read_figures(path).items() if one.level == Level.WARD}
    missing = [one.name for code, one in known.items() if code not in index.units]
    off = [
        unit.name
        for unit in index.wards
        if (figures := known.get(unit.code)) is not None
        and figures.area_km2
        and abs(unit.area_km2 - figures.area_km2) > AREA_MAY_DIFFER * figures.area_km2
    ]
    return [
        Check(gettext_lazy("Every published unit is there"), not missing, tuple(missing)),
        Check(gettext_lazy("Areas are as published, to within 15 %"), not off, tuple(off)),
    ]


def splits(from_set: str, to_set: str) -> list[Split]:
    """Each ward of one set with its parts in the other: divided ones first, then by name."""
    one, other = territory().named(from_set), territory().named(to_set)
    if one is None or other is None or one is other:
        return []
    found = []
    for code, parts in shares(from_set, to_set).items():
        ordered = sorted(parts.items(), key=lambda part: -part[1])
        found.append(
            Split(code, one.units[code].name, tuple((part, other.units[part].name, share) for part, share in ordered))
        )
    return sorted(found, key=lambda split: (not split.is_divided, split.name))


@dataclass(frozen=True, slots=True)
class ShownSource:
    """Where places come from, and how much of what is in force."""

    source: PlaceSource
    loading: Loading
    counts: tuple[tuple[str | Promise, int], ...]


def shown_sources() -> list[ShownSource]:
    """Every source with something in force. Six queries, however many sources there are."""
    sources = list(PlaceSource.objects.filter(current__complete=True).select_related("current"))
    loadings = [source.current_id for source in sources]
    kinds = (
        (gettext_lazy("places"), Place),
        (gettext_lazy("streets"), Street),
        (gettext_lazy("crossroads"), Crossroad),
        (gettext_lazy("house numbers"), HouseNumber),
        (gettext_lazy("kilometre posts"), KmPost),
    )
    counted = {
        model: dict(
            model._default_manager.filter(loading__in=loadings).values_list("loading").annotate(Count("pk")).order_by()
        )
        for _name, model in kinds
    }
    return [
        ShownSource(
            source,
            source.current,
            tuple((name, counted[model].get(source.current_id, 0)) for name, model in kinds),
        )
        for source in sources
        if source.current is not None
    ]


def shown_added(*, removed: bool) -> list[tuple[Place, str | Promise]]:
    """The places that people added, or those taken back, the latest first, with what each is. One query."""
    rows = Place.objects.filter(added_by_people=True, is_active=not removed).select_related("added_by", "removed_by")
    ordered = rows.order_by("-removed_at" if removed else "-added_at", "-pk")[:MOST_ADDED]
    return [(place, KINDS.get(place.kind, place.kind)) for place in ordered]


def shown_aliases(*, revoked: bool) -> list[Alias]:
    """The learnt names in use, or those taken back, the latest first. One query."""
    rows = Alias.objects.select_related("learnt_by", "revoked_by")
    return list(rows.filter(revoked_at__isnull=not revoked)[:MOST_ALIASES])
