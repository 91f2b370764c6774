"""Why something is open, and why a message went where it did: the sentences for the codes that intake stores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, str | Promise] = {
    "intake.resolver_failed": _("The place could not be looked up; a person has to find it"),
    "message.same_sender": _("The same sender has a report open"),
    "message.named": _("The sender wrote it about this report"),
    "message.said_new": _("A report of its own: the sender says that it is new"),
    "message.emergency": _("A report of its own: it sounds like an emergency"),
    "message.other_topic": _("A report of its own: it is about something else"),
    "message.other_place": _("A report of its own: it is about another place"),
    "message.rating": _("The sender is not content with the answer"),
    "message.by_person": _("A report of its own: a person split it off"),
}


def sentence(reason: Mapping[str, Any]) -> str | None:
    """One reason of intake in the reader's language; None for another room's code."""
    text = SENTENCES.get(str(reason.get("code", "")))
    return str(text) if text is not None else None
