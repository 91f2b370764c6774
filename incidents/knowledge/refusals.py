"""Why an act on an answer is refused: closed codes with a sentence for each."""

from __future__ import annotations

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class AnswerRefusal(StrEnum):
    NOT_YOURS = "answer_not_yours"
    NOT_REVIEWER = "answer_not_reviewer"
    NO_TEXT = "answer_no_text"
    NO_BASIS = "answer_no_basis"
    BASIS_NOT_IN_FORCE = "answer_basis_not_in_force"
    DATES = "answer_dates"
    STATE = "answer_state"
    NO_RESULT = "answer_no_result"
    NOT_IN_FORCE = "answer_not_in_force"


_TEXTS: dict[AnswerRefusal, str | Promise] = {
    AnswerRefusal.NOT_YOURS: _("This answer belongs to another agency."),
    AnswerRefusal.NOT_REVIEWER: _("Only the agency that owns the answer puts it in force or takes it back."),
    AnswerRefusal.NO_TEXT: _("Question and answer are both needed."),
    AnswerRefusal.NO_BASIS: _("An answer needs its legal basis before it can be in force."),
    AnswerRefusal.BASIS_NOT_IN_FORCE: _("A document it rests on is not in force on that date."),
    AnswerRefusal.DATES: _("It ends before it begins."),
    AnswerRefusal.STATE: _("Somebody has changed its state meanwhile. Load the page again."),
    AnswerRefusal.NO_RESULT: _("No agency has answered this yet."),
    AnswerRefusal.NOT_IN_FORCE: _("This answer is no longer in force: ask the agency."),
}


class AnswerRefused(Exception):
    """An act that does not fit what is there; `str()` is the sentence in the reader's language."""

    def __init__(self, code: AnswerRefusal) -> None:
        super().__init__(code)
        self.code = code

    def __str__(self) -> str:
        return str(_TEXTS[self.code])
