"""All rules, agencies and categories in memory of each process, as they are in the database at the moment of asking.

The database itself marks every write to their tables (migration 0002): in the same transaction `RuleEdition` is given a
new random token. One small query a report compares it. A number would not do: taken back with its transaction, it would
be given again to other rules.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from incidents.dispatching.models import CompetenceRule, CoOrdinating
from incidents.records.models import Category
from opscenter.accounts.models import Agency, AgencyKind

# A category, its parent and so on: no deeper than this, whatever somebody entered.
DEEPEST = 5
_OF_A_GROUP = DEEPEST + 1
# Who writes while it is read has it read again, so often; after that what was read serves once.
_MOST_READS = 3


@dataclass(frozen=True)
class RuleBook:
    """Rules of all dates with everything they name. Its rows are shared by all threads: read, never changed."""

    edition: str
    by_category: Mapping[int, Sequence[CompetenceRule]]
    by_group: Mapping[int, Sequence[CompetenceRule]]
    committees: Mapping[tuple[str, str, str], Sequence[Agency]]
    # Who co-ordinates, by the rule's id.
    beside: Mapping[int, Sequence[CoOrdinating]]
    categories: Mapping[int, Category]
    # The agencies directly under one, of all dates.
    under: Mapping[int, Sequence[int]]

    def about(self, category: Category | None, group: int) -> list[tuple[int, CompetenceRule]]:
        """Every rule about a category, its parents and its group, whatever its dates, with how far up it stands."""
        chain = enumerate(self.chain_of(category))
        found = [(depth, rule) for depth, pk in chain for rule in self.by_category.get(pk, ())]
        return found + [(_OF_A_GROUP, rule) for rule in self.by_group.get(group, ())]

    def chain_of(self, category: Category | None) -> list[int]:
        """The category's number, its parent's and so on upwards."""
        found: list[int] = []
        pk = category.pk if category is not None else None
        while pk is not None and pk not in found and len(found) <= DEEPEST:
            found.append(pk)
            known = self.categories.get(pk)
            pk = known.parent_id if known is not None else None
        return found

    def committee(self, kind: AgencyKind, set_name: str, code: str, on: dt.date) -> Agency | None:
        """The committee of a unit on a date."""
        agencies = self.committees.get((kind.value, set_name, code), ())
        return next((agency for agency in agencies if agency.is_in_force(on)), None)


_lock = threading.Lock()
_held: RuleBook | None = None


def book() -> RuleBook:
    """The rules as they are now, also those that the open change has written. One query, six after a change."""
    global _held
    edition = _edition()
    if (held := _kept(edition)) is not None:
        return held
    with _lock:
        for _attempt in range(_MOST_READS):
            # Whoever was before us at the lock may have read it.
            read = _kept(edition) or _read(edition)
            now = _edition()
            if now == edition:
                _held = read
                break
            edition = now
        return read


def _kept(edition: str) -> RuleBook | None:
    held = _held
    return held if held is not None and edition and held.edition == edition else None


def _edition() -> str:
    """The token of what is written; empty when nothing ever was, and then nothing is held."""
    with connection.cursor() as cursor:
        # By hand: it is asked for every report, and the ORM takes five times as long to say the same.
        cursor.execute("SELECT token FROM dispatching_ruleedition WHERE id = 1")
        row = cursor.fetchone()
    return str(row[0]) if row else ""


def _read(edition: str) -> RuleBook:
    """Four queries, each of one table; what names another row is given that row of the book."""
    # Put into order here: databases do not sort texts alike.
    rules = sorted(CompetenceRule.objects.order_by(), key=lambda rule: (rule.priority, rule.code))
    rows = list(CoOrdinating.objects.order_by("pk"))
    agencies = {agency.pk: agency for agency in Agency.objects.order_by("pk")}
    categories = {category.pk: category for category in Category.objects.order_by("pk")}
    by_category: dict[int, list[CompetenceRule]] = defaultdict(list)
    by_group: dict[int, list[CompetenceRule]] = defaultdict(list)
    for rule in rules:
        rule.agency = agencies[rule.agency_id] if rule.agency_id is not None else None
        rule.category = categories[rule.category_id] if rule.category_id is not None else None
        if rule.category_id is not None:
            by_category[rule.category_id].append(rule)
        elif rule.group is not None:
            by_group[rule.group].append(rule)
    beside: dict[int, list[CoOrdinating]] = defaultdict(list)
    for row in rows:
        row.agency = agencies[row.agency_id] if row.agency_id is not None else None
        beside[row.rule_id].append(row)
    committees: dict[tuple[str, str, str], list[Agency]] = defaultdict(list)
    under: dict[int, list[int]] = defaultdict(list)
    for agency in agencies.values():
        if agency.area_code:
            committees[(agency.kind, agency.area_set, agency.area_code)].append(agency)
        if agency.parent_id is not None:
            agency.parent = agencies[agency.parent_id]
            under[agency.parent_id].append(agency.pk)
    for category in categories.values():
        if category.parent_id is not None:
            category.parent = categories[category.parent_id]
    # Plain mappings: to look for what is not there must put nothing in.
    return RuleBook(
        edition,
        dict(by_category),
        dict(by_group),
        dict(committees),
        dict(beside),
        categories,
        dict(under),
    )
