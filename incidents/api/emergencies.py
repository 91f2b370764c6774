"""What the services do with a shared incident: POST /api/emergencies/{code}/…"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router

from incidents.api.acting import Done, act, summary_of, visible_incident
from incidents.api.answers import Conflict, Forbidden, Invalid
from incidents.api.described import body_of
from incidents.api.shapes import Answered, BeginProtocol, CallFor, Finish, HandBack, MinutesOrNone, Record, S, Say, Sent
from incidents.dispatching.competence import decision_date
from incidents.emergencies.models import Protocol, ProtocolAnswer
from incidents.emergencies.models.log import LogScope
from incidents.emergencies.protocols import asking
from incidents.emergencies.services import parts
from incidents.emergencies.services.choosing import service
from incidents.emergencies.services.visibility import Field, may_read
from incidents.emergencies.units import safety
from incidents.records.editing import lock
from incidents.records.models import Incident
from incidents.records.rights import Verb
from opscenter.accounts.models import Agency, Person

router = Router(tags=["emergencies"])


def do(
    request: HttpRequest, verb: Verb, code: str, what: str, shape: type[S], work: Callable[[Person, Incident, S], None]
) -> JsonResponse:
    """One act on a shared incident that the person sees; answers how the incident is after it."""

    def run(person: Person, sent: S) -> Done:
        incident = visible_incident(person, code)
        work(person, incident, sent)
        return summary_of(lock(incident.pk))

    return act(request, verb, f"{code}:{what}", shape, run)


@router.post("/{code}/acknowledge", summary="Take it", openapi_extra=body_of(Sent))
def acknowledge(request: HttpRequest, code: str) -> JsonResponse:
    """The service's clock stops; a second press changes nothing."""

    def work(person: Person, incident: Incident, sent: Sent) -> None:
        parts.acknowledge(incident_id=incident.pk, by=person)

    return do(request, Verb.WORK_ON_EMERGENCY, code, "acknowledge", Sent, work)


@router.post("/{code}/call-for", summary="Call another service in", openapi_extra=body_of(CallFor))
def call_for(request: HttpRequest, code: str) -> JsonResponse:
    """By kind or by id; a service's own dispatcher asks for mutual aid."""

    def work(person: Person, incident: Incident, sent: CallFor) -> None:
        on = decision_date(timezone.localdate())
        agency = service(sent.service, on) if sent.service else Agency.objects.filter(pk=sent.agency or 0).first()
        if agency is None:
            raise Invalid({"agency": [_("Choose one of the list.")]})
        is_aid = not person.works_in_room
        parts.call_for(incident_id=incident.pk, agency=agency, by=person, minutes=sent.minutes, is_aid=is_aid)

    return do(request, Verb.CALL_FOR_SERVICE, code, "call", CallFor, work)


@router.post("/{code}/leave", summary="Leave it", openapi_extra=body_of(Sent))
def leave(request: HttpRequest, code: str) -> JsonResponse:
    """The service is no longer needed; another one takes the lead."""

    def work(person: Person, incident: Incident, sent: Sent) -> None:
        parts.leave(incident_id=incident.pk, by=person)

    return do(request, Verb.WORK_ON_EMERGENCY, code, "leave", Sent, work)


@router.post("/{code}/hand-back", summary="No emergency: back to 1022", openapi_extra=body_of(HandBack))
def hand_back(request: HttpRequest, code: str) -> JsonResponse:
    """One key; without another service it waits for a call-taker again."""

    def work(person: Person, incident: Incident, sent: HandBack) -> None:
        parts.hand_back(incident_id=incident.pk, by=person, reason=sent.reason)

    return do(request, Verb.WORK_ON_EMERGENCY, code, "hand-back", HandBack, work)


@router.post("/{code}/finish", summary="The service's work is done", openapi_extra=body_of(Finish))
def finish(request: HttpRequest, code: str) -> JsonResponse:
    """With what there is to say, for the hotline's answer."""

    def work(person: Person, incident: Incident, sent: Finish) -> None:
        parts.finish(incident_id=incident.pk, by=person, words=sent.text)

    return do(request, Verb.WORK_ON_EMERGENCY, code, "finish", Finish, work)


@router.post("/{code}/say", summary="Write into the log", openapi_extra=body_of(Say))
def say(request: HttpRequest, code: str) -> JsonResponse:
    """Also what came by radio or telephone. What is for 115 alone may be written by whoever heard it."""

    def work(person: Person, incident: Incident, sent: Say) -> None:
        scope = LogScope(sent.scope)
        if scope == LogScope.OWN and not may_read(person, Field.OWN_NOTES):
            raise Forbidden
        parts.note(incident_id=incident.pk, words=sent.text, by=person, scope=scope, kind=sent.kind)

    return do(request, Verb.WRITE_LOG, code, "say", Say, work)


@router.post("/{code}/protocol", summary="Begin to ask", openapi_extra=body_of(BeginProtocol))
def protocol(request: HttpRequest, code: str) -> JsonResponse:
    """The questions of one kind of emergency; the answers are timed from here on."""

    def work(person: Person, incident: Incident, sent: BeginProtocol) -> None:
        if not may_read(person, Field.PROTOCOL):
            raise Forbidden
        found = Protocol.objects.filter(code=sent.protocol, is_active=True).first()
        if found is None:
            raise Invalid({"protocol": [_("Choose one of the list.")]})
        asking.begin(incident_id=incident.pk, protocol=found, by=person)

    return do(request, Verb.ASK_CALLER, code, "protocol", BeginProtocol, work)


@router.post("/{code}/answer", summary="An answer of the caller", openapi_extra=body_of(Answered))
def answer(request: HttpRequest, code: str) -> JsonResponse:
    """Sets how urgent it is and who else comes."""

    def work(person: Person, incident: Incident, sent: Answered) -> None:
        if not may_read(person, Field.PROTOCOL):
            raise Forbidden
        if not ProtocolAnswer.objects.filter(pk=sent.answer).exists():
            raise Invalid({"answer": [_("Choose one of the list.")]})
        asking.answer(incident_id=incident.pk, answer_id=sent.answer, by=person)

    return do(request, Verb.ASK_CALLER, code, "answer", Answered, work)


@router.post("/{code}/record", summary="The service's own record", openapi_extra=body_of(Record))
def record(request: HttpRequest, code: str) -> JsonResponse:
    """Nobody else reads it. 409 with both texts when a colleague wrote it meanwhile."""

    def work(person: Person, incident: Incident, sent: Record) -> None:
        try:
            parts.write_record(incident_id=incident.pk, words=sent.text, by=person, base_version=sent.base_version)
        except parts.RecordChanged as changed:
            raise Conflict({"version": changed.version, "text": changed.words}, {"text": sent.text}) from None

    return do(request, Verb.WORK_ON_EMERGENCY, code, "record", Record, work)


@router.post("/{code}/check-ins", summary="How often crews report", openapi_extra=body_of(MinutesOrNone))
def check_ins(request: HttpRequest, code: str) -> JsonResponse:
    """The own service's crews on scene; empty: they need not."""

    def work(person: Person, incident: Incident, sent: MinutesOrNone) -> None:
        safety.set_for_service(incident_id=incident.pk, minutes=sent.minutes, by=person)

    return do(request, Verb.SEND_UNIT, code, "check-ins", MinutesOrNone, work)
