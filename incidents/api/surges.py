"""What a supervisor decides about a surge: POST /api/surges/{id}/…"""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from ninja import Router

from incidents.api.acting import Done, act
from incidents.api.answers import NotTheirs
from incidents.api.described import body_of
from incidents.api.shapes import Sent
from incidents.records.rights import Verb
from incidents.triage import surges
from incidents.triage.models import Surge, SurgeGuess
from opscenter.accounts.models import Person

router = Router(tags=["surges"])


@router.post("/{int:pk}/confirm", summary="It is one event", openapi_extra=body_of(Sent))
def confirm(request: HttpRequest, pk: int) -> JsonResponse:
    """Takes all that are in it into one incident, some at once, the rest by the worker; again for later ones."""

    def work(person: Person, sent: Sent) -> Done:
        surge = surges.confirm(surge_id=_known(pk), by=person)
        return {"surge": surge.pk, "incident": surge.master.code if surge.master else None, "count": surge.count}

    return act(request, Verb.DECIDE_SURGE, f"{pk}/confirm", Sent, work)


@router.post("/{int:pk}/dismiss", summary="It is not one event", openapi_extra=body_of(Sent))
def dismiss(request: HttpRequest, pk: int) -> JsonResponse:
    """Its reports stay as they are."""

    def work(person: Person, sent: Sent) -> Done:
        return {"surge": surges.dismiss(surge_id=_known(pk), by=person).pk}

    return act(request, Verb.DECIDE_SURGE, f"{pk}/dismiss", Sent, work)


@router.post("/{int:pk}/guesses/{int:incident}/same", summary="It is of this event too", openapi_extra=body_of(Sent))
def same(request: HttpRequest, pk: int, incident: int) -> JsonResponse:
    """A report that names only its ward becomes part of the surge, and is taken in like the others."""
    return _decide(request, pk, incident, same=True)


@router.post("/{int:pk}/guesses/{int:incident}/other", summary="It is another event", openapi_extra=body_of(Sent))
def other(request: HttpRequest, pk: int, incident: int) -> JsonResponse:
    """It stays as it is, and is not proposed again."""
    return _decide(request, pk, incident, same=False)


def _decide(request: HttpRequest, pk: int, incident: int, *, same: bool) -> JsonResponse:
    def work(person: Person, sent: Sent) -> Done:
        try:
            surge = surges.decide_guess(surge_id=_known(pk), incident_id=incident, same=same, by=person)
        except SurgeGuess.DoesNotExist:
            raise NotTheirs from None
        return {"surge": surge.pk, "count": surge.count}

    return act(request, Verb.DECIDE_SURGE, f"{pk}/guesses/{incident}/{'same' if same else 'other'}", Sent, work)


def _known(pk: int) -> int:
    if not Surge.objects.filter(pk=pk).exists():
        raise NotTheirs
    return pk
