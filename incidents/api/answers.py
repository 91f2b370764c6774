"""How the API says no: one exception for each answer, and their JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import JsonResponse
from django.utils.translation import gettext as _

from incidents.calls.refusals import CallRefused
from incidents.conversations import replying
from incidents.dispatching.refusals import Refused
from incidents.emergencies.refusals import Refused as EmergencyRefused
from incidents.knowledge.refusals import AnswerRefused
from incidents.records.actions import ActionTaken
from incidents.records.lifecycles import NotAllowed
from incidents.records.names import ASSIGNMENT_STATES, INCIDENT_STATES


class Forbidden(Exception):
    """403: the role does not hold this verb."""


class NotTheirs(Exception):
    """404: there is no such thing, or it is not for this person; the two are not told apart."""


class Invalid(Exception):
    """422: `fields` maps the name of a field to what is wrong with it, in the reader's language."""

    def __init__(self, fields: Mapping[str, Sequence[str]]) -> None:
        super().__init__(str(dict(fields)))
        self.fields = {name: list(texts) for name, texts in fields.items()}


class Conflict(Exception):
    """409: somebody changed the same thing meanwhile; `current` is how it is now, `yours` what was sent."""

    def __init__(self, current: Mapping[str, Any], yours: Mapping[str, Any]) -> None:
        super().__init__("changed")
        self.current = dict(current)
        self.yours = dict(yours)


def refusal(error: Exception) -> JsonResponse:
    """The answer to each of the exceptions above and to those of the rooms below. Other errors are raised again."""
    match error:
        case Forbidden():
            return _no(403, "forbidden", _("Your role does not allow this."))
        case NotTheirs():
            return _no(404, "not_found", _("This does not exist, or is not yours."))
        case Invalid():
            return _no(422, "invalid", _("Please correct the marked fields."), fields=error.fields)
        case Conflict():
            detail = _("Somebody changed this meanwhile.")
            return _no(409, "changed", detail, current=error.current, yours=error.yours)
        case NotAllowed():
            detail = _("This cannot be done now: its state is “%(state)s”.") % {"state": _state(error.now)}
            return _no(409, "not_allowed", detail, now=error.now, wanted=error.wanted)
        case Refused() | CallRefused() | AnswerRefused() | EmergencyRefused():
            return _no(409, error.code.value, str(error))
        case replying.Refused():
            return _no(409, error.refusal.value, str(replying.SENTENCES[error.refusal]))
        case ActionTaken():
            return _no(409, "action_taken", _("This request was used for something else. Send it again."))
    raise error


REFUSALS = (
    Forbidden,
    NotTheirs,
    Invalid,
    Conflict,
    NotAllowed,
    Refused,
    CallRefused,
    AnswerRefused,
    EmergencyRefused,
    replying.Refused,
    ActionTaken,
)


def _no(status: int, code: str, detail: str, **more: Any) -> JsonResponse:
    return JsonResponse({"code": code, "detail": detail, **more}, status=status)


def _state(state: str) -> str:
    names: dict[str, Any] = {
        **{key.value: name for key, name in ASSIGNMENT_STATES.items()},
        **{key.value: name for key, name in INCIDENT_STATES.items()},
    }
    return str(names.get(state, state))
