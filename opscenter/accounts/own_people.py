"""What an agency's focal point does with the people of its own handling units: add, new password, switch off and on."""

from __future__ import annotations

from django.db import transaction

from opscenter.accounts.issuing import issue_password
from opscenter.accounts.models import HandlingUnit, Person
from opscenter.accounts.roles import Role
from opscenter.accounts.watchers import announce_rights

# Whose people somebody manages: of the same agency, and the role that works in its units.
MANAGES = {Role.FOCAL_POINT: Role.HANDLER, Role.DISPATCHER: Role.CREW}


class NotTheirs(Exception):
    """A person or unit of another agency, or of another role."""


def people_of(manager: Person) -> list[Person]:
    """The people somebody manages, those in use first."""
    role = MANAGES.get(Role(manager.role))
    if role is None or manager.agency_id is None:
        return []
    rows = Person.objects.select_related("handling_unit").filter(agency_id=manager.agency_id, role=role)
    return list(rows.order_by("-is_active", "handling_unit__name", "full_name", "pk"))


def add(*, manager: Person, username: str, full_name: str, unit: HandlingUnit) -> tuple[Person, str]:
    """Makes an account in one of the manager's units; gives it with its password, this once. Raises NotTheirs and
    IntegrityError for a name that is taken."""
    role = MANAGES.get(Role(manager.role))
    if role is None or unit.agency_id != manager.agency_id or not unit.is_active:
        raise NotTheirs
    with transaction.atomic():
        person = Person.objects.create(
            username=username,
            full_name=full_name,
            role=role,
            agency_id=manager.agency_id,
            handling_unit=unit,
            password="!",
        )
        return person, issue_password(person)


def reset(*, manager: Person, person_id: int) -> tuple[Person, str]:
    """Gives one of the manager's people a new password, shown this once; the old one ends. Raises NotTheirs."""
    with transaction.atomic():
        person = _own(manager, person_id)
        password = issue_password(person)
        announce_rights(person.pk)
        return person, password


def switch(*, manager: Person, person_id: int, on: bool) -> Person:
    """Switches an account off or on; whoever is signed in with it loses the live stream at once. Raises NotTheirs."""
    with transaction.atomic():
        person = _own(manager, person_id)
        person.is_active = on
        person.save(update_fields=["is_active"])
        announce_rights(person.pk)
        return person


def _own(manager: Person, person_id: int) -> Person:
    role = MANAGES.get(Role(manager.role))
    person = Person.objects.select_for_update(of=("self",)).filter(pk=person_id, role=role or "").first()
    if role is None or person is None or person.agency_id is None or person.agency_id != manager.agency_id:
        raise NotTheirs
    return person
