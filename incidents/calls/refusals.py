"""Why an act on a call is refused although the person may do it: closed codes with a sentence for each."""

from __future__ import annotations

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class CallRefusal(StrEnum):
    TAKEN = "call_taken"
    NOT_YOURS = "call_not_yours"
    OVER = "call_over"
    NOT_OVER = "call_not_over"
    NO_NUMBER = "call_no_number"
    NOT_DUE = "call_not_due"
    EXTENSION_TAKEN = "call_extension_taken"
    IN_CALL = "call_in_call"


_TEXTS: dict[CallRefusal, str | Promise] = {
    CallRefusal.TAKEN: _("%(name)s has taken this call."),
    CallRefusal.NOT_YOURS: _("This call is not yours. Take it first."),
    CallRefusal.OVER: _("This call is over."),
    CallRefusal.NOT_OVER: _("The line is still open. Hang up first."),
    CallRefusal.NO_NUMBER: _("The caller's number is not known."),
    CallRefusal.NOT_DUE: _("Nobody has to be called back for this call any more."),
    CallRefusal.EXTENSION_TAKEN: _("Somebody else sits at this telephone."),
    CallRefusal.IN_CALL: _("You still have a call. Finish it first."),
}


class CallRefused(Exception):
    """An act that does not fit what is there; `str()` is the sentence in the reader's language."""

    def __init__(self, code: CallRefusal, **named: str) -> None:
        super().__init__(code)
        self.code, self.named = code, named

    def __str__(self) -> str:
        return str(_TEXTS[self.code]) % self.named
