"""What can be in the live stream: entities, each with one function that says who sees what of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

# Which fields a reader gets, most detailed first. Closed: a new profile is a decision about personal data.
PROFILES = ("room", "agency", "unit", "helper", "wall", "public")
_RANK = {profile: rank for rank, profile in enumerate(PROFILES)}


class Described(NamedTuple):
    """One entity as it is at the end of a change.

    `version` rises with each change of the entity. `audience` maps each key that sees it to the profile it sees;
    `removed` are the keys that saw it before and do not now; `bodies` has, for every profile in `audience`, the whole
    entity as that profile sees it. `exercise` is 0 for live, else the id of the exercise.
    """

    entity: str
    id: int
    version: int
    audience: Mapping[str, str]
    removed: frozenset[str]
    bodies: Mapping[str, Mapping[str, Any]]
    exercise: int


class Row(NamedTuple):
    """One entity of a snapshot, as the keys asked for see it: what `snapshot(keys)` yields."""

    entity: str
    id: int
    version: int
    body: Mapping[str, Any]


Describe = Callable[[Sequence[int]], Iterable[Described]]


class UnknownEntity(LookupError):
    """An entity was touched that nobody registered."""


class BadDescription(ValueError):
    """A describer left out an entity it was asked for, or contradicts itself about who sees what."""


_describers: dict[str, Describe] = {}


def register(entity: str, describe: Describe) -> None:
    """Says how entities of this name are described; called once, in the `ready()` of the application that owns them.

    `describe(ids)` runs at the end of the change, inside its transaction, once for all touched ids of that name, and
    gives one Described for each. Raises ValueError when the name belongs to another function already, or is no
    identifier (it goes into JSON as it is).
    """
    if not entity.isidentifier() or not entity.isascii():
        raise ValueError(f"{entity!r} is no name for an entity")
    if _describers.setdefault(entity, describe) is not describe:
        raise ValueError(f"the entity {entity!r} is registered already")


def unregister(entity: str) -> None:
    """Forgets an entity; for tests that bring their own."""
    _describers.pop(entity, None)


def is_registered(entity: str) -> bool:
    """Whether an entity of this name can be touched."""
    return entity in _describers


def describe(entity: str, ids: Sequence[int]) -> list[Described]:
    """The descriptions of these entities. Raises UnknownEntity or BadDescription."""
    try:
        describer = _describers[entity]
    except KeyError:
        raise UnknownEntity(f"no describer is registered for {entity!r}") from None
    described = list(describer(ids))
    if sorted((d.entity, d.id) for d in described) != sorted((entity, id) for id in ids):
        raise BadDescription(f"{entity}: asked for {sorted(ids)}, described {sorted(d.id for d in described)}")
    for one in described:
        _check(one)
    return described


def _check(one: Described) -> None:
    unknown = set(one.audience.values()) - _RANK.keys()
    if unknown:
        raise BadDescription(f"{one.entity} {one.id}: unknown profile {sorted(unknown)}")
    if set(one.audience.values()) != one.bodies.keys():
        raise BadDescription(f"{one.entity} {one.id}: the bodies are not those of the profiles in its audience")
    both = one.removed & one.audience.keys()
    if both:
        raise BadDescription(f"{one.entity} {one.id}: {sorted(both)} both see it and do not")


def canonical(value: Any) -> str:
    """The one JSON text of a value: sorted keys, no spaces, Vietnamese as it is, no NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def profile_for(keys: frozenset[str], audience: Mapping[str, str]) -> str | None:
    """The most detailed profile these keys have in this audience, or None when they see nothing of it."""
    profiles = [audience[key] for key in keys & audience.keys()]
    return min(profiles, key=_RANK.__getitem__) if profiles else None
