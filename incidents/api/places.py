"""GET /api/places/resolve: where words may be, with candidates and reasons. Nothing is stored."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from ninja import Query, Router
from pydantic import BaseModel, Field

from geo.answering import as_answer
from geo.resolver import resolve
from incidents.api.acting import answered, person_who_may
from incidents.api.shapes import LONGEST_WORDS
from incidents.intake.take import storable
from incidents.records.rights import Verb
from opscenter.budgets import spend

router = Router(tags=["places"])


class PlaceCandidate(BaseModel):
    """One place the words may mean: the true one lies within `radius_m` metres of the point, we believe."""

    ward_code: str | None
    district_code: str | None
    kind: Literal["point", "place", "house", "crossing", "kilometre", "street", "ward", "district"]
    name: str
    lat: float
    lon: float
    radius_m: float
    confidence: float = Field(description="Of the test addresses answered with 0.9 at least nine in ten are right.")
    ward: str | None
    district: str | None
    tokens: list[str] = Field(description="The words it rests on.")
    near: list[str] = Field(description="Codes of the other wards that the circle reaches.")


class PlaceReason(BaseModel):
    code: str
    text: str


class PlaceAnswer(BaseModel):
    """`answer` is what may be relied on; without one a person decides, and `question` is what to ask the caller."""

    text: str
    answer: PlaceCandidate | None
    candidates: list[PlaceCandidate]
    needs_person: bool
    reasons: list[PlaceReason]
    question: str | None
    outcome: Literal["located", "area", "ambiguous", "outside", "unknown"]
    ignored: list[str]
    set: str
    generation: str
    gazetteer: str


class PlaceQuestion(BaseModel):
    """Words, and what else is known: an address field, a position in degrees (WGS 84) with its accuracy, a date."""

    text: str = ""
    address: str = ""
    lat: float | None = None
    lon: float | None = None
    accuracy_m: float | None = None
    on: dt.date | None = None


@router.get("/places/resolve", response={200: PlaceAnswer}, summary="Where words may be")
def where(request: HttpRequest, asked: Query[PlaceQuestion]) -> JsonResponse:
    """The units are those in force on the date `on`; without one those of today, or of the pinned set."""

    def run() -> JsonResponse:
        person_who_may(request, Verb.SUGGEST)
        spend(request, "api.resolve")
        text = storable(asked.text)[:LONGEST_WORDS]
        point = (asked.lon, asked.lat) if asked.lon is not None and asked.lat is not None else None
        found = resolve(
            text,
            on=asked.on or timezone.localdate(),
            point=point,
            accuracy_m=asked.accuracy_m,
            address=storable(asked.address)[:500],
            pinned=asked.on is None,
        )
        return JsonResponse(as_answer(text, found))

    return answered(run)
