"""Which role may do what: one table for the API, the pages and the buttons they show."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from opscenter.accounts.roles import AGENCY_ROLES, ROOM_ROLES, Role

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from opscenter.accounts.models import Person


class Verb(StrEnum):
    TAKE_REPORT = "take_report"
    SUGGEST = "suggest"
    READ_REFERENCE = "read_reference"
    READ_INCIDENT = "read_incident"
    LOOK_AT_REPORTER = "look_at_reporter"
    SEE_PHOTO = "see_photo"
    SEE_ORIGINAL_PHOTO = "see_original_photo"
    REDACT_PHOTO = "redact_photo"
    DISPATCH = "dispatch"
    WITHDRAW = "withdraw"
    SET_PLACE = "set_place"
    SET_CATEGORY = "set_category"
    SET_COMPLAINT = "set_complaint"
    SET_EMERGENCY = "set_emergency"
    ANSWER_AT_ONCE = "answer_at_once"
    CLOSE = "close"
    REJECT_RESULT = "reject_result"
    REOPEN = "reopen"
    CANCEL_ASSIGNMENT = "cancel_assignment"
    CANCEL = "cancel"
    MERGE = "merge"
    DECIDE_SURGE = "decide_surge"
    READ_RULES = "read_rules"
    EDIT_RULES = "edit_rules"
    READ_TERRITORY = "read_territory"
    REVOKE_ALIAS = "revoke_alias"
    ADD_PLACE = "add_place"
    ADD_NOTE = "add_note"
    REPLY = "reply"
    SPLIT_OFF = "split_off"
    LINK_PEOPLE = "link_people"
    MANAGE_PERSONAL_DATA = "manage_personal_data"
    SEE_ASSIGNMENT = "see_assignment"
    ACCEPT = "accept"
    RETURN = "return"
    HAND_ON = "hand_on"
    START = "start"
    GIVE_RESULT = "give_result"
    READ_FIGURES = "read_figures"
    SCHEDULE_REPORTS = "schedule_reports"
    PLAN_SHIFTS = "plan_shifts"
    TRANSFER = "transfer"
    ASK = "ask"
    POSTPONE = "postpone"
    RESUME = "resume"
    PASS_ON = "pass_on"
    SEND_BACK = "send_back"
    DISAGREE = "disagree"
    ADD_PHOTO = "add_photo"
    OPEN_CHILD = "open_child"
    PLAN_PEOPLE = "plan_people"
    TAKE_CALL = "take_call"
    LOOK_AT_CALLER = "look_at_caller"
    KEEP_DRAFT = "keep_draft"
    WRAP_UP_CALL = "wrap_up_call"
    TRANSFER_CALL = "transfer_call"
    CALL_BACK = "call_back"
    NOT_REACHED = "not_reached"
    SET_SEAT = "set_seat"
    FIND_ANSWERS = "find_answers"
    MARK_ANSWER_WRONG = "mark_answer_wrong"
    CALL_FOR_SERVICE = "call_for_service"
    WORK_ON_EMERGENCY = "work_on_emergency"
    WRITE_LOG = "write_log"
    ASK_CALLER = "ask_caller"
    SEND_UNIT = "send_unit"
    SET_UNIT = "set_unit"
    SEE_UNITS = "see_units"
    CREW = "crew"
    RUN_MAJOR = "run_major"
    COUNT_CASUALTIES = "count_casualties"
    DECLARE_FACILITY = "declare_facility"
    SEE_FACILITIES = "see_facilities"
    REPLAY = "replay"
    SET_REPORT_TEMPLATE = "set_report_template"


_RECEIVES = frozenset({Role.FOCAL_POINT, Role.DISPATCHER})
_EVERYBODY = ROOM_ROLES | AGENCY_ROLES

ROLES: dict[Verb, frozenset[Role]] = {
    Verb.TAKE_REPORT: ROOM_ROLES,
    Verb.SUGGEST: ROOM_ROLES,
    Verb.READ_REFERENCE: _EVERYBODY | {Role.LEADER},
    Verb.READ_INCIDENT: _EVERYBODY,
    # Whoever stands in the street may have to ring the citizen up; each look is written down.
    Verb.LOOK_AT_REPORTER: _EVERYBODY,
    Verb.SEE_PHOTO: _EVERYBODY,
    # The original still holds what the camera wrote into it.
    Verb.SEE_ORIGINAL_PHOTO: frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR}),
    # What people without an account may see of a photo is decided where the citizen is answered.
    Verb.REDACT_PHOTO: ROOM_ROLES,
    Verb.DISPATCH: ROOM_ROLES,
    Verb.WITHDRAW: ROOM_ROLES,
    Verb.SET_PLACE: ROOM_ROLES,
    Verb.SET_CATEGORY: ROOM_ROLES,
    # Whom a citizen complains of is what the citizen told the hotline.
    Verb.SET_COMPLAINT: ROOM_ROLES,
    Verb.SET_EMERGENCY: ROOM_ROLES,
    Verb.ANSWER_AT_ONCE: ROOM_ROLES,
    Verb.CLOSE: ROOM_ROLES,
    Verb.REJECT_RESULT: ROOM_ROLES,
    Verb.REOPEN: ROOM_ROLES,
    Verb.CANCEL_ASSIGNMENT: ROOM_ROLES,
    Verb.CANCEL: ROOM_ROLES,
    Verb.MERGE: ROOM_ROLES,
    Verb.DECIDE_SURGE: frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR}),
    Verb.READ_RULES: frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR}),
    Verb.READ_TERRITORY: frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR}),
    Verb.REVOKE_ALIAS: frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR}),
    Verb.ADD_PLACE: frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR}),
    Verb.EDIT_RULES: frozenset({Role.ADMINISTRATOR}),
    Verb.ADD_NOTE: _EVERYBODY,
    Verb.REPLY: ROOM_ROLES,
    Verb.SPLIT_OFF: ROOM_ROLES,
    Verb.LINK_PEOPLE: ROOM_ROLES,
    Verb.MANAGE_PERSONAL_DATA: frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR}),
    Verb.SEE_ASSIGNMENT: AGENCY_ROLES,
    Verb.ACCEPT: _RECEIVES,
    Verb.RETURN: _RECEIVES,
    Verb.HAND_ON: _RECEIVES,
    Verb.START: AGENCY_ROLES,
    Verb.GIVE_RESULT: AGENCY_ROLES,
    # Agencies see the figures of what they and those below them were given.
    Verb.READ_FIGURES: _RECEIVES | ROOM_ROLES | {Role.LEADER},
    Verb.SET_REPORT_TEMPLATE: frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR}),
    Verb.SCHEDULE_REPORTS: frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR}),
    Verb.PLAN_SHIFTS: frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR}),
    Verb.TRANSFER: ROOM_ROLES | _RECEIVES,
    Verb.ASK: AGENCY_ROLES,
    Verb.POSTPONE: AGENCY_ROLES,
    Verb.RESUME: AGENCY_ROLES,
    Verb.PASS_ON: _RECEIVES,
    Verb.SEND_BACK: _RECEIVES,
    Verb.DISAGREE: _RECEIVES,
    Verb.ADD_PHOTO: AGENCY_ROLES,
    Verb.OPEN_CHILD: ROOM_ROLES,
    Verb.PLAN_PEOPLE: _RECEIVES,
    Verb.TAKE_CALL: ROOM_ROLES,
    Verb.LOOK_AT_CALLER: ROOM_ROLES,
    Verb.KEEP_DRAFT: ROOM_ROLES,
    Verb.WRAP_UP_CALL: ROOM_ROLES,
    Verb.TRANSFER_CALL: ROOM_ROLES,
    Verb.CALL_BACK: ROOM_ROLES,
    Verb.NOT_REACHED: ROOM_ROLES,
    Verb.SET_SEAT: ROOM_ROLES,
    Verb.FIND_ANSWERS: _EVERYBODY,
    Verb.MARK_ANSWER_WRONG: ROOM_ROLES,
    # Shared incidents: whoever has it may call another service in; the services' own acts are their dispatchers'.
    Verb.CALL_FOR_SERVICE: ROOM_ROLES | _RECEIVES,
    Verb.WORK_ON_EMERGENCY: _RECEIVES,
    Verb.WRITE_LOG: _EVERYBODY,
    Verb.ASK_CALLER: ROOM_ROLES | {Role.DISPATCHER},
    # Only a service sends its own units; the room watches them.
    Verb.SEND_UNIT: frozenset({Role.DISPATCHER}),
    Verb.SET_UNIT: frozenset({Role.DISPATCHER, Role.CREW}),
    Verb.SEE_UNITS: _EVERYBODY,
    Verb.CREW: frozenset({Role.CREW}),
    # A major incident is declared and run by whoever leads a shift; counted by whoever is there.
    Verb.RUN_MAJOR: frozenset({Role.DISPATCHER, Role.SUPERVISOR, Role.ADMINISTRATOR}),
    # Whose hospital it is decides the rest (emergencies/facilities/declaring.py).
    Verb.DECLARE_FACILITY: _RECEIVES,
    Verb.SEE_FACILITIES: ROOM_ROLES | _RECEIVES,
    Verb.COUNT_CASUALTIES: ROOM_ROLES | {Role.DISPATCHER, Role.CREW},
    # A day again, as walls showed it.
    Verb.REPLAY: ROOM_ROLES | {Role.LEADER},
}


def may(person: Person | AnonymousUser, verb: Verb) -> bool:
    """Whether somebody's role holds this verb; which rows it works on is `visible_to`'s question."""
    return not person.is_anonymous and person.is_active and person.role in ROLES[verb]
