"""Why this category: the sentences for the codes that triage stores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from incidents.records.models import Category

_TEXTS: dict[str, str | Promise] = {
    "triage.words": _("%(category)s, because of: %(words)s"),
    "triage.learnt": _("People confirmed %(category)s for %(reports)s reports with the words: %(words)s"),
    "triage.chosen": _("Chosen with the report: %(category)s"),
    "triage.emergency_words": _("The words speak of an emergency (%(category)s): %(words)s"),
    "triage.perhaps_emergency": _("Perhaps an emergency (%(category)s), typed without marks: %(words)s"),
    "triage.words_say_other": _("But the words speak of %(category)s: %(words)s"),
    "triage.unsure": _("Several categories are possible, or the words say little"),
    "triage.no_known_words": _("No known words in the report"),
}


def sentence(reason: Mapping[str, Any]) -> str | None:
    """One reason of triage in the reader's language; None for another room's code."""
    text = _TEXTS.get(str(reason.get("code", "")))
    if text is None:
        return None
    params = {"category": "", "words": "", "reports": "", **(reason.get("params") or {})}
    return str(text) % {**params, "category": _label(str(params["category"]))}


def _label(code: str) -> str:
    category = Category.objects.filter(code=code).first() if code else None
    return category.label if category else code
