"""The wards that the names in a text mean, with the reasons said for each, and how sure each is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from geo.confidence import of_ward
from geo.index import Unit
from geo.steps.areanames import (
    Meaning,
    Mention,
    is_marked_as_the_citys,
    is_of_the_city,
    is_of_the_city_since,
    unit_of,
)
from geo.steps.renamed import Renamed
from geo.steps.units import Ground, grounds
from geo.steps.wards import WardGuess, ward_guesses
from geo.weighing.reading import Read

MERGER = dt.date(2025, 7, 1)
# Of a name that two units share, each is meant about as often.
EITHER = 0.5


def guesses_in(read: Read, on: dt.date) -> list[WardGuess]:
    """Ground in the set in force for each ward named, surest first; reasons are said on the way."""
    if read.elsewhere and not names_ours(read):
        if on < MERGER or not all(one.city for one in read.elsewhere):
            read.wards = _renamed_by_the_merger(read)
        else:
            # "Phường Tân Định, TPHCM": ours of that name is gone, the city's is there.
            theirs = [
                one
                for one in read.wards
                if is_marked_as_the_citys(one, marked=read.marked)
                or (_is_gone(read, one) and is_of_the_city_since(one))
            ]
            read.wards = [_doubted(read, one) for one in read.wards if one not in theirs]
            read.elsewhere = read.elsewhere if theirs and not read.wards else []
    if read.strangers and not names_ours(read):
        read.say("district_unknown", name=read.strangers[0].text)
    for pair in read.renamed:
        _one_of(read, pair)
    guesses = ward_guesses(read.territory, read.index, read.wards, read.districts)
    said: set[int] = set()
    for guess in guesses:
        if id(guess.mention) not in said:
            said.add(id(guess.mention))
            _say_named(read, guess, [other for other in guesses if other.mention is guess.mention])
    return guesses


def _one_of(read: Read, pair: Renamed) -> None:
    """Of an old and a new name of one place keeps the one that is in force, when the ground agrees."""
    name = read.index.name
    for kept, dropped in ((pair.old, pair.new), (pair.new, pair.old)):
        own = tuple(meaning for meaning in kept.meanings if meaning.set_name == name)
        if not own or (kept is pair.old and not read.index.districts):
            continue
        codes = {meaning.code for meaning in own}
        ground = {
            piece.unit.code for meaning in dropped.meanings for piece in grounds(read.territory, read.index, meaning)
        }
        if codes & ground:
            read.wards = [one._replace(meanings=own) if one == kept else one for one in read.wards if one != dropped]
            read.say("renamed", text=pair.old.text, name=pair.new.text)
            return


def names_ours(read: Read) -> bool:
    """Whether a district or the province is named as one of the territory."""
    return any(mention.is_firm for mention in (*read.districts, *read.provinces))


def _renamed_by_the_merger(read: Read) -> list[Mention]:
    """Beside a name outside only a ward counts that the city has had since 2025 and had none of that name before."""
    if not all(one.city for one in read.elsewhere):
        return []
    kept = []
    for mention in read.wards:
        meanings = tuple(meaning for meaning in mention.meanings if not _has_districts(read, meaning))
        is_ours = not is_of_the_city(mention) and is_marked_as_the_citys(mention, marked=read.marked) is False
        if meanings and is_ours and mention.is_firm:
            kept.append(mention._replace(meanings=meanings))
    return kept


def _doubted(read: Read, mention: Mention) -> Mention:
    """A name that may as well be the city's is half as surely ours."""
    either = is_marked_as_the_citys(mention, marked=read.marked) is None
    return mention._replace(likeness=EITHER * mention.likeness) if either else mention


def _is_gone(read: Read, mention: Mention) -> bool:
    """Whether no unit of this name, spelt rightly, is in force."""
    return not mention.is_misspelt and all(meaning.set_name != read.index.name for meaning in mention.meanings)


def _has_districts(read: Read, meaning: Meaning) -> bool:
    index = read.territory.named(meaning.set_name)
    return index is not None and bool(index.districts)


def _say_named(read: Read, guess: WardGuess, same: Sequence[WardGuess]) -> None:
    mention = guess.mention
    if guess.agrees is False:
        district = next((one for one in read.districts if one.is_firm), read.districts[0])
        read.say("ward_district_disagree", ward=guess.meaning.name, district=district.meanings[0].name)
    code = (
        "landmark"
        if mention.evidence == "landmark"
        else "ward_named"
        if mention.evidence not in {"inside", "maybe", "street", "loose"}
        else "ward_named_after"
    )
    if code != "landmark" and (mention.likeness < 0.75 or (mention.likeness < 0.95 and mention.is_misspelt)):
        code = "ward_misspelt"
    read.say(code, text=mention.text, name=meaning_name(read, guess.meaning))
    by_meaning: dict[tuple[str, str], list[Ground]] = {}
    for other in same:
        by_meaning.setdefault(other.meaning.unit_key, []).append(other.ground)
    for pieces in by_meaning.values():
        if pieces[0].named_set != read.index.name:
            _say_old_unit(read, pieces)
    if len(by_meaning) > 1:
        wards = ", ".join(_full_name(read, other.ground.unit) for other in same)
        read.say("name_in_several", name=mention.text, wards=wards)


def _say_old_unit(read: Read, pieces: Sequence[Ground]) -> None:
    named = pieces[0]
    if len(pieces) == 1:
        read.say("old_unit", name=named.named.name, set=named.named_set, ward=name_of(read, named.unit))
    else:
        wards = ", ".join(name_of(read, piece.unit) for piece in pieces)
        read.say("old_unit_split", name=named.named.name, set=named.named_set, wards=wards)


def meaning_name(read: Read, meaning: Meaning) -> str:
    """The name of a meaning's unit: as called now in the set in force, as written in another."""
    pair = unit_of(read.territory, meaning)
    return name_of(read, pair[1]) if pair is not None and pair[0] is read.index else meaning.name


def name_of(read: Read, unit: Unit) -> str:
    return unit.named(read.named_on)[1]


def _full_name(read: Read, unit: Unit) -> str:
    district = read.index.units.get(unit.parent_code)
    return f"{name_of(read, unit)} ({name_of(read, district)})" if district is not None else name_of(read, unit)


def confidence_of(read: Read, guess: WardGuess) -> float:
    mention = guess.mention
    # A district that is none of ours: the ward may be another one of that name, elsewhere.
    agrees = False if guess.agrees is None and read.strangers and not names_ours(read) else guess.agrees
    return guess.share * of_ward(mention.evidence, agrees, mention.likeness, beside=mention.beside)
