"""What the resolver answers: candidates on the map with radius and confidence, and the reasons for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from geo.areas import AreaRef

Outcome = Literal["located", "area", "ambiguous", "outside", "unknown"]
CandidateKind = Literal["point", "place", "house", "crossing", "kilometre", "street", "ward", "district"]
OUTCOMES: tuple[Outcome, ...] = ("located", "area", "ambiguous", "outside", "unknown")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the answer is what it is: a code of geo.reasons and what its sentence needs."""

    code: str
    params: Mapping[str, str | float]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One place the words may mean: the true place lies within `radius_m` metres of the point, we believe.

    `kind` is what was found (point, place, ward, district), `confidence` lies between 0 and 1, `tokens` are the
    words it rests on, `near` the other wards its circle reaches, `approximate` says the areas are starter cells.
    """

    kind: CandidateKind
    name: str
    lon: float
    lat: float
    radius_m: float
    ward: AreaRef | None
    district: AreaRef | None
    confidence: float
    tokens: tuple[str, ...] = ()
    near: tuple[AreaRef, ...] = ()
    approximate: bool = False


@dataclass(frozen=True, slots=True)
class Resolution:
    """The resolver's whole answer.

    located: a point or place inside one ward. area: only a ward or district. ambiguous: several, none clearly
    better. outside: what was found lies outside the territory. unknown: nothing was found.
    `answer` is what may be relied on: a candidate sure enough, or the district that they share; None when a person
    has to decide, and `question` is then what to ask the caller. `ignored` are the words nothing was made of.
    `set_name` and `generation` say which areas it was read from, `gazetteer` which places and streets.
    """

    outcome: Outcome
    candidates: tuple[Candidate, ...] = ()
    reasons: tuple[Reason, ...] = ()
    ignored: tuple[str, ...] = ()
    answer: Candidate | None = None
    set_name: str = ""
    generation: str = ""
    gazetteer: str = ""
    question: Reason | None = None

    @property
    def best(self) -> Candidate | None:
        """The first candidate; None when nothing was found. Check `outcome` before relying on it."""
        return self.candidates[0] if self.candidates else None

    @property
    def needs_person(self) -> bool:
        """Whether a person has to say which ward it is: no answer, only a district, a point in an approximate cell, or
        a circle over a border."""
        answer = self.answer
        if answer is None or answer.ward is None:
            return True
        return bool(answer.near) or (answer.approximate and answer.kind not in {"ward", "district"})

    def as_json(self) -> dict[str, Any]:
        """Plain data for a JSON column; `from_json` reads it back."""
        return {
            "outcome": self.outcome,
            "candidates": [asdict(candidate) for candidate in self.candidates],
            "reasons": [_reason_json(reason) for reason in self.reasons],
            "ignored": list(self.ignored),
            "answer": asdict(self.answer) if self.answer is not None else None,
            "set": self.set_name,
            "generation": self.generation,
            "gazetteer": self.gazetteer,
            "question": _reason_json(self.question) if self.question is not None else None,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Resolution:
        """The resolution that `as_json` stored; fields a later version added fall back to their defaults."""
        return cls(
            outcome=stored["outcome"],
            candidates=tuple(_candidate(candidate) for candidate in stored.get("candidates", ())),
            reasons=tuple(_reason(reason) for reason in stored.get("reasons", ())),
            ignored=tuple(stored.get("ignored", ())),
            answer=_candidate(stored["answer"]) if stored.get("answer") else None,
            set_name=stored.get("set", ""),
            generation=stored.get("generation", ""),
            gazetteer=stored.get("gazetteer", ""),
            question=_reason(stored["question"]) if stored.get("question") else None,
        )


def _reason_json(reason: Reason) -> dict[str, Any]:
    return {"code": reason.code, "params": dict(reason.params)}


def _reason(stored: Mapping[str, Any]) -> Reason:
    return Reason(stored["code"], dict(stored["params"]))


def _candidate(stored: Mapping[str, Any]) -> Candidate:
    return Candidate(
        kind=stored["kind"],
        name=stored["name"],
        lon=stored["lon"],
        lat=stored["lat"],
        radius_m=stored["radius_m"],
        ward=_area(stored.get("ward")),
        district=_area(stored.get("district")),
        confidence=stored["confidence"],
        tokens=tuple(stored.get("tokens", ())),
        near=tuple(AreaRef(**area) for area in stored.get("near", ())),
        approximate=stored.get("approximate", False),
    )


def _area(stored: Mapping[str, str] | None) -> AreaRef | None:
    return AreaRef(**stored) if stored else None
