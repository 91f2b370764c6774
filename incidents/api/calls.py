"""What call-takers do at the telephone: /api/calls/…"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, JsonResponse
from ninja import Router

from incidents.api.acting import Done, act, action_id, answered, person_who_may
from incidents.api.answers import NotTheirs
from incidents.api.described import body_of
from incidents.api.shapes import Draft, NotReached, S, SeatChange, Sent, Transfer, read
from incidents.calls import seats, taking, telephone
from incidents.calls.models import Call, CallDraft, Seat, SeatStatus
from incidents.calls.numbers import dialled
from incidents.records.rights import Verb
from opscenter.accounts.models import Person
from opscenter.accounts.roles import ROOM_ROLES
from realtime.change import change

router = Router(tags=["calls"])


def _do(
    request: HttpRequest, verb: Verb, pk: int, shape: type[S], work: Callable[[Person, S], dict[str, Any]]
) -> JsonResponse:
    """One act on a call. Calls of an exercise and of the live service are one list: who may take one may see it."""

    def on_call(person: Person, sent: S) -> Done:
        try:
            return work(person, sent)
        except Call.DoesNotExist:
            raise NotTheirs from None

    return act(request, verb, pk, shape, on_call)


def _done(call: Call, **more: Any) -> Done:
    return {"call": call.pk, "version": call.version, "state": call.state, **more}


@router.get("/seats", summary="Who sits where, and what the telephone can do")
def seats_(request: HttpRequest) -> JsonResponse:
    """{people: names by id, mine: one's own desk, dials: whether an exchange can be told to dial}."""

    def run() -> JsonResponse:
        person = person_who_may(request, Verb.TAKE_CALL)
        people = Person.objects.filter(role__in=sorted(ROOM_ROLES), is_active=True).order_by("full_name", "pk")
        mine = Seat.objects.filter(person=person).first()
        return JsonResponse(
            {
                "people": {str(one.pk): str(one) for one in people},
                "mine": {"status": mine.status if mine else "off", "extension": mine.extension if mine else ""},
                "dials": telephone.is_connected(),
            }
        )

    return answered(run)


@router.post("/seat", summary="On duty, pause, off duty", openapi_extra=body_of(SeatChange))
def seat(request: HttpRequest) -> JsonResponse:
    """One's own desk; in a call and wrap-up follow from the calls."""

    def work(person: Person, sent: SeatChange) -> Done:
        mine = seats.set_status(by=person, status=SeatStatus(sent.status), extension=sent.extension)
        return {"status": mine.status, "extension": mine.extension}

    return act(request, Verb.SET_SEAT, "own", SeatChange, work)


@router.post("/seat/here", summary="The desk's page is there", openapi_extra=body_of(Sent))
def here(request: HttpRequest) -> JsonResponse:
    """{status}: "off" when the desk went off duty because nothing was heard of its page. Its answer is not kept."""

    def run() -> JsonResponse:
        person = person_who_may(request, Verb.SET_SEAT)
        with change():
            return JsonResponse({"status": str(seats.heard(by=person))})

    return answered(run)


@router.post("/{int:pk}/take", summary="Take a call", openapi_extra=body_of(Sent))
def take(request: HttpRequest, pk: int) -> JsonResponse:
    """Of two at once one gets it; the other is told who (409 call_taken)."""
    return _do(request, Verb.TAKE_CALL, pk, Sent, lambda person, sent: _done(taking.take(call_id=pk, by=person)))


@router.get("/{int:pk}/caller", summary="Who calls")
def caller(request: HttpRequest, pk: int) -> JsonResponse:
    """Personal data, for whoever has the call; each look is written down. {number, name, draft}."""

    def run() -> JsonResponse:
        person = person_who_may(request, Verb.LOOK_AT_CALLER)
        # Written down before anything is shown.
        try:
            with change():
                known = taking.look(call_id=pk, by=person)
        except Call.DoesNotExist:
            raise NotTheirs from None
        draft = CallDraft.objects.filter(call_id=pk).first()
        response = JsonResponse(
            {
                "number": dialled(known.number) if known else "",
                "name": known.name if known else "",
                "draft": {"at": draft.at.isoformat(), "fields": draft.fields} if draft else None,
            }
        )
        response["Cache-Control"] = "no-store"
        return response

    return answered(run)


@router.post("/{int:pk}/draft", summary="Keep what is typed", openapi_extra=body_of(Draft))
def draft(request: HttpRequest, pk: int) -> JsonResponse:
    """The last one counts; its answer is not kept, because doing it again does the same."""

    def run() -> JsonResponse:
        person = person_who_may(request, Verb.KEEP_DRAFT)
        sent = read(request, Draft)
        action_id(request)
        try:
            with change():
                taking.keep_draft(call_id=pk, by=person, fields=dict(sent.fields))
        except Call.DoesNotExist:
            raise NotTheirs from None
        return JsonResponse({"call": pk})

    return answered(run)


@router.post("/{int:pk}/done", summary="Nothing to report", openapi_extra=body_of(Sent))
def done(request: HttpRequest, pk: int) -> JsonResponse:
    """The call is written up without a report: a wrong number, a question that was answered."""
    return _do(request, Verb.WRAP_UP_CALL, pk, Sent, lambda person, sent: _done(taking.wrap_up(call_id=pk, by=person)))


@router.post("/{int:pk}/transfer", summary="Pass on to 113, 114 or 115", openapi_extra=body_of(Transfer))
def transfer(request: HttpRequest, pk: int) -> JsonResponse:
    """First this, then the form. `dials`: the exchange does it; otherwise the call-taker's telephone."""

    def work(person: Person, sent: Transfer) -> Done:
        call = telephone.transfer(call_id=pk, service=sent.service, by=person)
        return _done(call, dials=telephone.is_connected())

    return _do(request, Verb.TRANSFER_CALL, pk, Transfer, work)


@router.post("/{int:pk}/call_back", summary="Call somebody back", openapi_extra=body_of(Sent))
def call_back(request: HttpRequest, pk: int) -> JsonResponse:
    """Takes it from the list. `dials`: the exchange rings this desk, then the caller."""

    def work(person: Person, sent: Sent) -> Done:
        call, dials = telephone.call_back(call_id=pk, by=person)
        return _done(call, dials=dials)

    return _do(request, Verb.CALL_BACK, pk, Sent, work)


@router.post("/{int:pk}/not_reached", summary="Nobody answered", openapi_extra=body_of(NotReached))
def not_reached(request: HttpRequest, pk: int) -> JsonResponse:
    """Back to the list (`again`), or dropped for good."""

    def work(person: Person, sent: NotReached) -> Done:
        return _done(telephone.not_reached(call_id=pk, by=person, again=sent.again))

    return _do(request, Verb.NOT_REACHED, pk, NotReached, work)
