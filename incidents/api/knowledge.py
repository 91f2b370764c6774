"""Answers in force while one types: POST /api/answers, and saying that one was wrong."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from ninja import Router

from incidents.api.acting import Done, act, answered, person_who_may
from incidents.api.answers import NotTheirs
from incidents.api.described import body_of
from incidents.api.shapes import LONGEST_WORDS, Question, Sent, read
from incidents.conversations.queries import canned_text
from incidents.knowledge import finding, quoting
from incidents.knowledge.models import Quote
from incidents.records.keys import WITH_WORDS
from incidents.records.models import Incident
from incidents.records.rights import Verb
from opscenter.accounts.models import Person

router = Router(tags=["answers"])
# The code of the canned text that takes a wrong automatic answer back.
RETRACTION = "retract"


@router.post("", summary="Answers for the words")
def answers(request: HttpRequest) -> JsonResponse:
    """{answers}: those in force first, then those that are not any more and must not be read out; what a committee
    answered for its own unit only where that is the ward or district that was sent.

    A POST, because what a citizen asks must stand in no address and in no log.
    """

    def run() -> JsonResponse:
        person_who_may(request, Verb.FIND_ANSWERS)
        sent = read(request, Question)
        units = {(sent.area_set, code) for code in (sent.ward, sent.district) if code}
        found = finding.suggest(sent.q[:LONGEST_WORDS], category=sent.category[:60], within=units)
        return JsonResponse({"answers": [one.as_json() for one in found]})

    return answered(run)


@router.post("/quotes/{int:pk}/wrong", summary="It did not answer what was asked", openapi_extra=body_of(Sent))
def wrong(request: HttpRequest, pk: int) -> JsonResponse:
    """Never given to this person by itself again. {report, text}: how a reply to them that takes it back may begin."""

    def work(person: Person, sent: Sent) -> Done:
        kept = Quote.objects.filter(pk=pk).select_related("report").first()
        seen = Incident.objects.visible_to(person, WITH_WORDS)
        if kept is None or not seen.filter(pk=kept.report.incident_id).exists():
            raise NotTheirs
        quoting.mark_wrong(quote_id=pk, by=person)
        return {"quote": pk, "report": kept.report_id, "text": canned_text(RETRACTION, kept.report.language)}

    return act(request, Verb.MARK_ANSWER_WRONG, pk, Sent, work)
