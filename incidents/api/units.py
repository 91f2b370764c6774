"""Units: which to send, sending them, where they are, and what their crews say."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router

from incidents.api.acting import Done, act, answered, person_who_may, summary_of, visible_incident
from incidents.api.answers import Invalid, NotTheirs
from incidents.api.described import body_of
from incidents.api.shapes import Minutes, OwnPosition, SendUnit, Sent, SignOn, SortieStep, UnitState, read
from incidents.delivery.queue import UNDO
from incidents.emergencies.models import Sortie, Unit
from incidents.emergencies.positions.fixes import RefusedFix
from incidents.emergencies.positions.own import take_own
from incidents.emergencies.positions.reading import positions_for
from incidents.emergencies.services.parts import part_of
from incidents.emergencies.targets.needing import needed_of
from incidents.emergencies.units import crews, safety, sending
from incidents.emergencies.units.lifecycles import UnitStatus
from incidents.emergencies.units.recommending import recommend
from incidents.records.editing import lock
from incidents.records.rights import Verb
from opscenter.accounts.models import Person
from opscenter.accounts.roles import Role

router = Router(tags=["units"])
_UNDO_S = int(UNDO.total_seconds())


@router.get("/emergencies/{code}/units", summary="Which units to send")
def recommended(request: HttpRequest, code: str) -> JsonResponse:
    """The own service's free units, the best first, with why; and what is missing."""

    def run() -> JsonResponse:
        person = person_who_may(request, Verb.SEND_UNIT)
        incident = visible_incident(person, code)
        part_of(incident, person)
        needed = needed_of(incident, person.agency_id or 0)
        found = recommend(incident, person.agency_id or 0, needed, timezone.now())
        return JsonResponse(
            {
                "units": [
                    {
                        "unit": one.unit.pk,
                        "call_sign": one.unit.call_sign,
                        "kind": one.unit.kind,
                        "metres": None if one.metres is None else round(one.metres),
                        "seconds": None if one.seconds is None else round(one.seconds),
                        "reasons": one.reasons(),
                    }
                    for one in found.candidates[:20]
                ],
                "short": found.shortfalls(),
            }
        )

    return answered(run)


@router.post("/emergencies/{code}/send", summary="Send a unit", openapi_extra=body_of(SendUnit))
def send(request: HttpRequest, code: str) -> JsonResponse:
    """409 `unit_taken` when somebody else just sent it. Can be withdrawn for ten seconds before its crew is called."""

    def work(person: Person, sent: SendUnit) -> Done:
        incident = visible_incident(person, code)
        if not Unit.objects.filter(pk=sent.unit).exists():
            raise Invalid({"unit": [_("There is no such unit.")]})
        sortie = sending.send(
            incident_id=incident.pk, unit_id=sent.unit, by=person, metres=sent.metres, seconds=sent.seconds
        )
        return summary_of(lock(incident.pk), sortie=sortie.pk, undo_s=_UNDO_S)

    return act(request, Verb.SEND_UNIT, f"{code}:send", SendUnit, work)


def _sortie(person: Person, pk: int) -> Sortie:
    """A sortie of the person's own service; a crew's only while it is on that unit."""
    rows = Sortie.objects.filter(pk=pk, unit__agency=person.agency_id)
    if person.role == Role.CREW:
        rows = rows.filter(unit=crews.unit_of(person))
    sortie = rows.first()
    if sortie is None:
        raise NotTheirs
    return sortie


@router.post("/sorties/{int:pk}/call-back", summary="Call a unit back", openapi_extra=body_of(Sent))
def call_back(request: HttpRequest, pk: int) -> JsonResponse:
    """Within ten seconds its crew was never called."""

    def work(person: Person, sent: Sent) -> Done:
        sortie = sending.call_back(sortie_id=_sortie(person, pk).pk, by=person)
        return summary_of(lock(sortie.incident_id), sortie=sortie.pk)

    return act(request, Verb.SEND_UNIT, f"sortie-{pk}:back", Sent, work)


@router.post("/sorties/{int:pk}/step", summary="The next step of a sortie", openapi_extra=body_of(SortieStep))
def step(request: HttpRequest, pk: int) -> JsonResponse:
    """By its crew, or by its dispatcher who heard it on the radio."""

    def work(person: Person, sent: SortieStep) -> Done:
        sortie = _sortie(person, pk)
        sending.step(sortie_id=sortie.pk, wanted=sent.state, by=person, facility_id=sent.facility)
        return summary_of(lock(sortie.incident_id), sortie=sortie.pk, sortie_state=sent.state.value)

    return act(request, Verb.SET_UNIT, f"sortie-{pk}:step", SortieStep, work)


@router.post("/units/{int:pk}/status", summary="In service or out of it", openapi_extra=body_of(UnitState))
def status(request: HttpRequest, pk: int) -> JsonResponse:
    """Only while it is not on a sortie."""

    def work(person: Person, sent: UnitState) -> Done:
        theirs = Unit.objects.filter(pk=pk, agency=person.agency_id)
        if person.role == Role.CREW:
            theirs = theirs.filter(handling_unit=person.handling_unit_id)
        if not theirs.exists():
            raise NotTheirs
        unit = sending.set_status(unit_id=pk, status=UnitStatus(sent.status), by=person)
        return {"unit": unit.pk, "status": unit.status}

    return act(request, Verb.SET_UNIT, f"unit-{pk}:status", UnitState, work)


def _unit(person: Person, pk: int) -> Unit:
    """A unit of the person's own service; a crew's only the one they are on. Raises NotTheirs."""
    rows = Unit.objects.filter(pk=pk, agency=person.agency_id)
    if person.role == Role.CREW:
        rows = rows.filter(crew__person=person)
    unit = rows.first()
    if unit is None:
        raise NotTheirs
    return unit


@router.post("/units/{int:pk}/check-in", summary="The crew is well", openapi_extra=body_of(Sent))
def check_in(request: HttpRequest, pk: int) -> JsonResponse:
    """By the crew, or by its dispatcher who heard it; its timer begins anew."""

    def work(person: Person, sent: Sent) -> Done:
        return {"unit": pk, "due_at": safety.report(unit=_unit(person, pk), by=person).due_at.isoformat()}

    return act(request, Verb.SET_UNIT, f"unit-{pk}:check-in", Sent, work)


@router.post("/units/{int:pk}/check-ins", summary="Work alone", openapi_extra=body_of(Minutes))
def check_ins(request: HttpRequest, pk: int) -> JsonResponse:
    """From now on the crew reports every so many minutes."""

    def work(person: Person, sent: Minutes) -> Done:
        timer = safety.start_alone(unit=_unit(person, pk), minutes=sent.minutes, by=person)
        return {"unit": pk, "due_at": timer.due_at.isoformat()}

    return act(request, Verb.SET_UNIT, f"unit-{pk}:check-ins", Minutes, work)


@router.post("/units/{int:pk}/check-ins/end", summary="Not alone any more", openapi_extra=body_of(Sent))
def end_check_ins(request: HttpRequest, pk: int) -> JsonResponse:
    """Ends the timer that runs."""

    def work(person: Person, sent: Sent) -> Done:
        safety.stop(unit=_unit(person, pk), by=person)
        return {"unit": pk}

    return act(request, Verb.SET_UNIT, f"unit-{pk}:check-ins-end", Sent, work)


@router.get("/units/positions", summary="Where the units are")
def positions(request: HttpRequest) -> JsonResponse:
    """Those this person sees; from here on the live stream tells what moves."""

    def run() -> JsonResponse:
        person = person_who_may(request, Verb.SEE_UNITS)
        response = JsonResponse({"units": positions_for(person)})
        response["Cache-Control"] = "no-store"
        return response

    return answered(run)


@router.post("/crew/sign-on", summary="Board a unit", openapi_extra=body_of(SignOn))
def sign_on(request: HttpRequest) -> JsonResponse:
    """One of the own handling unit."""

    def work(person: Person, sent: SignOn) -> Done:
        return {"unit": crews.sign_on(unit_id=sent.unit, by=person).unit_id}

    return act(request, Verb.CREW, "sign-on", SignOn, work)


@router.post("/crew/sign-off", summary="Leave the unit", openapi_extra=body_of(Sent))
def sign_off(request: HttpRequest) -> JsonResponse:
    """The shift is over."""

    def work(person: Person, sent: Sent) -> Done:
        crews.sign_off(by=person)
        return {}

    return act(request, Verb.CREW, "sign-off", Sent, work)


@router.post("/crew/position", summary="Where this page is", openapi_extra=body_of(OwnPosition))
def own_position(request: HttpRequest) -> HttpResponse:
    """Latest wins and nothing is kept of a repeat, so it needs no action id. 422 with the reason for a bad fix."""

    def run() -> JsonResponse:
        person = person_who_may(request, Verb.CREW)
        sent = read(request, OwnPosition)
        try:
            take_own(person, sent.model_dump())
        except RefusedFix as error:
            return JsonResponse({"code": error.why.value}, status=422)
        return JsonResponse({}, status=200)

    return answered(run)
