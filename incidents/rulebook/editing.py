"""Writing rules: one at a time by the form, many at once from a spreadsheet; always with who and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from incidents.dispatching.models import CompetenceRule, CoOrdinating, Target
from opscenter.accounts.models import Agency, Person
from realtime.change import current_change

# What a rule says; `code` names it and is never changed.
FIELDS = (
    "category",
    "group",
    "target",
    "agency",
    "area_set",
    "area_code",
    "road_owner",
    "place_kind",
    "legal_basis",
    "priority",
    "valid_from",
    "valid_until",
    "auto",
    "min_confidence",
    "is_sample",
)


@dataclass(frozen=True, slots=True)
class Named:
    """Who co-ordinates: an agency, or the committee of the unit that the place lies in."""

    target: str
    agency: Agency | None = None

    @property
    def text(self) -> str:
        return self.agency.code if self.agency is not None else self.target


@dataclass(frozen=True, slots=True)
class Wanted:
    """A rule as it should be."""

    code: str
    fields: dict[str, Any]
    co: tuple[Named, ...] = field(default_factory=tuple)

    def row(self) -> CompetenceRule:
        """The rule, not saved: for the checks of its fields and constraints."""
        return CompetenceRule(code=self.code, **self.fields)


def save_rules(wanted: Iterable[Wanted], *, by: Person) -> list[CompetenceRule]:
    """Writes the rules in the open change, each found by its code, and notes who entered them."""
    at = current_change().at
    saved = []
    for one in wanted:
        stamped = {**one.fields, "entered_by": by, "entered_at": at}
        rule, _created = CompetenceRule.objects.update_or_create(code=one.code, defaults=stamped)
        CoOrdinating.objects.filter(rule=rule).delete()
        CoOrdinating.objects.bulk_create(
            [CoOrdinating(rule=rule, target=named.target, agency=named.agency) for named in one.co]
        )
        saved.append(rule)
    return saved


def co_of(rule: CompetenceRule) -> tuple[Named, ...]:
    """Who co-ordinates now (fetch `co_ordinating__agency` with the rule), the committees first."""
    rows = (Named(row.target, row.agency) for row in rule.co_ordinating.all())
    return tuple(sorted(rows, key=lambda named: (named.target == Target.AGENCY, named.text)))
