"""A pin that a person puts teaches what the reporter's words for the place mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from geo.learning import learn, phrase_of
from incidents.records.models import Incident
from incidents.records.places import Pin
from opscenter.accounts.models import Person
from realtime.change import current_change


def learn_place(incident: Incident, before: Mapping[str, Any], pin: Pin, *, by: Person) -> None:
    """Remembers the local name in the words, if there is one. `before` is the place's trace as the resolver left it.

    What is learnt in an exercise stays in it.
    """
    phrase = phrase_of(_phrases(before))
    if phrase:
        learn(
            phrase=phrase,
            label=pin.label,
            lon=pin.lon,
            lat=pin.lat,
            radius_m=pin.radius_m,
            exercise=incident.exercise,
            by_id=by.pk,
            at=current_change().at,
        )


def _phrases(before: Mapping[str, Any]) -> Iterator[str]:
    """The words an alias was proposed for, which the pin confirms or corrects; then those nothing was made of."""
    for reason in before.get("reasons", ()):
        if reason.get("code") == "alias":
            yield str(reason["params"]["text"])
    yield from before.get("ignored", ())
