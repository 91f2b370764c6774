"""Which agencies stand above which: a committee sees what its wards were given."""

from __future__ import annotations

from collections.abc import Mapping

from opscenter.accounts.models import Agency

Parents = Mapping[int, int | None]


def parents() -> Parents:
    """The higher agency of each agency. One query; there are some hundred rows."""
    return dict(Agency.objects.values_list("pk", "parent_id"))


def above(agency_id: int, known: Parents | None = None) -> list[int]:
    """The agencies above one, the nearest first. A circle in the data ends where it closes."""
    known = parents() if known is None else known
    found: list[int] = []
    higher = known.get(agency_id)
    while higher is not None and higher not in found and higher != agency_id:
        found.append(higher)
        higher = known.get(higher)
    return found


def below(agency_id: int) -> set[int]:
    """The agencies below one, at any depth. One query."""
    known = parents()
    return {one for one in known if agency_id in above(one, known)}
