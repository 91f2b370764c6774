"""What the control room says to citizens, and who and what belongs together."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from ninja import Router

from incidents.api.acting import Done, act, action_id, answered, person_who_may, summary_of, visible_incident
from incidents.api.answers import Invalid, NotTheirs
from incidents.api.described import body_of
from incidents.api.shapes import PutTogether, Reply, Sent, TakeApart
from incidents.conversations import people, replying
from incidents.conversations.models import Message
from incidents.delivery.models import Door
from incidents.intake.splitting import split_off
from incidents.records.actions import Action
from incidents.records.editing import lock
from incidents.records.models import Incident, Report
from incidents.records.rights import Verb
from opscenter.accounts.models import Person

router = Router(tags=["conversations"])


def _report(incident: Incident, pk: int | None) -> Report:
    """The report meant: the one of this id, or the incident's newest. Raises Invalid."""
    rows = Report.objects.filter(incident=incident).order_by("-pk")
    report = (rows.filter(pk=pk) if pk is not None else rows).first()
    if report is None:
        raise Invalid({"report": [_("This report is not part of the incident any more. Load it again.")]})
    return report


@router.post("/incidents/{code}/reply", summary="Write to the citizen", openapi_extra=body_of(Reply))
def reply(request: HttpRequest, code: str) -> JsonResponse:
    """By the citizen's own door or by a chosen one. It conflicts with nothing."""

    def work(person: Person, sent: Reply) -> Done:
        incident = visible_incident(person, code)
        report = _report(incident, sent.report)
        door = Door(sent.door) if sent.door else None
        message = replying.reply(report_id=report.pk, text=sent.text.strip(), by=person, door=door)
        return summary_of(lock(incident.pk), message=message.pk)

    return act(request, Verb.REPLY, code, Reply, work)


@router.post("/incidents/{code}/no-reply", summary="Nothing need be answered", openapi_extra=body_of(Sent))
def no_reply(request: HttpRequest, code: str) -> JsonResponse:
    """The citizen's last message was read and asks for nothing."""

    def work(person: Person, sent: Sent) -> Done:
        incident = visible_incident(person, code)
        return summary_of(replying.needs_no_answer(incident_id=incident.pk, by=person))

    return act(request, Verb.REPLY, code, Sent, work)


@router.post("/incidents/{code}/same-person", summary="Reported by the same person", openapi_extra=body_of(PutTogether))
def same_person(request: HttpRequest, code: str) -> JsonResponse:
    """Puts the conversations of two incidents' newest reports together."""

    def work(person: Person, sent: PutTogether) -> Done:
        incident, other = visible_incident(person, code), _other(person, sent.other)
        if incident.pk == other.pk or incident.exercise != other.exercise:
            raise Invalid({"other": [_("Choose another incident of the same kind.")]})
        people.put_together(report=_report(incident, None), other=_report(other, None), by=person)
        return summary_of(lock(incident.pk))

    return act(request, Verb.LINK_PEOPLE, code, PutTogether, work)


def _other(person: Person, code: str) -> Incident:
    try:
        return visible_incident(person, code)
    except NotTheirs:
        raise Invalid({"other": [_("There is no such incident.")]}) from None


@router.post("/incidents/{code}/other-person", summary="Not the same person", openapi_extra=body_of(TakeApart))
def other_person(request: HttpRequest, code: str) -> JsonResponse:
    """Gives the report's citizen a conversation of their own."""

    def work(person: Person, sent: TakeApart) -> Done:
        incident = visible_incident(person, code)
        people.take_apart(report=_report(incident, sent.report), by=person)
        return summary_of(lock(incident.pk))

    return act(request, Verb.LINK_PEOPLE, code, TakeApart, work)


@router.post("/messages/{int:pk}/split", summary="A report of its own", openapi_extra=body_of(Sent))
def split(request: HttpRequest, pk: int) -> JsonResponse:
    """Makes a message that was taken as part of a report a report of its own. {report, incident, tracking_code}."""

    def run() -> JsonResponse:
        person = person_who_may(request, Verb.SPLIT_OFF)
        number = action_id(request)
        message = Message.objects.select_related("report__incident").filter(pk=pk).first()
        if message is None:
            raise NotTheirs
        visible_incident(person, message.report.incident.code)
        taken = split_off(message_id=pk, by=person, action=Action(number, f"{Verb.SPLIT_OFF}:{pk}", person))
        return JsonResponse(
            {
                "report": taken.report.pk,
                "incident": taken.incident.code,
                "tracking_code": taken.report.tracking_code,
            },
            status=201,
        )

    return answered(run)
