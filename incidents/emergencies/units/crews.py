"""Who is on which unit, and what a crew may do: everything about its own unit, nothing about others."""

from __future__ import annotations

from incidents.emergencies.models import Aboard, Sortie, Unit
from incidents.emergencies.refusals import Refusal, Refused
from opscenter.accounts.models import Person
from realtime.change import current_change


def units_of(person: Person) -> list[Unit]:
    """The units somebody of a crew may sign on to: those of the own handling unit."""
    return list(Unit.objects.filter(handling_unit=person.handling_unit_id, is_active=True).order_by("call_sign"))


def sign_on(*, unit_id: int, by: Person) -> Aboard:
    """Somebody boards a unit of the own handling unit, and leaves the one before. Raises Refused."""
    unit = Unit.objects.filter(pk=unit_id, handling_unit=by.handling_unit_id, is_active=True).first()
    if unit is None:
        raise Refused(Refusal.NOT_YOUR_UNIT)
    at = current_change().at
    row, _new = Aboard.objects.update_or_create(person=by, defaults={"unit": unit, "since": at})
    return row


def sign_off(*, by: Person) -> None:
    """The shift is over."""
    current_change()
    Aboard.objects.filter(person=by).delete()


def unit_of(person: Person) -> Unit:
    """The unit somebody is on. Raises Refused."""
    row = Aboard.objects.select_related("unit__agency").filter(person=person).first()
    if row is None:
        raise Refused(Refusal.NOT_ABOARD)
    return row.unit


def sortie_of(person: Person) -> Sortie | None:
    """The open sortie of the unit somebody is on. Raises Refused."""
    return Sortie.objects.filter(unit=unit_of(person), ended_at=None).select_related("incident", "unit__agency").first()
