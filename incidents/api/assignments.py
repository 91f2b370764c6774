"""What agencies do with their assignments: POST /api/assignments/{id}/…"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from ninja import Router

from incidents.api.acting import Done, act, answered, own_assignment, person_who_may, summary_of
from incidents.api.answers import Invalid
from incidents.api.described import body_of
from incidents.api.shapes import (
    AddPhotos,
    Ask,
    Based,
    HandOn,
    PassOn,
    PassTo,
    Postpone,
    Reject,
    Result,
    Return,
    S,
    Sent,
    TakeBack,
)
from incidents.dispatching import agency_work, assigning, disagreeing, pausing, results
from incidents.records import photos
from incidents.records.lifecycles import AssignmentState
from incidents.records.models import Assignment, Pause, Photo
from incidents.records.names import ASSIGNMENT_STATES
from incidents.records.rights import Verb
from incidents.worktime.clocks import opening
from opscenter.accounts.models import Agency, HandlingUnit, Person

router = Router(tags=["assignments"])


def _do(
    request: HttpRequest, verb: Verb, pk: int, shape: type[S], work: Callable[[Person, S], Assignment]
) -> JsonResponse:
    """One act on one's own assignment."""

    def own(person: Person, sent: S) -> Done:
        own_assignment(person, pk)
        return _summary(work(person, sent))

    return act(request, verb, pk, shape, own, lambda incident: _now(pk))


def _summary(assignment: Assignment) -> Done:
    return summary_of(assignment.incident, assignment=assignment.pk, assignment_state=assignment.state)


def _now(pk: int) -> dict[str, Any]:
    row = Assignment.objects.select_related("handling_unit", "agency").get(pk=pk)
    pause = Pause.objects.filter(assignment=row, ended_at=None).first()
    return {
        "state": str(ASSIGNMENT_STATES[AssignmentState(row.state)]),
        "agency": row.agency.name,
        "result": row.result,
        "reason": row.return_reason or row.rejection,
        "question": pause.text if pause is not None else "",
        "unit": row.handling_unit.name if row.handling_unit else "",
    }


def _agency(pk: int, field: str) -> Agency:
    agency = Agency.objects.filter(pk=pk).first()
    if agency is None:
        raise Invalid({field: [_("There is no agency %(id)d.") % {"id": pk}]})
    return agency


def _unit(pk: int, field: str) -> HandlingUnit:
    unit = HandlingUnit.objects.filter(pk=pk).first()
    if unit is None:
        raise Invalid({field: [_("There is no such unit.")]})
    return unit


@router.post("/{int:pk}/see", summary="Somebody opened it", openapi_extra=body_of(Sent))
def see(request: HttpRequest, pk: int) -> JsonResponse:
    """The second look changes nothing."""

    def work(person: Person, sent: Sent) -> Assignment:
        return agency_work.see(assignment_id=pk, by=person)

    return _do(request, Verb.SEE_ASSIGNMENT, pk, Sent, work)


@router.post("/{int:pk}/accept", summary="Accept", openapi_extra=body_of(Based))
def accept(request: HttpRequest, pk: int) -> JsonResponse:
    """The agency takes it."""

    def work(person: Person, sent: Based) -> Assignment:
        return agency_work.accept(assignment_id=pk, by=person, base_version=sent.base_version)

    return _do(request, Verb.ACCEPT, pk, Based, work)


@router.post("/{int:pk}/return", summary="Give it back", openapi_extra=body_of(Return))
def return_(request: HttpRequest, pk: int) -> JsonResponse:
    """With the reason, and perhaps the agency that is held to be the right one."""

    def work(person: Person, sent: Return) -> Assignment:
        return agency_work.return_(
            assignment_id=pk,
            by=person,
            reason=sent.reason,
            code=sent.code,
            proposed=_agency(sent.proposed, "proposed") if sent.proposed is not None else None,
            base_version=sent.base_version,
        )

    return _do(request, Verb.RETURN, pk, Return, work)


@router.post("/{int:pk}/hand", summary="Hand on to a unit", openapi_extra=body_of(HandOn))
def hand(request: HttpRequest, pk: int) -> JsonResponse:
    """To a handling unit of the same agency, or several; perhaps to one person of the first."""

    def work(person: Person, sent: HandOn) -> Assignment:
        worker = Person.objects.filter(pk=sent.person).first() if sent.person is not None else None
        if sent.person is not None and worker is None:
            raise Invalid({"person": [_("There is no such person.")]})
        return agency_work.hand_on(
            assignment_id=pk,
            unit=_unit(sent.unit, "unit"),
            others=[_unit(one, "others") for one in sent.others],
            person=worker,
            by=person,
            base_version=sent.base_version,
        )

    return _do(request, Verb.HAND_ON, pk, HandOn, work)


@router.post("/{int:pk}/start", summary="Start work", openapi_extra=body_of(Based))
def start(request: HttpRequest, pk: int) -> JsonResponse:
    """Work has begun."""

    def work(person: Person, sent: Based) -> Assignment:
        return agency_work.start(assignment_id=pk, by=person, base_version=sent.base_version)

    return _do(request, Verb.START, pk, Based, work)


@router.post("/{int:pk}/cancel", summary="Take it back from the agency", openapi_extra=body_of(TakeBack))
def cancel(request: HttpRequest, pk: int) -> JsonResponse:
    """For the control room, when ten seconds are over."""

    def work(person: Person, sent: TakeBack) -> Assignment:
        return assigning.cancel_assignment(assignment_id=pk, by=person, why=sent.why, base_version=sent.base_version)

    return _do(request, Verb.CANCEL_ASSIGNMENT, pk, TakeBack, work)


@router.post("/{int:pk}/transfer", summary="Pass it on to another agency", openapi_extra=body_of(PassTo))
def transfer(request: HttpRequest, pk: int) -> JsonResponse:
    """By the hotline; by an agency to one below its own."""

    def work(person: Person, sent: PassTo) -> Assignment:
        return assigning.transfer(
            assignment_id=pk,
            to=_agency(sent.agency, "agency"),
            by=person,
            reason=sent.reason,
            base_version=sent.base_version,
        )

    return _do(request, Verb.TRANSFER, pk, PassTo, work)


@router.post("/{int:pk}/ask", summary="Ask the citizen for more", openapi_extra=body_of(Ask))
def ask(request: HttpRequest, pk: int) -> JsonResponse:
    """The clocks stand still, a week at most."""

    def work(person: Person, sent: Ask) -> Assignment:
        return pausing.ask(assignment_id=pk, question=sent.question, by=person, base_version=sent.base_version)

    return _do(request, Verb.ASK, pk, Ask, work)


@router.post("/{int:pk}/postpone", summary="Plan the work for a later day", openapi_extra=body_of(Postpone))
def postpone(request: HttpRequest, pk: int) -> JsonResponse:
    """The clocks stand still until the offices open on that day."""

    def work(person: Person, sent: Postpone) -> Assignment:
        return pausing.postpone(
            assignment_id=pk,
            until=opening(sent.on),
            reason=sent.reason,
            by=person,
            base_version=sent.base_version,
        )

    return _do(request, Verb.POSTPONE, pk, Postpone, work)


@router.post("/{int:pk}/resume", summary="Go on after a pause", openapi_extra=body_of(Based))
def resume(request: HttpRequest, pk: int) -> JsonResponse:
    """The clocks run on."""

    def work(person: Person, sent: Based) -> Assignment:
        return pausing.resume(assignment_id=pk, by=person, base_version=sent.base_version)

    return _do(request, Verb.RESUME, pk, Based, work)


@router.post("/{int:pk}/pass-on", summary="Pass the unit's result on", openapi_extra=body_of(PassOn))
def pass_on(request: HttpRequest, pk: int) -> JsonResponse:
    """The focal point takes what the handling unit reported; the agency answers for it."""

    def work(person: Person, sent: PassOn) -> Assignment:
        return results.pass_on_result(assignment_id=pk, by=person, text=sent.result, base_version=sent.base_version)

    return _do(request, Verb.PASS_ON, pk, PassOn, work)


@router.post("/{int:pk}/send-back", summary="Send the result back to the unit", openapi_extra=body_of(Reject))
def send_back(request: HttpRequest, pk: int) -> JsonResponse:
    """The unit goes on working, with the reason."""

    def work(person: Person, sent: Reject) -> Assignment:
        return results.send_back_to_unit(
            assignment_id=pk, by=person, reason=sent.reason, base_version=sent.base_version
        )

    return _do(request, Verb.SEND_BACK, pk, Reject, work)


@router.post("/{int:pk}/disagree", summary="The agencies do not agree", openapi_extra=body_of(Reject))
def disagree(request: HttpRequest, pk: int) -> JsonResponse:
    """The department decides, and after it the province."""

    def work(person: Person, sent: Reject) -> Assignment:
        return disagreeing.disagree(assignment_id=pk, reason=sent.reason, by=person, base_version=sent.base_version)

    return _do(request, Verb.DISAGREE, pk, Reject, work)


@router.post(
    "/{int:pk}/photos", summary="Photos before or after the work", openapi_extra=body_of(AddPhotos, files="photos")
)
def add_photos(request: HttpRequest, pk: int) -> JsonResponse:
    """Place and time are the camera's own, or else what the phone says."""

    def run() -> JsonResponse:
        own_assignment(person_who_may(request, Verb.ADD_PHOTO), pk)
        prepared, problems = photos.prepare(request.FILES.getlist("photos"))

        def own(person: Person, sent: AddPhotos) -> Done:
            own_assignment(person, pk)
            assignment = agency_work.add_photos(
                assignment_id=pk, by=person, phase=Photo.Phase(sent.phase), pictures=_placed(prepared, sent)
            )
            return {**_summary(assignment), "photo_problems": [problem.text() for problem in problems]}

        try:
            return act(request, Verb.ADD_PHOTO, pk, AddPhotos, own, lambda incident: _now(pk))
        finally:
            photos.discard(_without_row(prepared))

    return answered(run)


@router.post("/{int:pk}/result", summary="Give the result", openapi_extra=body_of(Result, files="photos"))
def result(request: HttpRequest, pk: int) -> JsonResponse:
    """What was done, with photos. A bad photo never loses the result: it is told in `photo_problems`."""

    def run() -> JsonResponse:
        # Decoding is slow: not inside the change, and not for somebody who may not send it.
        own_assignment(person_who_may(request, Verb.GIVE_RESULT), pk)
        prepared, problems = photos.prepare(request.FILES.getlist("photos"))

        def own(person: Person, sent: Result) -> Done:
            own_assignment(person, pk)
            assignment = agency_work.give_result(
                assignment_id=pk,
                text=sent.result,
                by=person,
                base_version=sent.base_version,
                pictures=_placed(prepared, sent),
            )
            return {**_summary(assignment), "photo_problems": [problem.text() for problem in problems]}

        try:
            return act(request, Verb.GIVE_RESULT, pk, Result, own, lambda incident: _now(pk))
        finally:
            photos.discard(_without_row(prepared))

    return answered(run)


def _placed(prepared: list[photos.Prepared], sent: AddPhotos | Result) -> list[photos.Prepared]:
    """Browsers often leave place and time out of a photo: then what the phone told with it counts."""
    point = (sent.lon, sent.lat) if sent.lon is not None and sent.lat is not None else None
    at = sent.taken_at
    return [replace(one, taken_at=one.taken_at or at, taken_point=one.taken_point or point) for one in prepared]


def _without_row(prepared: list[photos.Prepared]) -> list[photos.Prepared]:
    """Those whose change did not happen: refused, in conflict, sent twice."""
    kept = set(Photo.objects.filter(shown__in=[one.shown for one in prepared]).values_list("shown", flat=True))
    return [one for one in prepared if one.shown not in kept]
