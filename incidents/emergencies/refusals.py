"""Why an act on a shared incident is refused although the person may do it: closed codes with a sentence for each."""

from __future__ import annotations

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refusal(StrEnum):
    NOT_SHARED = "not_shared"
    ALREADY_SHARED = "already_shared"
    NO_SERVICE = "no_service"
    UNITS_OUT = "units_out"
    UNIT_TAKEN = "unit_taken"
    UNIT_OUT_OF_SERVICE = "unit_out_of_service"
    NOT_YOUR_UNIT = "not_your_unit"
    OTHER_EXERCISE = "other_exercise"
    TOO_LATE = "too_late"
    NOT_SENT_BY_YOU = "not_sent_by_you"
    NOT_ABOARD = "not_aboard"
    NO_TIMER = "no_timer"
    NO_SUCH_FACILITY = "no_such_facility"
    ALREADY_MAJOR = "already_major"
    NOT_MAJOR = "not_major"
    NOT_YOUR_SERVICE = "not_your_service"
    NO_SUCH_SECTOR = "no_such_sector"
    SECTOR_NAMED_ALREADY = "sector_named_already"
    UNITS_IN_SECTOR = "units_in_sector"
    COUNTED_MEANWHILE = "counted_meanwhile"


_TEXTS: dict[Refusal, str | Promise] = {
    Refusal.NOT_SHARED: _("No emergency service has this incident. Press E first."),
    Refusal.ALREADY_SHARED: _("113, 114 or 115 have this incident already. Call for another service instead."),
    Refusal.NO_SERVICE: _("No such emergency service exists on this date."),
    Refusal.UNITS_OUT: _("Units of this service are still out. Call them back or let them finish first."),
    Refusal.UNIT_TAKEN: _("Somebody has just sent this unit. Choose another one."),
    Refusal.UNIT_OUT_OF_SERVICE: _("This unit is out of service."),
    Refusal.NOT_YOUR_UNIT: _("This unit belongs to another service. Ask that service for help."),
    Refusal.OTHER_EXERCISE: _("Units of the live service do not go to an exercise, nor the other way round."),
    Refusal.TOO_LATE: _("It is too late to withdraw this. Call the unit back instead."),
    Refusal.NOT_SENT_BY_YOU: _("Somebody else sent this unit."),
    Refusal.NOT_ABOARD: _("Sign on to a unit first."),
    Refusal.NO_TIMER: _("No check-in timer runs for this unit."),
    Refusal.NO_SUCH_FACILITY: _("There is no such hospital. Load the page again."),
    Refusal.ALREADY_MAJOR: _("It is a major incident already."),
    Refusal.NOT_MAJOR: _("It is no major incident, or it was stood down. Declare it first."),
    Refusal.NOT_YOUR_SERVICE: _("Another service names its own commander."),
    Refusal.NO_SUCH_SECTOR: _("This sector does not exist or was closed. Load the page again."),
    Refusal.SECTOR_NAMED_ALREADY: _("A sector of this name is open already."),
    Refusal.UNITS_IN_SECTOR: _("Units are still in this sector. Put them elsewhere first."),
    Refusal.COUNTED_MEANWHILE: _("Somebody has just written other numbers. Look at them, then write yours."),
}


class Refused(Exception):
    """An act that does not fit what is there; `about` names what it is about, `str()` is the sentence."""

    def __init__(self, code: Refusal, about: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.about = about

    def __str__(self) -> str:
        text = str(_TEXTS[self.code])
        return f"{self.about}: {text}" if self.about else text
