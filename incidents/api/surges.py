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
from incidents.triage.models import Surge
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


def _known(pk: int) -> int:
    if not Surge.objects.filter(pk=pk).exists():
        raise NotTheirs
    return pk
