"""An agency's own people who are away, and who stands in: POST /api/absences…"""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from ninja import Router

from incidents.api.acting import Done, act
from incidents.api.answers import Invalid, NotTheirs
from incidents.api.described import body_of
from incidents.api.shapes import NewAbsence, Sent
from incidents.records.rights import Verb
from incidents.worktime import absences
from incidents.worktime.models import Absence
from opscenter.accounts.models import Person

router = Router(tags=["absences"])


@router.post("", summary="Somebody of the agency is away", openapi_extra=body_of(NewAbsence))
def enter(request: HttpRequest) -> JsonResponse:
    """Both days are included. What is handed on to them meanwhile goes to the deputy."""

    def work(person: Person, sent: NewAbsence) -> Done:
        try:
            made = absences.enter(
                person_id=sent.person, starts=sent.starts, ends=sent.ends, deputy_id=sent.deputy, by=person
            )
        except absences.WrongAbsence as wrong:
            raise Invalid({wrong.field: [str(wrong)]}) from None
        return {"absence": made.pk, "url": reverse("inbox:people")}

    return act(request, Verb.PLAN_PEOPLE, "absences", NewAbsence, work)


@router.post("/{int:pk}/end", summary="They are back", openapi_extra=body_of(Sent))
def end(request: HttpRequest, pk: int) -> JsonResponse:
    """From today on; what has not begun is taken back altogether."""

    def work(person: Person, sent: Sent) -> Done:
        try:
            absences.end(absence_id=pk, by=person)
        except Absence.DoesNotExist:
            raise NotTheirs from None
        return {"absence": pk, "url": reverse("inbox:people")}

    return act(request, Verb.PLAN_PEOPLE, f"absences/{pk}/end", Sent, work)
