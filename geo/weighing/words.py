"""The answer when no position is given: spots first, then wards, districts, or nothing."""

from __future__ import annotations

from collections.abc import Sequence

from geo.confidence import ANSWER_FROM
from geo.resolution import Resolution
from geo.steps.wards import WardGuess
from geo.weighing.answer import answer_of
from geo.weighing.candidates import district_candidates, ward_candidate
from geo.weighing.distances import inside
from geo.weighing.naming import confidence_of, name_of, names_ours
from geo.weighing.placing import from_spots
from geo.weighing.reading import Read

# Of a unit that was split, the part that holds at least this share is where an address of it lies.
MOSTLY = 0.9


def from_words(read: Read, guesses: Sequence[WardGuess]) -> Resolution:
    if read.elsewhere and not guesses and not names_ours(read):
        # Streets elsewhere have the names of ours.
        read.say("elsewhere_named", name=read.elsewhere[0].text)
        return answer_of(read, "outside", [])
    # A name in the territory's own words outweighs the name of a thing; then the place only refines the ward.
    spots = inside(read)
    if spots:
        answer = from_spots(read, spots, guesses)
        if answer is not None:
            return answer
    if guesses:
        candidates = [ward_candidate(read, guess, confidence_of(read, guess)) for guess in guesses]
        if len({id(guess.mention) for guess in guesses}) > 1:
            read.say("several_wards", wards=", ".join(name_of(read, guess.ground.unit) for guess in guesses))
        if candidates[0].confidence < ANSWER_FROM:
            candidates = [*candidates, *district_candidates(read, silent=True)]
        sure = candidates[0].confidence >= ANSWER_FROM and guesses[0].share >= MOSTLY
        return answer_of(read, "area" if sure else "ambiguous", candidates)
    districts = district_candidates(read)
    if districts:
        return answer_of(read, "area" if districts[0].confidence >= ANSWER_FROM else "ambiguous", districts)
    if read.provinces:
        read.say("only_province", name=read.provinces[0].meanings[0].name)
    else:
        read.say("nothing_found")
    return answer_of(read, "unknown", [])
