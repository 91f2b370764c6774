"""A major incident: POST /api/emergencies/{code}/major/… Each answers how the incident is after it."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from ninja import Router

from incidents.api.answers import Forbidden
from incidents.api.described import body_of
from incidents.api.emergencies import do
from incidents.api.shapes import (
    AnswerResource,
    AskResource,
    CountCasualties,
    PlaceUnit,
    Reason,
    Scene,
    SectorWords,
    Sent,
    SetCommander,
    WriteSitrep,
)
from incidents.emergencies.major import commanding, counting, declaring, resources, sitreps
from incidents.emergencies.screens.queries import place_of
from incidents.emergencies.services.visibility import Field, may_read
from incidents.records.models import Incident
from incidents.records.rights import Verb
from opscenter.accounts.models import Person

router = Router(tags=["major incidents"])


@router.post("/{code}/major/declare", summary="Declare a major incident", openapi_extra=body_of(Reason))
def declare(request: HttpRequest, code: str) -> JsonResponse:
    """With the reason; all services' screens show it with the commit."""

    def work(person: Person, incident: Incident, sent: Reason) -> None:
        declaring.declare(incident_id=incident.pk, reason=sent.reason, by=person)

    return do(request, Verb.RUN_MAJOR, code, "declare", Reason, work)


@router.post("/{code}/major/stand-down", summary="Stand it down", openapi_extra=body_of(Reason))
def stand_down(request: HttpRequest, code: str) -> JsonResponse:
    """It goes on as an ordinary shared incident."""

    def work(person: Person, incident: Incident, sent: Reason) -> None:
        declaring.stand_down(incident_id=incident.pk, reason=sent.reason, by=person)

    return do(request, Verb.RUN_MAJOR, code, "stand-down", Reason, work)


@router.post("/{code}/major/commander", summary="Name who commands", openapi_extra=body_of(SetCommander))
def commander(request: HttpRequest, code: str) -> JsonResponse:
    """One service, or all of them."""

    def work(person: Person, incident: Incident, sent: SetCommander) -> None:
        commanding.set_commander(
            incident_id=incident.pk, name=sent.name, position=sent.position, agency_id=sent.agency, by=person
        )

    return do(request, Verb.RUN_MAJOR, code, "commander", SetCommander, work)


@router.post("/{code}/major/scene", summary="Dangers, ways in and out", openapi_extra=body_of(Scene))
def scene(request: HttpRequest, code: str) -> JsonResponse:
    """Both texts as they stand from now on."""

    def work(person: Person, incident: Incident, sent: Scene) -> None:
        commanding.describe_scene(incident_id=incident.pk, dangers=sent.dangers, access=sent.access, by=person)

    return do(request, Verb.RUN_MAJOR, code, "scene", Scene, work)


@router.post("/{code}/major/sectors", summary="Open a sector", openapi_extra=body_of(SectorWords))
def open_sector(request: HttpRequest, code: str) -> JsonResponse:
    """A part of the scene, with who leads it."""

    def work(person: Person, incident: Incident, sent: SectorWords) -> None:
        commanding.open_sector(incident_id=incident.pk, name=sent.name, place=sent.place, lead=sent.lead, by=person)

    return do(request, Verb.RUN_MAJOR, code, "sector", SectorWords, work)


@router.post("/{code}/major/sectors/{int:pk}", summary="Change a sector", openapi_extra=body_of(SectorWords))
def edit_sector(request: HttpRequest, code: str, pk: int) -> JsonResponse:
    """Another name, place or leader."""

    def work(person: Person, incident: Incident, sent: SectorWords) -> None:
        commanding.edit_sector(
            incident_id=incident.pk, sector_id=pk, name=sent.name, place=sent.place, lead=sent.lead, by=person
        )

    return do(request, Verb.RUN_MAJOR, code, f"sector-{pk}", SectorWords, work)


@router.post("/{code}/major/sectors/{int:pk}/close", summary="Close a sector", openapi_extra=body_of(Sent))
def close_sector(request: HttpRequest, code: str, pk: int) -> JsonResponse:
    """409 while units are in it."""

    def work(person: Person, incident: Incident, sent: Sent) -> None:
        commanding.close_sector(incident_id=incident.pk, sector_id=pk, by=person)

    return do(request, Verb.RUN_MAJOR, code, f"close-{pk}", Sent, work)


@router.post("/{code}/major/units", summary="Put a unit into a sector", openapi_extra=body_of(PlaceUnit))
def place_unit(request: HttpRequest, code: str) -> JsonResponse:
    """By its sortie; a service its own."""

    def work(person: Person, incident: Incident, sent: PlaceUnit) -> None:
        commanding.place_unit(incident_id=incident.pk, sortie_id=sent.sortie, sector_id=sent.sector, by=person)

    return do(request, Verb.RUN_MAJOR, code, "unit", PlaceUnit, work)


@router.post("/{code}/major/casualties", summary="Count casualties", openapi_extra=body_of(CountCasualties))
def casualties(request: HttpRequest, code: str) -> JsonResponse:
    """By triage colour, a whole sector at once; 409 when somebody else has counted meanwhile."""

    def work(person: Person, incident: Incident, sent: CountCasualties) -> None:
        if not may_read(person, Field.CASUALTIES):
            raise Forbidden
        numbers = counting.Count(sent.red, sent.yellow, sent.green, sent.black)
        counting.count(incident_id=incident.pk, sector_id=sent.sector, numbers=numbers, seen=sent.seen, by=person)

    return do(request, Verb.COUNT_CASUALTIES, code, "casualties", CountCasualties, work)


@router.post("/{code}/major/resources", summary="Ask for resources", openapi_extra=body_of(AskResource))
def ask_resource(request: HttpRequest, code: str) -> JsonResponse:
    """Kind, number, of whom."""

    def work(person: Person, incident: Incident, sent: AskResource) -> None:
        resources.ask(incident_id=incident.pk, kind=sent.kind, number=sent.number, asked_of=sent.asked_of, by=person)

    return do(request, Verb.RUN_MAJOR, code, "ask", AskResource, work)


@router.post("/{code}/major/resources/{int:pk}", summary="Promised, arrived", openapi_extra=body_of(AnswerResource))
def answer_resource(request: HttpRequest, code: str, pk: int) -> JsonResponse:
    """409 when somebody else has written other numbers meanwhile."""

    def work(person: Person, incident: Incident, sent: AnswerResource) -> None:
        resources.answer(
            incident_id=incident.pk,
            request_id=pk,
            promised=sent.promised,
            arrived=sent.arrived,
            seen=sent.seen,
            is_closed=sent.closed,
            by=person,
        )

    return do(request, Verb.RUN_MAJOR, code, f"resource-{pk}", AnswerResource, work)


@router.post("/{code}/major/sitreps", summary="Report the situation", openapi_extra=body_of(WriteSitrep))
def write_sitrep(request: HttpRequest, code: str) -> JsonResponse:
    """Freezes what stands now; `next_min` says when the next one is due."""

    def work(person: Person, incident: Incident, sent: WriteSitrep) -> None:
        if not may_read(person, Field.SITREPS):
            raise Forbidden
        sitreps.write_sitrep(
            incident_id=incident.pk,
            words=sent.text,
            next_min=sent.next_min,
            place=place_of(incident),
            by=person,
        )

    return do(request, Verb.RUN_MAJOR, code, "sitrep", WriteSitrep, work)
