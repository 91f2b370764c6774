"""What the control room does to an incident: POST /api/incidents/{code}/…"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from ninja import Router

from incidents.api.acting import (
    Done,
    act,
    answered,
    own_assignments,
    person_who_may,
    summary_of,
    visible_incident,
)
from incidents.api.answers import Forbidden, Invalid
from incidents.api.described import body_of
from incidents.api.shapes import (
    AddNote,
    Answer,
    Based,
    Cancel,
    Child,
    Dispatch,
    Emergency,
    MergeWith,
    Part,
    Place,
    Reject,
    Reopen,
    SetCategory,
    SetComplaint,
    Withdraw,
)
from incidents.calls.recordings import recordings_of
from incidents.conversations.models import Message
from incidents.delivery.queue import UNDO
from incidents.dispatching import assigning, closing, correcting
from incidents.dispatching.children import open_child
from incidents.emergencies.log import chain
from incidents.emergencies.services import opening
from incidents.emergencies.services.visibility import Field, is_withheld, reader_of
from incidents.records.covering import MASK, cover
from incidents.records.editing import lock
from incidents.records.history import HistoryKind
from incidents.records.lifecycles import OPEN_ASSIGNMENTS
from incidents.records.models import Assignment, Category, Complaint, Incident, PersonalLook, Report, ReportWords
from incidents.records.notes import add_note
from incidents.records.places import Pin
from incidents.records.rights import Verb
from incidents.triage import categorise, lessons, merging
from incidents.triage.models import Merge
from incidents.worktime.clocks import opening as opening_of
from opscenter.accounts.models import Agency, Person
from opscenter.accounts.roles import ROOM_ROLES
from realtime.change import change

router = Router(tags=["incidents"])
_UNDO_S = int(UNDO.total_seconds())
_UNDOABLE = {"dispatch": HistoryKind.DISPATCHED, "emergency": HistoryKind.EMERGENCY_SET}


def category_of(code: str | None) -> Category | None:
    """The category in use with a code. Raises Invalid for the field `category`."""
    if code is None:
        return None
    category = Category.objects.filter(code=code, is_active=True).first()
    if category is None:
        raise Invalid({"category": [_("There is no such category.")]})
    return category


def _agencies(ids: list[int], field: str) -> list[Agency]:
    found = Agency.objects.in_bulk(ids)
    if missing := [pk for pk in ids if pk not in found]:
        raise Invalid({field: [_("There is no agency %(id)d.") % {"id": missing[0]}]})
    return [found[pk] for pk in dict.fromkeys(ids)]


def _after(incident: Incident, **more: Any) -> Done:
    """The answer after an act that may have returned something else: the incident the change holds."""
    return summary_of(lock(incident.pk), **more)


def _who_has_it(incident: Incident) -> dict[str, Any]:
    rows = Assignment.objects.filter(incident=incident, ended_at=None).select_related("agency").order_by("pk")
    return {"agency": ", ".join(row.agency.name for row in rows)}


def _words(incident: Incident) -> str:
    """The words of the first report."""
    words = ReportWords.objects.filter(report__incident=incident).order_by("report_id")
    return words.values_list("words", flat=True).first() or ""


def _category_now(incident: Incident) -> dict[str, Any]:
    return {"category": incident.category.label if incident.category else "", "group": incident.group}


@router.post("/{code}/dispatch", summary="Give it to an agency", openapi_extra=body_of(Dispatch))
def dispatch(request: HttpRequest, code: str) -> JsonResponse:
    """Lead or co-ordinating; can be withdrawn for ten seconds. Answers the ids of the assignments."""

    def work(person: Person, sent: Dispatch) -> Done:
        incident = visible_incident(person, code)
        (agency,) = _agencies([sent.agency], "agency")
        # Whom the form proposed beside the lead may have been chosen to lead.
        also = [one for one in _agencies(list(sent.also), "also") if one.pk != agency.pk]
        made = assigning.assign(
            incident_id=incident.pk,
            lead=agency if sent.role == "lead" else None,
            co_ordinating=also if sent.role == "lead" else [agency, *also],
            by=person,
            base_version=sent.base_version,
            note=sent.note,
            planned_for=opening_of(sent.planned_on) if sent.planned_on is not None else None,
        )
        if incident.category is not None and sent.role == "lead":
            # Whoever sends it on confirms what it is about.
            lessons.learn(lock(incident.pk), incident.category, by=person)
        return _after(incident, assignments=[row.pk for row in made], undo_s=_UNDO_S)

    return act(request, Verb.DISPATCH, code, Dispatch, work, _who_has_it)


@router.post("/{code}/withdraw", summary="Undo a dispatch or an emergency", openapi_extra=body_of(Withdraw))
def withdraw(request: HttpRequest, code: str) -> JsonResponse:
    """Within ten seconds, and only one's own."""

    def work(person: Person, sent: Withdraw) -> Done:
        incident = visible_incident(person, code)
        what = _UNDOABLE[sent.what] if sent.what else None
        opening.withdraw(incident_id=incident.pk, by=person, what=what)
        return _after(incident)

    return act(request, Verb.WITHDRAW, code, Withdraw, work)


@router.post("/{code}/place", summary="Put the pin", openapi_extra=body_of(Place))
def place(request: HttpRequest, code: str) -> JsonResponse:
    """A person's pin is authoritative; areas and the suggested agency follow it."""

    def work(person: Person, sent: Place) -> Done:
        found = visible_incident(person, code)
        pin = Pin(sent.lon, sent.lat, sent.radius_m, sent.label)
        incident = correcting.set_place(incident_id=found.pk, pin=pin, by=person, base_version=sent.base_version)
        return summary_of(incident)

    return act(request, Verb.SET_PLACE, code, Place, work, _place_now)


def _place_now(incident: Incident) -> dict[str, Any]:
    point = incident.point
    return {
        "lat": point.y if point else None,
        "lon": point.x if point else None,
        "radius_m": incident.radius_m,
        "label": incident.place_label,
    }


@router.post("/{code}/category", summary="Choose category or group", openapi_extra=body_of(SetCategory))
def category(request: HttpRequest, code: str) -> JsonResponse:
    """Priority, deadline and the suggested agency follow."""

    def work(person: Person, sent: SetCategory) -> Done:
        if sent.category is None and sent.group is None:
            raise Invalid({"category": [_("Please fill this in.")]})
        found = visible_incident(person, code)
        chosen = category_of(sent.category)
        if chosen is None and sent.group is not None:
            # Only the group was wrong: of the right one, what the words say most.
            chosen = categorise.within(_words(found), sent.group, exercise=found.exercise)
        incident = correcting.set_category(
            incident_id=found.pk, category=chosen, group=sent.group, by=person, base_version=sent.base_version
        )
        if sent.category is not None and chosen is not None:
            lessons.learn(incident, chosen, by=person)
        return summary_of(incident, category=chosen.code if chosen else None)

    return act(request, Verb.SET_CATEGORY, code, SetCategory, work, _category_now)


@router.post("/{code}/complaint", summary="Whom it complains of", openapi_extra=body_of(SetComplaint))
def complaint(request: HttpRequest, code: str) -> JsonResponse:
    """It never goes there; whoever has it and must not loses it at once. Answers the ids of what was taken away."""

    def work(person: Person, sent: SetComplaint) -> Done:
        found = visible_incident(person, code)
        report = found.reports.order_by("received_at", "pk")
        report = report.filter(pk=sent.report) if sent.report is not None else report
        about = report.first()
        if about is None:
            raise Invalid({"report": [_("This is no report of this incident.")]})
        agency = _agencies([sent.complained_agency], "complained_agency")[0] if sent.complained_agency else None
        if agency is not None and sent.complained_no_unit:
            raise Invalid({"complained_agency": [_("Choose an agency, or that no unit is complained of.")]})
        official = sent.complained_official.strip()
        if agency is None and not sent.complained_no_unit and not official:
            raise Invalid({"complained_agency": [_("Choose an agency, or that no unit is complained of.")]})
        lost = correcting.set_complaint(
            incident_id=found.pk,
            report=about,
            agency=agency,
            no_unit=sent.complained_no_unit,
            official=official,
            procedure=sent.complained_procedure.strip(),
            by=person,
            base_version=sent.base_version,
        )
        return _after(found, taken_away=[row.pk for row in lost])

    return act(request, Verb.SET_COMPLAINT, code, SetComplaint, work, _complaint_now)


def _complaint_now(incident: Incident) -> dict[str, Any]:
    """The agencies that are complained of; the official's name is not for a conflict's text."""
    rows = Complaint.objects.filter(report__incident=incident).select_related("agency").order_by("pk")
    return {"complained_agency": ", ".join(row.agency.name for row in rows if row.agency is not None)}


@router.post("/{code}/emergency", summary="The emergency key", openapi_extra=body_of(Emergency))
def emergency(request: HttpRequest, code: str) -> JsonResponse:
    """Group 2, highest priority, and the services concerned have it at once; can be withdrawn for ten seconds."""

    def work(person: Person, sent: Emergency) -> Done:
        found = visible_incident(person, code)
        incident = opening.raise_emergency(
            incident_id=found.pk,
            category=category_of(sent.category),
            services=sent.services,
            by=person,
            base_version=sent.base_version,
        )
        return summary_of(incident, undo_s=_UNDO_S)

    return act(request, Verb.SET_EMERGENCY, code, Emergency, work, _category_now)


@router.post("/{code}/answer", summary="Answer at once", openapi_extra=body_of(Answer))
def answer(request: HttpRequest, code: str) -> JsonResponse:
    """The call-taker's own answer, without an agency; closes the incident."""

    def work(person: Person, sent: Answer) -> Done:
        found = visible_incident(person, code)
        incident = closing.answer_at_once(
            incident_id=found.pk, answer=sent.answer, by=person, base_version=sent.base_version
        )
        return summary_of(incident)

    return act(request, Verb.ANSWER_AT_ONCE, code, Answer, work, _answer_now)


@router.post("/{code}/let-stand", summary="The automatic answer fits", openapi_extra=body_of(Based))
def let_stand(request: HttpRequest, code: str) -> JsonResponse:
    """What the system answered by itself is the answer; closes the incident, and sends nothing more."""

    def work(person: Person, sent: Based) -> Done:
        found = visible_incident(person, code)
        return summary_of(closing.let_stand(incident_id=found.pk, by=person, base_version=sent.base_version))

    return act(request, Verb.ANSWER_AT_ONCE, code, Based, work, _answer_now)


@router.post("/{code}/close", summary="Answer the citizen and close", openapi_extra=body_of(Answer))
def close(request: HttpRequest, code: str) -> JsonResponse:
    """Approves the results that were given and takes back what is still open."""

    def work(person: Person, sent: Answer) -> Done:
        found = visible_incident(person, code)
        incident = closing.close(incident_id=found.pk, answer=sent.answer, by=person, base_version=sent.base_version)
        return summary_of(incident)

    return act(request, Verb.CLOSE, code, Answer, work, _answer_now)


def _answer_now(incident: Incident) -> dict[str, Any]:
    results = Assignment.objects.filter(incident=incident).exclude(result="").order_by("pk")
    return {"answer": incident.answer, "result": "\n".join(row.result for row in results)}


@router.post("/{code}/reject", summary="Send the result back", openapi_extra=body_of(Reject))
def reject(request: HttpRequest, code: str) -> JsonResponse:
    """The agencies that gave a result go on working, with the reason."""

    def work(person: Person, sent: Reject) -> Done:
        found = visible_incident(person, code)
        incident = closing.reject_result(
            incident_id=found.pk, reason=sent.reason, by=person, base_version=sent.base_version
        )
        return summary_of(incident)

    return act(request, Verb.REJECT_RESULT, code, Reject, work, _answer_now)


@router.post("/{code}/reopen", summary="Open it again", openapi_extra=body_of(Reopen))
def reopen(request: HttpRequest, code: str) -> JsonResponse:
    """As received, or `again` to the agencies that had it; a reason given in words becomes a note."""

    def work(person: Person, sent: Reopen) -> Done:
        found = visible_incident(person, code)
        incident = closing.reopen(incident_id=found.pk, by=person, again=sent.again, base_version=sent.base_version)
        if sent.reason:
            add_note(incident_id=incident.pk, text=sent.reason, by=person)
        return summary_of(incident)

    return act(request, Verb.REOPEN, code, Reopen, work, _answer_now)


@router.post("/{code}/cancel", summary="A test, a joke, sent twice", openapi_extra=body_of(Cancel))
def cancel(request: HttpRequest, code: str) -> JsonResponse:
    """Leaves the board without an answer."""

    def work(person: Person, sent: Cancel) -> Done:
        found = visible_incident(person, code)
        incident = closing.cancel(incident_id=found.pk, reason=sent.reason, by=person, base_version=sent.base_version)
        return summary_of(incident)

    return act(request, Verb.CANCEL, code, Cancel, work, _answer_now)


@router.post("/{code}/merge", summary="It is the same event as another", openapi_extra=body_of(MergeWith))
def merge(request: HttpRequest, code: str) -> JsonResponse:
    """Takes both into the one that was first; answers that one, and the merge that /unmerge undoes."""

    def work(person: Person, sent: MergeWith) -> Done:
        found, other = visible_incident(person, code), visible_incident(person, sent.other)
        into, merges = merging.merge(
            incident_ids={found.pk, other.pk}, by=person, base_version=sent.base_version, seen=found.pk
        )
        return summary_of(into, merge=merges[0].pk, undo_s=_UNDO_S)

    return act(request, Verb.MERGE, code, MergeWith, work)


@router.post("/{code}/unmerge", summary="Part two incidents again", openapi_extra=body_of(Part))
def unmerge(request: HttpRequest, code: str) -> JsonResponse:
    """At any time; the one that had been taken away is back on the board as it was, and is answered."""

    def work(person: Person, sent: Part) -> Done:
        found = visible_incident(person, code)
        row = Merge.objects.filter(pk=sent.merge).first()
        if row is None or found.pk not in {row.into_id, row.other_id, merging.holder_of(row.into_id)}:
            raise Invalid({"merge": [_("There is no such merge of this incident.")]})
        return summary_of(merging.unmerge(merge_id=row.pk, by=person))

    return act(request, Verb.MERGE, f"{code}/unmerge", Part, work)


@router.post("/{code}/note", summary="Write a note", openapi_extra=body_of(AddNote))
def note(request: HttpRequest, code: str) -> JsonResponse:
    """For the room, shared with the agencies, or private to the writer's agency; conflicts with nothing."""

    def work(person: Person, sent: AddNote) -> Done:
        incident = visible_incident(person, code)
        made = add_note(incident_id=incident.pk, text=sent.text, by=person, shared=sent.shared, private=sent.private)
        return _after(incident, note=made.pk)

    return act(request, Verb.ADD_NOTE, code, AddNote, work)


@router.post("/{code}/child", summary="Open a task below it", openapi_extra=body_of(Child))
def child(request: HttpRequest, code: str) -> JsonResponse:
    """With an agency, a state and clocks of its own."""

    def work(person: Person, sent: Child) -> Done:
        found = visible_incident(person, code)
        made = open_child(
            incident_id=found.pk,
            what=sent.what,
            category=category_of(sent.category),
            by=person,
            base_version=sent.base_version,
        )
        return _after(found, child=made.code)

    return act(request, Verb.OPEN_CHILD, code, Child, work)


def _covered_words(incident: Incident, person: Person) -> list[str]:
    """What was said and holds numbers, addresses or names of people, which an agency's page covers, as it was said."""
    if is_withheld(incident, reader_of(person), Field.WORDS):
        return []
    rows = ReportWords.objects.filter(report__incident=incident, erased_at=None).order_by("report_id")
    later = Message.objects.filter(report__incident=incident, direction=Message.Direction.IN, opens=False)
    said = [text for pair in rows.values_list("words", "address") for text in pair]
    said += later.order_by("at", "pk").values_list("text", flat=True)
    return [text for text in said if MASK in cover(text)]


@router.get("/{code}/reporter", summary="Who reported it")
def reporter(request: HttpRequest, code: str) -> JsonResponse:
    """Personal data, and what of their words holds some; each look is written down. Of a complaint about officials
    only the room learns who made it, and an agency only while it has the task itself: not when one below it has, and
    not when it is over. `recordings`: where the exchange keeps those of its calls, for supervisors and for whoever
    took the call."""

    def run() -> JsonResponse:
        person = person_who_may(request, Verb.LOOK_AT_REPORTER)
        incident = visible_incident(person, code)
        is_complaint = incident.category is not None and incident.category.is_complaint
        if person.role not in ROOM_ROLES:
            mine = own_assignments(person).filter(incident=incident, state__in=sorted(OPEN_ASSIGNMENTS))
            if is_complaint or not mine.exists():
                raise Forbidden
        # Of a shared incident those who save ring back; who helps with its own task has no need to.
        if is_withheld(incident, reader_of(person), Field.REPORTER):
            raise Forbidden
        # Written down before anything is shown.
        with change() as c:
            PersonalLook.objects.create(incident=incident, by=person, at=c.at)
            chain.note_look(incident.pk, by=person)
        rows = Report.objects.filter(incident=incident, reporter__isnull=False).select_related("reporter")
        shown = {}
        for row in rows.order_by("pk"):
            if row.reporter is not None and row.reporter.erased_at is None:
                shown[row.reporter.pk] = {
                    "kind": row.reporter.kind,
                    "name": row.reporter.name,
                    "organisation": row.reporter.organisation,
                    "on_behalf_of": row.reporter.on_behalf_of,
                    "phone": row.reporter.phone,
                    "email": row.reporter.email,
                }
        response = JsonResponse(
            {
                "reporters": list(shown.values()),
                "words": _covered_words(incident, person),
                "recordings": recordings_of(incident, person),
            }
        )
        response["Cache-Control"] = "no-store"
        return response

    return answered(run)
