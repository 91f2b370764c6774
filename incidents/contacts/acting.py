"""Doing what a contact told by SMS, by mail or on a link's page: the same acts as in the inbox, and an answer to it.

One change does it and queues the answer; a refused one is rolled back, and only the refusal and its answer are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError
from django.db.models import Q
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import override

from incidents.contacts import links
from incidents.contacts.commands import Act, Command, choose_unit, why_returned
from incidents.contacts.models import Instruction
from incidents.delivery.models import Door, Kind
from incidents.delivery.queue import enqueue
from incidents.dispatching import agency_work
from incidents.dispatching.refusals import Refused
from incidents.records.editing import lock
from incidents.records.lifecycles import OPEN_ASSIGNMENTS, AssignmentState, NotAllowed
from incidents.records.models import Assignment, Incident
from incidents.records.names import ASSIGNMENT_STATES
from incidents.records.notes import add_note
from incidents.records.photos import Prepared
from opscenter.accounts.contacts import acting_person
from opscenter.accounts.models import ContactPoint, HandlingUnit
from realtime.change import change, current_change

_OPEN = sorted(state.value for state in OPEN_ASSIGNMENTS)
_NOT_ACCEPTED = frozenset({AssignmentState.SENT, AssignmentState.SEEN})
# The same was on its way twice: it is to be sent again.
_AGAIN = "again"
# A state's own words in an answer by SMS are at most so long.
_QUOTED = 100
_GONE = sorted([AssignmentState.RETURNED.value, AssignmentState.CANCELLED.value])


class NotDone(Exception):
    """Why an instruction was not followed: a code, and the sentence for the contact."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(code)
        self.code, self.words = code, words


@dataclass(frozen=True, slots=True)
class Said:
    """What came of an instruction. `is_new` False: this very message was followed before."""

    words: str
    refusal: str = ""
    is_new: bool = True


def follow(
    *,
    contacts: Sequence[ContactPoint],
    command: Command,
    door: Instruction.Door,
    source_id: str,
    assignment: Assignment | None = None,
    pictures: Sequence[Prepared] = (),
    before: Callable[[], None] = lambda: None,
) -> Said:
    """Follows what a contact told and answers it by the same door (a link's page answers itself).

    `contacts` are all that have the number or address it came from: the assignment it names says which one is meant.
    `assignment` when the way it came by names it (a thread of mails, a link). `before` runs first in the change, and
    may refuse by NotDone. Not inside a change; the same `source_id` again does nothing.
    """
    with override(settings.LANGUAGE_CODE):
        try:
            return _done(contacts, command, door, source_id, assignment, pictures, before)
        except NotDone as refused:
            return _refused(contacts, command, door, source_id, assignment, refused)


def _done(
    contacts: Sequence[ContactPoint],
    command: Command,
    door: Instruction.Door,
    source_id: str,
    assignment: Assignment | None,
    pictures: Sequence[Prepared],
    before: Callable[[], None],
) -> Said:
    if command.act == Act.HELP:
        raise NotDone("help", _what_is_missing(contacts, command, assignment))
    assignment = assignment or _named(contacts, command)
    contact = _of_agency(contacts, assignment)
    try:
        with change():
            if not _begin(contact, command, door, source_id, assignment):
                return Said("", is_new=False)
            incident = lock(assignment.incident_id)
            before()
            try:
                words = _act(assignment, contact, command, pictures)
            except NotAllowed:
                raise NotDone("not_allowed", _not_allowed(assignment)) from None
            except Refused as refused:
                raise NotDone(str(refused.code), str(refused)) from None
            assignment.refresh_from_db()
            goes_on = command.act == Act.ACCEPT
            address = links.make(assignment=assignment, contact_point=contact) if goes_on else ""
            _answer(contact, door, " ".join([words, address]).strip(), incident, assignment)
            return Said(words)
    except IntegrityError:
        # A photo that was sent twice at once.
        raise NotDone(_AGAIN, _("This was being done already. Please try again.")) from None


def _act(assignment: Assignment, contact: ContactPoint, command: Command, pictures: Sequence[Prepared]) -> str:
    person = acting_person(contact)
    names = {"task": assignment.pk, "hotline": settings.HOTLINE_NAME}
    pk = assignment.pk
    if command.act in {Act.HAND_ON, Act.DONE} and assignment.state in _NOT_ACCEPTED:
        agency_work.accept(assignment_id=pk, by=person)
    match command.act:
        case Act.ACCEPT:
            if assignment.state not in _NOT_ACCEPTED:
                raise NotAllowed(assignment.state, AssignmentState.ACCEPTED)
            agency_work.accept(assignment_id=pk, by=person)
            return _("%(hotline)s: assignment %(task)s is accepted. When it is done, write: X %(task)s result") % names
        case Act.RETURN:
            why = why_returned(command.words)
            agency_work.return_(assignment_id=pk, by=person, reason=command.words, code=why)
            return _("%(hotline)s: assignment %(task)s was returned.") % names
        case Act.HAND_ON:
            unit = _unit(assignment, command)
            agency_work.hand_on(assignment_id=pk, unit=unit, by=person)
            return _("%(hotline)s: assignment %(task)s was handed on to %(unit)s.") % {**names, "unit": unit.name}
        case Act.DONE:
            agency_work.give_result(assignment_id=pk, text=command.words, by=person, pictures=pictures)
            return _("%(hotline)s: the result of assignment %(task)s has arrived. Thank you.") % names
    raise NotDone("help", _help())


def _unit(assignment: Assignment, command: Command) -> HandlingUnit:
    units = list(HandlingUnit.objects.filter(agency_id=assignment.agency_id, is_active=True).order_by("name", "pk"))
    chosen = choose_unit(command.words, [unit.name for unit in units])
    if chosen is not None:
        return units[chosen]
    raise _which_unit(assignment, units)


def _which_unit(assignment: Assignment, units: Sequence[HandlingUnit]) -> NotDone:
    if not units:
        return NotDone("no_units", _("Your agency has no handling units to hand on to."))
    listed = "; ".join(f"{number} {unit.name}" for number, unit in enumerate(units, start=1))
    words = _("Which unit? %(units)s. Write for example: C %(task)s 1") % {"units": listed, "task": assignment.pk}
    return NotDone("which_unit", words)


# --- which assignment, whose contact ----------------------------------------------------------------------------


def _named(contacts: Sequence[ContactPoint], command: Command) -> Assignment:
    """The assignment that a code names, among those of the contacts' agencies. Raises NotDone."""
    rows = Assignment.objects.select_related("agency").filter(agency__in={one.agency_id for one in contacts})
    code = command.code
    if code.startswith("1022-"):
        found = rows.filter(incident__in=Incident.objects.by_code(code).values("pk"))
    else:
        found = rows.filter(pk=int(code)) if code else rows.none()
    assignment = found.filter(~Q(state__in=_GONE)).order_by("-pk").first() or found.order_by("-pk").first()
    if assignment is None:
        own = rows.filter(state__in=_OPEN).order_by("due_at", "pk").values_list("pk", flat=True)[:8]
        words = _("Your agency has no assignment %(code)s.") % {"code": code}
        if own:
            words += " " + _("Open ones: %(codes)s.") % {"codes": ", ".join(str(pk) for pk in own)}
        raise NotDone("unknown", words)
    return assignment


def _of_agency(contacts: Sequence[ContactPoint], assignment: Assignment) -> ContactPoint:
    for contact in contacts:
        if contact.agency_id == assignment.agency_id:
            return contact
    raise NotDone("unknown", _("Your agency has no assignment %(code)s.") % {"code": assignment.pk})


def _begin(
    contact: ContactPoint, command: Command, door: Instruction.Door, source_id: str, assignment: Assignment | None
) -> bool:
    """Notes the instruction first of all; False when this very message was followed before."""
    if Instruction.objects.filter(door=door, source_id=source_id[:150]).exists():
        return False
    row = Instruction(
        contact_point=contact,
        door=door,
        source_id=source_id[:150],
        assignment=assignment,
        act=command.act.value,
        at=current_change().at,
    )
    Instruction.objects.bulk_create([row], ignore_conflicts=True)
    return True


# --- answers ----------------------------------------------------------------------------------------------------


def _refused(
    contacts: Sequence[ContactPoint],
    command: Command,
    door: Instruction.Door,
    source_id: str,
    assignment: Assignment | None,
    refused: NotDone,
) -> Said:
    if door == Instruction.Door.LINK:
        # Its page says so, and the link can be used again.
        return Said(refused.words, refused.code)
    contact = contacts[0]
    with change():
        if not _begin(contact, command, door, source_id, assignment):
            return Said("", is_new=False)
        Instruction.objects.filter(door=door, source_id=source_id[:150]).update(refusal=refused.code[:30])
        words = refused.words
        if refused.code != _AGAIN and _keep_words(contacts, command, assignment):
            kept = _("What you wrote is kept as a note.")
            words = f"{words} {kept}"
        _answer(contact, door, words, None, None)
    return Said(words, refused.code)


def _keep_words(contacts: Sequence[ContactPoint], command: Command, assignment: Assignment | None) -> bool:
    """Leaves the reason or the result of an act that was not possible (a colleague was quicker, the hotline has
    answered) as a note on the incident: the message itself is kept nowhere."""
    if command.act not in {Act.RETURN, Act.DONE} or not command.words:
        return False
    try:
        assignment = assignment or _named(contacts, command)
        by = acting_person(_of_agency(contacts, assignment))
    except NotDone:
        return False
    add_note(incident_id=assignment.incident_id, text=command.words, by=by)
    return True


def _answer(
    contact: ContactPoint,
    door: Instruction.Door,
    words: str,
    incident: Incident | None,
    assignment: Assignment | None,
) -> None:
    """The answer goes by the door the instruction came by; after a link, to the contact point it was sent to."""
    by_mail = contact.kind == ContactPoint.Kind.EMAIL
    subject = _("Assignment %(task)s") % {"task": assignment.pk} if assignment is not None else _("Your message")
    enqueue(
        kind=Kind.NOTED,
        door=Door.EMAIL if by_mail else Door.SMS,
        incident=incident,
        assignment=assignment,
        contact_point=contact,
        text=(subject, words),
    )


def _not_allowed(assignment: Assignment) -> str:
    """What stands now, with the words of who was quicker."""
    now = Assignment.objects.only("state", "result", "return_reason").get(pk=assignment.pk)
    state = str(ASSIGNMENT_STATES[AssignmentState(now.state)])
    theirs = {AssignmentState.RETURNED: now.return_reason, AssignmentState.CANCELLED: ""}.get(
        AssignmentState(now.state), now.result
    )
    if theirs:
        state += f" (“{Truncator(theirs).chars(_QUOTED)}”)"
    return _("Assignment %(task)s is: %(state)s. This cannot be done now.") % {"task": assignment.pk, "state": state}


def _what_is_missing(contacts: Sequence[ContactPoint], command: Command, assignment: Assignment | None) -> str:
    """How to write what was meant; the whole of it where that is not known. Raises NotDone for an unknown code."""
    if command.wanted is None:
        return _help()
    assignment = assignment or _named(contacts, command)
    match command.wanted:
        case Act.HAND_ON:
            units = HandlingUnit.objects.filter(agency_id=assignment.agency_id, is_active=True).order_by("name", "pk")
            return _which_unit(assignment, list(units)).words
        case Act.RETURN:
            return _("Why is it returned? Write: T %(task)s reason") % {"task": assignment.pk}
        case Act.DONE:
            return _("What was done? Write: X %(task)s result") % {"task": assignment.pk}
    return _help()


def _help() -> str:
    return _(
        "Not understood. Write: N code = accept; T code reason = return; C code unit = hand on; X code result = done. "
        "For example: N 1234"
    )
