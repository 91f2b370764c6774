"""What agencies do with their assignments: POST /api/assignments/{id}/…"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from ninja import Router

from incidents.api.acting import Done, act, answered, own_assignment, person_who_may, summary_of
from incidents.api.answers import Invalid
from incidents.api.described import body_of
from incidents.api.shapes import Based, HandOn, Result, Return, S, Sent, TakeBack
from incidents.dispatching import agency_work, assigning
from incidents.records import photos
from incidents.records.models import Assignment, Photo
from incidents.records.rights import Verb
from opscenter.accounts.models import HandlingUnit, Person

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
    row = Assignment.objects.select_related("handling_unit").get(pk=pk)
    return {
        "result": row.result,
        "reason": row.return_reason,
        "unit": row.handling_unit.name if row.handling_unit else "",
    }


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
    """With the reason in words."""

    def work(person: Person, sent: Return) -> Assignment:
        return agency_work.return_(assignment_id=pk, by=person, reason=sent.reason, base_version=sent.base_version)

    return _do(request, Verb.RETURN, pk, Return, work)


@router.post("/{int:pk}/hand", summary="Hand on to a unit", openapi_extra=body_of(HandOn))
def hand(request: HttpRequest, pk: int) -> JsonResponse:
    """To a handling unit of the same agency."""

    def work(person: Person, sent: HandOn) -> Assignment:
        unit = HandlingUnit.objects.filter(pk=sent.unit).first()
        if unit is None:
            raise Invalid({"unit": [_("There is no such unit.")]})
        return agency_work.hand_on(assignment_id=pk, unit=unit, by=person, base_version=sent.base_version)

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
                assignment_id=pk, text=sent.result, by=person, base_version=sent.base_version, pictures=prepared
            )
            return {**_summary(assignment), "photo_problems": [problem.text() for problem in problems]}

        try:
            return act(request, Verb.GIVE_RESULT, pk, Result, own, lambda incident: _now(pk))
        finally:
            photos.discard(_without_row(prepared))

    return answered(run)


def _without_row(prepared: list[photos.Prepared]) -> list[photos.Prepared]:
    """Those whose change did not happen: refused, in conflict, sent twice."""
    kept = set(Photo.objects.filter(shown__in=[one.shown for one in prepared]).values_list("shown", flat=True))
    return [one for one in prepared if one.shown not in kept]
