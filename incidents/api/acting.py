"""One writing request of a person: the right, the action id, the change, the answer that is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from pydantic import BaseModel

from incidents.api.answers import REFUSALS, Conflict, Forbidden, Invalid, NotTheirs, refusal
from incidents.api.shapes import S, read
from incidents.intake.take import storable
from incidents.records import actions
from incidents.records.editing import Changed
from incidents.records.keys import WITH_WORDS
from incidents.records.lifecycles import AssignmentState, IncidentState
from incidents.records.models import Assignment, Incident, UnitWork
from incidents.records.names import INCIDENT_STATES
from incidents.records.rights import Verb, may
from incidents.room.timeline import timeline
from opscenter.accounts.models import Person
from opscenter.accounts.roles import ROOM_ROLES, Role
from realtime.change import change

Done = dict[str, Any]
# What of the incident now stands against what was sent: given in the conflict's answer under the same names.
Current = Callable[[Incident], Mapping[str, Any]]


def person_who_may(request: HttpRequest, verb: Verb) -> Person:
    """The person of a signed-in request. Raises Forbidden when the role does not hold the verb."""
    if not may(request.user, verb):
        raise Forbidden
    return cast(Person, request.user)


def visible_incident(person: Person, code: str) -> Incident:
    """The incident of a code that this person handles. Raises NotTheirs."""
    incident = Incident.objects.visible_to(person, WITH_WORDS).by_code(code).select_related("category").first()
    if incident is None:
        raise NotTheirs
    return incident


def own_assignments(person: Person) -> QuerySet[Assignment]:
    """The assignments of the person's agency, or of the unit if they work in one, whatever became of them; what is
    planned is nobody's yet. The room's people have them all."""
    rows = Assignment.objects.all()
    if person.role in ROOM_ROLES:
        return rows
    rows = rows.filter(agency=person.agency).exclude(state=AssignmentState.PLANNED)
    if person.role in {Role.HANDLER, Role.CREW}:
        works = UnitWork.objects.filter(unit=person.handling_unit, ended_at=None)
        rows = rows.filter(pk__in=works.values("assignment_id"))
    return rows


def own_assignment(person: Person, pk: int) -> Assignment:
    """One of `own_assignments`. Raises NotTheirs."""
    assignment = own_assignments(person).filter(pk=pk).first()
    if assignment is None:
        raise NotTheirs
    return assignment


def action_id(request: HttpRequest) -> UUID:
    """The id of the writing request, from the header X-Action-Id or the form's field. Raises Invalid."""
    given = request.headers.get("X-Action-Id") or ""
    if not given and request.content_type != "application/json":
        given = str(request.POST.get("action_id", ""))
    try:
        return UUID(given)
    except ValueError:
        raise Invalid({"action_id": [_("The request has no number of its own. Load the page again.")]}) from None


def answered(work: Callable[[], JsonResponse]) -> JsonResponse:
    """The answer of `work`, or the refusal that it raised."""
    try:
        return work()
    except REFUSALS as error:
        return refusal(error)


def act(
    request: HttpRequest,
    verb: Verb,
    about: object,
    shape: type[S],
    work: Callable[[Person, S], Done],
    current: Current = lambda incident: {},
) -> JsonResponse:
    """Reads what was sent, runs one act in one change under its action id, and keeps the answer.

    The same id again gets the answer it had. `about` is what the act is on, so that an id cannot be used again for
    another thing. `work(person, sent)` finds what it works on by what the person may see, does it, and gives the
    answer. Refusals are answered, a conflict with both texts.
    """

    def run() -> JsonResponse:
        person = person_who_may(request, verb)
        sent = read(request, shape)
        number, kind = action_id(request), storable(f"{verb}:{about}")[:60]
        try:
            with change():
                prior = actions.once(number, kind=kind, by=person)
                if prior is not None:
                    return JsonResponse(prior.answer, status=prior.status)
                done = work(person, sent)
                actions.keep(number, kind=kind, by=person, status=200, answer=done)
            return JsonResponse(done)
        except Changed as changed:
            raise _conflict(changed, sent, current) from None

    return answered(run)


def _conflict(changed: Changed, sent: BaseModel, current: Current) -> Conflict:
    # Read again: what the refused change did to the object in memory never happened.
    incident = Incident.objects.select_related("category").get(pk=changed.incident.pk)
    lines = [
        f"{moment.what}{f' ({moment.about})' if moment.about else ''}, {moment.by}"
        for moment in timeline(changed.since)
    ]
    yours = sent.model_dump(mode="json", exclude={"base_version"}, exclude_none=True)
    return Conflict(
        {
            "version": incident.version,
            "state": str(INCIDENT_STATES[IncidentState(incident.state)]),
            "done": "\n".join(lines),
            **current(incident),
        },
        yours,
    )


def summary_of(incident: Incident, **more: Any) -> Done:
    """What an act answers: the incident's code, its version after it and its state."""
    return {"code": incident.code, "version": incident.version, "state": incident.state, **more}
