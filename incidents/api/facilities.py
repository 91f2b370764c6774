"""What a hospital declares: POST /api/facilities/{pk}/declare."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from ninja import Router

from incidents.api.acting import Done, act
from incidents.api.answers import NotTheirs
from incidents.api.described import body_of
from incidents.api.shapes import DeclareFacility
from incidents.emergencies.facilities import declaring
from incidents.records.rights import Verb
from opscenter.accounts.models import Person

router = Router(tags=["hospitals"])


@router.post("/{int:pk}/declare", summary="Beds, and whether it takes patients", openapi_extra=body_of(DeclareFacility))
def declare(request: HttpRequest, pk: int) -> JsonResponse:
    """By its own account, or by 115's dispatcher who rang it up."""

    def work(person: Person, sent: DeclareFacility) -> Done:
        if not declaring.declarable_by(person).filter(pk=pk).exists():
            raise NotTheirs
        done = declaring.declare(
            facility_id=pk,
            beds=sent.beds,
            intensive_beds=sent.intensive_beds,
            is_diverted=sent.diverted,
            diverted_why=sent.why,
            by=person,
        )
        return {"facility": done.pk, "declared_at": done.declared_at.isoformat() if done.declared_at else None}

    return act(request, Verb.DECLARE_FACILITY, f"facility-{pk}", DeclareFacility, work)
