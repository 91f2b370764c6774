"""What people call places here, learnt from where they put the pin; proposed the next time, never taken for granted.

Only a short phrase that names a thing is kept, chosen from the words nothing else was made of: no house number, no
telephone number, nobody's home, and nothing of the report it came from.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import cache

from django.contrib.gis.geos import Point
from django.db import transaction
from django.db.models import F

from geo.folding import fold, fold_name
from geo.gazetteer.answers import LearntAlias
from geo.gazetteer.index import gazetteer
from geo.gazetteer.shortforms import written_out
from geo.index import look_again
from geo.language import table
from geo.models import Alias, PlaceEdition
from geo.plane import distance_m
from geo.steps.phrases import Phrase, Phrases
from geo.steps.tokens import Token, clean, tokens_of
from geo.steps.written import write_out

# The same phrase this close is the same place, confirmed; farther away it is another one of that name.
SAME_PLACE_M = 150.0
LEAST_RADIUS_M = 50.0
MOST_WORDS_AFTER = 4


def phrase_of(runs: Iterable[str]) -> str:
    """The first local name in runs of words nothing was made of ("cây đổ trước quán bà Bảy": "quán bà Bảy"), or ""."""
    for run in runs:
        tokens = tokens_of(clean(run))
        for thing in _words("things").find(tokens):
            never = _words("never").at(tokens, thing.start)
            if not _is_written(tokens, thing) or (never is not None and _is_written(tokens, never)):
                continue
            name = _name(tokens, thing.start, thing.end)
            if name:
                return name
    return ""


def _name(tokens: Sequence[Token], start: int, end: int) -> str:
    may_have_number = _words("numbered").at(tokens, start) is not None
    last = end
    while last < len(tokens) and last < end + MOST_WORDS_AFTER:
        token = tokens[last]
        if last > end and token.text.islower() and tokens[last - 1].text[:1].isupper():
            break
        has_digit = any(letter.isdigit() for letter in token.text)
        is_short_number = may_have_number and token.text.isdigit() and len(token.text) <= 3
        if token.opens or _is_stop(tokens, last) or (has_digit and not is_short_number):
            break
        last += 1
    if last == end or any(True for _found in _words("private").find(tokens[max(0, start - 1) : last])):
        return ""
    common = _words("common").at(tokens[:last], start)
    if common is not None and common.end == last and _is_written(tokens, common):
        return ""
    return " ".join(token.text for token in tokens[start:last])[:120]


def _is_stop(tokens: Sequence[Token], place: int) -> bool:
    """Whether a word ends a name. In a marked text the marks count: "Đỗ" is a name, "đổ" is not."""
    lists = ("stops", "marked_stops") if _is_marked(tokens) else ("stops",)
    found = (_words(key).at(tokens, place) for key in lists)
    return any(one is not None and _is_written(tokens, one) for one in found)


def _is_written(tokens: Sequence[Token], found: Phrase[str]) -> bool:
    """Whether words stand there with their own marks, or the text has none: "cho" is no "chợ" in a marked one."""
    if not _is_marked(tokens):
        return True
    written = [token.marked for token in tokens[found.start : found.end]]
    return any([token.marked for token in tokens_of(words)] == written for words in found.meanings)


def _is_marked(tokens: Sequence[Token]) -> bool:
    return any(token.has_marks for token in tokens)


def learn(
    *, phrase: str, label: str, lon: float, lat: float, radius_m: float, exercise: int, by_id: int, at: dt.datetime
) -> Alias | None:
    """Remembers that a person meant this place by a phrase, or that it was confirmed; part of the caller's change.

    None when the phrase is the exact name of something known: a name is not overridden by what one person meant once.
    """
    words = written_out(fold_name(phrase).split())
    if not words or _is_known(words):
        return None
    folded = " ".join(words)[:120]
    known = Alias.objects.in_use().filter(folded=folded, exercise=exercise).select_for_update()
    for alias in known.order_by("pk"):
        if distance_m(lon, lat, alias.point.x, alias.point.y) <= SAME_PLACE_M:
            Alias.objects.filter(pk=alias.pk).update(times=F("times") + 1, last_at=at, label=label or alias.label)
            break
    else:
        alias = Alias.objects.create(
            phrase=phrase,
            folded=folded,
            label=label[:250],
            point=Point(lon, lat, srid=4326),
            radius_m=max(radius_m, LEAST_RADIUS_M),
            exercise=exercise,
            learnt_by_id=by_id,
            learnt_at=at,
            last_at=at,
        )
    tell_people_said()
    return alias


def aliases_in(texts: Iterable[str], *, exercise: int) -> list[LearntAlias]:
    """The learnt names that stand in these texts, of this exercise (0: live). No query."""
    known = gazetteer()
    learnt = known.aliases.get(exercise)
    if learnt is None:
        return []
    found: dict[int, LearntAlias] = {}
    for text in texts:
        # As the resolver reads them: "nhà hàng" and "NH" are one.
        words = [token.folded for token in write_out(tokens_of(clean(text)))]
        for hit in learnt.scan(words):
            found |= {entry.number: known.alias(entry.number) for entry in hit.entries}
    return list(found.values())


def revoke(*, alias_id: int, by_id: int, at: dt.datetime) -> bool:
    """Takes a learnt alias back: it is proposed no more. False when it was already."""
    revoked = Alias.objects.in_use().filter(pk=alias_id).update(revoked_by=by_id, revoked_at=at)
    if revoked:
        tell_people_said()
    return bool(revoked)


def _is_known(words: Sequence[str]) -> bool:
    return any(hit.start == 0 and hit.end == len(words) for hit in gazetteer().names.scan(words))


def tell_people_said() -> None:
    """Tells every process that people taught or added something; part of the transaction that changes it."""
    if not PlaceEdition.objects.filter(id=1).update(learnt=F("learnt") + 1):
        PlaceEdition.objects.create(id=1, learnt=1)
    transaction.on_commit(look_again)


@cache
def _words(key: str) -> Phrases[str]:
    phrases: Phrases[str] = Phrases()
    for words in table("local_names")[key]:
        phrases.add(fold(words), words)
    return phrases
