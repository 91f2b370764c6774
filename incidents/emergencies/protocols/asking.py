"""The questions of an emergency: asked in order, each answer timed in the log, with what follows from it at once."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils import timezone

from incidents.dispatching.competence import decision_date
from incidents.emergencies.log import chain
from incidents.emergencies.models import LogEntry, Protocol, ProtocolAnswer, ProtocolQuestion, SharedIncident
from incidents.emergencies.models.log import LogScope
from incidents.emergencies.services.choosing import service
from incidents.emergencies.services.opening import open_services
from incidents.emergencies.services.parts import call_for, shared_of
from incidents.emergencies.services.visibility import MATRIX, Field, Reader
from incidents.records.editing import lock
from opscenter.accounts.models import Person
from realtime.change import current_change

ANSWERED = "answered"
# The entries of the log that say what the caller was asked and what they answered.
ASKING = (ANSWERED, "asking")


def answer(*, incident_id: int, answer_id: int, by: Person) -> ProtocolAnswer:
    """Notes an answer of the caller: what kind of emergency it is, how urgent, who else comes. Needs a change.

    Asked again, the newer answer counts; both stay in the log. Raises ProtocolAnswer.DoesNotExist, and Refused for an
    incident that no service has.
    """
    incident = lock(incident_id)
    shared_of(incident)
    chosen = ProtocolAnswer.objects.select_related("question__protocol").get(pk=answer_id)
    question = chosen.question
    SharedIncident.objects.filter(pk=incident.pk).update(kind=question.protocol.code)
    if chosen.priority is not None and chosen.priority < incident.priority:
        incident.priority = chosen.priority
        incident.save(update_fields=["priority"])
    scope = LogScope.MEDICAL if question.is_medical else LogScope.COMMON
    data = {"protocol": question.protocol_id, "question": question.pk, "answer": chosen.pk}
    chain.write(incident, ANSWERED, by=by, agency_id=by.agency_id, data=data, scope=scope)
    there = {row.agency.kind for row in open_services(incident)}
    if chosen.service and chosen.service not in there:
        agency = service(chosen.service, decision_date(timezone.localdate(current_change().at)))
        if agency is not None:
            call_for(incident_id=incident.pk, agency=agency, by=by)
    return chosen


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with its answers; the chosen one where this reader may know it."""

    question: ProtocolQuestion
    answers: Sequence[ProtocolAnswer]
    chosen: ProtocolAnswer | None
    # When that was answered.
    at: dt.datetime | None = None


def questions_of(shared: SharedIncident, reader: Reader) -> list[Asked]:
    """The questions of the protocol that was begun, with the newest answers. Two queries, none before it was begun."""
    protocol = Protocol.objects.filter(code=shared.kind).first() if shared.kind else None
    if protocol is None:
        return []
    chosen = _chosen(shared, reader)
    answers_in_use = ProtocolAnswer.objects.filter(is_active=True).order_by("order")
    questions = protocol.questions.filter(is_active=True).prefetch_related(Prefetch("answers", answers_in_use))
    found = []
    for question in questions:
        answers = list(question.answers.all())
        pk, at = chosen.get(question.pk, (0, None))
        found.append(Asked(question, answers, next((one for one in answers if one.pk == pk), None), at))
    return found


def _chosen(shared: SharedIncident, reader: Reader) -> dict[int, tuple[int, dt.datetime]]:
    """Question → the newest answer, and when it was given."""
    scopes = [LogScope.COMMON] if reader in MATRIX[Field.PROTOCOL] else []
    if reader in MATRIX[Field.MEDICAL_ANSWERS]:
        scopes.append(LogScope.MEDICAL)
    rows = LogEntry.objects.filter(shared=shared, kind=ANSWERED, scope__in=scopes).order_by("seq")
    said = [(json.loads(record)["data"], at) for record, at in rows.values_list("record", "at")]
    return {data["question"]: (data["answer"], at) for data, at in said}


@dataclass(frozen=True, slots=True)
class Protocols:
    """The protocols there are, the one that was begun, and its questions as one reader may see them."""

    all: Sequence[Protocol]
    kind: str
    asked: Sequence[Asked]


def protocols_of(shared: SharedIncident, reader: Reader) -> Protocols:
    """What a panel needs to ask."""
    return Protocols(list(Protocol.objects.filter(is_active=True)), shared.kind, questions_of(shared, reader))


def begin(*, incident_id: int, protocol: Protocol, by: Person) -> None:
    """Somebody begins to ask: from here on the answers are timed. Needs an open change."""
    incident = lock(incident_id)
    shared_of(incident)
    SharedIncident.objects.filter(pk=incident.pk).update(kind=protocol.code)
    chain.write(incident, "asking", by=by, agency_id=by.agency_id, data={"protocol": protocol.pk})
