"""Why something is open: the sentences for the codes that intake stores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _


def sentence(reason: Mapping[str, Any]) -> str | None:
    """One reason of intake in the reader's language; None for another room's code."""
    if reason.get("code") == "intake.resolver_failed":
        return _("The place could not be looked up; a person has to find it")
    return None
