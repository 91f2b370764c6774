"""Which ward the words mean: the names found, weighed against the districts named and against each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from geo.index import SetIndex, Territory
from geo.kinds import LEVEL_OF
from geo.models import Level
from geo.steps.areanames import Evidence, Meaning, Mention
from geo.steps.units import Ground, grounds

# How much a name with this evidence says, before districts are looked at. What an answer is worth in the end
# stands in geo/confidence.py; these only put names in order.
WEIGHT: Mapping[Evidence, float] = {
    "label": 1.0,
    "seat": 0.93,
    "segment": 0.85,
    "tail": 0.84,
    "numbered": 0.8,
    "landmark": 0.75,
    "inside": 0.72,
    "loose": 0.6,
    "maybe": 0.5,
    "street": 0.4,
}
# A name of another district than the one named, and one in a list before a later one.
DISAGREES, EARLIER = 0.4, 0.85
# Names that weigh at least this share of the first one are offered beside it.
STILL_MEANT = 0.9
# How often one name counts, and how many are weighed against each other.
MOST_TIMES, MOST_MEANT = 2, 4


class WardGuess(NamedTuple):
    """Ground the words may mean, the name it rests on, its share of all that is meant (the shares add up to 1).

    `agrees`: None when no district is named, else whether it lies in one of them.
    """

    ground: Ground
    mention: Mention
    meaning: Meaning
    share: float
    weight: float
    agrees: bool | None


# (weight, name, what it may stand for, whether it agrees with the districts named)
_Weighed = tuple[float, Mention, tuple[Meaning, ...], bool | None]


def read_as_wards(mentions: Sequence[Mention], index: SetIndex, *, in_city: bool) -> list[Mention]:
    """ "Dĩ An, Dĩ An, Bình Dương": of a name said twice the first is the ward; and without districts it is one."""
    if not any(mention.smaller for mention in mentions):
        return list(mentions)
    read: list[Mention] = []
    merged = in_city or not index.districts
    no_ward = not any(mention.level == Level.WARD and mention.is_firm for mention in mentions)
    for number, mention in enumerate(mentions):
        own = tuple(meaning for meaning in mention.smaller if meaning.set_name == index.name)
        again = any(
            other.level == mention.level
            and {one.code for one in other.meanings} & {one.code for one in mention.meanings}
            for other in mentions[number + 1 :]
        )
        alone = no_ward and (in_city if mention.level == Level.PROVINCE else merged)
        if own and (alone or (again and mention.level == Level.DISTRICT)):
            evidence: Evidence = "tail" if again and mention.evidence == "loose" else mention.evidence
            read.append(mention._replace(meanings=own, smaller=(), evidence=evidence))
            no_ward = False
        else:
            read.append(mention)
    return read


def ward_guesses(
    territory: Territory, index: SetIndex, wards: Sequence[Mention], districts: Sequence[Mention]
) -> list[WardGuess]:
    """The ground the words mean, surest first; empty when no ward is named."""
    firm = [mention for mention in districts if mention.is_firm] or list(districts)
    named = {meaning.unit_key for mention in firm for meaning in mention.meanings}
    weighed: list[_Weighed] = []
    for mention in wards:
        meanings, agrees = _in_districts(mention, named)
        weight = WEIGHT[mention.evidence] * mention.likeness * (0.7 if mention.beside else 1.0)
        if agrees is False:
            weight *= DISAGREES
        weighed.append((weight, mention, meanings, agrees))
    if not weighed:
        return []
    ordered = _in_order(weighed) if len(weighed) > 1 else weighed
    top = ordered[0][0]
    # A name said again and again is not meant more than one said twice, nor less.
    times: dict[frozenset[tuple[str, str]], int] = {}
    kept = []
    for one in ordered:
        if one[0] < STILL_MEANT * top:
            break
        key = frozenset(meaning.unit_key for meaning in one[2])
        times[key] = times.get(key, 0) + 1
        if times[key] <= MOST_TIMES:
            kept.append(one)
    kept = kept[:MOST_MEANT]
    guesses: dict[str, WardGuess] = {}
    total = sum(one[0] for one in kept)
    for weight, mention, meanings, agrees in kept:
        chosen = _kind_fits(_of_set(meanings, index, named), mention)
        for meaning in chosen:
            for ground in grounds(territory, index, meaning):
                share = weight / total / len(chosen) * ground.share
                before = guesses.get(ground.unit.code)
                if before is not None:
                    guesses[ground.unit.code] = before._replace(share=before.share + share)
                else:
                    guesses[ground.unit.code] = WardGuess(ground, mention, meaning, share, weight, agrees)
    return sorted(guesses.values(), key=lambda guess: (-guess.share, guess.ground.unit.code))


def _in_order(weighed: Sequence[_Weighed]) -> list[_Weighed]:
    """What weighs most first; of a list the last name that fits is the unit, those before it say where in it."""
    last = max(
        (mention.start for _w, mention, _m, agrees in weighed if mention.is_firm and agrees is not False), default=-1
    )
    lighter = [
        (weight * (EARLIER if mention.start < last and mention.evidence != "label" else 1.0), mention, meanings, agrees)
        for weight, mention, meanings, agrees in weighed
    ]
    return sorted(lighter, key=lambda one: (-one[0], one[1].start))


def _in_districts(mention: Mention, named: set[tuple[str, str]]) -> tuple[tuple[Meaning, ...], bool | None]:
    """The meanings of a name in one of the districts named, and whether there are any (None: no district named)."""
    if not named:
        return mention.meanings, None
    kept = tuple(meaning for meaning in mention.meanings if meaning.districts & named)
    return (kept, True) if kept else (mention.meanings, False)


def _of_set(meanings: Sequence[Meaning], index: SetIndex, named: set[tuple[str, str]]) -> tuple[Meaning, ...]:
    """A name means the unit of the set in force; beside a district of another set, that set's own unit."""
    sets = {set_name for set_name, _code in named}
    for preferred in (sets, {index.name}):
        own = tuple(meaning for meaning in meanings if meaning.set_name in preferred)
        if preferred and own:
            return own
    return tuple(meanings)


def _kind_fits(meanings: Sequence[Meaning], mention: Mention) -> tuple[Meaning, ...]:
    """Of several units of one name those that have been of the kind written."""
    if mention.label and LEVEL_OF.get(mention.label) == Level.WARD:
        fitting = tuple(meaning for meaning in meanings if mention.label in meaning.kinds)
        if fitting:
            return fitting
    return tuple(meanings)
