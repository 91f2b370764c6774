"""What a collection is for this API; each file beside it that holds one gives an `Offer`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from incidents.features.asking import Asked, Box
from opscenter.accounts.models import Person

Feature = dict[str, Any]
# None: nobody is signed in.
Reader = Person | None


@dataclass(frozen=True, slots=True)
class Page:
    """Features in the collection's order; `after` is the last one's id when there are more."""

    features: Sequence[Feature]
    after: str = ""
    # How many meet the filters in all; None where counting them would take longer than reading them.
    matched: int | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """One collection, for one reader. Texts in the reader's language; `fields` maps a property to its JSON schema."""

    name: str
    title: str
    description: str
    fields: Mapping[str, Mapping[str, Any]]
    page: Callable[[Asked], Page]
    one: Callable[[str], Feature | None]
    box: Box | None = None
    # Of the incidents: when they were received. (first, last) as RFC 3339; None is open.
    interval: tuple[str | None, str | None] | None = None
    filters: tuple[str, ...] = ()
    licence: str = ""
    # Whose data is in it, in the words that their licences ask for.
    attribution: str = ""


def text(**more: Any) -> Mapping[str, Any]:
    return {"type": ["string", "null"], **more}


def number(kind: str = "integer") -> Mapping[str, Any]:
    return {"type": [kind, "null"]}


INSTANT = text(format="date-time")
