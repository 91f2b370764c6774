"""A pin that a person puts teaches what the reporter's words for the place mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.contrib.gis.geos import Point

from geo.learning import SAME_PLACE_M, aliases_in, learn, phrase_of
from geo.plane import distance_m
from incidents.records.models import Incident
from incidents.records.places import Pin
from opscenter.accounts.models import Person
from realtime.change import current_change

# A vaguer place that a person confirms or chooses says nothing of where the thing named is.
TEACHES_UP_TO_M = 150.0
# Less is the rounding of a form.
MOVED_M = 1.0


def learn_place(incident: Incident, before: Mapping[str, Any], stood: Point | None, pin: Pin, *, by: Person) -> None:
    """Remembers the local name in the words, if there is one. `before` is the place's trace as the resolver left it.

    `stood`: where the place was until now. A pin that stays there confirms what a learnt name was proposed for, and
    teaches nothing new. What is learnt in an exercise stays in it.
    """
    moved = stood is None or distance_m(stood.x, stood.y, pin.lon, pin.lat) > MOVED_M
    phrase = phrase_of(_phrases(before, moved)) if pin.radius_m <= TEACHES_UP_TO_M else ""
    if phrase:
        _learn(phrase, pin, incident.exercise, by)


def learn_from_form(
    texts: Sequence[str], trace: Mapping[str, Any], pin: Pin, *, by_hand: bool, exercise: int, by: Person
) -> None:
    """Remembers what a call-taker's point teaches. `texts` are the address and the words, `trace` the resolver's.

    A name learnt before that is named at this point is confirmed, also by choosing it from the list. A new one is
    learnt from a pin put by hand alone: a suggestion that was chosen is the place of its own name, not of others beside
    it.
    """
    said = aliases_in(texts, exercise=exercise)
    here = [one for one in said if distance_m(pin.lon, pin.lat, one.lon, one.lat) <= SAME_PLACE_M]
    phrase = here[0].phrase if here else ""
    if not phrase and by_hand:
        phrase = said[0].phrase if said else phrase_of(trace.get("ignored", ()))
    if phrase:
        _learn(phrase, pin, exercise, by)


def _learn(phrase: str, pin: Pin, exercise: int, by: Person) -> None:
    learn(
        phrase=phrase,
        label=pin.label,
        lon=pin.lon,
        lat=pin.lat,
        radius_m=pin.radius_m,
        exercise=exercise,
        by_id=by.pk,
        at=current_change().at,
    )


def _phrases(before: Mapping[str, Any], moved: bool) -> Iterator[str]:
    """The words an alias was proposed for, which the pin confirms or corrects; then those nothing was made of."""
    for reason in before.get("reasons", ()):
        if reason.get("code") == "alias":
            yield str(reason["params"]["text"])
    if moved:
        yield from before.get("ignored", ())
