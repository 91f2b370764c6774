"""The position that a crew's own page sends while it is open: a help, never tracking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from incidents.emergencies.positions.collecting import collector
from incidents.emergencies.positions.fixes import RefusedFix, read
from incidents.emergencies.units.crews import unit_of
from opscenter.accounts.models import Person


def take_own(person: Person, sent: Mapping[str, Any]) -> None:
    """Takes a fix for the unit somebody is on. Raises RefusedFix, and Refused when somebody is on none."""
    unit = unit_of(person)
    try:
        fix = read(sent, timezone.now())
    except RefusedFix as error:
        collector.refuse("crew", str(unit), error.why)
        raise
    collector.take([(unit.pk, fix)])
