"""Why an act is refused although the person may do it: closed codes with a sentence for each."""

from __future__ import annotations

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refusal(StrEnum):
    AGENCY_NOT_IN_FORCE = "agency_not_in_force"
    AGENCY_HAS_IT = "agency_has_it"
    COMPLAINED_OF = "complained_of"
    COMPLAINT_UNDECIDED = "complaint_undecided"
    HAS_LEAD = "has_lead"
    NO_LEAD = "no_lead"
    NOTHING_TO_WITHDRAW = "nothing_to_withdraw"
    TOO_LATE = "too_late"
    ALREADY_ACCEPTED = "already_accepted"
    NOT_ASSIGNED = "not_assigned"
    ALREADY_ASSIGNED = "already_assigned"
    NO_RESULT = "no_result"
    OTHER_UNIT = "other_unit"
    DECIDED_ALREADY = "decided_already"
    NOT_ON_BOARD = "not_on_board"
    SAME_INCIDENT = "same_incident"
    OTHER_EXERCISE = "other_exercise"
    NOT_MERGED = "not_merged"
    MERGED_AWAY = "merged_away"
    NOT_AN_EMERGENCY = "not_an_emergency"
    OTHERS_STILL_WORK = "others_still_work"
    NOBODY_ELSE_WORKS = "nobody_else_works"
    BEING_DECIDED = "being_decided"
    NOBODY_HIGHER = "nobody_higher"
    HOTLINE_CHOOSES = "hotline_chooses"
    NOBODY_TO_ASK = "nobody_to_ask"
    NOT_A_DAY_TO_PLAN = "not_a_day_to_plan"
    NOT_A_DAY_TO_POSTPONE = "not_a_day_to_postpone"
    NOT_BELOW = "not_below"
    CHILDREN_OPEN = "children_open"
    NOT_ANSWERED_BY_ITSELF = "not_answered_by_itself"


_TEXTS: dict[Refusal, str | Promise] = {
    Refusal.AGENCY_NOT_IN_FORCE: _("This agency does not exist on this date. Choose another one."),
    Refusal.AGENCY_HAS_IT: _("This agency already has the incident."),
    Refusal.COMPLAINED_OF: _(
        "The report complains of this agency, or of one above it. Choose one that is not concerned."
    ),
    Refusal.COMPLAINT_UNDECIDED: _(
        "Say first whom this complains of: the agency, or that no unit is complained of. It must never go there."
    ),
    Refusal.HAS_LEAD: _("Another agency leads already. Take it back first, or send this one as co-ordinating."),
    Refusal.NO_LEAD: _("No agency leads yet. Choose the one that leads."),
    Refusal.NOTHING_TO_WITHDRAW: _("There is nothing of yours to withdraw."),
    Refusal.TOO_LATE: _("It is too late to withdraw this. Take the assignment back with a reason instead."),
    Refusal.ALREADY_ACCEPTED: _("The agency has accepted it already. Take it back with a reason instead."),
    Refusal.NOT_ASSIGNED: _("No agency has this incident. Answer it at once, or give it to an agency."),
    Refusal.ALREADY_ASSIGNED: _("An agency has this incident already. Close it with an answer instead."),
    Refusal.NO_RESULT: _("There is no result to send back."),
    Refusal.OTHER_UNIT: _("This unit belongs to another agency, or is not active."),
    Refusal.DECIDED_ALREADY: _("Somebody has decided this already."),
    Refusal.NOT_ON_BOARD: _("Only incidents that are still open can be merged. Open it again first."),
    Refusal.SAME_INCIDENT: _("This is one and the same incident already."),
    Refusal.OTHER_EXERCISE: _("An exercise and the live service, or two exercises, are never merged."),
    Refusal.NOT_MERGED: _("These incidents are parted already."),
    Refusal.MERGED_AWAY: _("This incident was merged into another one. Part them to have it back."),
    Refusal.NOT_AN_EMERGENCY: _("This category is not one of the emergencies."),
    Refusal.OTHERS_STILL_WORK: _("Other agencies still work on it. Wait for their results, or ask the hotline."),
    Refusal.NOBODY_ELSE_WORKS: _("No other agency works on this: there is nobody to disagree with."),
    Refusal.BEING_DECIDED: _("A higher agency is deciding already."),
    Refusal.NOBODY_HIGHER: _("The highest agency has decided already."),
    Refusal.HOTLINE_CHOOSES: _("The hotline has been told and chooses who decides."),
    Refusal.NOBODY_TO_ASK: _("Nobody who reported this can be asked."),
    Refusal.NOT_A_DAY_TO_PLAN: _("Choose a later day, at most a year ahead."),
    Refusal.NOT_A_DAY_TO_POSTPONE: _("Choose a later day, at most 60 days ahead."),
    Refusal.NOT_BELOW: _("You can pass it on to agencies below your own. Give it back to the hotline instead."),
    Refusal.CHILDREN_OPEN: _("Tasks of this incident are still open. Close them first."),
    Refusal.NOT_ANSWERED_BY_ITSELF: _("The system has not answered everybody who reported it. Answer them."),
}


class Refused(Exception):
    """An act that does not fit what is there; `str()` is the sentence in the reader's language."""

    def __init__(self, code: Refusal) -> None:
        super().__init__(code)
        self.code = code

    def __str__(self) -> str:
        return str(_TEXTS[self.code])
