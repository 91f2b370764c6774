"""A report that the call-taker types, and what the system makes of it while it is typed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router

from geo.answering import as_answer
from geo.resolver import resolve
from incidents.api.acting import action_id, answered, person_who_may, visible_incident
from incidents.api.answers import Invalid, NotTheirs
from incidents.api.described import body_of
from incidents.api.incidents import category_of
from incidents.api.shapes import LONGEST_WORDS, NewReport, Suggest, read
from incidents.calls.models import Call
from incidents.calls.passing_on import make_emergency
from incidents.calls.taking import own, wrap_up
from incidents.dispatching.assigning import assign
from incidents.dispatching.closing import answer_at_once
from incidents.dispatching.competence import (
    AreaRefs,
    Barred,
    barred_by,
    decision_date,
    suggest_agency,
)
from incidents.dispatching.explaining import explain
from incidents.dispatching.refusals import Refused
from incidents.dispatching.roads import road_in
from incidents.dispatching.suggesting import area_refs, reach_of
from incidents.doors import questions
from incidents.emergencies.refusals import Refused as EmergencyRefused
from incidents.emergencies.services.choosing import services_concerned
from incidents.emergencies.services.opening import raise_emergency
from incidents.intake.take import ComplaintDetails, ReporterDetails, Taken, take_report
from incidents.knowledge.models import AnswerVersion
from incidents.knowledge.quoting import quote, version_to_quote
from incidents.records.actions import Action
from incidents.records.editing import Changed
from incidents.records.lifecycles import IncidentState, NotAllowed
from incidents.records.models import Reporter, Source
from incidents.records.models.categories import Group
from incidents.records.needs import Need, place_needs
from incidents.records.places import place_fields
from incidents.records.reasons import sentence
from incidents.records.rights import Verb
from incidents.triage.categorise import suggest as suggest_category
from incidents.triage.nearby import duplicates
from opscenter.accounts.models import Agency, Person
from realtime.change import change

router = Router(tags=["reports"])


@router.post("/reports", summary="Take a report by phone", openapi_extra=body_of(NewReport, files="photos"))
def take(request: HttpRequest) -> JsonResponse:
    """Saves and routes it; the same action id again gives the first report.

    {report, incident, tracking_code, dispatched: whether it went to those that the screen had named, raised: whether
    it became an emergency with that}.
    """

    def run() -> JsonResponse:
        person = person_who_may(request, Verb.TAKE_REPORT)
        sent = read(request, NewReport)
        number = action_id(request)
        if (sent.lat is None) != (sent.lon is None):
            raise Invalid({"lat": [_("A point has a latitude and a longitude.")]})
        point = (sent.lon, sent.lat) if sent.lat is not None and sent.lon is not None else None
        call = _own_call(sent.call, person)
        quoted = _quoted(sent.quote)
        answers = _answers(request, sent)
        taken = take_report(
            source=Source.PHONE,
            # A browser that died after sending sends the call's report again; a second matter is another report.
            source_id=f"call:{call.call_id}" if call is not None and call.report_id is None else f"action:{number}",
            words=answers.with_words(sent.words),
            address=sent.address,
            point=point,
            door_data=answers.data(),
            accuracy_m=sent.accuracy_m,
            category=category_of(sent.category),
            reporter=_reporter(sent),
            taken_by=person,
            exercise=call.exercise if call is not None else 0,
            photos=request.FILES.getlist("photos"),
            language=sent.language,
            complaint=_complaint(sent),
            same_as=visible_incident(person, sent.same_as).pk if sent.same_as else None,
            action=Action(number, Verb.TAKE_REPORT, person),
        )
        if call is not None:
            with change():
                make_emergency(call=call, incident_id=taken.incident.pk, by=person)
                wrap_up(call_id=call.pk, by=person, report=taken.report)
        is_answered = quoted is not None and _answer(taken, quoted, sent.took_s, person)
        is_routed = quoted is None and _route(taken, sent.agency, person)
        answer: dict[str, Any] = {
            "report": taken.report.pk,
            "incident": taken.incident.code,
            "tracking_code": taken.report.tracking_code,
            "photo_problems": [problem.text() for problem in taken.photo_problems],
            "answered": is_answered,
            "dispatched": is_routed,
            "raised": is_routed and taken.incident.group == Group.EMERGENCY,
        }
        return JsonResponse(answer, status=201)

    return answered(run)


def _answers(request: HttpRequest, sent: NewReport) -> questions.Answers:
    """The answers to the extra questions. Nothing must be answered on the telephone. Raises Invalid."""
    category = category_of(sent.category or sent.asked) if sent.asked else None
    fields = json.loads(request.body) if request.content_type == "application/json" else request.POST
    answers = questions.read(category, questions.typed_in_form(fields, category))
    if answers.wrong and category is not None:
        raise Invalid({f"q-{category.code}-{code}": [_("This is not a value of its kind.")] for code in answers.wrong})
    return answers


def _complaint(sent: NewReport) -> ComplaintDetails:
    agency = Agency.objects.filter(pk=sent.complained_agency).first() if sent.complained_agency else None
    if sent.complained_agency and agency is None:
        raise Invalid({"complained_agency": [_("There is no agency %(id)d.") % {"id": sent.complained_agency}]})
    return ComplaintDetails(
        agency=agency,
        official=sent.complained_official.strip(),
        procedure=sent.complained_procedure.strip(),
        no_unit=sent.complained_no_unit,
    )


def _quoted(pk: int | None) -> AnswerVersion | None:
    """The version of an answer that was read out. Raises NotTheirs, and AnswerRefused when it is not in force."""
    try:
        return version_to_quote(pk) if pk is not None else None
    except AnswerVersion.DoesNotExist:
        raise NotTheirs from None


def _answer(taken: Taken, version: AnswerVersion, took_s: int | None, person: Person) -> bool:
    """Closes it as answered at once, with the exact version that was quoted; whether that was done now."""
    if not taken.created or taken.incident.state != IncidentState.RECEIVED:
        return False
    try:
        with change() as c:
            answer_at_once(incident_id=taken.incident.pk, answer=version.text, by=person)
            since = c.at - dt.timedelta(seconds=took_s or 0)
            quote(version=version, report=taken.report, by=person, since=since)
    except (NotAllowed, Refused):
        return False
    return True


def _own_call(pk: int | None, person: Person) -> Call | None:
    """The call the report came by. Raises NotTheirs and CallRefused."""
    if pk is None:
        return None
    try:
        with change():
            return own(pk, person)
    except Call.DoesNotExist:
        raise NotTheirs from None


def _route(taken: Taken, agency_id: int | None, person: Person) -> bool:
    """Gives it to the agencies that the call-taker saw and confirmed by saving; whether that was done now.

    Only when the system, which has decided anew by now, is certain of the same one and asks nothing else. An emergency
    goes to all services concerned, as by E; the caller stays on the line.
    """
    incident = taken.incident
    agency = incident.suggested_agency
    is_emergency = incident.group == Group.EMERGENCY
    # Of an emergency all services come that it may concern: which one it is may stay open.
    asked = set(incident.needs) - ({Need.CATEGORY_UNSURE} if is_emergency else set())
    sure = incident.agency_trace.get("certain") is True and not asked
    if (
        not taken.created
        or incident.state != IncidentState.RECEIVED
        or agency is None
        or agency.pk != agency_id
        or not sure
    ):
        return False
    try:
        with change():
            if is_emergency:
                raise_emergency(incident_id=incident.pk, by=person, base_version=incident.version, connect=False)
            else:
                found = Agency.objects.in_bulk(incident.agency_trace["co"])
                also = [found[pk] for pk in incident.agency_trace["co"] if pk in found]
                assign(
                    incident_id=incident.pk,
                    lead=agency,
                    co_ordinating=also,
                    by=person,
                    base_version=incident.version,
                )
    except (Changed, NotAllowed, Refused, EmergencyRefused):
        # It waits in the queue like any other.
        return False
    return True


def _reporter(sent: NewReport) -> ReporterDetails:
    if sent.anonymous:
        return ReporterDetails()
    email = sent.email.strip()
    if email:
        try:
            validate_email(email)
        except ValidationError:
            raise Invalid({"email": [_("This is not an e-mail address.")]}) from None
    return ReporterDetails(
        kind=Reporter.Kind.ORGANISATION if sent.organisation.strip() else Reporter.Kind.PERSON,
        name=sent.name.strip(),
        organisation=sent.organisation.strip(),
        on_behalf_of=sent.on_behalf_of.strip(),
        phone="".join(letter for letter in sent.phone if letter.isdigit() or letter == "+")[:20],
        email=email,
    )


@router.post("/suggest", summary="Category, agency and duplicates while typing")
def suggest(request: HttpRequest) -> JsonResponse:
    """Nothing is stored. {category, alternatives, place, agency, why, sides, duplicates}, with reasons in words.

    `place` says where the words may be: answer, candidates, needs_person, the question that decides, reasons.

    A POST, because what a citizen says must stand in no address and in no log.
    """

    def run() -> JsonResponse:
        person_who_may(request, Verb.SUGGEST)
        sent = read(request, Suggest)
        text, where = sent.words[:LONGEST_WORDS], sent.address[:500]
        lat, lon, complained_agency = sent.lat, sent.lon, sent.complained_agency
        given = lat is not None and lon is not None and -90 <= lat <= 90 and -180 <= lon <= 180
        point = (lon, lat) if given and lat is not None and lon is not None else None
        at = timezone.now()
        today = timezone.localdate(at)
        guess = suggest_category(text, category_of(sent.category))
        resolution = resolve(
            text, on=today, point=point, accuracy_m=sent.accuracy_m, address=where, exercise=sent.exercise
        )
        fields = place_fields(resolution, on=today)
        answer = as_answer(text, resolution)
        place: AreaRefs = area_refs(
            fields,
            road=road_in(where, text),
        )
        agency = suggest_agency(
            category=guess.category,
            group=guess.group,
            place=place,
            on=decision_date(today),
            confidence=guess.confidence,
            barred=barred_by([complained_agency]) if complained_agency else Barred(known=sent.complained_no_unit),
        )
        is_emergency = guess.group == Group.EMERGENCY
        also = services_concerned(guess.category, text, place, decision_date(today)) if is_emergency else agency.co
        # As _route will see it: what a call-taker chose is sure, and which emergency it is may stay open.
        is_open = not (guess.sure or sent.category or is_emergency)
        certain = agency.certain and not is_open and not place_needs(fields["place_trace"], fields["ward_code"])
        way = explain(
            category=guess.category,
            group=str(Group(guess.group).label) if guess.group else "",
            category_trace=guess.as_json(),
            place=fields["place_label"],
            area=(place.set, place.ward_code or place.district_code),
            place_trace=fields["place_trace"],
            agency_trace={**agency.as_json(), "reach": reach_of(agency.agency)},
            agency=agency.agency,
        )
        spot = fields["point"]
        near = duplicates(
            words=text,
            point=(spot.x, spot.y) if spot else None,
            at=at,
            category=guess.category,
            unsure_m=fields["radius_m"],
        )
        return JsonResponse(
            {
                "category": {
                    "code": guess.category.code,
                    "name": guess.category.label,
                    "group": guess.category.group,
                    "asks_whom": guess.category.asks_whom,
                    "confidence": guess.confidence,
                    "sure": guess.sure,
                }
                if guess.category
                else None,
                "category_reasons": [sentence(reason) for reason in guess.reasons],
                "alternatives": [
                    {"code": one.category.code, "name": one.category.label, "confidence": one.confidence}
                    for one in guess.alternatives
                ],
                "place": {
                    **{key: answer[key] for key in ("outcome", "answer", "candidates", "needs_person")},
                    "question": answer["question"] or "",
                    "reasons": [sentence(reason) for reason in fields["place_trace"]["reasons"]],
                    "area_set": fields["area_set"],
                    "ward": fields["ward_code"],
                    "district": fields["district_code"],
                },
                "agency": _named(agency.agency, certain, also),
                "agency_reasons": [sentence(reason) for reason in agency.trace],
                "why": way.sentence,
                "sides": [{"name": side.name, "area": side.area} for side in way.sides],
                "duplicates": [
                    {
                        "code": one.incident.code,
                        "summary": one.incident.summary,
                        "state": one.incident.state,
                        "distance_m": one.distance_m,
                        "similarity": one.similarity,
                        "received_at": one.incident.received_at.isoformat(),
                        "reports": one.reports,
                    }
                    for one in near
                ],
            }
        )

    return answered(run)


def _named(agency: Agency | None, certain: bool, also: Sequence[Agency]) -> dict[str, Any] | None:
    """Who leads, whether saving gives it to them, and who gets it beside them."""
    if agency is None:
        return None
    return {
        "id": agency.pk,
        "name": agency.name,
        "short": agency.short_name or agency.name,
        "certain": certain,
        "also": [one.short_name or one.name for one in also if one.pk != agency.pk],
    }
